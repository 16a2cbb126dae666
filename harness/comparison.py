"""One array against its truth, element by element: nothing broadcasts, nan and infinities have facets of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import copysign, frexp, inf, isfinite, isnan, prod
from typing import Any

import numpy as np

from nnconform.harness.verdict import Wrong
from nnconform.spec.arrays import Array, decode_bits, dtype_of, fill
from nnconform.spec.formats import FORMATS

_DOUBLE = "float64"
_LEAST = 5e-324
"""The smallest float64 stands for a bound of 0: nothing off is then no share, and anything off is a large one."""
_LIMITS = {
    name: (float(form.smallest_normal), float(form.smallest_subnormal), 2.0 ** (1 - form.precision))
    for name, form in FORMATS.items()
}
"""Smallest normal, smallest subnormal and spacing at 1 of each dtype, as float64."""
_EXPONENT = np.int64(0x7FF0000000000000)
"""The exponent bits of a float64: kept alone, they are the power of two at or below its absolute value."""


class Truth:
    """Exact results and bounds of one output: high + low is the exact value, error what an answer may be off by.

    `flushed` is the truth with subnormal inputs read as zero, which is as good.
    """

    def __init__(self, data: Mapping[str, Any], dtype: str, flushed: Mapping[str, Any] | None = None) -> None:
        self.limits = _LIMITS[dtype]
        self.dtype = dtype_of(dtype)
        self.shape = tuple(data["shape"])
        self.exact = "bits" in data
        self.low: Array | None = None
        self.error: Array | None = None
        self.one_sided = "one_sided" in data
        if self.exact:
            self.high = _decoded(data, "bits", dtype).astype(np.float64)
        else:
            self.high = self._double(data, "high")
            self.error = self._double(data, "error")
            self.low = self._double(data, "low") if "low" in data else None
        self.flushed = Truth(flushed, dtype) if flushed else None

    def _double(self, data: Mapping[str, Any], part: str) -> Array:
        return _decoded(data, part, _DOUBLE)

    def row(self, axis: int) -> Truth:
        """The truth of the first row alone."""
        made: Truth = object.__new__(Truth)
        made.limits, made.dtype, made.exact, made.one_sided = self.limits, self.dtype, self.exact, self.one_sided
        made.high = self.high.take([0], axis)
        made.low = None if self.low is None else self.low.take([0], axis)
        made.error = None if self.error is None else self.error.take([0], axis)
        made.shape = made.high.shape
        made.flushed = self.flushed.row(axis) if self.flushed else None
        return made

    @cached_property
    def all_finite(self) -> bool:
        """Whether no exact value is special."""
        return bool(np.isfinite(self.high).all())

    def difference(self, got: Array) -> Array:
        """The answer less the exact value, in float64."""
        wide = got.astype(np.float64)
        return (wide - self.high) if self.low is None else (wide - self.high) - self.low

    def spacing(self) -> Array:
        """The unit in the last place of the dtype at each exact value; an infinity where that is not finite."""
        powers: Array = (self.high.view(np.int64) & _EXPONENT).view(np.float64)
        _, least, relative = self.limits
        spacing: Array = np.maximum(powers * relative, least)
        return spacing

    def spacing_at(self, exact: float) -> float:
        """The same at one exact value."""
        _, least, relative = self.limits
        if not isfinite(exact):
            return inf
        return max(2.0 ** (frexp(exact)[1] - 1) * relative, least) if exact else least


def _decoded(data: Mapping[str, Any], part: str, dtype: str) -> Array:
    """One part of a truth in its whole shape: with a `period`, so many elements are stored and repeat."""
    shape = tuple(data["shape"])
    if "period" not in data:
        return decode_bits(data[part], shape, dtype)
    once = decode_bits(data[part], (data["period"],), dtype)
    return fill(np.empty(prod(shape), once.dtype), once).reshape(shape)


@dataclass(slots=True)
class Comparison:
    """What a comparison found; indices are flat."""

    got: Array
    truth: Truth
    wrong: int = 0
    facet: str = "value"
    wrong_index: int = 0
    worst_share: float = 0.0
    worst_ulps: float = 0.0
    ulps_index: int = 0
    flushed_inputs: int = 0
    flushed_input: int = 0
    """Where the first of them is."""
    flushed_results: int = 0
    flushed_result: int = 0
    off: Array = field(init=False)
    """By how much each element is off, in float64."""
    mask: Array | None = None
    """Where it is wrong."""

    def __post_init__(self) -> None:
        self.off = np.abs(self.truth.difference(self.got))

    def at(self, index: int, question: str, output: str, place: Sequence[Any] | None = None) -> dict[str, Any]:
        """One element, for a person: where, what came, what is true, and by how much it is off.

        `place` is where it stands, if not at the index itself.
        """
        truth = self.truth
        place = unravelled(index, truth.shape) if place is None else place
        off, exact, got = self.off.item(index), truth.high.item(index), float(self.got.flat[index])
        bound = 0.0 if truth.error is None else truth.error.item(index)
        if truth.one_sided and got * copysign(1.0, exact) < 0:
            bound = min(bound, abs(exact))  # from there on lies the other side of zero
        return {
            "question": question,
            "output": output,
            "index": list(place),
            "got": got,
            "exact": exact,
            "bound": bound,
            "off_by": off,
            "ulps": off / truth.spacing_at(exact),
        }

    def elements(self) -> Wrong:
        """Every wrong element."""
        assert self.mask is not None
        exact, ulps = self.truth.high[self.mask], self.off[self.mask] / self.truth.spacing()[self.mask]
        return Wrong(np.flatnonzero(self.mask), self.got[self.mask], exact, ulps)


def unravelled(index: int, shape: Sequence[int]) -> list[int]:
    """A flat index as one along each axis; of few axes that is quicker than NumPy's way."""
    place: list[int] = []
    for size in reversed(shape):
        index, along = divmod(index, size)
        place.append(along)
    return place[::-1]


