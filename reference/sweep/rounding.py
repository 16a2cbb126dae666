"""Rounding float64 values once to a format, as bits; and exact results where that needs more digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import inf, isinf, isnan
from typing import Any

import numpy as np
from flint import arb

from nnconform.reference.truth.arithmetic import arithmetic
from nnconform.reference.truth.ball import SLACK, Ball, Value, middle
from nnconform.reference.truth.operations import apply
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
        self.overflow = float(self.format.largest) * (1 + self.relative / 4)
        """Rounds to an infinity, and nothing smaller does (exact in float64, and rounded up by less than its ulp)."""

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


class Exact:
    """Certified results and bounds of one operation in one dtype, input by input."""

    def __init__(self, operation: str, attributes: Mapping[str, Any], dtype: str) -> None:
        self.operation, self.attributes = operation, dict(attributes)
        self.rounding, self.work = Rounding(dtype), arithmetic(dtype)
        self.format = self.rounding.format

    def values(self, inputs: Sequence[float]) -> list[Value]:
        """The exact result with its bound, for each input."""
        given = np.array(inputs, np.float64)
        return list(apply(self.operation, [given], self.attributes, self.work))

    def value(self, x: float) -> Value:
        """The same for one."""
        return self.values([x])[0]

    def rounded(self, value: Value) -> float:
        """Rounded correctly: decided by both ends of the enclosure, or a tie."""
        if isinstance(value, float):
            return value
        if abs(value.exact) > HUGE:
            return inf if value.exact > 0 else -inf
        low, high = middle(value.exact.lower()), middle(value.exact.upper())
        below, above = self.format.nearest(low), self.format.nearest(high)
        if below != above:
            # 250 bits could not part it from a tie: it is one, where the function is a quotient of short numbers
            below = self.format.nearest((_half(below, self.format.largest) + _half(above, self.format.largest)) / 2)
        return float(below)

    def off(self, got: float, value: Value) -> tuple[float, float, float]:
        """Error, error in ulps and bound of a finite answer where the exact result is a number."""
        assert isinstance(value, Ball)
        error = abs(arb(got) - value.exact)
        high = float(middle(value.exact)) if abs(value.exact) < HUGE else HUGE
        spacing = float(self.rounding.spacing(np.array([high]))[0])
        return float(error.mid()), float((error / spacing).mid()), bound_of(value)

    def allows(self, got: float, value: Value) -> bool:
        """Whether an answer conforms."""
        if isnan(got) or isinstance(value, float):
            return isinstance(value, float) and (got == value or (isnan(got) and isnan(value)))
        if isinf(got):
            reach = value.exact if got > 0 else -value.exact
            return bool((reach + value.error * SLACK).upper() >= arb(self.rounding.overflow))
        return bool(abs(arb(got) - value.exact).lower() <= (value.error * SLACK).upper())


def bound_of(value: Ball) -> float:
    """How far an answer may be off."""
    return min(float((value.error * SLACK).mid()), HUGE) if value.error > 0 else 0.0


def _half(number: Fraction | float, largest: Fraction) -> Fraction:
    return number if isinstance(number, Fraction) else largest
