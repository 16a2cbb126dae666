"""The truth of a sweep with certified arithmetic at hand: for float32, and for whatever was not frozen.

What float64 cannot decide goes to Arb, and so does an answer that is beyond the error that is surely allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf, isfinite
from typing import Any

import numpy as np

from nnconform.reference.sweep.exact import Exact, bound_of, sign_of
from nnconform.reference.sweep.fast import Array, Fast, Held
from nnconform.reference.sweep.rounding import Rounding
from nnconform.reference.truth.ball import Ball, float_of

_LOOKED_UP = (2**5, 7 / 8), (2**8, 15 / 16), (2**14, 1 - 2**-10)
"""A bound is looked up so many times a binade, and so much of the smaller of two neighbours surely holds in between.
What is left out is 24 times the dip that is seen for 2**8 parts, 64 times less where parts are 64 times finer, and 7
times the dip that is seen for 2**5, which are enough for most answers: bounds are costly to certify."""
_FEWER, _FEWEST = 2**3, 2**5
"""16-bit dtypes have so many times fewer parts, but not less than so many."""


class Floors:
    """Errors that are surely allowed: nearly the smaller of the bounds at the ends of a small part of a binade.

    In between a bound is monotone, or changes by less than that.  A part's first input may be a special one, as 1 and
    0 are.  Where results may be flushed, every formula that rounds may underflow on its way, so that it allows the
    smallest normal number.
    """

    def __init__(self, rounding: Rounding, bound: Callable[[int], float], parts: int, kept: float) -> None:
        self.word, self.bound, self.kept = rounding.word, bound, kept
        if rounding.dtype != "float32":
            parts = min(max(parts // _FEWER, _FEWEST), 2 ** (rounding.format.precision - 1))
        self.shift = rounding.format.precision - parts.bit_length()
        self.tiny = rounding.normal if rounding.format.flushes else inf
        self.known: dict[int, float] = {}
        self.firsts: dict[int, float] = {}
        """Parts' first inputs that are not as the rest."""

    def of(self, inputs: Array) -> Array:
        """For inputs that ascend."""
        starts = np.array([0])
        keys = inputs[[0, -1]] >> self.word.type(self.shift)
        if keys[0] != keys[1]:
            keys = inputs >> self.word.type(self.shift)
            starts = np.concatenate([starts, np.flatnonzero(keys[1:] != keys[:-1]) + 1])
        found = np.array([self._floor(int(key)) for key in keys[starts]])
        floors = np.repeat(found, np.diff(starts, append=inputs.size))
        for start, bits in zip(starts.tolist(), inputs[starts].tolist(), strict=True):
            if bits in self.firsts:
                floors[start] = self.firsts[bits]
        return floors

    def _floor(self, key: int) -> float:
        if key not in self.known:
            first, end = key << self.shift, (key + 1) << self.shift
            ends = self.bound(first), self.bound(end)
            if min(ends) < self.kept * max(ends) < inf:
                self.firsts[first] = self._surely(ends[0])
                ends = self.bound(min(first + 1, end - 1)), self.bound(end - 1)
            self.known[key] = self._surely(min(ends))
        return self.known[key]

    def _surely(self, bound: float) -> float:
        least = bound if bound < inf else 0.0
        return max(least * self.kept, self.tiny if least >= self.tiny else 0.0)


class Engine(Fast):
    """Certifies while the sweep runs."""

    closest = len(_LOOKED_UP) - 1

    def __init__(self, operation: str, attributes: Mapping[str, Any], dtype: str) -> None:
        super().__init__(operation, attributes, dtype)
        self.exact = Exact(operation, attributes, dtype)
        self.sent_to_arb = 0
        self._bounds: dict[int, float] = {}
        self._floors = [Floors(self.rounding, self._bound, parts, kept) for parts, kept in _LOOKED_UP]

    def limit(self, end: float) -> float:
        return self.exact.rounded(self.exact.value(end))

    def certified(self, x: Array) -> Array:
        self.sent_to_arb += x.size
        return np.array([self.exact.rounded(value) for value in self.exact.values(x.tolist())])

    def allowed(self, inputs: Array, y: Array, closeness: int = 0) -> Array:
        return self._floors[closeness].of(inputs)

    def _bound(self, bits: int) -> float:
        """The bound at an input; nothing to compare with where that has no finite result."""
        if bits not in self._bounds:
            last = 2 ** (8 * self.rounding.word.itemsize) - 1
            value = self.exact.value(float(self.rounding.wide(np.array([min(bits, last)], self.rounding.word))[0]))
            self._bounds[bits] = bound_of(value) if isinstance(value, Ball) else np.inf
        return self._bounds[bits]

    def allows(self, x: float, got: float) -> bool:
        value = self.exact.value(x)
        if not isinstance(value, Ball):
            return self.exact.allows(got, value)
        across = self.across(np.array([got]), np.array([sign_of(value)]))
        return self.exact.allows(got, value) and not across[0]

    def hold(self, x: float, got: float) -> Held:
        value = self.exact.value(x)
        nearest = self.exact.rounded(value)
        exact = float_of(value) if isfinite(nearest) else nearest
        if isinstance(value, Ball) and isfinite(got):
            return Held(exact, *self.exact.off(got, value))
        return Held(exact, inf, inf, 0.0)
