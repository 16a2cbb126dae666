"""A value and how far an implementation may be from it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite, isnan, nan, nextafter
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq

PRECISION = 256
"""Bits of every enclosure: far beyond float64's 53, so that its own radius never matters."""
ctx.prec = PRECISION

ZERO = arb(0)
SLACK = 1 + arb(2) ** -20
"""A stored bound is so much wider: it covers the judge's own float64 arithmetic and terms of second order."""
VANISHING = -20_000
"""Below 2 to this power a number is 0 in every format, and its digits would fill the memory: exp(-3e38)."""


@dataclass(frozen=True, slots=True)
class Ball:
    """`exact` encloses the exact result; `error` bounds |computed - exact| for every conforming computation."""

    exact: Any
    error: Any = ZERO

    @property
    def low(self) -> Any:
        return (self.exact - self.error).lower()

    @property
    def high(self) -> Any:
        return (self.exact + self.error).upper()

    @property
    def magnitude(self) -> Any:
        """The largest absolute value that a conforming computation may hold here."""
        return (abs(self.exact) + self.error).upper()


Value = Ball | float
"""A ball, or an infinity or nan as IEEE 754 has them."""


def special(value: Value) -> bool:
    """Whether a value is an infinity or nan."""
    return isinstance(value, float)


def exactly(value: Fraction | float) -> Value:
    """An input: a number without error, or a special value."""
    if isinstance(value, float) and not isfinite(value):
        return value
    ratio = Fraction(value)
    return Ball(arb(fmpq(ratio.numerator, ratio.denominator)))


def balls(values: Any) -> Any:
    """An array of values; a float64 array holds numbers without error."""
    if values.dtype == object:
        return values
    out = np.empty(values.size, object)
    for number, value in enumerate(values.ravel().tolist()):
        out[number] = Ball(arb(value)) if isfinite(value) else value
    return out.reshape(values.shape)


def doubles(values: Any) -> Any:
    """The float64 array that `values` is, or None where one of them carries an error or needs more digits."""
    if values.dtype != object:
        return values
    out = np.empty(values.size, np.float64)
    for number, value in enumerate(values.ravel()):
        if isinstance(value, Ball) and (value.error > 0 or not _is_double(value.exact)):
            return None
        out[number] = value if isinstance(value, float) else float(value.exact)
    return out.reshape(values.shape)


def _is_double(exact: Any) -> bool:
    return bool(exact.rad() == 0 and arb(float(exact)) == exact)


def enclosing(exact: Any, low: Any, high: Any) -> Ball:
    """The ball around `exact` that holds everything from low to high."""
    below, above = (exact - low).upper(), (high - exact).upper()
    return Ball(exact, larger(larger(below, above), ZERO))


def larger(left: Any, right: Any) -> Any:
    """The larger of two exact numbers."""
    return max(right, left)


def middle(value: Any) -> Fraction:
    """The midpoint of an enclosure, as an exact fraction; 0 where it vanishes."""
    mantissa, exponent = value.mid().man_exp()
    if exponent < VANISHING:
        return Fraction(0)
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def as_double(value: Value) -> tuple[float, float, float]:
    """(high, low, error): the exact value is high + low to 106 bits, and error is rounded up."""
    if isinstance(value, float):
        return value, 0.0, 0.0
    exact = middle(value.exact)
    high = float(exact)
    low = float(exact - Fraction(high))
    slack = value.exact.rad() + abs(value.exact) * (arb(2) ** -104 if exact else 1)
    return high, low, upward((value.error + slack) * SLACK if value.error > 0 else value.error)


def upward(value: Any) -> float:
    """The smallest float64 not below an enclosure, give or take one step up."""
    above = value.upper()
    return nextafter(float(middle(above)), inf) if above > 0 else 0.0


def float_of(value: Value) -> float:
    """A float64 near a value: for signs and special products only."""
    return value if isinstance(value, float) else float(middle(value.exact))


def special_sum(terms: list[float]) -> float:
    """The IEEE 754 sum of terms of which at least one is special, in any order."""
    signs = {term > 0 for term in terms if not isfinite(term)}
    if any(isnan(term) for term in terms) or len(signs) > 1:
        return nan
    return inf if True in signs else -inf
