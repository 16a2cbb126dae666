"""A fixed piece of work beside the rounds, by which the machine's own drift shows.

It is arithmetic within a core's cache: it sees the clock rate and other processes on the CPU, not memory traffic.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from statistics import median
from time import perf_counter_ns

import numpy as np

from nnconform.harness.timing.threads import pinned

_SIZE = 4096
_PASSES = 6
_TRIES = 3
"""The best of so many: what lasts is drift, a single interruption is not."""
_WINDOW = 31


class Sentinel:
    """Timed between rounds, on the workers' CPUs, in the process that holds them."""

    def __init__(self, cpus: tuple[int, ...] = (), clock: Callable[[], int] = perf_counter_ns) -> None:
        self.cpus, self.clock = cpus, clock
        self.recent: deque[float] = deque(maxlen=_WINDOW)
        self.all: list[float] = []
        self.dropped = 0
        """Rounds that it spoke against."""
        self._data = np.linspace(0.5, 1.5, _SIZE)
        self._scratch = np.empty_like(self._data)
        self._once()  # the first finds nothing in the cache

    def __call__(self) -> float:
        """Nanoseconds of the work now; they join the running median."""
        with pinned(self.cpus):
            took = min(self._once() for _ in range(_TRIES))
        self.recent.append(took)
        self.all.append(took)
        return took

    def drifted(self, before: float, after: float, most: float) -> bool:
        """Whether it was too far from its running median at one end of a round."""
        usual = median(self.recent)
        found = max(abs(before / usual - 1), abs(after / usual - 1)) > most
        self.dropped += found
        return found

    def _once(self) -> float:
        start = self.clock()
        for _ in range(_PASSES):
            np.multiply(self._data, self._data, out=self._scratch)
            np.sqrt(self._scratch, out=self._scratch)
            np.add(self._scratch, self._data, out=self._scratch)
        return float(self.clock() - start)
