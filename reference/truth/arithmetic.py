"""What each rounding may do in a format: the standard model, with underflow.

fl(x op y) = (x op y)(1 + d) + h with |d| <= u, and |h| no larger than the smallest normal number, so that results
flushed to zero are covered (Higham, section 2.2).  In float16, where nothing may be flushed, |h| is half the smallest
subnormal number, and an error is the one or the other, never both.

In a 16-bit format every step of a formula may be rounded to it; sums and products are accumulated in float32, and
their result is rounded to the format once.  Who computes all of it in float32, and rounds at the end, is well within.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

from flint import arb, fmpq

from nnconform.reference.truth.ball import ZERO, Ball, Value, larger, middle
from nnconform.reference.truth.table import ULPS
from nnconform.spec.formats import FORMATS, Format


def _arb(value: Any) -> Any:
    return arb(fmpq(value.numerator, value.denominator))


class Arithmetic:
    """Error terms in one dtype; with `tensor_float`, where products read their inputs as TF32 has them."""

    def __init__(self, dtype: str, *, tensor_float: bool = False) -> None:
        self.format: Format = FORMATS[dtype]
        self.tensor_float = tensor_float
        self.unit = _arb(self.format.unit_roundoff)
        self.least = _arb(self.format.smallest_subnormal)
        self.tiny = _arb(self.format.smallest_normal) if self.format.flushes else self.least / 2
        """What underflow may add to the error of one rounding."""
        self.largest = _arb(self.format.largest)
        self.overflow = _arb((2 - self.format.unit_roundoff) * Fraction(2) ** self.format.max_exponent)
        """From here on a result rounds to an infinity."""
        self.narrow = self.format.accumulator != dtype
        self.sums: Arithmetic = arithmetic(self.format.accumulator) if self.narrow else self
        """The arithmetic that a reduction accumulates in."""

    def relative(self, function: str) -> Any:
        """The relative error that the published table grants: n ulps are at most 2 n u."""
        return _arb(ULPS[self.format.name][function]) * 2 * self.unit

    def underflow(self, function: str) -> Any:
        """What comes on top of the relative error where a result of the function is subnormal: n ulps there."""
        return self.tiny if self.format.flushes else _arb(ULPS[self.format.name][function]) * self.least

    def ulps(self, function: str, magnitude: Any) -> Any:
        """The absolute error that the table grants at results up to `magnitude`, underflow included."""
        return self._either(self.relative(function) * magnitude, self.underflow(function))

    def rounding(self, magnitude: Any) -> Any:
        """The error of one rounding of numbers up to `magnitude`."""
        return self._either(self.unit * magnitude, self.tiny)

    def _either(self, relative: Any, absolute: Any) -> Any:
        """Where results may be flushed both count; else the spacing at a result is that of its size, or the least."""
        return relative + absolute if self.format.flushes else larger(relative.upper(), absolute)

    def rounded(self, ball: Ball) -> Ball:
        """One more rounding of a computed value."""
        return Ball(ball.exact, (ball.error + self.rounding(ball.magnitude)).upper())

    def stored_error(self, constant: float) -> Any:
        """How far a constant may move when it is stored in the dtype: nothing where the dtype holds it."""
        held = self.format.nearest(Fraction(constant)) == Fraction(constant)
        return arb(0) if held else self.unit * abs(arb(constant))

    def gamma(self, roundings: int) -> Any:
        """gamma_n = n u / (1 - n u): n roundings in any order (Higham, lemma 3.1)."""
        spent = self.unit * roundings
        return spent / (1 - spent)

    def store(self, total: Ball) -> Ball:
        """What a reduction accumulated, rounded to a dtype that is narrower; nothing where the dtype holds it."""
        return total if not self.narrow or self._holds(total) else self.rounded(total)

    def _holds(self, ball: Ball) -> bool:
        """Whether a value is certain, and a number of the dtype."""
        return bool(ball.error == 0 and ball.exact.rad() == 0 and self._is_number(middle(ball.exact)))

    def _is_number(self, value: Fraction) -> bool:
        return self.format.nearest(value) == value

    def overflows(self, value: Value) -> bool:
        """Whether a conforming computation might overflow here, so that no verdict would be certain."""
        return isinstance(value, Ball) and not value.magnitude <= self.largest


@cache
def arithmetic(dtype: str, *, tensor_float: bool = False) -> Arithmetic:
    """The arithmetic of a dtype, made once."""
    return Arithmetic(dtype, tensor_float=tensor_float)


def add(balls: list[Ball], work: Arithmetic) -> Ball:
    """A sum in any order."""
    exact = sum((ball.exact for ball in balls), ZERO)
    if len(balls) < 2:
        return Ball(exact, sum((ball.error for ball in balls), ZERO))
    magnitude = sum((ball.magnitude for ball in balls), ZERO)
    carried = sum((ball.error for ball in balls), ZERO)
    own = work.sums.gamma(len(balls) - 1) * magnitude + len(balls) * work.sums.tiny
    return certain(work.store(Ball(exact, (carried + own).upper())), work, "a sum")


def certain(ball: Ball, work: Arithmetic, what: str) -> Ball:
    """What a reduction gives to a 16-bit formula: where it might overflow, no verdict would be certain."""
    if work.narrow and work.overflows(ball):
        raise ValueError(f"{what} may overflow {work.format.name} on its way: leave that dtype out, with the reason")
    return ball
