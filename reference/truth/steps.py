"""The steps that named formulas are made of: balls in, and the ball of all that a conforming step may give.

Each passes on an interval: the error of a result is how far the exact step moves over all that its arguments may be,
and the step's own rounding on top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flint import arb

from nnconform.reference.truth.arithmetic import Arithmetic
from nnconform.reference.truth.ball import ZERO, Ball, Value, larger

Function = Callable[[Any], Any]
ONE = Ball(arb(1))
HALF = Ball(arb(1) / 2)


def spanning(exact: Any, ends: Iterable[Any]) -> Ball:
    """The ball around `exact` that reaches every one of `ends`."""
    error = ZERO
    for end in ends:
        error = larger(error, abs(exact - end).upper())
    return Ball(exact, error)


def constant(value: Any, work: Arithmetic) -> Ball:
    """A number that no dtype holds, rounded once."""
    return work.rounded(Ball(value))


def plus(a: Ball, b: Ball, work: Arithmetic) -> Ball:
    """A sum, rounded; a term that is exactly zero adds no rounding."""
    both = Ball(a.exact + b.exact, (a.error + b.error).upper())
    return both if _nothing(a) or _nothing(b) else work.rounded(both)


def minus(a: Ball, b: Ball, work: Arithmetic) -> Ball:
    """A difference, rounded."""
    return plus(a, Ball(-b.exact, b.error), work)


def times(a: Ball, b: Ball, work: Arithmetic) -> Ball:
    """A product, rounded; by a 0 or a 1 that is certain nothing is."""
    exact = a.exact * b.exact
    both = Ball(exact, larger(ZERO, (a.magnitude * b.magnitude - abs(exact)).upper()))
    if any(_nothing(side) or (abs(side.exact) == 1 and side.error == 0) for side in (a, b)):
        return both
    return work.rounded(both)


def halved(x: Ball, work: Arithmetic) -> Ball:
    """Half of it: exact, but for underflow."""
    return Ball(x.exact / 2, (x.error / 2 + work.tiny).upper())


def over(a: Ball, b: Ball, work: Arithmetic) -> Ball:
    """A quotient by what is certainly not 0, as the table grants it."""
    both = spanning(a.exact / b.exact, [p / q for p in (a.low, a.high) for q in (b.low, b.high)])
    return Ball(both.exact, (both.error + work.ulps("divide", both.magnitude)).upper())


def granted(name: str, function: Function, x: Ball, work: Arithmetic) -> Ball:
    """A monotone function of the published table."""
    both = spanning(function(x.exact), (function(x.low), function(x.high)))
    return Ball(both.exact, (both.error + work.ulps(name, both.magnitude)).upper())


def clipped(x: Ball, low: Any, high: Any) -> Ball:
    """Kept from low to high: nothing is rounded."""

    def at(z: Any) -> Any:
        return low if z < low else min(z, high)

    return spanning(at(x.exact), (at(x.low), at(x.high)))


def finite(ball: Ball, work: Arithmetic) -> Value:
    """The ball, or an infinity where every conforming result rounds to one.

    A ball that may or may not overflow is left as it is, for whoever asks for a verdict to refuse.
    """
    limit = work.overflow
    return float("inf") if ball.low >= limit else float("-inf") if ball.high <= -limit else ball


def _nothing(ball: Ball) -> bool:
    return bool(ball.exact == 0 and ball.error == 0)
