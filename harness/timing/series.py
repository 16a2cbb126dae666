"""One series of blocks: it warms up, is measured, and knows when it has had enough."""

from __future__ import annotations

from math import ceil
from statistics import median
from typing import Any

from nnconform.harness.timing.errors import BadClock, TimingError, WorkerLost
from nnconform.harness.timing.model import Block, Series, Settings, Timed
from nnconform.reports.statistics import interval

_GROWTH = 1.1
"""Between two looks at the interval the rounds grow so much: to look each time would stop at a lucky moment."""
_AGREEING = 3
_BAD_CLOCKS = 3
_RESOLUTIONS = 1000
_LEAD = 0.05
"""Of a block's calls, before it: other work has used the caches meanwhile."""
_CALLS = 10_000_000


class Runner:
    """A series while it is measured."""

    def __init__(self, worker: Timed, slot: int, settings: Settings, *, cold: bool = False, steady_ns: int = 0) -> None:
        self.worker, self.slot, self.settings, self.cold = worker, slot, settings, cold
        resolution = int(worker.description.get("clock_resolution_ns", 1))
        self.target_ns = max(settings.block_ns, _RESOLUTIONS * resolution)
        self.limit_s = min(settings.limit_s, settings.cold_limit_s) if cold else settings.limit_s
        self.calls = settings.cold_calls if cold else (self._filling(steady_ns) if steady_ns else 1)
        self.warm: list[float] = []
        self.settled = False
        self.kept: dict[int, Block] = {}
        self.dropped: dict[int, Block] = {}
        self.spent_s = 0.0
        self.stop = ""
        self.look_at = settings.rounds
        self.failed = ""
        self.bad_clocks = self.bad_in_a_row = 0
        self.half_width = float("inf")

    def turn(self, *, alone: bool) -> Block | None:
        """One block.  None while it warms up, or where it is lost; `failed` says if for good.  Raises WorkerLost."""
        lead = max(ceil(self.calls * _LEAD), 0 if alone else 1)
        try:
            block = self.worker.block(self.slot, self.calls, cold=self.cold, lead=lead)
        except BadClock as error:
            self.bad_clocks += 1
            self.bad_in_a_row += 1
            if self.bad_in_a_row == _BAD_CLOCKS:
                self.failed = f"{error}, {_BAD_CLOCKS} blocks in a row"
            return None
        except WorkerLost:
            raise
        except TimingError as error:
            self.failed = str(error)
            return None
        self.bad_in_a_row = 0
        if not self.settled:
            self._warm_up(block)
            return None
        return block

    def keep(self, number: int, block: Block, *, drifted: bool) -> None:
        """A measured block of a round that the sentinel has judged."""
        (self.dropped if drifted else self.kept)[number] = block

    def spend(self, seconds: float) -> None:
        """Take a turn's time from the series' own, and see whether it is over."""
        self.spent_s += seconds
        if not self.settled:
            if self.spent_s >= self.settings.warm_up_s and len(self.warm) >= _AGREEING:
                self.settled, self.spent_s = True, 0.0
            return
        out_of_time = self.spent_s >= self.limit_s
        if len(self.kept) >= self.look_at or (out_of_time and self.kept):
            self.look_at = max(len(self.kept) + 1, ceil(len(self.kept) * _GROWTH))
            middle, low, high = interval(self.times())
            self.half_width = (high - low) / 2 / middle
            if self.half_width <= self.settings.interval and len(self.kept) >= self.settings.rounds:
                self.stop = "interval"
        if out_of_time and len(self.kept) + len(self.dropped) >= self.settings.fewest:
            self.stop = self.stop or "time limit"

    @property
    def over(self) -> bool:
        """Whether it needs no further turn."""
        return bool(self.stop or self.failed)

    @property
    def never_settled(self) -> bool:
        """Whether warm-up ended by its time limit."""
        return self.settled and not self._agrees()

    def times(self) -> list[float]:
        """Nanoseconds of a call, by round."""
        return [block.wall_ns / block.calls for block in self._counted().values()]

    def busy(self) -> tuple[int, int]:
        """Measured rounds that were dropped or contended, and all."""
        contended = sum(self._contended(block) for block in self.kept.values())
        return contended + len(self.dropped), len(self.kept) + len(self.dropped)

    def series(self) -> Series | None:
        """The figures; None where there are too few rounds."""
        counted = self._counted()
        if not self.stop or len(counted) < self.settings.fewest:
            return None
        middle, low, high = interval(self.times())
        kernels = [block.kernel_ns for block in counted.values() if block.kernel_ns is not None]
        return Series(
            median_ns=middle,
            low_ns=low,
            high_ns=high,
            rounds=[[number, block.wall_ns / block.calls] for number, block in counted.items()],
            dropped=len(self.dropped) + self.bad_clocks,
            calls=self.calls,
            cpu_ns=median(block.cpu_ns / block.calls for block in counted.values()),
            kernel_ns=median(kernels) if kernels else None,
            stop=self.stop,
            half_width=(high - low) / 2 / middle,
            contended=self._judges_contention()
            and median(_share(block) for block in counted.values()) > self.settings.contention,
        )

    def _counted(self) -> dict[int, Block]:
        """The rounds that were kept; where drift left too few, all of them (and the entry is not trusted)."""
        if len(self.kept) >= self.settings.fewest:
            return self.kept
        return dict(sorted({**self.kept, **self.dropped}.items()))

    def _warm_up(self, block: Block) -> None:
        each = block.wall_ns / block.calls
        if not self.cold and block.wall_ns < 0.7 * self.target_ns:
            self.calls = self._filling(each)
        self.warm.append(each)
        self.settled = self._agrees()
        if self.settled:
            self.spent_s = 0.0
            if not self.cold:
                self.calls = self._filling(median(self.warm[-_AGREEING:]))

    def _agrees(self) -> bool:
        last = self.warm[-_AGREEING:]
        return len(last) == _AGREEING and max(last) - min(last) <= self.settings.agreement * median(last)

    def _filling(self, each: float) -> int:
        return min(max(ceil(self.target_ns / max(each, 1)), 1), _CALLS)

    def _contended(self, block: Block) -> bool:
        return self._judges_contention() and _share(block) > self.settings.contention

    def _judges_contention(self) -> bool:
        found: Any = self.worker.description
        return bool(found.get("threads", 1) == 1 and found.get("device", "cpu") == "cpu")


def _share(block: Block) -> float:
    """Wall time over CPU time."""
    return block.wall_ns / max(block.cpu_ns, 1)
