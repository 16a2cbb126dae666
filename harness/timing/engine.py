"""Interleaved rounds: in each, every series has one block, in random order, one worker at a time.

What the machine does meanwhile then happens to all of them alike, and ratios are taken within rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from random import Random
from time import perf_counter_ns
from typing import TypeVar

from nnconform.harness.timing.errors import WorkerLost
from nnconform.harness.timing.model import Block, Measured, Progress, Settings, Timed
from nnconform.harness.timing.sentinel import Sentinel
from nnconform.harness.timing.series import Runner

K = TypeVar("K", bound=Hashable)
Entry = tuple[Timed, int]
Clock = Callable[[], int]


def measure(
    entries: Mapping[K, Entry],
    settings: Settings,
    clock: Clock = perf_counter_ns,
    *,
    sentinel: Sentinel | None = None,
    watch: Callable[[Progress], None] | None = None,
    steady_ns: Mapping[K, int] | None = None,
) -> dict[K, Measured]:
    """Each entry's figures.  An entry that fails ends alone, a worker that is lost ends its own.

    `sentinel` is kept over several calls, so that a drift between them shows; `steady_ns` is what `prepare` found.
    """
    runners = {
        (key, cold): Runner(worker, slot, settings, cold=cold, steady_ns=(steady_ns or {}).get(key, 0))
        for key, (worker, slot) in entries.items()
        for cold in (False, True)
        if not cold or (settings.cold and worker.description.get("cold", True))
    }
    rounds = _Rounds(list(runners.values()), settings, sentinel or Sentinel(), clock)
    while rounds.open:
        rounds.next()
        if watch:
            watch(Progress(rounds.number, sum(each.over for each in rounds.runners), len(rounds.runners)))
    return {key: _measured(runners[key, False], runners.get((key, True))) for key in entries}


class _Rounds:
    def __init__(self, runners: list[Runner], settings: Settings, sentinel: Sentinel, clock: Clock) -> None:
        self.runners, self.settings, self.sentinel, self.clock = runners, settings, sentinel, clock
        self.random = Random(settings.seed)
        self.number = 0
        self.last: Runner | None = None
        """Whose block came last: the next of the same series finds the cache as it left it."""
        self.before = sentinel()

    @property
    def open(self) -> list[Runner]:
        """The series that need further turns."""
        return [each for each in self.runners if not each.over]

    def next(self) -> None:
        """One round."""
        order = self.open
        self.random.shuffle(order)
        blocks = [(each, *self._turn(each)) for each in order]
        after = self.sentinel()
        drifted = self.sentinel.drifted(self.before, after, self.settings.drift)
        self.before = after
        for runner, block, seconds in blocks:
            if block is not None:
                runner.keep(self.number, block, drifted=drifted)
            runner.spend(seconds)
        self.number += 1

    def _turn(self, runner: Runner) -> tuple[Block | None, float]:
        if runner.over:  # its worker was lost earlier in this round
            return None, 0.0
        start = self.clock()
        try:
            block = runner.turn(alone=runner is self.last)
        except WorkerLost as error:
            for each in self.runners:
                if each.worker is runner.worker and not each.over:
                    each.failed = str(error)
            return None, 0.0
        self.last = runner
        return block, max(self.clock() - start, block.wall_ns if block else 0) / 1e9


def _measured(hot: Runner, cold: Runner | None) -> Measured:
    both = [each for each in (hot, cold) if each]
    series = hot.series()
    bad, measured = hot.busy()
    notes = [f"warm-up of the {name} series ended at its time limit: three blocks never agreed"
             for name, each in (("hot", hot), ("cold", cold)) if each and each.never_settled]  # fmt: skip
    notes += [f"{each.bad_clocks} blocks thrown away: the clock went back or stood still"
              for each in both if each.bad_clocks]  # fmt: skip
    return Measured(
        hot=series,
        cold=cold.series() if cold else None,
        untrusted=f"too busy to rank: {bad} of {measured} rounds were dropped or contended"
        if 2 * bad > measured
        else "",
        failed=next((each.failed for each in both if each.failed), ""),
        notes=notes,
    )
