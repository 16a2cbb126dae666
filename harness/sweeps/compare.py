"""One batch of answers against its truth: what is not correctly rounded is looked at; what looks wrong, certified."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.harness.sweeps.tally import Tally
from nnconform.reference.sweep.engine import Engine
from nnconform.reference.sweep.rounding import bound_of
from nnconform.reference.truth.ball import Ball

Array = Any
MOST = 1e300
"""The share of a bound that stands for any larger one, and for answers that are no number."""
_AGAIN = 4
"""Once an answer was beyond its bound, so many of the worst of each batch are certified, for a better witness."""


def compare(tally: Tally, engine: Engine, inputs: Array, expected: Array, got: Array) -> None:
    """Judge the bits of one batch."""
    tally.inputs += got.size
    places = np.flatnonzero(got != expected)
    if places.size:
        _Differing(tally, engine, inputs(places), expected[places], got[places]).judge()


class _Differing:
    """The answers that have other bits than the correctly rounded result."""

    def __init__(self, tally: Tally, engine: Engine, inputs: Array, expected: Array, got: Array) -> None:
        self.tally, self.engine, self.rounding = tally, engine, engine.rounding
        self._keep(inputs, expected, got)

    def _keep(self, inputs: Array, expected: Array, got: Array) -> None:
        self.inputs, self.expected, self.got = inputs, expected, got
        self.x, self.true, self.g = map(self.rounding.wide, (inputs, expected, got))

    def judge(self) -> None:
        if not self._zeros().size:
            return
        tally, y = self.tally, self.engine.fast(self.x)
        tally.not_correctly_rounded += self.g.size
        error = np.abs(self.g - y)
        subnormal = (np.abs(self.x) < self.rounding.normal) & (self.x != 0)
        numbers = np.isfinite(self.g) & np.isfinite(y)
        floors = self._floors(y, error)
        beyond = ~(numbers & (error <= floors)) & ~self._may_overflow(y, floors)
        read_as_zero = beyond & subnormal
        if read_as_zero.any():
            read_as_zero[read_as_zero] = self._right_for_zero(self.g[read_as_zero], self.x[read_as_zero] < 0)
            beyond &= ~read_as_zero
        small = (np.abs(y) < self.rounding.normal) & (np.abs(y) >= self.rounding.least) & (self.g == 0)
        flushed = small & ~read_as_zero & (self.engine.margin > 0)
        tally.flushed_inputs += int(np.count_nonzero(read_as_zero))
        tally.flushed_results += int(np.count_nonzero(flushed))
        tally.nan_wrong += int(np.count_nonzero(beyond & (np.isnan(self.g) != np.isnan(self.true))))
        tally.inf_wrong += int(np.count_nonzero(beyond & (np.isinf(self.g) != np.isinf(self.true))))
        self._worst(np.where(numbers & ~read_as_zero & ~flushed, error / self.rounding.spacing(y), 0.0), y)
        self._certify(np.flatnonzero(beyond), error, floors)

    def _zeros(self) -> Array:
        """Count zeros with the wrong sign; leaves out what differs in its bits alone."""
        zeros = (self.g == 0) & (self.true == 0)
        claimed = {"claimed": zeros, "inputs": zeros & (self.x == 0), "none": zeros & False}
        signs = claimed[self.engine.function.zero]
        if signs.any():
            if self.tally.zero_sign < 0:
                self.tally.zero_sign = int(self.inputs[int(signs.argmax())])
            self.tally.zero_sign_wrong += int(np.count_nonzero(signs))
        poles = (self.x == 0) & np.isinf(self.g) & np.isinf(self.true)  # the enclosure of a zero has no sign
        left = ~(zeros | poles | (np.isnan(self.g) & np.isnan(self.true)))
        if not left.all():
            self._keep(self.inputs[left], self.expected[left], self.got[left])
        return self.g

    def _floors(self, y: Array, error: Array) -> Array:
        """Errors that are surely allowed.  One rounding to 16 bits may err by u |f(x)|, which settles most."""
        if self.rounding.format.accumulator == self.rounding.dtype:
            return self.engine.floors(self.inputs)
        found = np.abs(y) * self.rounding.relative / 2 * (1 - 2.0**-30)
        left = np.flatnonzero(~(error <= found))
        if left.size:
            found[left] = np.maximum(found[left], self.engine.floors(self.inputs[left]))
        return found

    def _may_overflow(self, y: Array, floors: Array) -> Array:
        """Infinities that the bound surely allows."""
        return np.isinf(self.g) & (np.where(self.g > 0, y, -y) + floors >= self.rounding.overflow)

    def _right_for_zero(self, got: Array, negative: Array) -> Array:
        """Which answers are right for an input of zero."""
        right = np.zeros(got.shape, bool)
        for sign in (False, True):
            value = self.engine.at_zero(negative=sign)
            if isinstance(value, Ball):
                same = np.abs(got - float(value.exact.mid())) <= bound_of(value)
            else:
                same = (np.abs(got) == abs(value)) | (np.isnan(got) & np.isnan(value))  # a pole's sign is the zero's
            right |= same & (negative == sign)
        return right

    def _worst(self, ulps: Array, y: Array) -> None:
        place = int(ulps.argmax())
        self.tally.all.take(ulps.item(place), int(self.inputs[place]), int(self.got[place]))
        normal = np.where(np.abs(y) >= self.rounding.normal, ulps, 0.0)
        place = int(normal.argmax())
        self.tally.normal.take(normal.item(place), int(self.inputs[place]), int(self.got[place]))
        bins = self.inputs >> self.rounding.word.type(self.engine.mantissa)  # inputs ascend
        starts = np.concatenate([[0], np.flatnonzero(bins[1:] != bins[:-1]) + 1])
        counts, largest = np.diff(starts, append=bins.size), np.maximum.reduceat(ulps, starts)
        for number, count, most in zip(bins[starts].tolist(), counts.tolist(), largest.tolist(), strict=True):
            held = self.tally.histogram.setdefault(str(number), [0.0, 0])
            held[0], held[1] = max(held[0], most), held[1] + count

    def _certify(self, places: Array, error: Array, floors: Array) -> None:
        """What is beyond the floor is judged by the certified bound, the worst first."""
        with np.errstate(all="ignore"):
            share = np.where(np.isfinite(error[places]), error[places] / np.maximum(floors[places], 5e-324), np.inf)
        for place in places[np.argsort(-share, kind="stable")][: _AGAIN if self.tally.beyond else None].tolist():
            value = self.engine.exact.value(float(self.x[place]))
            got, true = float(self.g[place]), float(self.true[place])
            if self.engine.exact.allows(got, value):
                self.tally.inf_wrong -= int(np.isinf(got) != np.isinf(true))  # near overflow both may be right
                continue
            self.tally.beyond += 1
            self._blame(place, got, value)
            if self.tally.beyond >= _AGAIN:
                break

    def _blame(self, place: int, got: float, value: Any) -> None:
        """Keep the witness; an answer that is no number stands above all that are."""
        share = MOST
        if np.isfinite(got) and isinstance(value, Ball):
            error, _, bound = self.engine.exact.off(got, value)
            share = min(error / bound if bound else MOST, MOST)
        self.tally.wrong.take(share, int(self.inputs[place]), int(self.got[place]))
