"""What units of other formats see of their inputs: whole, rounded to fewer significant bits, or in three passes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nnconform.spec.arrays import Array

TENSOR_FLOAT = 11
"""Significant bits of TF32 and of float16."""
BRAIN_FLOAT = 8
"""Significant bits of bfloat16."""
SINGLE = 24
DOUBLE = 53
FORMAT_NAMES = {SINGLE: "float32", TENSOR_FLOAT: "float16", BRAIN_FLOAT: "bfloat16"}
"""Formats by their significant bits, where range tells no other apart."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How many significant bits each side keeps, to nearest or cut off; both sides in three passes of bfloat16."""

    left: int = DOUBLE
    right: int = DOUBLE
    cut: bool = False
    three_passes: bool = False

    def pairs(self, a: Array, b: Array) -> Iterator[tuple[Array, Array]]:
        """The products whose sum is the result."""
        if not self.three_passes:
            yield kept(a, self.left, cut=self.cut), kept(b, self.right, cut=self.cut)
            return
        high_a, high_b = (kept(side, BRAIN_FLOAT, cut=self.cut) for side in (a, b))
        low_a, low_b = (kept(rest, BRAIN_FLOAT, cut=self.cut) for rest in (a - high_a, b - high_b))
        yield from ((high_a, high_b), (high_a, low_b), (low_a, high_b))


WHOLE = Reading()


def readings(precision: int) -> Iterator[Reading]:
    """All that narrow what a dtype of this precision holds, the whole first and both sides alike before one alone."""
    yield WHOLE
    narrower = [bits for bits in (SINGLE, TENSOR_FLOAT, BRAIN_FLOAT) if bits < precision]
    for cut in (False, True):
        yield from (Reading(bits, bits, cut) for bits in narrower)
        if precision == SINGLE:
            yield Reading(cut=cut, three_passes=True)
    for cut in (False, True):
        for left in (DOUBLE, *narrower):
            yield from (Reading(left, right, cut) for right in (DOUBLE, *narrower) if left != right)


def kept(values: Array, bits: int, *, cut: bool = False) -> Array:
    """Numbers with so many significant bits: the nearest, ties to even, or the next towards zero."""
    if bits >= DOUBLE:
        return values
    fraction, exponent = np.frexp(values)
    scaled = np.ldexp(fraction, bits)
    made: Array = np.ldexp(np.trunc(scaled) if cut else np.rint(scaled), exponent - bits)
    return made


def significant_bits(values: Array) -> int:
    """The most significant bits that any of these numbers needs."""
    fraction, _ = np.frexp(values[values != 0])
    whole = (np.abs(fraction) * 2.0**DOUBLE).astype(np.int64)
    if not whole.size:
        return 0
    lowest = np.frexp((whole & -whole).astype(np.float64))[1] - 1
    return DOUBLE - int(lowest.min())
