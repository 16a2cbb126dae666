"""One run: opens the subjects, collects the spec, has every case examined and recorded."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nnconform.harness import deviations
from nnconform.harness.arguments import check_marks, choose_spec, names_any, register_markers
from nnconform.harness.collect import CaseItem, SpecFile
from nnconform.harness.examining import Examiner
from nnconform.harness.garbage import as_now, long_lived
from nnconform.harness.interrupts import Interrupts
from nnconform.harness.interviewers import Child, InProcess, Opened
from nnconform.harness.opening import open_all
from nnconform.harness.options import Options, parse
from nnconform.harness.recording import Recorder
from nnconform.harness.result import RECORD, result_of
from nnconform.harness.resuming import Earlier, Resumption
from nnconform.harness.subject import LeftOut, Subject, SubjectError
from nnconform.harness.summary import header_lines, left_out_lines, left_unrun, write_summary
from nnconform.spec.errors import SpecError
from nnconform.spec.frozen import ROOT, shown
from nnconform.spec.loader import is_ours

if TYPE_CHECKING:
    from nnconform.harness.verdict import Verdict


class Run:
    """The plugin object of an active run."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.options: Options = parse(config)
        self.interviewers: dict[Subject, Opened] = {}
        self.left_out: dict[Subject, LeftOut] = {}
        self.recorder: Recorder | None = None
        self.bad_files: list[str] = []
        """Findings in spec files so far."""
        self.interrupts = Interrupts()
        self.examiner = Examiner(self)
        self.earlier: Earlier | None = None
        """The run that is taken up again."""
        self.collected = 0
        config.add_cleanup(as_now())
        self.other_dtypes: set[str] = set()
        """Dtypes that cases list and nobody asked for."""
        self.received: dict[str, dict[str, int]] = {}
        """Counters that xdist workers sent."""
        self.typed = choose_spec(config, self.options)
        register_markers(config)
        check_marks(config)
        if self.options.resume:
            config.pluginmanager.register(Resumption(self), "nnconform-resumption")

    # ------------------------------------------------------------- the session

    @property
    def is_worker(self) -> bool:
        """Whether this is an xdist worker."""
        return hasattr(self.config, "workerinput")

    @property
    def distributes(self) -> bool:
        """Whether this is the controller of xdist workers, which asks nothing itself."""
        return bool(self.config.getoption("tx", None)) and not self.is_worker

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        if self.config.option.collectonly:
            return
        self.interrupts.watch()
        try:
            self._open()
        except BaseException as error:  # Ctrl-C while frameworks load, too
            self._close()
            if isinstance(error, SubjectError):
                raise pytest.UsageError(str(error)) from None
            raise
        if self.distributes:
            self._close()

    @property
    def descriptions(self) -> list[dict[str, Any]]:
        """What is tested, on what, subject by subject."""
        return [{**found.description, "label": subject.label} for subject, found in self.interviewers.items()]

    def _open(self) -> None:
        options = self.options
        self.left_out = open_all(options.subjects, self.interviewers, self.make, named=not options.every_adapter)
        self.config.args[:] = [each for each in self.config.args if not names_any(each, self.left_out)]
        self.options = replace(options, subjects=tuple(self.interviewers))
        for subject, interviewer in self.interviewers.items():
            self.examiner.known[subject] = deviations.Known(subject, interviewer.description)

    def make(self, subject: Subject) -> Opened:
        """Who asks a subject."""
        if self.options.apart or self.distributes:
            return Child(subject, self.options.case_limit_s)
        return InProcess(subject)

    def _close(self) -> None:
        for interviewer in self.interviewers.values():
            interviewer.close()

    def pytest_report_header(self) -> list[str]:
        lines = [*header_lines(self.options, self.descriptions), *left_out_lines(self.options, self.left_out.values())]
        return [*lines, *([] if self.typed else ["nnconform: no path typed: only the specification is run"])]

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self) -> None:
        """What comes next is short, and is not to be interrupted."""
        self.interrupts.ending = True

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        self.interrupts.leave()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Records begin with the first case, so that a run that came to nothing leaves none."""
        asked = self.distributes or self.earlier or any(isinstance(item, CaseItem) for item in session.items)
        if asked and not self.is_worker and not self.config.option.collectonly:
            self.recorder = Recorder(self.config, self.options, self.descriptions, self.earlier)
            self.begin()
        found = yield
        if self.recorder:
            self.end()
        if self.bad_files and self.recorder:  # workers found them
            self.recorder.discard()
            self.recorder = None
            raise pytest.UsageError(*self.bad_files)
        return found

    def begin(self) -> None:
        """Before the first case."""

    def end(self) -> None:
        """After the last."""

    def counters(self) -> dict[str, dict[str, int]]:
        """Each subject's counts, those of workers included."""
        if self.distributes:
            return self.received
        return {
            subject.column: {**found.counters(), "ms in the adapter": self.examiner.adapter_ns[subject.column] // 10**6}
            for subject, found in self.interviewers.items()
        }

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        self.interrupts.ending = True
        if self.recorder:
            own = sum(isinstance(item, CaseItem) for item in session.items)
            collected = session.testscollected if self.distributes else own
            session.exitstatus = self.recorder.status(int(exitstatus))
            self.recorder.finish(session.exitstatus, collected, self.counters())
        if not self.distributes:
            self._close()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in left_unrun(self.config, terminalreporter, asked=bool(self.recorder and self.recorder.tally.counts)):
            terminalreporter.write_line(line)
        if self.recorder:
            write_summary(terminalreporter, self.recorder, self.interrupts)
            session = terminalreporter._session  # noqa: SLF001 - nothing else is in reach of both
            if self.recorder.error and session is not None:
                session.exitstatus = self.recorder.status(int(session.exitstatus))

    # -------------------------------------------------------------- collection

    def path_of(self, file: str) -> Path:
        """Where the file of an item's id lies."""
        inside = ROOT.joinpath(*Path(file).parts[1:])
        return inside if file.startswith("spec/") and inside.is_file() else self.config.rootpath / file

    @pytest.hookimpl(tryfirst=True)
    def pytest_collect_directory(self, path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Our own folders are plain folders here: collecting them imports nothing."""
        return pytest.Dir.from_parent(parent, path=path) if path.resolve().is_relative_to(ROOT) else None

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> SpecFile | None:
        if file_path.suffix != ".toml" or not is_ours(file_path):
            return None
        own: Any = {"nodeid": shown(file_path)} if file_path.resolve().is_relative_to(ROOT) else {}
        made: SpecFile = SpecFile.from_parent(parent, path=file_path, **own)
        made.run = self
        return made

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        """A bad spec file is told in one line a finding at the end of collection, not by a traceback here."""
        report = yield
        call = getattr(report, "call", None)
        if call and call.excinfo and isinstance(call.excinfo.value, SpecError):
            self.bad_files += map(str, call.excinfo.value.problems)
            report.outcome, report.longrepr, report.result = "passed", None, []
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session: pytest.Session) -> Generator[None, object, object]:
        """The findings in all bad files, with exit code 4; they say more than that an item was not found."""
        try:
            with long_lived():
                found = yield
        except pytest.UsageError:
            if not self.bad_files:
                raise
            found = None
        if self.bad_files and not self.is_worker:
            raise pytest.UsageError(*self.bad_files)
        if self.other_dtypes and not self.collected and not self.is_worker:
            wanted, there = ", ".join(self.options.dtypes or ()), ", ".join(sorted(self.other_dtypes))
            raise pytest.UsageError(f"no case runs in {wanted}; what was asked for has {there}")
        return found

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """A worker with bad files runs nothing; its controller ends the run."""
        if self.bad_files and self.is_worker:
            items.clear()

    # ------------------------------------------------------------------- cases

    def examine(self, item: CaseItem) -> Verdict:
        """Ask and judge one case."""
        return self.examiner.examine(item)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
        report = yield
        if isinstance(item, CaseItem) and (call.when == "call" or report.failed):
            setattr(report, RECORD, result_of(item, report, self.interviewers[item.subject]))
        if isinstance(item, CaseItem) and call.when == "teardown":
            item.frozen_line = item.verdict = item.figures = None  # written down; kept, they slow garbage collection
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self.recorder and (result := report.__dict__.pop(RECORD, None)):
            self.recorder.add(result)
