"""One sweep: the truth of a batch once, then every adapter's answers against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from time import process_time_ns
from typing import Any

import numpy as np

from nnconform.harness.deviations import Deviation
from nnconform.harness.interviewers import Child, InProcess, Interviewer
from nnconform.harness.subject import SubjectCrashed
from nnconform.harness.sweeps.answering import answer, question_of
from nnconform.harness.sweeps.compare import compare
from nnconform.harness.sweeps.memory import Shared
from nnconform.harness.sweeps.tally import Tally
from nnconform.harness.sweeps.walk import Batch
from nnconform.reference.sweep.fast import COMPUTED, LONG, Fast, Plan

Array = Any
_TURNS = 2
"""While one batch is judged, the next is answered."""


class Asked:
    """A subject that answers batches: beside this process, or in it."""

    def __init__(self, interviewer: Interviewer) -> None:
        self.interviewer = interviewer
        self.apart = isinstance(interviewer, Child)
        """It can answer while others are judged."""

    def answered(self, question: Mapping[str, Any], memory: Shared, count: int) -> Mapping[str, Any]:
        """One batch, into the memory.  Raises SubjectCrashed."""
        if isinstance(self.interviewer, Child):
            return self.interviewer.swept({**question, "memory": memory.name})
        assert isinstance(self.interviewer, InProcess)
        try:
            return answer(self.interviewer.adapter, question, memory.array[:count])
        except (KeyboardInterrupt, Exception):
            raise
        except BaseException as error:  # SystemExit and its like would end the sweep without a word
            raise SubjectCrashed(f"it raised {type(error).__name__} to end the process") from None


@dataclass(slots=True)
class Entry:
    """One adapter in a sweep."""

    asked: Asked
    tally: Tally = field(default_factory=Tally)
    known: Sequence[Deviation] = ()
    """What it is expected to show."""


class Sweep:
    """One operation in one dtype, over some batches."""

    def __init__(self, engine: Fast, batches: Sequence[Batch]) -> None:
        self.engine, self.batches = engine, batches
        self.word = engine.rounding.word
        self.truth_ns = 0
        """CPU time that truth and comparison took."""
        self._plans: list[Plan] | None = None
        shapes = {(batch.blocks, batch.length) for batch in batches}
        self._room = np.empty(shapes.pop()) if len(shapes) == 1 and next(iter(shapes))[1] >= LONG else None
        """For the results of a batch in float64, where the truth computes all of them."""
        self._results: Array | None = None

    def run(self, entries: Sequence[Entry], *, first: int = 0, after: Callable[[int], object] | None = None) -> None:
        """Ask and judge from batch `first` on; `after` is told how many batches are done."""
        shared = [[Shared(self.word, self._largest) for _ in range(_TURNS)] for _ in entries]
        try:
            with ExitStack() as stack, np.errstate(all="ignore"):
                pools = [stack.enter_context(ThreadPoolExecutor(1)) for _ in entries]  # each answers in order
                self._run(entries, shared, first, after, pools)
        finally:
            for each in (one for pair in shared for one in pair):
                each.close()

    @property
    def _largest(self) -> int:
        return max((batch.count for batch in self.batches), default=1)

    def _run(
        self,
        entries: Sequence[Entry],
        shared: Sequence[Sequence[Shared]],
        first: int,
        after: Callable[[int], object] | None,
        pools: Sequence[ThreadPoolExecutor],
    ) -> None:
        def ask(number: int) -> list[Future[Mapping[str, Any]] | None]:
            if number >= len(self.batches):
                return [None] * len(entries)
            return [
                pool.submit(self._ask, entry.asked, self.batches[number], pair[number % _TURNS])
                if entry.asked.apart and not entry.tally.ended
                else None
                for entry, pair, pool in zip(entries, shared, pools, strict=True)
            ]

        waiting = ask(first)
        for number in range(first, len(self.batches)):
            following = ask(number + 1)
            batch = self.batches[number]
            truth = self._truth(number)
            for entry, future, pair in zip(entries, waiting, shared, strict=True):
                if not entry.tally.ended:
                    memory = pair[number % _TURNS]
                    self._judge(entry, batch, truth, memory, future)
            waiting = following
            if after:
                after(number + 1)
            if all(entry.tally.ended for entry in entries):
                break

    def _ask(self, asked: Asked, batch: Batch, memory: Shared) -> Mapping[str, Any]:
        engine = self.engine
        question = question_of(engine.operation, engine.attributes, engine.rounding.dtype, batch)
        return asked.answered(question, memory, batch.count)

    def again(self, entry: Entry, batch: Batch) -> Array | None:
        """The bits of an adapter's answers to any batch; None where there are none."""
        memory = Shared(self.word, batch.count)
        try:
            found = self._ask(entry.asked, batch, memory)
            return None if found.keys() & {"unsupported", "amiss"} else np.array(memory.array[: batch.count])
        except SubjectCrashed:
            return None
        finally:
            memory.close()

    def _judge(
        self, entry: Entry, batch: Batch, truth: Array, memory: Shared, future: Future[Mapping[str, Any]] | None
    ) -> None:
        try:
            found = future.result() if future else self._ask(entry.asked, batch, memory)
        except SubjectCrashed as error:
            entry.tally.ended = [error.outcome, str(error)]
            return
        if "unsupported" in found:
            entry.tally.ended = ["unsupported", found["unsupported"], *([found["lacks"]] if "lacks" in found else [])]
        elif "amiss" in found:
            entry.tally.ended = [*found["amiss"]]
        else:
            entry.tally.cpu_ns += found["cpu_ns"]
            start = process_time_ns()
            self._compared(entry, batch, truth, np.asarray(memory.array[: batch.count]))
            self.truth_ns += process_time_ns() - start

    def _compared(self, entry: Entry, batch: Batch, truth: Array, got: Array) -> None:
        def inputs(places: Array) -> Array:
            if batch.step == batch.length:
                found = places.astype(self.word)
                found += self.word.type(batch.start)
                return found
            rows, columns = np.divmod(places, batch.length)
            return batch.starts(self.word)[rows] + columns.astype(self.word)

        compare(entry.tally, self.engine, inputs, truth, got, entry.known, self._results)

    # ------------------------------------------------------------------- truth

    def _truth(self, number: int) -> Array:
        start = process_time_ns()
        batch = self.batches[number]
        plan = self._plan(number)
        whole = self._room is not None and bool((plan.kinds == COMPUTED).all())
        found = self.engine.expected(batch.patterns(self.word), plan, self._room if whole else None).ravel()
        self._results = self._room.ravel() if whole and self._room is not None else None
        self.truth_ns += process_time_ns() - start
        return found

    def _plan(self, number: int) -> Plan:
        if self._plans is None:
            self._plans = list(self._planned())
        return self._plans[number]

    def _planned(self) -> Iterator[Plan]:
        """How every run is settled, found at once."""
        starts = np.concatenate([batch.starts(self.word) for batch in self.batches])
        lengths = np.concatenate([np.full(batch.blocks, batch.length - 1, self.word) for batch in self.batches])
        plan = self.engine.plan(starts, starts + lengths)
        place = 0
        for batch in self.batches:
            yield Plan(plan.kinds[place : place + batch.blocks], plan.constants[place : place + batch.blocks])
            place += batch.blocks
