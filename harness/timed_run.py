"""A run with `--timing`: the same collecting, judging and recording, with one worker process a subject."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nnconform.harness.collect import CaseItem
from nnconform.harness.interviewers import Opened
from nnconform.harness.progress import Progress
from nnconform.harness.run import Run
from nnconform.harness.subject import Subject
from nnconform.harness.timed import Stopwatch, Timed, Timekeeper, ceiling_lines
from nnconform.harness.timing.conditions import Conditions
from nnconform.harness.timing.model import Settings
from nnconform.harness.timing.sentinel import Sentinel
from nnconform.spec.frozen import shown

if TYPE_CHECKING:
    from nnconform.harness.verdict import Verdict

Key = tuple[Path, str, str]
"""File, case, dtype: what all subjects are measured on together."""


class TimedRun(Run):
    """The plugin object of a timing run."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        if config.getoption("tx", None) or hasattr(config, "workerinput"):
            raise pytest.UsageError("--timing and -n do not go together: processes beside each other disturb timing")
        timing = self.options.timing
        assert timing is not None
        self.timing = timing
        self.wanted: dict[Key, list[Subject]] = {}
        """The subjects of each case, however they were selected."""
        self.rows: dict[Key, dict[Subject, Timed]] = {}
        """Measured already, and not yet asked for."""
        self.families: set[str] = set()
        """Families that have had a case measured against itself."""
        self.notes: dict[str, None] = {}

    def make(self, subject: Subject) -> Opened:
        """A subject's worker."""
        return Timekeeper(subject, self.timing.threads)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """What is left after every selection."""
        for item in session.items:
            if isinstance(item, CaseItem):
                self.wanted.setdefault(_key(item), []).append(item.subject)

    def end(self) -> None:
        """The machine's state over the whole run."""
        self._write(self.conditions.record(self.stopwatch.sentinel))

    def begin(self) -> None:
        """What the devices do at best comes first, in the same conditions as the rest."""
        keepers = {subject: found for subject, found in self.interviewers.items() if isinstance(found, Timekeeper)}
        self.progress = Progress(self.config, len(self.wanted))
        seed, cpus = self.timing.seed, next(iter(keepers.values())).worker.cpus
        self.conditions = Conditions(self.timing.threads, seed)
        settings = Settings(seed=seed, limit_s=self.timing.limit_s)
        self.stopwatch = Stopwatch(keepers, settings, Sentinel(cpus), self.progress.round)
        for subject, keeper in keepers.items():
            self.progress.say(f"ceilings of {subject.column}")
            for dtype in sorted({dtype for _, _, dtype in self.wanted}):
                lines, missing = ceiling_lines(subject, keeper.worker, dtype, 1.5 * self.timing.limit_s)
                for line in lines:
                    self._write(line)
                self.notes.update(dict.fromkeys(missing))
        self.progress.clear()

    def examine(self, item: CaseItem) -> Verdict:
        """One row; the first of a case has all its subjects measured."""
        assert item.frozen_line is not None
        key = _key(item)
        if key not in self.rows:
            self.progress.begin(item.case["id"])
            family = item.frozen_line["work"]["family"]
            control = "" if family in self.families else f"{shown(item.path)}::{item.case['id']}"
            if "sequential" in item.case["operations"]:
                control = ""  # an adapter may keep one model at a time: two entries would build it over and over
            if control:
                self.families.add(family)
            self.rows[key] = self.stopwatch.measure(item.frozen_line, self.wanted[key], control=control)
            while self.stopwatch.controls:
                self._write(self.stopwatch.controls.pop(0))
            self.progress.clear()
        timed = self.rows[key].pop(item.subject)
        item.figures = timed.figures
        for note in timed.notes:
            self.notes[f"{item.subject.column}: {item.case['id']}: {note}"] = None
        return self.examiner.graded(item, timed.verdict)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """What could not be measured as it should, in a line each."""
        super().pytest_terminal_summary(terminalreporter)
        for note in self.notes:
            terminalreporter.write_line(note)

    def counters(self) -> dict[str, dict[str, int]]:
        """A call's time is in its record."""
        return {}

    def _write(self, line: dict[str, Any]) -> None:
        if self.recorder:
            self.recorder.note(line)


def _key(item: CaseItem) -> Key:
    return item.path, item.case["id"], item.dtype
