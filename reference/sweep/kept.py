"""The truth of a sweep over a 16-bit dtype, from its frozen form: nothing is left to certify, NumPy is enough.

`bounds` are pieces of the walk over all bit patterns: from its first on, an answer conforms where it is off by at most
a + b |y| + c |x|, y being the exact result to float64.  No piece is the certified bound itself: at each of
its inputs it lies between the last answer that the certified bound allows and the first that it does not, so that the
verdicts are the same.  An infinity counts as the smallest number that rounds to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, isfinite, isinf, isnan
from typing import Any

import numpy as np

from nnconform.reference.sweep.fast import Array, Fast, Held
from nnconform.reference.sweep.rounding import HUGE

Frozen = Mapping[str, Any]


def scales(x: Array, y: Array) -> tuple[Array, Array, Array]:
    """What a bound may be proportional to: nothing, the result's size, the input's."""
    return np.ones(y.shape), np.minimum(np.abs(y), HUGE), np.minimum(np.abs(x), HUGE)


class Kept(Fast):
    """What `keeping.keep` certified once for all."""

    def __init__(self, operation: str, attributes: Mapping[str, Any], dtype: str, frozen: Frozen) -> None:
        super().__init__(operation, attributes, dtype)
        self.ends = {inf: float(frozen["limits"][1]), -inf: float(frozen["limits"][0])}
        self.decided = {int(bits, 16): int(result, 16) for bits, result in frozen["decided"]}
        self.firsts = np.array([int(bits, 16) for bits, *_ in frozen["bounds"]])
        self.factors = np.array([factors for _, *factors in frozen["bounds"]], np.float64)

    def limit(self, end: float) -> float:
        return self.ends[end]

    def certified(self, x: Array) -> Array:
        found = [self.decided[int(bits)] for bits in self.rounding.nearest(x)]
        return self.rounding.wide(np.array(found, self.rounding.word))

    def allowed(self, inputs: Array, y: Array, closeness: int = 0) -> Array:
        piece = np.searchsorted(self.firsts, inputs, side="right") - 1
        made = zip(self.factors[piece].T, scales(self.rounding.wide(inputs), y), strict=True)
        return sum((factor * scale for factor, scale in made), np.zeros(y.shape))

    def allows(self, x: float, got: float) -> bool:
        exact, bound = self._one(x)
        if isnan(got) or isnan(exact):
            return isnan(got) and isnan(exact)
        if isinf(got):
            return (exact if got > 0 else -exact) + bound >= self.rounding.overflow
        across = self.across(np.array([got]), np.array([exact]))
        return abs(got - exact) <= bound and not across[0]

    def hold(self, x: float, got: float) -> Held:
        exact, bound = self._one(x)
        if not (isfinite(got) and isfinite(exact)):
            return Held(exact, inf, inf, 0.0)
        error = abs(got - exact)
        return Held(exact, error, error / float(self.rounding.spacing(np.array([exact]))[0]), bound)

    def _one(self, x: float) -> tuple[float, float]:
        """Result and bound of one input."""
        given = np.array([x])
        with np.errstate(all="ignore"):
            bits, y = self.rounding.nearest(given), self.fast(given)
            return float(y[0]), float(self.allowed(bits, y)[0])
