"""What each rounding may do in a format: the standard model, with underflow.

fl(x op y) = (x op y)(1 + d) + h with |d| <= u, and |h| no larger than the smallest normal number, so that results
flushed to zero are covered (Higham, section 2.2).  16-bit formats compute in float32 and round once at the end.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

from flint import arb, fmpq

from nnconform.reference.truth.ball import ZERO, Ball, Value, special
from nnconform.reference.truth.table import ULPS
from nnconform.spec.formats import FORMATS, Format


def _arb(value: Any) -> Any:
    return arb(fmpq(value.numerator, value.denominator))


class Arithmetic:
    """Error terms in one dtype."""

    def __init__(self, dtype: str) -> None:
        self.stored: Format = FORMATS[dtype]
        self.format: Format = FORMATS[self.stored.accumulator]
        self.unit = _arb(self.format.unit_roundoff)
        self.tiny = _arb(self.format.smallest_normal)
        self.largest = _arb(self.format.largest)
        self.overflow = _arb((2 - self.stored.unit_roundoff) * Fraction(2) ** self.stored.max_exponent)
        """From here on a result rounds to an infinity."""

    def relative(self, function: str) -> Any:
        """The relative error that the published table grants: n ulps are at most 2 n u."""
        return _arb(ULPS[self.format.name][function]) * 2 * self.unit

    def ulps(self, function: str, magnitude: Any) -> Any:
        """The absolute error that the table grants at results up to `magnitude`, underflow included."""
        return self.relative(function) * magnitude + self.tiny

    def rounded(self, ball: Ball) -> Ball:
        """One more rounding of a computed value."""
        return Ball(ball.exact, (ball.error + self.unit * ball.magnitude + self.tiny).upper())

    def stored_error(self, constant: float) -> Any:
        """How far a constant may move when it is stored in the dtype: nothing where the dtype holds it."""
        held = self.stored.nearest(Fraction(constant)) == Fraction(constant)
        return arb(0) if held else _arb(self.stored.unit_roundoff) * abs(arb(constant))

    def gamma(self, roundings: int) -> Any:
        """gamma_n = n u / (1 - n u): n roundings in any order (Higham, lemma 3.1)."""
        spent = self.unit * roundings
        return spent / (1 - spent)

    def store(self, value: Value) -> Value:
        """The last rounding, where the dtype is narrower than what it computes in."""
        if special(value) or self.stored is self.format:
            return value
        assert isinstance(value, Ball)
        unit, least = _arb(self.stored.unit_roundoff), _arb(self.stored.smallest_subnormal)
        return Ball(value.exact, (value.error + unit * value.magnitude + least / 2).upper())

    def overflows(self, value: Value) -> bool:
        """Whether a conforming computation might overflow here, so that no verdict would be certain."""
        return isinstance(value, Ball) and not value.magnitude <= _arb(self.stored.largest)


@cache
def arithmetic(dtype: str) -> Arithmetic:
    """The arithmetic of a dtype, made once."""
    return Arithmetic(dtype)


def add(balls: list[Ball], work: Arithmetic) -> Ball:
    """A sum in any order."""
    exact = sum((ball.exact for ball in balls), ZERO)
    if len(balls) < 2:
        return Ball(exact, sum((ball.error for ball in balls), ZERO))
    magnitude = sum((ball.magnitude for ball in balls), ZERO)
    carried = sum((ball.error for ball in balls), ZERO)
    own = work.gamma(len(balls) - 1) * magnitude + len(balls) * work.tiny
    return Ball(exact, (carried + own).upper())
