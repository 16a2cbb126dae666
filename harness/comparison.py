"""One array against its truth, element by element: nothing broadcasts, nan and infinities have facets of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnconform.spec.arrays import Array, decode, dtype_of
from nnconform.spec.formats import FORMATS

_DOUBLE = "float64"


class Truth:
    """Exact results and bounds of one output: high + low is the exact value, error what an answer may be off by.

    `flushed` is the truth with subnormal inputs read as zero, which is as good.
    """

    __slots__ = ("dtype", "error", "exact", "flushed", "format", "high", "low", "shape")

    def __init__(self, data: Mapping[str, Any], dtype: str, flushed: Mapping[str, Any] | None = None) -> None:
        self.format = FORMATS[dtype]
        self.dtype = dtype_of(dtype)
        self.shape = tuple(data["shape"])
        self.exact = "bits" in data
        self.low: Array | None = None
        self.error: Array | None = None
        if self.exact:
            self.high = decode(dict(data), dtype).astype(np.float64)
        else:
            self.high = self._double(data, "high")
            self.error = self._double(data, "error")
            self.low = self._double(data, "low") if "low" in data else None
        self.flushed = Truth(flushed, dtype) if flushed else None

    def _double(self, data: Mapping[str, Any], part: str) -> Array:
        return decode({"shape": self.shape, "bits": data[part]}, _DOUBLE)

    def row(self, axis: int) -> Truth:
        """The truth of the first row alone."""
        made: Truth = object.__new__(Truth)
        made.format, made.dtype, made.exact = self.format, self.dtype, self.exact
        made.high = self.high.take([0], axis)
        made.low = None if self.low is None else self.low.take([0], axis)
        made.error = None if self.error is None else self.error.take([0], axis)
        made.shape = made.high.shape
        made.flushed = self.flushed.row(axis) if self.flushed else None
        return made

    def difference(self, got: Array) -> Array:
        """Got - exact, in float64."""
        wide = got.astype(np.float64)
        return (wide - self.high) if self.low is None else (wide - self.high) - self.low

    def spacing(self) -> Array:
        """The unit in the last place of the dtype at each exact value."""
        size = np.where(np.isfinite(self.high), np.abs(self.high), 1.0)
        least = self.format.min_exponent
        exponents = np.frexp(np.maximum(size, 2.0**least))[1] - 1
        return np.ldexp(1.0, exponents - self.format.precision + 1)


@dataclass(slots=True)
class Comparison:
    """What a comparison found; indices are flat."""

    got: Array
    truth: Truth
    wrong: int = 0
    facet: str = "value"
    wrong_index: int = 0
    worst_share: float | None = None
    worst_ulps: float | None = None
    ulps_index: int = 0
    flushed_inputs: int = 0
    flushed_results: int = 0

    def at(self, index: int, question: str, output: str) -> dict[str, Any]:
        """One element, for a person: where, what came, what is true, and by how much it is off."""
        truth, got = self.truth, self.got.ravel()[index]
        exact = float(truth.high.ravel()[index])
        error = 0.0 if truth.error is None else float(truth.error.ravel()[index])
        off = abs(float(truth.difference(self.got).ravel()[index]))
        return {
            "question": question,
            "output": output,
            "index": [int(place) for place in np.unravel_index(index, truth.shape)],
            "got": float(got),
            "exact": exact,
            "bound": error,
            "off_by": off,
            "ulps": off / float(truth.spacing().ravel()[index]) if np.isfinite(off) else off,
        }


def compare(got: Array, truth: Truth) -> Comparison:
    """Judge every element of an answer whose dtype and shape are right already."""
    found = Comparison(got, truth)
    if not got.size:
        return found
    with np.errstate(all="ignore"):
        _compare(found, got, truth)
    return found


def _compare(found: Comparison, got: Array, truth: Truth) -> None:
    off = np.abs(truth.difference(got))
    right = _right(got, truth, off)
    if truth.flushed is not None and not right.all():
        excused = ~right & _right(got, truth.flushed, np.abs(truth.flushed.difference(got)))
        found.flushed_inputs = int(np.count_nonzero(excused))
        off = np.where(excused, np.abs(truth.flushed.difference(got)), off)
        right |= excused
    finite = np.isfinite(truth.high)
    ulps = np.where(finite, off / truth.spacing(), 0.0)
    found.ulps_index = int(np.argmax(np.where(np.isnan(ulps), np.inf, ulps)))
    found.worst_ulps = float(ulps.ravel()[found.ulps_index])
    if truth.error is not None:
        shares = np.where(finite & (off > 0), off / truth.error, 0.0)
        found.worst_share = float(np.max(np.where(np.isnan(shares), np.inf, shares)))
    elif right.all():
        found.worst_share = 0.0
    least = float(truth.format.smallest_normal)
    if truth.error is not None and float(np.abs(truth.high).min()) < least:
        small = (np.abs(truth.high) < least) & (np.abs(truth.high) >= float(truth.format.smallest_subnormal))
        found.flushed_results = int(np.count_nonzero(small & (got == 0)))
    if not right.all():
        _blame(found, got, truth, ~right, off)


def _right(got: Array, truth: Truth, off: Array) -> Array:
    """Within the bound; where the truth is special, the same special value.  The sign of a zero is no matter."""
    within = off <= (0.0 if truth.error is None else truth.error)
    special = ~np.isfinite(truth.high)
    if special.any():
        same = (got == truth.high) | (np.isnan(got) & np.isnan(truth.high))
        within = np.where(special, same, within)
    return within


def _blame(found: Comparison, got: Array, truth: Truth, wrong: Array, off: Array) -> None:
    found.wrong = int(np.count_nonzero(wrong))
    found.worst_share = float("inf") if truth.error is None else found.worst_share
    for facet, mask in (
        ("nan", wrong & (np.isnan(got) != np.isnan(truth.high))),
        ("inf", wrong & (np.isinf(got) != np.isinf(truth.high))),
    ):
        if mask.any():
            found.facet, found.wrong_index = facet, int(np.argmax(mask))
            return
    size = np.where(wrong, off, -1.0) if truth.error is None else np.where(wrong, off / truth.error, -1.0)
    found.wrong_index = int(np.argmax(np.where(np.isnan(size), np.inf, size)))
