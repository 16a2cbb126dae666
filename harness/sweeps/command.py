"""What `nnconform sweep` does: sweeps one operation in some dtypes, keeps its state, writes records."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest

from nnconform.harness.deviations import Deviation, Known
from nnconform.harness.interviewers import Child, InProcess, Interviewer
from nnconform.harness.opening import open_all
from nnconform.harness.options import Options, asked_apart
from nnconform.harness.raising import line as line_of
from nnconform.harness.recording import Recorder
from nnconform.harness.subject import Subject, SubjectError
from nnconform.harness.sweeps.bar import Bar
from nnconform.harness.sweeps.figures import NO_VERDICT, line, table, verdict
from nnconform.harness.sweeps.items import diagnose
from nnconform.harness.sweeps.state import SAVED_S, State, resume
from nnconform.harness.sweeps.sweep import Asked, Entry, Sweep
from nnconform.harness.sweeps.tally import Tally
from nnconform.harness.sweeps.truths import truth
from nnconform.harness.sweeps.walk import walk
from nnconform.harness.verdict import plain
from nnconform.harness.wording import looks
from nnconform.spec.catalogue import catalogue

_FILE = "spec/sweeps/functions.toml"


class Command:
    """One operation, some subjects, some dtypes."""

    def __init__(
        self,
        operation: str,
        subjects: tuple[Subject, ...],
        dtypes: Sequence[str],
        *,
        exhaustive: bool,
        shard: tuple[int, int],
        folder: Path,
        every_mode: bool,
    ) -> None:
        self.operation, self.subjects, self.dtypes = operation, subjects, tuple(dtypes)
        self.exhaustive, self.shard, self.folder, self.every_mode = exhaustive, shard, folder, every_mode
        self.attributes = dict(catalogue()[operation].attributes)
        self.opened: dict[Subject, Interviewer] = {}
        self.saved = monotonic()

    def run(self, *, resumed: bool) -> int:
        """Sweep every dtype; gives the exit code.  Raises SubjectError, StateError."""
        try:
            left_out = open_all(self.subjects, self.opened, self._make)
            for error in left_out.values():
                if not (error.lacks_mode and self.every_mode):
                    print(f"nnconform: left out: {error}", file=sys.stderr)
            return self._run(resumed=resumed)
        finally:
            for interviewer in self.opened.values():
                interviewer.close()

    def _make(self, subject: Subject) -> Interviewer:
        if asked_apart(self.subjects):
            return Child(subject)
        try:
            return InProcess(subject)
        except (KeyboardInterrupt, SubjectError):
            raise
        except BaseException as error:  # what it says of itself cannot be read; SystemExit would end this silently
            raise SubjectError(f"the adapter {subject.adapter!r} does not start: {line_of(error)}") from None

    @property
    def _asked(self) -> dict[str, Any]:
        """Everything that would change an answer or a figure."""
        return {
            "operation": self.operation,
            "attributes": self.attributes,
            "dtypes": list(self.dtypes),
            "exhaustive": self.exhaustive,
            "shard": list(self.shard),
            "adapters": [subject.column for subject in self.opened],
            "versions_or_flags": [
                [dict(found.description["versions"]), dict(found.description["flags"])]
                for found in self.opened.values()
            ],
        }

    def _run(self, *, resumed: bool) -> int:
        first = next(iter(self.opened))
        names = "+".join(subject.column.replace(" ", "-") for subject in self.opened)
        path = self.folder / f"sweep-{self.operation}-{names}-{first.device.replace(':', '')}.state.json"
        state = resume(path, self._asked) if resumed else State(path, self._asked)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            state.save()
        except OSError as error:
            raise SubjectError(f"cannot write into {self.folder}: {error.strerror}; say --results=FOLDER") from None
        for result in state.finished:
            print(self._line(result))
        for dtype in self.dtypes:
            if all(result["dtype"] != dtype for result in state.finished):
                self._sweep(dtype, state)
        return self._finish(state)

    def _sweep(self, dtype: str, state: State) -> None:
        """One dtype, from where it stands."""
        engine = truth(self.operation, self.attributes, dtype)
        sweep = Sweep(engine, walk(dtype, exhaustive=self.exhaustive, shard=self.shard))
        if state.dtype != dtype:
            state.dtype, state.done, state.tallies = dtype, 0, {}
        entries = {
            subject: Entry(
                Asked(found), state.tallies.get(subject.column) or Tally(), self._listed(subject, found, dtype)
            )
            for subject, found in self.opened.items()
        }
        state.tallies = {subject.column: entry.tally for subject, entry in entries.items()}
        bar = Bar(f"{self.operation} {dtype}", len(sweep.batches))

        def after(done: int) -> None:
            state.done = done
            bar.show(done)
            if monotonic() - self.saved > SAVED_S:
                state.save()
                self.saved = monotonic()

        sweep.run(list(entries.values()), first=state.done, after=after)
        bar.clear()
        for subject, entry in entries.items():
            result = self._result(subject, dtype, entry, sweep)
            state.finished.append(result)
            print(self._line(result), flush=True)
        state.dtype, state.done, state.tallies = "", 0, {}
        state.save()

    @property
    def _case(self) -> str:
        """The case of the specification that asks the same."""
        return f"{self.operation}_every_value"

    def _listed(self, subject: Subject, found: Interviewer, dtype: str) -> list[Deviation]:
        return Known(subject, found.description).listed(_FILE, self._case, dtype)

    def _result(self, subject: Subject, dtype: str, entry: Entry, sweep: Sweep) -> dict[str, Any]:
        """A record's line."""
        found = verdict(entry.tally, sweep.engine, [deviation.cause for deviation in entry.known])
        diagnose(found, entry, sweep)
        name = f"{self._case}/{subject.label}/{subject.device}/{dtype}/{subject.mode}"
        made = {
            "record": "result", "id": f"{_FILE}::{name}", "file": _FILE, "case": self._case, "line": 0,
            "adapter": subject.label, "device": subject.device,
            "dtype": dtype, "mode": subject.mode, "kind": "sweep", "level": "must", "operations": [self.operation],
            "systems": [], **found.record(), "elapsed_ns": entry.tally.cpu_ns // max(entry.tally.inputs // 2**16, 1),
        }  # fmt: skip
        if found.outcome not in NO_VERDICT:
            made["sweep"] = table(entry.tally, sweep.engine)
        return dict(plain(made))

    def _line(self, result: dict[str, Any]) -> str:
        name = result["adapter"] if result["mode"] == "eager" else f"{result['adapter']} {result['mode']}"
        told = line(self.operation, name, result["dtype"], result, result["outcome"])
        return told + looks(result.get("diagnosis", ""))

    def _finish(self, state: State) -> int:
        """Write the records; without anything that was asked, tell why."""
        asked = [result for result in state.finished if result["outcome"] != "unsupported"]
        if not asked:
            state.clear()
            raise SubjectError("; ".join(dict.fromkeys(result["reason"] for result in state.finished)))
        status = int(any(result["outcome"] not in {"passed", "unsupported", "known deviation"} for result in asked))
        options = Options(tuple(self.opened), self.dtypes, "must", self.folder, asked_apart(self.subjects))
        config: Any = SimpleNamespace(invocation_params=SimpleNamespace(args=tuple(sys.argv[1:]), dir=Path.cwd()))
        descriptions = [{**found.description, "label": subject.label} for subject, found in self.opened.items()]
        try:
            recorder = Recorder(config, options, descriptions)
        except pytest.UsageError as error:
            raise SubjectError(str(error)) from None
        for result in state.finished:
            recorder.add(result)
        recorder.finish(
            status,
            len(state.finished),
            {subject.column: dict(found.counters()) for subject, found in self.opened.items()},
        )
        state.clear()
        print(f"records: {recorder.path}")
        return status
