"""Correctly rounded results of runs of neighbouring inputs, and how far answers to them may be off.

A run is a range of consecutive bit patterns of one sign.  Where a monotone function rounds to one value at both ends,
rounding being monotone too, it does so in between.  Elsewhere float64 decides: y has a relative error far below the
margin m, so that where y (1 - m) and y (1 + m) round to the same bits, the exact value does.  What is left goes to Arb.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnconform.reference.sweep.functions import FUNCTIONS
from nnconform.reference.sweep.rounding import Exact, Rounding, bound_of
from nnconform.reference.truth.ball import Ball
from nnconform.reference.truth.operations import OPERATIONS

Array = Any
COMPUTED, CONSTANT, IDENTITY = 0, 1, 2
_TINY = 2.0**-100
"""Below it, a function that is x/2 and a little more has a remainder of at most 2**-90 of it."""
_LONG = 2**14
"""Runs of so many are computed one by one, so that all of it stays in the caches."""
_PARTS = {"float32": 8}
_FEWER = 5
"""Bounds are looked up 2**8 times a binade of float32, 2**5 times one of a 16-bit dtype."""
_KEPT = 0.75
"""What of the smaller of two neighbouring bounds surely holds in between."""


def known() -> tuple[str, ...]:
    """Every operation that can be swept."""
    return tuple(name for name in FUNCTIONS if name in OPERATIONS)


@dataclass(frozen=True, slots=True)
class Plan:
    """How each of some runs is settled."""

    kinds: Array
    constants: Array


class Engine:
    """The truth of one operation in one dtype."""

    def __init__(self, operation: str, attributes: Mapping[str, Any], dtype: str) -> None:
        self.function = FUNCTIONS[operation]
        self.attributes = dict(attributes)
        short = all(float(np.float32(value)) == value for value in self.attributes.values() if isinstance(value, float))
        self.margin = 0.0 if self.function.short and short else self.function.margin
        self.rounding = Rounding(dtype)
        self.exact = Exact(operation, attributes, dtype)
        self.mantissa = self.rounding.format.precision - 1
        self.sent_to_arb = 0
        self._limits: dict[float, float] = {}
        self.shift = self.mantissa - _PARTS.get(dtype, _FEWER)
        self._floors: dict[int, float] = {}
        self._bounds: dict[int, float] = {}
        self._at_zero: dict[bool, Any] = {}

    def fast(self, x: Array) -> Array:
        """Float64 results of float64 inputs, within the margin; at the infinities what the truth says."""
        y = self.function.fast(x, **self.attributes)
        if np.isinf(x).any():
            for end in (np.inf, -np.inf):
                y = np.where(x == end, self._limit(end), y)
        return y

    def _limit(self, end: float) -> float:
        if end not in self._limits:
            with np.errstate(all="ignore"):
                fast = float(self.function.fast(np.array([end]), **self.attributes)[0])
            found = self.exact.rounded(self.exact.value(end))
            self._limits[end] = fast if fast == found else found  # a zero keeps its sign
        return self._limits[end]

    def rounded(self, x: Array) -> Array:
        """The bits of each correctly rounded result."""
        y = self.fast(x)
        if not self.margin:
            return self.rounding.nearest(y)
        low, high = self._ends(y)
        places = np.flatnonzero(low != high)
        if places.size:
            low[places] = self._decided(x[places], low[places], high[places])
        return low

    def _ends(self, y: Array) -> tuple[Array, Array]:
        """The bits of y (1 - m) and of y (1 + m)."""
        return self.rounding.nearest(y * (1 - self.margin)), self.rounding.nearest(y * (1 + self.margin))

    def _decided(self, x: Array, low: Array, high: Array) -> Array:
        """The right one of two neighbours, for inputs where the margin holds a tie."""
        out, left = low.copy(), np.ones(x.shape, bool)
        if self.function.half:
            left = np.abs(x) > _TINY
            out[~left] = self.rounding.nearest(np.nextafter(x[~left] / 2, np.inf))
        if self.function.numerator:
            tie = (self.rounding.wide(low) + self.rounding.wide(high)) / 2
            beyond = np.sign(self.function.numerator(x) - 6 * tie)  # exact, and so is the tie
            even = np.where(low & 1, high, low)
            return np.where(left, np.where(beyond == 0, even, np.where(beyond == np.sign(tie), high, low)), out)
        places = np.flatnonzero(left)
        if places.size:
            self.sent_to_arb += places.size
            found = [self.exact.rounded(value) for value in self.exact.values(x[places].tolist())]
            out[places] = self.rounding.nearest(np.array(found))
        return out

    def plan(self, first: Array, last: Array) -> Plan:
        """How runs are settled, from the bits of their ends."""
        a, b = self.rounding.wide(first), self.rounding.wide(last)
        (low, high), (low_b, high_b) = self._ends(self.fast(a)), self._ends(self.fast(b))
        no_number = np.isnan(a) & np.isnan(b)
        same = (low == low_b) & (low == high) & (low_b == high_b) & np.isfinite(a) & np.isfinite(b)
        if self.function.turning:
            left, right = self.function.turning
            same &= (np.maximum(a, b) < left) | (np.minimum(a, b) > right)
        kinds = np.where(same | no_number, CONSTANT, COMPUTED)
        for left, right in self.function.identity:
            inside = (np.minimum(a, b) >= left) & (np.maximum(a, b) <= right) & np.isfinite(a) & np.isfinite(b)
            kinds = np.where(inside, IDENTITY, kinds)
        return Plan(kinds, low)

    # ------------------------------------------------------------------ bounds

    def floors(self, bits: Array) -> Array:
        """Errors that are surely allowed at some inputs.

        Three quarters of the smaller of the certified bounds at the ends of a small part of a binade: in between a
        bound is monotone, or changes by less than that.  Every formula that rounds may underflow on its way, so that it
        allows the smallest normal number.
        """
        keys = bits >> self.rounding.word.type(self.shift)
        starts = np.concatenate([[0], np.flatnonzero(keys[1:] != keys[:-1]) + 1])  # neighbours stand together
        found = np.array([self._floor(int(key)) for key in keys[starts]])
        return np.repeat(found, np.diff(starts, append=keys.size))

    def _floor(self, key: int) -> float:
        if key not in self._floors:
            least = min(self._bound(key), self._bound(key + 1))
            least = least if least < np.inf else 0.0
            tiny = float(self.exact.work.format.smallest_normal)
            self._floors[key] = max(least * _KEPT, tiny if least >= tiny else 0.0)
        return self._floors[key]

    def _bound(self, key: int) -> float:
        """The bound at the first input of a part; nothing to compare with where that has no finite result."""
        if key not in self._bounds:
            last = 2 ** (8 * self.rounding.word.itemsize) - 1
            place = np.array([min(key << self.shift, last)], self.rounding.word)
            value = self.exact.value(float(self.rounding.wide(place)[0]))
            self._bounds[key] = bound_of(value) if isinstance(value, Ball) else np.inf
        return self._bounds[key]

    def at_zero(self, *, negative: bool) -> Any:
        """The exact result of a zero: what a subnormal input that is read as zero may give."""
        if negative not in self._at_zero:
            self._at_zero[negative] = self.exact.value(-0.0 if negative else 0.0)
        return self._at_zero[negative]

    # -------------------------------------------------------------------- runs

    def expected(self, patterns: Array, plan: Plan) -> Array:
        """The bits of the correctly rounded results of runs, one a row."""
        out = np.empty_like(patterns)
        constant, copied = plan.kinds == CONSTANT, plan.kinds == IDENTITY
        out[constant] = plan.constants[constant, None]
        out[copied] = patterns[copied]
        rows = np.flatnonzero(plan.kinds == COMPUTED)
        if patterns.shape[1] >= _LONG:
            for row in rows:
                out[row] = self.rounded(self.rounding.wide(patterns[row]))
        elif rows.size:
            out[rows] = self.rounded(self.rounding.wide(patterns[rows]).ravel()).reshape(rows.size, -1)
        return out
