"""What the device does at best: copies and matrix products, through the framework that is measured against them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from time import perf_counter_ns
from typing import Any

import numpy as np

from nnconform.adapters.contract import Adapter
from nnconform.harness.free import free
from nnconform.harness.timing.caches import last_level
from nnconform.harness.timing.errors import TimingError, first_line, forward
from nnconform.harness.timing.model import Ceiling
from nnconform.reports.statistics import interval
from nnconform.spec.arrays import dtype_of

Clock = Callable[[], int]
_ROUNDS = 15
_FEWEST = 6
BUDGET_S = 1.5
"""For each size."""
_COPIED = 256 * 2**20
_SIDES = (512, 1024, 2048)
_GROWTH = 2**3
"""Of the work, from one size to the next."""
_DEVICE_SIDES = (2048, 4096, 8192)
"""An accelerator is not busy with less."""


def ceilings(adapter: Adapter, dtype: str, clock: Clock = perf_counter_ns, budget_s: float = BUDGET_S) -> list[Ceiling]:
    """Copy bandwidth and matrix rate, each with its interval or the reason why it is missing."""
    budget = int(budget_s * 1e9)
    return [
        _ceiling("copy", "GB/s", _copies(adapter, dtype, clock, budget)),
        _ceiling("matrix", "GFLOP/s", _products(adapter, dtype, clock, budget)),
    ]


def _ceiling(what: str, unit: str, rates: Iterator[list[float]]) -> Ceiling:
    """The best of several series of rates."""
    try:
        value, low, high = max(interval(found) for found in rates)
    except TimingError as error:
        return Ceiling(what, unit=unit, missing=f"no {what} ceiling: {error}")
    except Exception as error:
        return Ceiling(what, unit=unit, missing=f"no {what} ceiling: {first_line(error)}")
    return Ceiling(what, value, low, high, unit)


def _copies(adapter: Adapter, dtype: str, clock: Clock, budget: int) -> Iterator[list[float]]:
    """Bytes read and written in a nanosecond: into new memory, and into memory that was used before."""
    room = _COPIED
    if (host := free()) is not None:
        room = min(room, host // 8)
    if (cache := last_level()) is not None and adapter.device == "cpu":
        room = max(min(room, 8 * cache), 4 * cache)
    dtype_here = dtype_of(dtype)
    native = adapter.to_native(np.ones(room // dtype_here.itemsize, dtype_here))
    first = adapter.copy(native)
    if first is None:
        raise TimingError(f"{adapter.name} has no copy()")
    adapter.synchronize(first)
    for call in (partial(adapter.copy, native, first), partial(adapter.copy, native)):
        yield [2 * room / took for took in _series(adapter, call, clock, budget)]


def _products(adapter: Adapter, dtype: str, clock: Clock, budget: int) -> Iterator[list[float]]:
    """Floating-point operations in a nanosecond, of square products of several sizes."""
    matmul = adapter.function("matmul")
    if matmul is None:
        raise TimingError(f"{adapter.name} has no matmul")
    drawn = np.random.default_rng(0)
    for side in _SIDES if adapter.device == "cpu" else _DEVICE_SIDES:
        a, b = (adapter.to_native(drawn.standard_normal((side, side)).astype(dtype_of(dtype))) for _ in "ab")
        took = _series(adapter, partial(matmul, a, b), clock, budget)
        yield [2 * side**3 / each for each in took]
        if _FEWEST * min(took) * _GROWTH > budget:
            return  # the next size would take longer than all of this


def _series(adapter: Adapter, call: Callable[[], Any], clock: Clock, budget: int) -> list[int]:
    """Nanoseconds of each of several calls, after one that does not count."""
    adapter.synchronize(call())
    found: list[int] = []
    begun = clock()
    while len(found) < _FEWEST or (len(found) < _ROUNDS and clock() - begun < budget):
        start = clock()
        adapter.synchronize(call())
        found.append(forward(clock() - start))
    return found
