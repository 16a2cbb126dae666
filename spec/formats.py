"""The floating-point formats a case may run in.

IEEE 754-2019 clause 3.6 for binary16, binary32 and binary64; bfloat16 is binary32 cut to 8 significant bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import inf

FLUSHED = -126
"""Formats that reach down to this exponent, float32's and bfloat16's, may lose their subnormal numbers."""


@dataclass(frozen=True)
class Format:
    """One format: `precision` counts significant bits, the hidden one included."""

    name: str
    precision: int
    min_exponent: int
    max_exponent: int
    bits: int
    accumulator: str
    """The format in which a reduction must accumulate (16-bit formats: float32)."""

    @property
    def unit_roundoff(self) -> Fraction:
        """Half the spacing at 1: the largest relative error of one rounding."""
        return Fraction(1, 2**self.precision)

    @property
    def smallest_normal(self) -> Fraction:
        return _power(self.min_exponent)

    @property
    def smallest_subnormal(self) -> Fraction:
        return _power(self.min_exponent - self.precision + 1)

    @property
    def flushes(self) -> bool:
        """Whether numbers below the smallest normal one may be read and given as zero: in all but float16.

        Those are below 1e-37 elsewhere, and nobody's data.  Float16's begin at 6e-5.
        """
        return self.min_exponent <= FLUSHED

    @property
    def largest(self) -> Fraction:
        return (2 - 2 * self.unit_roundoff) * _power(self.max_exponent)

    def spacing(self, value: Fraction) -> Fraction:
        """The unit in the last place at `value`: the gap between the format's neighbours around it."""
        exponent = max(_floor_log2(abs(value)), self.min_exponent) if value else self.min_exponent
        return _power(exponent - self.precision + 1)

    def nearest(self, value: Fraction) -> Fraction | float:
        """`value` rounded once to nearest, ties to even; an infinity where it overflows."""
        spacing = self.spacing(value)
        rounded = round(value / spacing) * spacing
        if abs(rounded) > self.largest:
            return inf if rounded > 0 else -inf
        return rounded


FORMATS = {
    item.name: item
    for item in (
        Format("float64", 53, -1022, 1023, 64, "float64"),
        Format("float32", 24, -126, 127, 32, "float32"),
        Format("float16", 11, -14, 15, 16, "float32"),
        Format("bfloat16", 8, -126, 127, 16, "float32"),
    )
}
DEFAULT_DTYPES = ("float32", "float64")


@cache
def _power(exponent: int) -> Fraction:
    return Fraction(2) ** exponent


def _floor_log2(value: Fraction) -> int:
    guess = value.numerator.bit_length() - value.denominator.bit_length()
    return guess if value >= _power(guess) else guess - 1
