"""Rounding float64 values once to a format, as bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.spec.arrays import dtype_of
from nnconform.spec.formats import FORMATS

Array = Any
HUGE = 2.0**200
"""Beyond every format that is swept."""


class Rounding:
    """One format: what `nearest` gives has its bits."""

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype
        self.format = FORMATS[dtype]
        self.kind = dtype_of(dtype)
        self.word = np.dtype(f"u{self.kind.itemsize}")
        self.least = float(self.format.smallest_subnormal)
        self.normal = float(self.format.smallest_normal)
        self.relative = 2.0 ** (1 - self.format.precision)
        self.overflow = float((2 - self.format.unit_roundoff) * 2**self.format.max_exponent)
        """Rounds to an infinity, and nothing smaller does."""

    def nearest(self, values: Array) -> Array:
        """Each float64 value rounded once, to nearest and ties to even."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            if self.dtype != "bfloat16":
                return values.astype(self.kind).view(self.word)
            rounded = np.rint(values / (spacing := self.spacing(values))) * spacing  # powers of two: exact but for rint
            return (rounded.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)

    def wide(self, bits: Array) -> Array:
        """The values that bits stand for, as float64."""
        with np.errstate(invalid="ignore"):  # signalling nans
            if self.dtype == "bfloat16":
                return (bits.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
            return bits.view(self.kind).astype(np.float64)

    def spacing(self, values: Array) -> Array:
        """The unit in the last place at each value; something harmless where it is not finite."""
        powers = (values.view(np.int64) & np.int64(0x7FF0000000000000)).view(np.float64)
        return np.where(np.isfinite(values), np.maximum(powers * self.relative, self.least), 1.0)

    def bits(self, value: float) -> int:
        """The bits of a value that the format holds."""
        return int(self.nearest(np.array([value]))[0])