def compare(got: Array, truth: Truth) -> Comparison:
    """Judge every element of an answer whose dtype and shape are right already."""
    found = Comparison(got, truth)
    if not got.size:
        return found
    off = found.off
    right = _right(got, truth, off)
    everything = bool(right.all())
    if truth.flushed is not None and not everything:
        off, right = _excuse(found, got, truth.flushed, off, right)
        everything = bool(right.all())
    flushed = _flushed_results(got, truth)
    ulps = _clean(off / truth.spacing(), off, truth)
    if flushed is not None:
        found.flushed_results, found.flushed_result = int(np.count_nonzero(flushed)), int(flushed.argmax())
        ulps = np.where(flushed, 0.0, ulps)  # a trait of its own, and no matter of precision
    found.ulps_index = int(ulps.argmax())
    found.worst_ulps = ulps.item(found.ulps_index)
    if truth.error is not None:
        found.worst_share = float(_clean(off / truth.error, off, truth).max())
    if not everything:
        _blame(found, got, truth, ~right, off)
    return found


def compare_plainly(found: Comparison) -> bool:
    """The common case, in few passes: whether every value is well within its bound, so that none is special.

    Fills in how right they are; if it is not so, `compare` has to look.
    """
    got, truth = found.got, found.truth
    assert truth.error is not None
    share = found.off / np.maximum(truth.error, _LEAST)
    worst = share.item(share.argmax())
    if not worst < 1.0:  # a nan is not
        return False
    if np.count_nonzero(got) < got.size:
        flushed = _flushed_results(got, truth)
        if flushed is not None and flushed.any():
            return False
    ulps = found.off / truth.spacing()
    found.ulps_index = int(ulps.argmax())
    found.worst_share, found.worst_ulps = worst, ulps.item(found.ulps_index)
    return True


def _clean(sizes: Array, off: Array, truth: Truth) -> Array:
    """0 where nothing is off (0/0) or the truth is special, an infinity where an answer is nan."""
    total = float(sizes.sum())
    if not isnan(total) and truth.all_finite:
        return sizes
    sizes = np.where(np.isnan(sizes), np.inf, sizes)
    return np.where(np.isfinite(truth.high) & (off != 0), sizes, 0.0)


def _right(got: Array, truth: Truth, off: Array) -> Array:
    """Within the bound; where the truth is special, the same special value.  The sign of a zero is no matter."""
    within: Array = off <= (0.0 if truth.error is None else truth.error)
    if truth.one_sided:
        within &= (got == 0) | (np.signbit(got) == np.signbit(truth.high))
    if not truth.all_finite:
        same = (got == truth.high) | (np.isnan(got) & np.isnan(truth.high))
        within = np.where(np.isfinite(truth.high), within, same)
    return within


def _excuse(found: Comparison, got: Array, flushed: Truth, off: Array, right: Array) -> tuple[Array, Array]:
    """Answers that are right for subnormal inputs read as zero."""
    other = np.abs(flushed.difference(got))
    excused = ~right & _right(got, flushed, other)
    found.flushed_inputs, found.flushed_input = int(np.count_nonzero(excused)), int(excused.argmax())
    return np.where(excused, other, off), right | excused


def _flushed_results(got: Array, truth: Truth) -> Array | None:
    """Where a subnormal result came out as zero, within a bound that allows it; None where no result is subnormal."""
    normal, subnormal, _ = truth.limits
    size = np.abs(truth.high)
    if truth.error is None or not float(size.min()) < normal:
        return None
    flushed: Array = (size < normal) & (size >= subnormal) & (got == 0)
    return flushed


def _blame(found: Comparison, got: Array, truth: Truth, wrong: Array, off: Array) -> None:
    found.wrong, found.mask = int(np.count_nonzero(wrong)), wrong
    if truth.error is None or found.worst_share <= 1:  # on the wrong side of zero, however near
        found.worst_share = inf
    for facet, mask in (
        ("nan", wrong & (np.isnan(got) != np.isnan(truth.high))),
        ("inf", wrong & (np.isinf(got) != np.isinf(truth.high))),
    ):
        if mask.any():
            found.facet, found.wrong_index = facet, int(np.argmax(mask))
            return
    size = off if truth.error is None else off / truth.error
    found.wrong_index = int(np.argmax(np.where(wrong, np.where(np.isnan(size), np.inf, size), -1.0)))
