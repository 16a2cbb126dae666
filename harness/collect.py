"""Spec files as pytest collects them: one item for each case, subject and dtype."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nnconform.harness.arguments import item_name, swept_too
from nnconform.harness.plan import plan
from nnconform.reports.words import visible
from nnconform.spec.errors import SpecError
from nnconform.spec.frozen import ROOT, FrozenFile

if TYPE_CHECKING:
    from nnconform.harness.options import Options
    from nnconform.harness.run import Run
    from nnconform.harness.subject import Subject
    from nnconform.harness.verdict import Verdict

_MARKS: dict[str, pytest.Mark] = {}


class ConformanceFailure(Exception):  # noqa: N818 - a finding
    """A case that failed; its text is the report's."""


class SpecFile(pytest.File):
    """One TOML file of cases."""

    run: Run
    frozen: FrozenFile

    @cached_property
    def shipped(self) -> bool:
        """Whether it is one of nnconform's own."""
        return self.path.resolve().is_relative_to(ROOT)

    def collect(self) -> list[pytest.Item]:
        self.frozen = plan(self.path)
        items = list(self._items(self.run.options))
        self.run.collected += len(items)
        return items

    def _items(self, options: Options) -> Iterator[pytest.Item]:
        timing = options.timing is not None  # asked in runs of their own
        cases = [case for case in self.frozen.cases if (case["kind"] == "timing") is timing]
        for case in cases:
            if options.dtypes is not None:
                self.run.other_dtypes.update(swept_too(case, options))
        pairs: Iterable[tuple[Subject, dict[str, Any]]] = product(options.subjects, sorted(cases, key=_elements))
        if timing:  # one case's rows stand together
            pairs = ((subject, case) for case, subject in product(cases, options.subjects))
        for subject, case in pairs:
            marks = [mark(name) for name in (case["kind"], case["level"], *case["operations"], *case["systems"])]
            for dtype in swept_too(case, options):
                if options.dtypes is None or dtype in options.dtypes:
                    item: CaseItem = CaseItem.from_parent(self, name=item_name(case["id"], subject, dtype))
                    item.case, item.dtype, item.subject = case, dtype, subject
                    item.own_markers += marks
                    yield item


class CaseItem(pytest.Item):
    """One case in one dtype, asked of one subject."""

    case: dict[str, Any]
    dtype: str
    subject: Subject
    verdict: Verdict | None = None
    frozen_line: dict[str, Any] | None = None
    figures: Mapping[str, Any] | None = None
    """What a timing run measured."""

    def runtest(self) -> None:
        run = self.spec_file.run
        self.frozen_line = self.spec_file.frozen.line(self.case["id"], self.dtype)
        self.conclude(run.examine(self))

    def conclude(self, verdict: Verdict) -> None:
        """Keep a verdict, and tell pytest its outcome."""
        self.verdict = verdict
        if verdict.outcome == "unsupported":
            pytest.skip(visible(f"unsupported: {verdict.reason}"))
        if verdict.outcome == "known deviation":
            pytest.xfail(verdict.deviation)
        if verdict.outcome != "passed":
            raise ConformanceFailure(verdict.findings[0].line() if verdict.findings else verdict.reason)

    @property
    def case_digest(self) -> str:
        """Of what a case of somebody's own asks and expects; '' of those that ship."""
        return "" if self.spec_file.shipped else self.spec_file.frozen.digest(self.case["id"], self.dtype)

    @property
    def typed(self) -> str:
        """The item's id as it is typed where pytest was started."""
        from nnconform.harness.wording import typed

        return typed(self.nodeid, self.path, self.config.invocation_params.dir)

    @property
    def spec_file(self) -> SpecFile:
        assert isinstance(self.parent, SpecFile)
        return self.parent

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The finding, not a traceback through the suite."""
        if isinstance(excinfo.value, ConformanceFailure) and self.verdict and self.frozen_line:
            from nnconform.harness.wording import failure_text

            return failure_text(self, self.verdict, self.frozen_line)
        if isinstance(excinfo.value, SpecError):
            return visible("\n".join(map(str, excinfo.value.problems)))
        if isinstance(excinfo.value, pytest.xfail.Exception):
            return visible(str(excinfo.value))  # known: a traceback through the suite would cost more than the case
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.case["line"] - 1, self.name


def _elements(case: dict[str, Any]) -> int:
    """What cases are put in order by: large ones come last, since some of them end the process."""
    return sum(case["elements"].values()) if "elements" in case else 0


def mark(name: str) -> pytest.Mark:
    """The mark of a name, made once."""
    if name not in _MARKS:
        _MARKS[name] = getattr(pytest.mark, name).mark
    return _MARKS[name]
