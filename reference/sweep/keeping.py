"""What a sweep over a 16-bit dtype is judged by, certified input by input and put in few words: see `kept`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnconform.reference.sweep.engine import Engine
from nnconform.reference.sweep.exact import Exact
from nnconform.reference.sweep.kept import scales
from nnconform.reference.sweep.rounding import HUGE, Rounding
from nnconform.reference.truth.ball import SLACK, Ball, Value

Array = Any
CLEAR = 2.0**-36
"""Of a result's size: so far a piece keeps from what it parts, hundreds of times the error of float64's results."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the error that a piece allows must be above and below, input by input."""

    above: Array
    below: Array


def keep(operation: str, attributes: Mapping[str, Any], dtype: str) -> dict[str, Any]:
    """The frozen form.  Raises ValueError where float64 could not tell the verdicts apart."""
    engine = _Noting(operation, attributes, dtype)
    bits = np.arange(2**16).astype(engine.rounding.word)
    with np.errstate(all="ignore"):
        x = engine.rounding.wide(bits)
        y = engine.fast(x)
        engine.rounded(x)
    values = [None if np.isnan(each) else engine.exact.value(each) for each in x.tolist()]
    between = limits(values, np.nan_to_num(y, nan=0.0, posinf=HUGE, neginf=-HUGE).clip(-HUGE, HUGE), engine.exact)
    return {
        "limits": [_text(engine.limit(end)) for end in (-np.inf, np.inf)],
        "decided": [[_hex(given), _hex(found)] for given, found in engine.noted],
        "bounds": [[_hex(first), *made] for first, made in _pieces(between, scales(x, y))],
    }


class _Noting(Engine):
    """Writes down what it had to certify."""

    def __init__(self, operation: str, attributes: Mapping[str, Any], dtype: str) -> None:
        super().__init__(operation, attributes, dtype)
        self.noted: list[tuple[int, int]] = []
        """Inputs and results, as bits."""

    def certified(self, x: Array) -> Array:
        found = super().certified(x)
        pairs = [self.rounding.nearest(each).tolist() for each in (x, found)]
        self.noted += zip(*pairs, strict=True)
        return found


def _text(value: float) -> float | str:
    return value if np.isfinite(value) else str(value)


def _hex(bits: int) -> str:
    return f"{bits:04x}"


# ------------------------------------------------------------------ what is between


def limits(values: Sequence[Value | None], y: Array, exact: Exact) -> Limits:
    """The last error that the certified bound allows, and the first that it does not, among the dtype's numbers.

    Only the numbers next to y - bound and y + bound matter, and the infinities.
    """
    numbers = np.array([isinstance(value, Ball) for value in values])
    bound = np.array([_bound(value) for value in values])
    known = _numbers(exact.rounding)
    last, ends = known.size - 1, (np.searchsorted(known, y + bound, "right"), np.searchsorted(known, y - bound, "left"))
    candidates = [known[np.clip(end - step, 0, last)] for end in ends for step in (0, 1)]
    above, below = np.zeros(y.size), np.full(y.size, np.inf)
    for got in [*candidates, np.full(y.size, np.inf), np.full(y.size, -np.inf)]:
        distance = np.abs(got - y)
        if np.isinf(got[0]):
            distance = np.maximum(exact.rounding.overflow - np.sign(got) * y, 0)
        held = distance <= bound
        near = np.abs(distance - bound) <= CLEAR * np.maximum(distance, np.abs(y))
        for place in np.flatnonzero(near & numbers).tolist():
            value = values[place]
            held[place] = value is not None and exact.allows(float(got[place]), value)
        above = np.where(held, np.maximum(above, distance), above)
        below = np.where(held, below, np.minimum(below, distance))
    above, below = above + CLEAR * np.abs(y), below - CLEAR * np.abs(y)
    if (above >= below)[numbers].any():
        raise ValueError("two answers are equally far off, and one of them conforms")
    return Limits(np.where(numbers, above, -np.inf), np.where(numbers, below, np.inf))


def _bound(value: Value | None) -> float:
    return min(float((value.error * SLACK).upper()), HUGE) if isinstance(value, Ball) else 0.0


def _numbers(rounding: Rounding) -> Array:
    """Every finite number of the format, in order."""
    every = rounding.wide(np.arange(2**16).astype(rounding.word))
    return np.unique(every[np.isfinite(every)])


# -------------------------------------------------------------------- the pieces


def _pieces(found: Limits, scales: Sequence[Array]) -> Iterator[tuple[int, list[float]]]:
    """Each piece's first input, and the factor of each scale, of which one is used; as long as can be."""
    each = [_scaled(found, scale) for scale in scales]
    first = 0
    while first < found.above.size:
        reached = [_reach(limits, first) for limits in each]
        best = max(range(len(reached)), key=lambda number: reached[number][0])
        yield first, [factor if number == best else 0.0 for number, (_, factor) in enumerate(reached)]
        first = reached[best][0]


def _scaled(found: Limits, scale: Array) -> Limits:
    """The limits of a factor that the scale is multiplied by."""
    with np.errstate(all="ignore"):
        nothing = np.where(found.above <= 0, -np.inf, np.inf)
        above = np.where(scale > 0, found.above / scale, nothing)
        return Limits(above, np.where(scale > 0, found.below / scale, np.inf))


def _reach(found: Limits, first: int) -> tuple[int, float]:
    """How far one number is above and below all limits, and that number."""
    low, high, step = 0.0, np.inf, 64
    start = first
    while start < found.above.size:
        above = np.maximum.accumulate(np.maximum(found.above[start : start + step], low))
        below = np.minimum.accumulate(np.minimum(found.below[start : start + step], high))
        apart = np.flatnonzero(~(above < below))
        if apart.size:
            place = int(apart[0])
            if place:
                low, high = float(above[place - 1]), float(below[place - 1])
            return start + place, _between(low, high)
        low, high = float(above[-1]), float(below[-1])
        start, step = start + step, step * 2
    return start, _between(low, high)


def _between(low: float, high: float) -> float:
    """A number between, with few digits."""
    middle = (low + high) / 2 if np.isfinite(high) else 2 * low
    for digits in range(1, 17):
        found = float(f"{middle:.{digits}g}")
        if low < found < high:
            return found
    return middle
