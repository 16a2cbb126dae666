"""Products whose inputs are read as TF32: 11 significant bits, rounded to nearest or cut off, summed in float32.

What JAX and TensorFlow ship with on recent GPUs.  A number lies between two neighbours of 11 bits; whichever of them
is read, it is no further away than the one towards zero.  Subnormal numbers may be read as zero.  Source: NVIDIA,
Ampere architecture whitepaper (2020), "TF32": 8 bits of exponent, 10 of mantissa.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from nnconform.reference.truth.arithmetic import Arithmetic
from nnconform.reference.truth.ball import Ball, middle
from nnconform.spec.arrays import Array
from nnconform.spec.formats import FORMATS

Values = Any
"""A NumPy object array of `Value`."""
BITS = 11
_NORMAL = float(FORMATS["float32"].smallest_normal)
_UPWARD = 1 + 2.0**-30
"""Covers the rounding of float64 sums of up to 2^20 terms that are not negative (Higham, lemma 3.1)."""


def away(values: Array) -> Array:
    """How far each number may be from what is read of it, exactly; nothing of what is not finite."""
    given = np.where(np.isfinite(values), values, 0.0)
    fraction, exponent = np.frexp(given)
    cut = np.ldexp(np.trunc(np.ldexp(fraction, BITS)), exponent - BITS)
    return np.where(np.abs(given) < _NORMAL, np.abs(given), np.abs(given - cut))


def carried(a: Array, b: Array) -> Array:
    """What reading both sides may add to the error of each of their products, from above."""
    left, right = away(a), away(b)
    size_a, size_b = (np.abs(np.where(np.isfinite(side), side, 0.0)) for side in (a, b))
    found: Array = (size_a @ right + left @ (size_b + right)) * _UPWARD
    return found


def read(values: Values, work: Arithmetic) -> Values:
    """Values on their way through a graph, as a product reads them."""
    out = np.empty(values.shape, object)
    for place, value in zip(np.ndindex(values.shape), values.ravel(), strict=True):
        out[place] = _read(value, work) if isinstance(value, Ball) else value
    return out


def _read(ball: Ball, work: Arithmetic) -> Ball:
    if not ball.magnitude > 0:
        return ball
    held = float(middle(ball.exact))
    if ball.error == 0 and ball.exact.rad() == 0 and Fraction(held) == middle(ball.exact):
        return Ball(ball.exact, ball.error + float(away(np.array(held))))
    return Ball(ball.exact, (ball.error + ball.magnitude * 2.0 ** (1 - BITS) + work.tiny).upper())
