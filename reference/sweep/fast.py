"""Correctly rounded results of runs of neighbouring inputs, by float64 where that decides.

A run is a range of consecutive bit patterns of one sign.  Where a monotone function rounds to one value at both ends,
rounding being monotone too, it does so in between.  Elsewhere float64 decides: y has a relative error far below the
margin m, so that where y (1 - m) and y (1 + m) round to the same bits, the exact value does.  What is left, and how far
an answer may be off, has been certified: while the sweep runs (`engine`), or once for all (`kept`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnconform.reference.sweep.functions import FUNCTIONS
from nnconform.reference.sweep.rounding import Rounding
from nnconform.spec.catalogue import catalogue

Array = Any
COMPUTED, CONSTANT, IDENTITY, HALF = 0, 1, 2, 3
_TINY = 2.0**-100
"""Below it, a function that is x/2 and a little more has a remainder of at most 2**-90 of it."""
_SMALL = 2.0**-27
"""Up to here, its remainder is less than a quarter of the spacing, in every format of at most 24 bits."""
LONG = 2**14
"""Runs of so many are computed one by one, so that all of it stays in the caches."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How each of some runs is settled."""

    kinds: Array
    constants: Array


@dataclass(frozen=True, slots=True)
class Held:
    """One answer beside the truth."""

    exact: float
    """Rounded to float64."""
    error: float
    ulps: float
    """The error in units in the last place; infinite where answer or truth is no number."""
    bound: float


class Fast(ABC):
    """The truth of one operation in one dtype."""

    closest = 0

    def __init__(self, operation: str, attributes: Mapping[str, Any], dtype: str) -> None:
        self.operation, self.function = operation, FUNCTIONS[operation]
        self.attributes = dict(attributes)
        short = all(float(np.float32(value)) == value for value in self.attributes.values() if isinstance(value, float))
        self.margin = 0.0 if self.function.short and short else self.function.margin
        self.rounding = Rounding(dtype)
        self.mantissa = self.rounding.format.precision - 1
        self.sign = catalogue()[operation].sign
        self._limits: dict[float, float] = {}

    def across(self, got: Array, y: Array) -> Array:
        """Answers on the other side of zero, where no rounding of the named formula can take them."""
        below = (got < 0) & ((y > 0) | ((y == 0) & (self.sign == "positive")))
        return (below | ((got > 0) & (y < 0))) & (self.sign in {"positive", "exact"})

    # --------------------------------------------------------- what is certified

    @abstractmethod
    def limit(self, end: float) -> float:
        """The result at an infinity, rounded."""

    @abstractmethod
    def certified(self, x: Array) -> Array:
        """Correctly rounded results where float64 could not decide, as float64."""

    @abstractmethod
    def allowed(self, inputs: Array, y: Array, closeness: int = 0) -> Array:
        """Errors that are surely allowed, by the bits of the inputs and their results.

        The larger the closeness, up to `closest`, the nearer to what is certified, and the longer it takes to tell.
        """

    @abstractmethod
    def allows(self, x: float, got: float) -> bool:
        """Whether one answer conforms."""

    @abstractmethod
    def hold(self, x: float, got: float) -> Held:
        """One answer beside the truth."""

    # --------------------------------------------------------------- the results

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
            found = self.limit(end)
            self._limits[end] = fast if fast == found else found  # a zero keeps its sign
        return self._limits[end]

    def rounded(self, x: Array) -> Array:
        """The bits of each correctly rounded result."""
        return self._rounded(x, self.fast(x))

    def _rounded(self, x: Array, y: Array) -> Array:
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
            out[places] = self.rounding.nearest(self.certified(x[places]))
        return out

    # -------------------------------------------------------------------- runs

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
        if self.function.half:
            large, small = np.maximum(np.abs(a), np.abs(b)), np.minimum(np.abs(a), np.abs(b))
            kinds = np.where((large <= _SMALL) & (small >= 2 * self.rounding.normal), HALF, kinds)
        return Plan(kinds, low)

    def expected(self, patterns: Array, plan: Plan, results: Array | None = None) -> Array:
        """The bits of the correctly rounded results of runs, one a row; `results` takes what was computed for that."""
        out = np.empty_like(patterns)
        constant, copied = plan.kinds == CONSTANT, plan.kinds == IDENTITY
        out[constant] = plan.constants[constant, None]
        out[copied] = patterns[copied]
        halved = plan.kinds == HALF
        out[halved] = patterns[halved] - self.rounding.word.type(1 << self.mantissa)
        rows = np.flatnonzero(plan.kinds == COMPUTED)
        if patterns.shape[1] >= LONG:
            for row in rows:
                x = self.rounding.wide(patterns[row])
                # the last of consecutive patterns is the largest
                y = self.function.fast(x, **self.attributes) if np.isfinite(x[-1]) else self.fast(x)
                out[row] = self._rounded(x, y)
                if results is not None:
                    results[row] = y
        elif rows.size:
            out[rows] = self.rounded(self.rounding.wide(patterns[rows]).ravel()).reshape(rows.size, -1)
        return out
