"""Generated cases as items of pytest: one an operation, subject and dtype, collected with the operation's entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nnconform.harness.arguments import item_name
from nnconform.harness.collect import CaseItem, ConformanceFailure, SpecFile, mark
from nnconform.harness.generated.asked import SENT
from nnconform.reports.words import visible
from nnconform.spec.catalogue import FOLDER
from nnconform.spec.formats import FORMATS
from nnconform.spec.frozen import shown

if TYPE_CHECKING:
    from nnconform.harness.generated.search import Examples, Judged, Search
    from nnconform.harness.options import Options
    from nnconform.harness.run import Run
    from nnconform.harness.verdict import Verdict

KIND = "generated"


def is_entry(path: Path) -> bool:
    """Whether a file is an entry of the catalogue."""
    return path.suffix == ".toml" and path.resolve().parent == FOLDER.resolve()


def case_of(path: Path) -> dict[str, Any]:
    """What an entry's generated case is, as the index of a frozen file would say it."""
    operation = path.stem
    return {
        "id": f"{KIND}_{operation}", "line": 1, "kind": KIND, "level": "must", "operations": [operation],
        "systems": [], "dtypes": list(FORMATS),
    }  # fmt: skip


class GeneratedFile(SpecFile):
    """One entry of the catalogue."""

    generating: Generating

    def collect(self) -> list[pytest.Item]:
        items = list(self._items(self.run.options))
        self.run.collected += len(items)
        return items

    def _items(self, options: Options) -> Iterator[pytest.Item]:
        case = case_of(self.path)
        marks = [mark(name) for name in (KIND, "must", *case["operations"])]
        for dtype in case["dtypes"] if options.dtypes is None else options.dtypes:
            for subject in options.subjects:  # side by side: truths are made once for all of them
                item: GeneratedItem = GeneratedItem.from_parent(self, name=item_name(case["id"], subject, dtype))
                item.case, item.dtype, item.subject, item.generating = case, dtype, subject, self.generating
                item.own_markers += marks
                yield item


class GeneratedItem(CaseItem):
    """Examples of one operation in one dtype, asked of one subject."""

    generating: Generating

    def runtest(self) -> None:
        self.conclude(self.generating.verdict(self))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The finding, and the case that shows it, to be kept."""
        if not isinstance(excinfo.value, ConformanceFailure):
            return super().repr_failure(excinfo, style)
        if not self.frozen_line or not self.figures:
            return visible(str(excinfo.value))
        found = super().repr_failure(excinfo, style)
        return visible("\n".join([str(found), *described(self.figures["generated"])]))


class Generating:
    """The plugin object of a run with generated cases."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.examples: Examples | None = None
        run.config.addinivalue_line("markers", f"{KIND}: cases of nnconform")
        if not any(map(_reaches, run.config.args)):
            told = "none of the paths that were typed is an operation's: type none, or spec/catalogue"
            raise pytest.UsageError(f"--generated draws examples of the catalogue's operations, and {told}")

    def pytest_report_header(self) -> str:
        asked = self.run.options.generated
        assert asked is not None
        told = f"{asked.examples} examples of each operation and dtype, seed {asked.seed}"
        return f"nnconform: generated: {told} (--generated-seed={asked.seed} draws the same)"

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """A worker of xdist draws from the controller's seed."""
        asked = self.run.options.generated
        assert asked is not None
        node.workerinput[SENT] = asked.seed

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> GeneratedFile | None:
        if not is_entry(file_path):
            return None
        made: GeneratedFile = GeneratedFile.from_parent(parent, path=file_path, nodeid=shown(file_path))
        made.run, made.generating = self.run, self
        return made

    def verdict(self, item: CaseItem) -> Verdict:
        """Search, and say what came of it; a failing item tells of the smallest example that shows it."""
        from nnconform.harness.generated.search import Search

        run, asked = self.run, self.run.options.generated
        assert asked is not None
        interviewer: Any = run.interviewers[item.subject]
        demanding = run.options.level == "should"
        search = Search(self._examples(item), interviewer.ask, self._listed(item), asked.examples, demanding=demanding)
        found = search.run(asked.seed)
        run.examiner.adapter_ns[item.subject.column] += search.adapter_ns
        figures = {**asked.record(), **search.tally.record()}
        item.figures = {"generated": figures}
        if seen := found or search.known:
            item.frozen_line = {**(seen.prepared.frozen or {}), "options": asked.arguments}
            figures["toml"] = seen.prepared.toml
        return _verdict(search, found)

    def _listed(self, item: CaseItem) -> list[Any]:
        from nnconform.harness.generated.known import of_operation

        return of_operation(self.run.examiner.known[item.subject], item.case["operations"][0], item.dtype)

    def _examples(self, item: CaseItem) -> Examples:
        """One item's examples, and the next one's where that asks the same of another subject."""
        from nnconform.harness.generated.search import Examples

        (operation,) = item.case["operations"]
        if self.examples is None or (self.examples.operation, self.examples.dtype) != (operation, item.dtype):
            self.examples = Examples(operation, item.dtype)
        return self.examples


def _verdict(search: Search, found: Judged | None) -> Verdict:
    """Of the whole item."""
    from nnconform.harness.verdict import Verdict

    tally = search.tally
    if found is not None:
        return _diagnosed(found)
    if not tally.asked and tally.unsupported:
        return search.declined
    if tally.live * 2 < search.wanted and not tally.unsupported:
        reasons = ", ".join(f"{count} {reason}" for reason, count in tally.dead.most_common())
        told = f"of {tally.asked} examples {tally.live} could prove anything: {reasons or 'no more were found'}"
        return Verdict(outcome="error", reason=told)
    if search.known is not None:
        verdict = search.known.verdict
        verdict.outcome, verdict.deviation = "known deviation", "; ".join(tally.known)
        return verdict
    return Verdict(ulps=search.worst.ulps, share=search.worst.share, elapsed_ns=search.worst.elapsed_ns)


def _diagnosed(found: Judged) -> Verdict:
    """The verdict on the smallest example, with what it looks like."""
    from nnconform.harness.diagnosis.diagnose import diagnose

    if found.verdict.findings and found.transcript is not None and found.prepared.frozen is not None:
        found.verdict.diagnosis = diagnose(found.prepared.frozen, found.transcript, found.verdict)
    return found.verdict


def described(told: Mapping[str, Any]) -> list[str]:
    """What a failing item says beside the finding."""
    drawn = f"{told['asked']} examples asked, {told['live']} of them live, seed {told['seed']}"
    lines = [f"  generated:   {drawn}; the smallest that shows it, as a spec file of its own:"]
    return [*lines, *(f"    {line}" for line in told["toml"].splitlines())]


def _reaches(argument: str) -> bool:
    """Whether a path that pytest is given holds an entry of the catalogue, or is one."""
    path = Path(argument.partition("::")[0]).resolve()
    return FOLDER.resolve().is_relative_to(path) or path == FOLDER.resolve() or is_entry(path)
