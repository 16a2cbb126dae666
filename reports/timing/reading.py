"""Times out of a record's JSON; whatever is no time is one ValueError, which lists the line."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from nnconform.reports.fields import Fields, is_number
from nnconform.reports.timing.model import (
    Ceiling,
    Conditions,
    Control,
    CrossCheck,
    Estimate,
    SelfCheck,
    Series,
    Timing,
    Work,
)

_LARGEST = 10**30
"""More than this no machine does, and floats still hold it."""
SELF = "A against A"
"""What stands for a tool's name where ours is held against itself."""
_MOST_PAIRS = 10**6


def work_of(data: Fields) -> Work:
    """What one call has to do."""
    estimate = data.data.get("estimate")
    return Work(
        data.text("family"), data.text("series"), _finite(data, "x"), data.text("x_name"), data.text("operands"),
        _count(data, "operations"), _count(data, "bytes"), data.text("operations_formula", ""),
        data.text("bytes_formula", ""), data.text("distribution", ""), _count(data, "memory", 0),
        None if estimate is None else _estimate(Fields(estimate)),
    )  # fmt: skip


def timing_of(data: Fields) -> Timing:
    """One timing row's figures."""
    cold, compiling = data.data.get("cold"), data.data.get("compile_ns")
    return Timing(
        _series(Fields(data.data.get("hot"))),
        None if cold is None else _series(Fields(cold)),
        _count(data, "first_ns"),
        None if compiling is None else _count(data, "compile_ns"),
        _count(data, "threads"),
        data.text("untrusted", ""),
    )


def ceiling_of(data: Fields) -> Ceiling:
    """A measured ceiling."""
    place, dtype, what = _place(data), data.text("dtype"), data.text("what")
    if data.data.get("value") is None and (missing := data.text("missing", "")):
        return Ceiling(place, dtype, what, 0.0, 0.0, 0.0, "", missing)
    return Ceiling(place, dtype, what, *_interval(data, "value", "low", "high"), data.text("unit"))


def control_of(data: Fields) -> Control:
    """An A against A row."""
    ratio, low, high = _interval(data, "ratio", "low", "high")
    return Control(_place(data), data.text("case"), ratio, low, high, _count(data, "rounds"))


def cross_check_of(data: Fields) -> CrossCheck | SelfCheck:
    """Our median over another tool's, or how many of our pairs are alike."""
    tool = data.text("tool")
    if tool != SELF:
        return CrossCheck(_place(data), data.text("case"), tool, *_interval(data, "ratio", "low", "high"))
    pairs, held = _count(data, "pairs"), _count(data, "held")
    if not 0 < pairs <= _MOST_PAIRS or held > pairs:
        raise ValueError(f"'held' and 'pairs' are no share of 1 to {_MOST_PAIRS:,} pairs")
    return SelfCheck(_place(data), pairs, held)


def conditions_of(data: Fields) -> Conditions:
    """What a run was measured under; what the machine does not tell may be null."""
    known = Fields({name: value for name, value in data.data.items() if value is not None})
    return Conditions(
        _count(known, "threads"),
        known.whole("seed") if "seed" in known.data else None,
        _time(known, "clock_resolution_ns") if "clock_resolution_ns" in known.data else None,
        _finites(known, "load_before"),
        _finites(known, "load_after"),
        _finites(known, "sentinel_ns"),
        _count(known, "dropped_rounds", 0),
        known.text("governor", ""),
    )


def _estimate(data: Fields) -> Estimate:
    return Estimate(data.text("what"), _count(data, "operations"), _count(data, "bytes"))


def _place(data: Fields) -> tuple[str, str, str]:
    return data.text("adapter"), data.text("device"), data.text("mode")


def _series(data: Fields) -> Series:
    median, low, high = _interval(data, "median_ns", "low_ns", "high_ns")
    kernel = data.data.get("kernel_ns")
    width = _finite(data, "half_width")
    if width < 0:
        raise ValueError("'half_width' is negative")
    return Series(
        median, low, high, _rounds(data), _count(data, "dropped"), _count(data, "calls"), _finite(data, "cpu_ns"),
        None if kernel is None else _finite(data, "kernel_ns"), data.text("stop"), width, data.flag("contended"),
    )  # fmt: skip


def _rounds(data: Fields) -> Mapping[int, float]:
    found: dict[int, float] = {}
    for item in data.items("rounds"):
        if not isinstance(item, list) or len(item) != 2:
            raise ValueError("'rounds' holds something that is no round and its time")
        number, time = item
        if isinstance(number, bool) or not isinstance(number, int | float) or number % 1 or number in found:
            raise ValueError("'rounds' holds a round's number twice, or something that is none")
        if isinstance(time, bool) or not isinstance(time, int | float) or not 0 < time < _LARGEST:
            raise ValueError("'rounds' holds something that is no time")
        found[int(number)] = float(time)
    return found


def _interval(data: Fields, middle: str, low: str, high: str) -> tuple[float, float, float]:
    """A figure between its interval's ends, all three more than nothing."""
    found = _time(data, middle), _time(data, low), _time(data, high)
    if not found[1] <= found[0] <= found[2]:
        raise ValueError(f"{middle!r} lies outside its interval")
    return found


def _time(data: Fields, name: str) -> float:
    value = _finite(data, name)
    if value <= 0:
        raise ValueError(f"{name!r} is not more than nothing")
    return value


def _finite(data: Fields, name: str) -> float:
    value = data.number(name)
    if not isfinite(value) or abs(value) >= _LARGEST:
        raise ValueError(f"{name!r} is no finite number")
    return value


def _finites(data: Fields, name: str) -> tuple[float, ...]:
    """One number or several, none where absent."""
    value: Any = data.data.get(name, [])
    items = value if isinstance(value, list) else [value]
    if not all(is_number(item) and isfinite(float(item)) for item in items):
        raise ValueError(f"{name!r} holds something that is no finite number")
    return tuple(map(float, items))


def _count(data: Fields, name: str, default: int | None = None) -> int:
    value = data.whole(name, default)
    if not 0 <= value < _LARGEST:
        raise ValueError(f"{name!r} is no count")
    return value
