"""One batch of answers against its truth: what is not correctly rounded is looked at; what looks wrong, certified."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nnconform.harness.deviations import Deviation
from nnconform.harness.sweeps.tally import Excused, Tally
from nnconform.harness.verdict import Wrong
from nnconform.reference.sweep.fast import Fast

Array = Any
Known = Sequence[Deviation]
MOST = 1e300
"""The share of a bound that stands for any larger one, and for answers that are no number."""
_EXPONENT = np.int64(0x7FF0000000000000)
_PART = 2**16
"""So many are judged at a time, so that all of it stays in the caches."""
_AGAIN = 4
"""Once an answer was beyond its bound, so many of the worst of each batch are certified, for a better witness."""


def compare(
    tally: Tally,
    engine: Fast,
    inputs: Callable[[Array], Array],
    expected: Array,
    got: Array,
    known: Known = (),
    results: Array | None = None,
) -> None:
    """Judge the bits of one batch; what is no more than a known deviation is counted apart.

    `results` are the exact ones in float64, where they are at hand.
    """
    tally.inputs += got.size
    places = np.flatnonzero(got != expected)
    for first in range(0, places.size, _PART):
        part = places[first : first + _PART]
        y = None if results is None else results.take(part)
        _Differing(tally, engine, inputs(part), expected.take(part), got.take(part), y).judge(known)


class _Differing:
    """The answers that have other bits than the correctly rounded result."""

    x: Array
    true: Array

    def __init__(
        self, tally: Tally, engine: Fast, inputs: Array, expected: Array, got: Array, results: Array | None
    ) -> None:
        self.tally, self.engine, self.rounding = tally, engine, engine.rounding
        self.inputs, self.expected, self.got = inputs, expected, got
        self.g = self.rounding.wide(got)
        self.y = engine.fast(self.rounding.wide(inputs)) if results is None else results

    def _keep(self, left: Array) -> None:
        """Leave out all others."""
        self.inputs, self.expected, self.got = self.inputs[left], self.expected[left], self.got[left]
        self.x, self.true, self.g, self.y = self.x[left], self.true[left], self.g[left], self.y[left]

    def judge(self, known: Known) -> None:
        if self._plain():
            return
        self.x, self.true = map(self.rounding.wide, (self.inputs, self.expected))
        self._zeros()
        if not self.g.size:
            return
        tally, y = self.tally, self.y
        tally.not_correctly_rounded += self.g.size
        error = np.abs(self.g - y)
        numbers = np.isfinite(self.g) & np.isfinite(y)
        floors = self._floors(error)
        beyond = ~(numbers & (error <= floors)) & ~self._may_overflow(y, floors) | self.engine.across(self.g, y)
        read_as_zero = self._read_as_zero(beyond)
        beyond &= ~read_as_zero
        small = (np.abs(y) < self.rounding.normal) & (np.abs(y) >= self.rounding.least) & (self.g == 0)
        flushed = small & ~read_as_zero & (self.engine.margin > 0)
        tally.flushed_inputs += int(np.count_nonzero(read_as_zero))
        tally.flushed_results += int(np.count_nonzero(flushed))
        tally.nan_wrong += int(np.count_nonzero(beyond & (np.isnan(self.g) != np.isnan(self.true))))
        tally.inf_wrong += int(np.count_nonzero(beyond & (np.isinf(self.g) != np.isinf(self.true))))
        ulps = error / self.rounding.spacing(y)
        self._worst(np.where(numbers & ~read_as_zero & ~flushed, ulps, 0.0), y, normal=False)
        shares = np.where(np.isfinite(error), error / np.maximum(floors, 5e-324), np.inf)
        self._excuse(known, beyond, shares, Wrong(self.inputs, self.g, y, ulps))
        self._certify(np.flatnonzero(beyond), shares)

    def _plain(self) -> bool:
        """The common case in few passes: all are normal numbers, and surely within their bounds."""
        y = self.y
        size, error = np.abs(y), np.abs(self.g - y)
        smallest = size.min()
        if not (smallest >= self.rounding.normal and np.isfinite(error.max())):
            return False
        floors = self._floors(error)
        if not ((error <= floors) & (floors < size)).all():
            return False
        self.tally.not_correctly_rounded += self.g.size
        powers = (size.view(np.int64) & _EXPONENT).view(np.float64)
        self._worst(error / (powers * self.rounding.relative), y, normal=True)
        return True

    def _floors(self, error: Array) -> Array:
        """Errors that are surely allowed."""
        floors = self.engine.allowed(self.inputs, self.y)
        for closeness in range(1, self.engine.closest + 1):
            beyond = np.flatnonzero(error > floors)
            if not beyond.size:
                break
            nearer = self.engine.allowed(self.inputs[beyond], self.y[beyond], closeness)
            floors[beyond] = np.maximum(floors[beyond], nearer)
        return floors

    def _zeros(self) -> None:
        """Count zeros with the wrong sign; leaves out what differs in its bits alone."""
        zeros = (self.g == 0) & (self.true == 0)
        claimed = {"claimed": zeros, "inputs": zeros & (self.x == 0), "none": zeros & False}
        signs = claimed[self.engine.function.zero]
        if signs.any():
            if self.tally.zero_sign < 0:
                self.tally.zero_sign = int(self.inputs[int(signs.argmax())])
            self.tally.zero_sign_wrong += int(np.count_nonzero(signs))
        poles = (self.x == 0) & np.isinf(self.g) & np.isinf(self.true) & self.engine.function.pole
        left = ~(zeros | poles | (np.isnan(self.g) & np.isnan(self.true)))
        if not left.all():
            self._keep(left)

    def _may_overflow(self, y: Array, floors: Array) -> Array:
        """Infinities that the bound surely allows."""
        return np.isinf(self.g) & (np.where(self.g > 0, y, -y) + floors >= self.rounding.overflow)

    def _read_as_zero(self, beyond: Array) -> Array:
        """Answers that are right for zero, to subnormal inputs of a format that may lose them."""
        right = beyond & (np.abs(self.x) < self.rounding.normal) & (self.x != 0) & self.rounding.format.flushes
        places = np.flatnonzero(right)
        found: dict[tuple[float, float], bool] = {}
        for place in places.tolist():
            asked = (float(np.copysign(0.0, self.x[place])), float(self.g[place]))
            key = (np.copysign(1.0, asked[0]), asked[1])
            if key not in found:
                found[key] = self._right_at_zero(*asked)
            right[place] = found[key]
        return right

    def _right_at_zero(self, zero: float, got: float) -> bool:
        pole = self.engine.function.pole and np.isinf(got)
        return self.engine.allows(zero, got) or bool(pole and self.engine.allows(zero, -got))

    def _worst(self, ulps: Array, y: Array, *, normal: bool) -> None:
        """Errors among all results, and among normal ones; `normal` where all are."""
        place = int(ulps.argmax())
        self.tally.all.take(ulps.item(place), int(self.inputs[place]), int(self.got[place]))
        among = ulps if normal else np.where(np.abs(y) >= self.rounding.normal, ulps, 0.0)
        place = place if normal else int(among.argmax())
        self.tally.normal.take(among.item(place), int(self.inputs[place]), int(self.got[place]))
        self._histogram(ulps)

    def _histogram(self, ulps: Array) -> None:
        """Largest error and count by the sign and exponent of the input; inputs ascend."""
        mantissa, starts = self.rounding.word.type(self.engine.mantissa), np.array([0])
        bins = self.inputs[[0, -1]] >> mantissa
        if bins[0] != bins[1]:
            bins = self.inputs >> mantissa
            starts = np.concatenate([starts, np.flatnonzero(bins[1:] != bins[:-1]) + 1])
        counts, largest = np.diff(starts, append=ulps.size), np.maximum.reduceat(ulps, starts)
        for number, count, most in zip(bins[starts].tolist(), counts.tolist(), largest.tolist(), strict=True):
            held = self.tally.histogram.setdefault(str(number), [0.0, 0])
            held[0], held[1] = max(held[0], most), held[1] + count

    # ------------------------------------------------------------ what is beyond

    def _excuse(self, known: Known, beyond: Array, shares: Array, answers: Wrong) -> None:
        """Take away what a known deviation covers, element by element, where the worst of it is truly wrong."""
        for deviation in known:
            if not beyond.any():
                return
            of_facet = np.isin(self._facets(), deviation.facets)
            covered = np.flatnonzero(beyond & of_facet & deviation.excuses.holds(answers, self.x, self.rounding.dtype))
            if not covered.size:
                continue
            worst = int(covered[shares[covered].argmax()])
            if self.engine.allows(float(self.x[worst]), float(self.g[worst])):
                continue  # within the certified bound after all
            beyond[covered] = False
            excused = self.tally.excused.setdefault(deviation.cause, Excused())
            excused.count += covered.size
            excused.worst.take(self._share(worst), int(self.inputs[worst]), int(self.got[worst]))

    def _facets(self) -> Array:
        nan, inf = np.isnan(self.g) != np.isnan(self.true), np.isinf(self.g) != np.isinf(self.true)
        return np.where(nan, "nan", np.where(inf, "inf", "value"))

    def _certify(self, places: Array, shares: Array) -> None:
        """What is beyond the floor is judged by the certified bound, the worst first."""
        order = places[np.argsort(-shares[places], kind="stable")]
        for place in order[: _AGAIN if self.tally.beyond else None].tolist():
            got, true = float(self.g[place]), float(self.true[place])
            if self.engine.allows(float(self.x[place]), got):
                self.tally.inf_wrong -= int(np.isinf(got) != np.isinf(true))  # near overflow both may be right
                continue
            self.tally.beyond += 1
            self.tally.wrong.take(self._share(place), int(self.inputs[place]), int(self.got[place]))
            if self.tally.beyond >= _AGAIN:
                break

    def _share(self, place: int) -> float:
        """Of the bound; an answer that is no number stands above all that are."""
        held = self.engine.hold(float(self.x[place]), float(self.g[place]))
        return min(held.error / held.bound, MOST) if held.bound else MOST
