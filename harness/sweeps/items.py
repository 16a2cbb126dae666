"""Sweeps as pytest asks them: one item a subject; the first of a case sweeps all subjects against one truth.

A sweep over float32 keeps its state beside the records, so that `--resume` goes on where it was killed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np

from nnconform.harness.deviations import Deviation, Known
from nnconform.harness.sweeps.bar import Bar
from nnconform.harness.sweeps.figures import table, verdict
from nnconform.harness.sweeps.state import SAVED_S, State, StateError, resume
from nnconform.harness.sweeps.sweep import Asked, Entry, Sweep
from nnconform.harness.sweeps.tally import Tally
from nnconform.harness.sweeps.truths import frozen_truth
from nnconform.harness.sweeps.walk import walk
from nnconform.harness.verdict import Verdict
from nnconform.spec.arrays import dtype_of, encode

if TYPE_CHECKING:
    from nnconform.harness.collect import CaseItem
    from nnconform.harness.interviewers import Interviewer
    from nnconform.harness.options import Options
    from nnconform.harness.recording import Recorder
    from nnconform.harness.subject import Subject

Key = tuple[Path, str, str]
"""File, case, dtype: what all subjects are swept on together."""


@dataclass(frozen=True, slots=True)
class Swept:
    """One subject's sweep."""

    verdict: Verdict
    figures: Mapping[str, Any]
    cpu_ns: int


class Sweeps:
    """All sweeps of a run."""

    def __init__(
        self,
        options: Options,
        interviewers: Mapping[Subject, Interviewer],
        known: Mapping[Subject, Known],
        recorder: Recorder | None,
    ) -> None:
        self.which, self.interviewers, self.known = options.sweep, interviewers, known
        self.resumed = options.resume
        self.records = recorder.path if recorder else None
        """Where a sweep's state lies beside; workers have none."""
        self.wanted: dict[Key, list[Subject]] | None = None
        self.found: dict[tuple[Key, Subject], Swept] = {}
        """Swept already, and not yet asked for."""

    def of(self, item: CaseItem, *, alone: bool) -> Swept:
        """One item's sweep; `alone` where other processes ask the other subjects."""
        key = _key(item)
        if (key, item.subject) not in self.found:
            self._sweep(item, key, [item.subject] if alone else self._together(item, key))
        found = self.found.pop((key, item.subject))
        if self.records and not self.found and item.dtype == "float32":  # the others have none
            beside(self.records).unlink(missing_ok=True)
        assert item.frozen_line is not None
        item.frozen_line = shown_at(item.frozen_line, found.verdict, self._named(item.dtype))
        return found

    def _named(self, dtype: str) -> str:
        return self.which if dtype == "float32" else ""

    def _together(self, item: CaseItem, key: Key) -> list[Subject]:
        """The subjects of a case that are still to be asked, however they were selected."""
        if self.wanted is None:
            self.wanted = {}
            for each in item.session.items:
                if getattr(each, "case", {}).get("kind") == "sweep":
                    self.wanted.setdefault(_key(each), []).append(each.subject)  # type: ignore[arg-type, attr-defined]
        return self.wanted.pop(key, [item.subject])

    def _sweep(self, item: CaseItem, key: Key, subjects: Sequence[Subject]) -> None:
        line, dtype = item.frozen_line, item.dtype
        assert line is not None
        sweep = Sweep(frozen_truth(line), walk(dtype, exhaustive=self.which == "exhaustive"))
        file = item.nodeid.partition("::")[0]
        listed = {subject: self.known[subject].listed(file, item.case["id"], dtype) for subject in subjects}
        state = self._state(key, sweep, [subject.column for subject in subjects])
        entries = {
            each: Entry(Asked(self.interviewers[each]), state.tallies[each.column], listed[each]) for each in subjects
        }
        bar = Bar(f"{item.case['id']} {dtype}", len(sweep.batches))
        keep = _keeping(state, len(sweep.batches)) if self.records and len(sweep.batches) > 1 else None

        def after(done: int) -> None:
            bar.show(done)
            if keep:
                keep(done)

        sweep.run(list(entries.values()), first=state.done, after=after)
        if len(sweep.batches) > 1:
            bar.clear()
        for subject, entry in entries.items():
            self.found[key, subject] = _swept(entry, sweep, listed[subject])

    def _state(self, key: Key, sweep: Sweep, columns: Sequence[str]) -> State:
        """Where the sweep of some subjects stands: at its beginning, or where the run that is taken up again was."""
        records = self.records or Path("of-no-run")  # a worker's, never written
        asked = {
            "records": records.name,
            "case": [str(key[0]), *key[1:]],
            "truth": [sweep.engine.operation, sweep.engine.attributes, self.which],
        }
        if self.resumed and len(sweep.batches) > 1:
            with suppress(StateError):  # another sweep was in flight, or none
                earlier = resume(beside(records), asked)
                if set(columns) <= earlier.tallies.keys() and earlier.done <= len(sweep.batches):
                    return earlier
        return State(beside(records), asked, tallies={name: Tally() for name in columns})


def beside(records: Path) -> Path:
    """The file of the sweep in flight."""
    return records.with_suffix(".sweep.json")


def _keeping(state: State, batches: int) -> Callable[[int], None]:
    """Writes the state down now and then, and when all is done: verdicts are recorded one by one."""
    saved = monotonic()

    def keep(done: int) -> None:
        nonlocal saved
        state.done = done
        if done == batches or monotonic() - saved > SAVED_S:
            with suppress(OSError):  # the records tell of a full disk
                state.save()
            saved = monotonic()

    return keep


def _swept(entry: Entry, sweep: Sweep, listed: Sequence[Deviation]) -> Swept:
    tally, engine = entry.tally, sweep.engine
    with np.errstate(all="ignore"):
        found = verdict(tally, engine, [deviation.cause for deviation in listed])
        diagnose(found, entry, sweep)
        found.elapsed_ns = tally.cpu_ns // max(tally.inputs // 2**16, 1)
        figures = {"sweep": table(tally, engine)} if tally.inputs else {}
    return Swept(found, figures, tally.cpu_ns)


def diagnose(found: Verdict, entry: Entry, sweep: Sweep) -> None:
    """Say what wrong values look like; asks some of them again."""
    if not found.findings:
        return
    from nnconform.harness.diagnosis.sweeps import diagnose_sweep

    worst = -1 if entry.tally.ended or not found.witness else int(found.witness["index"][0])
    found.diagnosis = diagnose_sweep(sweep.engine, partial(sweep.again, entry), worst)


def shown_at(line: Mapping[str, Any], found: Verdict, which: str) -> dict[str, Any]:
    """The frozen line of a sweep as a report shows it: asked at the one input that the verdict tells of."""
    made = {**line, **({"swept": which} if which else {})}
    if not found.witness:
        return made
    x = np.array([found.witness["inputs"]["x"]]).astype(dtype_of(line["dtype"]))
    exact, error = (encode(np.array([found.witness[name]]))["bits"] for name in ("exact", "bound"))
    truth = {"result": {"shape": [1], "high": exact, "error": error}}
    return made | {"ask": {**line["ask"], "inputs": {"x": encode(x)}}, "expect": {"outputs": truth}}


def _key(item: CaseItem) -> Key:
    return item.path, item.case["id"], item.dtype
