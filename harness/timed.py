"""One timing case, asked of all its subjects together: prepared, measured in interleaved rounds, judged twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from nnconform.harness.judge import Frozen, judge
from nnconform.harness.subject import Subject
from nnconform.harness.timing.engine import measure
from nnconform.harness.timing.errors import TimingError, TooLarge, WorkerLost
from nnconform.harness.timing.handle import Worker
from nnconform.harness.timing.model import Measured, Prepared, Progress, Series, Settings
from nnconform.harness.timing.ratios import ratio
from nnconform.harness.timing.sentinel import Sentinel
from nnconform.harness.transcript import Transcript
from nnconform.harness.verdict import Verdict

Key = tuple[Subject, str]
_ITSELF = "itself"
"""The second entry of a subject that is measured against itself."""


class Timekeeper:
    """A worker as the run knows its subjects."""

    def __init__(self, subject: Subject, threads: int) -> None:
        self.subject, self.threads = subject, threads
        self._worker = Worker(subject, threads)
        self.description: Mapping[str, Any] = {}

    @property
    def worker(self) -> Worker:
        """The process, or another where that one was lost: a crash costs one case."""
        if self._worker.lost:
            self._worker = Worker(self.subject, self.threads)
        return self._worker

    def wait(self) -> None:
        """Until the framework is loaded.  Raises SubjectError where it cannot be."""
        self.description = self._worker.description

    def source(self, operation: str) -> str:
        """Not asked for: a wrong row is found again by the conformance cases."""
        return ""

    def counters(self) -> Mapping[str, int]:
        """Nothing to print."""
        return {}

    def close(self) -> None:
        """End the process."""
        self._worker.close()


@dataclass(frozen=True, slots=True)
class Timed:
    """One subject's row: its verdict, and what its record holds beside that."""

    verdict: Verdict
    figures: Mapping[str, Any]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Entry:
    """A case that a worker is ready to repeat, and all that it answered."""

    worker: Worker
    prepared: Prepared
    transcript: Transcript
    failed: str = ""


@dataclass(slots=True)
class Stopwatch:
    """Measures one case at a time; the sentinel sees the whole run."""

    keepers: Mapping[Subject, Timekeeper]
    settings: Settings
    sentinel: Sentinel
    watch: Callable[[Progress], None] | None = None
    controls: list[dict[str, Any]] = field(default_factory=list)
    """Records of rows measured against themselves, in their order."""

    def measure(self, frozen: Frozen, subjects: Iterable[Subject], *, control: str = "") -> dict[Subject, Timed]:
        """Every subject's row.  With `control`, the case's name, each is measured against itself as well."""
        rows: dict[Subject, Timed] = {}
        entries: dict[Subject, _Entry] = {}
        for subject in subjects:
            found = self._prepared(frozen, self.keepers[subject])
            if isinstance(found, _Entry):
                entries[subject] = found
            else:
                rows[subject] = Timed(found, {"work": frozen["work"]})
        measured = self._measured(entries, control=bool(control)) if entries else {}
        for subject, entry in entries.items():
            rows[subject] = self._row(frozen, entry, measured[subject, ""])
            if control:
                self._control(subject, control, measured)
        return rows

    def _prepared(self, frozen: Frozen, keeper: Timekeeper) -> _Entry | Verdict:
        """A case made ready; or the verdict that ends it here."""
        worker = keeper.worker
        try:
            prepared = worker.prepare(frozen["ask"], frozen["work"]["memory"])
        except TooLarge as error:
            return Verdict(outcome="unsupported", reason=str(error))
        except WorkerLost as error:
            return Verdict(outcome="crashed", reason=str(error))
        except TimingError as error:
            return Verdict(outcome="error", reason=str(error))
        if prepared.slot is None:
            return judge(frozen, prepared.transcript)
        return _Entry(worker, prepared, prepared.transcript)

    def _measured(self, entries: Mapping[Subject, _Entry], *, control: bool) -> dict[Key, Measured]:
        names = ("", _ITSELF) if control else ("",)
        keys = {(subject, name): entry for subject, entry in entries.items() for name in names}
        return measure(
            {key: (entry.worker, entry.prepared.slot or 0) for key, entry in keys.items()},
            self.settings,
            sentinel=self.sentinel,
            watch=self.watch,
            steady_ns={key: entry.prepared.steady_ns for key, entry in keys.items()},
        )

    def _row(self, frozen: Frozen, entry: _Entry, measured: Measured) -> Timed:
        """The row, judged by the answers before and after the rounds."""
        slot = entry.prepared.slot or 0
        try:
            entry.transcript.answers.update(entry.worker.others(slot).answers)
            verdict = judge(frozen, entry.transcript)
        except TimingError as error:
            verdict = Verdict(outcome="crashed", reason=str(error))
        entry.worker.release(slot)
        if measured.hot is None:
            if verdict.outcome == "passed":
                verdict.outcome, verdict.reason = "error", measured.failed or "it could not be measured"
            return Timed(verdict, {"work": frozen["work"]}, tuple(measured.notes))
        verdict.elapsed_ns = round(measured.hot.median_ns)
        timing = {
            "hot": _series(measured.hot),
            "cold": _series(measured.cold),
            "first_ns": entry.prepared.first_ns,
            "compile_ns": entry.prepared.compile_ns,
            "threads": entry.worker.threads,
            "untrusted": measured.untrusted or measured.failed,
        }
        return Timed(verdict, {"work": frozen["work"], "timing": timing}, tuple(measured.notes))

    def _control(self, subject: Subject, case: str, measured: Mapping[Key, Measured]) -> None:
        first, second = measured[subject, ""].hot, measured[subject, _ITSELF].hot
        found = ratio(first, second) if first and second else None
        if found and first and second:
            shared = {number for number, _ in first.rounds} & {number for number, _ in second.rounds}
            self.controls.append({
                "record": "control", "adapter": subject.label, "device": subject.device, "mode": subject.mode,
                "case": case, "ratio": found[0], "low": found[1], "high": found[2], "rounds": len(shared),
            })  # fmt: skip


def _series(series: Series | None) -> dict[str, Any] | None:
    return asdict(series) if series else None


def ceiling_lines(
    subject: Subject, worker: Worker, dtype: str, budget_s: float
) -> tuple[list[dict[str, Any]], list[str]]:
    """Records of what the device does at best, through one worker; and a line for each that is missing."""
    place = {"adapter": subject.label, "device": subject.device, "mode": subject.mode, "dtype": dtype}
    try:
        found = worker.ceilings(dtype, budget_s)
    except TimingError as error:
        return [], [f"{subject.column}: no ceilings: {error}"]
    missing = [f"{subject.column}: {each.missing}" for each in found if each.value is None]
    rows = [
        {"record": "ceiling", **place, **{name: value for name, value in asdict(each).items() if name != "missing"}}
        for each in found
        if each.value is not None
    ]
    return rows, missing
