"""The machine's state around a measurement."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter_ns
from typing import Any

from nnconform.harness.timing.sentinel import Sentinel

_GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
_READS = 2000


class Conditions:
    """Made before the first round, recorded after the last."""

    def __init__(self, threads: int, seed: int) -> None:
        self.threads, self.seed = threads, seed
        self.load_before = load()

    def record(self, sentinel: Sentinel) -> dict[str, Any]:
        """The line of the results file."""
        return {
            "record": "conditions",
            "threads": self.threads,
            "seed": self.seed,
            "clock_resolution_ns": resolution(),
            "load_before": self.load_before,
            "load_after": load(),
            "sentinel_ns": median(sentinel.all) if sentinel.all else None,
            "dropped_rounds": sentinel.dropped,
            "governor": governor(),
        }


def load() -> float | None:
    """Processes that wanted a CPU over the last minute; None where the system does not say."""
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):
        return None


def governor(file: Path = _GOVERNOR) -> str:
    """The policy that sets the clock rate; empty where the system does not say."""
    try:
        return file.read_text("utf-8").strip()
    except OSError:
        return ""


def resolution() -> int:
    """Nanoseconds of the clock's smallest step that can be seen."""
    reads = [perf_counter_ns() for _ in range(_READS)]
    steps = [after - before for before, after in pairwise(reads) if after > before]
    return max(min(steps, default=1), 1)
