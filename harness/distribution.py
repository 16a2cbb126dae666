"""Under xdist: tiny cases travel in groups, and what workers know reaches the controller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from nnconform.harness.arguments import names_any
from nnconform.harness.generated.items import case_of, is_entry
from nnconform.harness.plan import plan
from nnconform.harness.result import RECORD, result_of
from nnconform.harness.verdict import Verdict
from nnconform.harness.wording import typed
from nnconform.spec.frozen import ROOT

if TYPE_CHECKING:
    from nnconform.harness.run import Run
    from nnconform.harness.subject import Subject

_SENT = "nnconform"
_STARTS = 3
"""So many workers may die before they are ready."""


class Distribution:
    """Registered only where xdist is."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.ready: set[str] = set()
        """Workers that have loaded and collected."""
        self.in_vain = 0

    def pytest_xdist_make_scheduler(self, config: Any, log: Any) -> Any:
        """File by adapter by dtype: one at a time, items would wait for each other's messages."""
        if config.getoption("dist") not in {"load", "no"}:
            return None
        from nnconform.harness.scheduling import GroupScheduling

        made = GroupScheduling(config, log)
        made.all_modes = self.run.examiner.traits.pairs
        return made

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A worker sends what its controller cannot see."""
        if self.run.is_worker:
            sent = {"bad_files": self.run.bad_files, "counters": self.run.counters()}
            self.run.config.workeroutput[_SENT] = sent  # type: ignore[attr-defined]

    def pytest_xdist_node_collection_finished(self, node: Any, ids: object) -> None:
        """A worker that is ready for its first item."""
        self.ready.add(node.gateway.id)

    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """The controller receives it.  Workers that die while they load would be replaced again and again."""
        self.in_vain += bool(error) and node.gateway.id not in self.ready
        if self.in_vain == _STARTS and (session := self.run.config.pluginmanager.getplugin("dsession")):
            session.shouldstop = f"{_STARTS} workers died before they could be asked anything"
            session._max_worker_restart = 0  # noqa: SLF001 - told to stop, it would go on replacing those that die
        sent = getattr(node, "workeroutput", {}).get(_SENT, {})
        self.run.bad_files += [line for line in sent.get("bad_files", ()) if line not in self.run.bad_files]
        for label, counters in sent.get("counters", {}).items():
            self.run.received[label] = dict(Counter(self.run.received.get(label, {})) + Counter(counters))

    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        """A case whose worker died has a result like any other."""
        if found := self._crashed(crashitem):
            setattr(report, RECORD, result_of(found, report, None))

    def _crashed(self, nodeid: str) -> Crashed | None:
        file, _, name = nodeid.partition("::")
        path = self.run.path_of(file)
        subject = next((each for each in self.run.options.subjects if names_any(nodeid, [each])), None)
        if subject is None or path.suffix != ".toml":
            return None
        case_id, *_, dtype, _ = name.split("/")
        again = typed(nodeid, path, self.run.config.invocation_params.dir)
        if is_entry(path):
            return Crashed(nodeid, again, case_of(path), dtype, subject, None)
        made = plan(path)
        case = next(found for found in made.cases if found["id"] == case_id)
        digest = "" if path.resolve().is_relative_to(ROOT) else made.digest(case_id, dtype)
        return Crashed(nodeid, again, case, dtype, subject, made.line(case_id, dtype), case_digest=digest)


@dataclass
class Crashed:
    """An item that nobody can be asked about any more."""

    nodeid: str
    typed: str
    case: dict[str, Any]
    dtype: str
    subject: Subject
    frozen_line: dict[str, Any] | None
    figures: Mapping[str, Any] | None = None
    case_digest: str = ""
    verdict: Verdict | None = field(default_factory=lambda: Verdict(outcome="crashed", reason="its process ended"))
