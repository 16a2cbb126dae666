"""Elementary functions on balls: each may err by the ulps of the one published table.

Where C says the result to the bit (C17, annex F.10) it must come out: exp(0) = 1, log(1) = 0, exp(-inf) = 0,
log(0) = -inf, log(-1) = nan.
The sign of a zero is nobody's business here, so the reciprocal square root of 0 is an infinity of either sign.
"""

from __future__ import annotations

from math import inf, isnan, nan
from typing import Any

from flint import arb

from nnconform.reference.truth.activations import FAR
from nnconform.reference.truth.activations import exp as far_exp
from nnconform.reference.truth.arithmetic import Arithmetic
from nnconform.reference.truth.ball import Ball, Value, larger
from nnconform.reference.truth.steps import Function, finite, granted

Known = dict[int, Value]
"""Results that are known to the bit, by argument."""
NOTHING, ONE, MINUS_ONE = Ball(arb(0)), Ball(arb(1)), Ball(arb(-1))


def exp(x: Value, work: Arithmetic) -> Value:
    """The exponential."""
    return _everywhere("exp", far_exp, x, work, NOTHING, inf, {0: ONE})


def expm1(x: Value, work: Arithmetic) -> Value:
    """exp(x) - 1, without its cancellation."""
    return _everywhere("expm1", far_expm1, x, work, MINUS_ONE, inf, {0: NOTHING})


def erf(x: Value, work: Arithmetic) -> Value:
    """The error function."""
    return _everywhere("erf", far_erf, x, work, MINUS_ONE, ONE, {0: NOTHING})


def log(x: Value, work: Arithmetic) -> Value:
    """The natural logarithm."""
    return _from("log", lambda z: z.log(), x, work, inf, {0: -inf, 1: NOTHING})


def log1p(x: Value, work: Arithmetic) -> Value:
    """log(1 + x), without rounding 1 + x."""
    return _from("log1p", lambda z: z.log1p(), x, work, inf, {-1: -inf, 0: NOTHING})


def sqrt(x: Value, work: Arithmetic) -> Value:
    """The square root."""
    return _from("sqrt", lambda z: z.sqrt(), x, work, inf, {0: NOTHING})


def rsqrt(x: Value, work: Arithmetic) -> Value:
    """1 / sqrt(x)."""
    return _from("rsqrt", lambda z: z.rsqrt(), x, work, NOTHING, {0: inf})


def far_expm1(z: Any) -> Any:
    """exp(z) - 1; beyond +-FAR what it is there."""
    return larger(-FAR, min(z, FAR)).expm1()


def far_erf(z: Any) -> Any:
    """The error function; beyond +-1000 it is 1 less nothing that any format knows."""
    limit = arb(1000)
    return larger(-limit, min(z, limit)).erf()


def _everywhere(
    name: str, function: Function, x: Value, work: Arithmetic, down: Value, up: Value, known: Known
) -> Value:
    """A function of all numbers, with its limits at -inf and inf."""
    if isinstance(x, float):
        return nan if isnan(x) else up if x > 0 else down
    there = _known(x, known)
    return finite(granted(name, function, x, work), work) if there is None else there


def _from(name: str, function: Function, x: Value, work: Arithmetic, far: Value, known: Known) -> Value:
    """A function of the numbers from the first of `known` up, with its limit at inf; nan below."""
    if isinstance(x, float):
        return far if x == inf else nan
    there = _known(x, known)
    if there is not None:
        return there
    lowest = min(known)
    if x.low > lowest:
        return finite(granted(name, function, x, work), work)
    if x.high < lowest:
        return nan
    raise ValueError(f"{name} may be asked on both sides of {lowest}: no verdict would be certain")


def _known(x: Ball, known: Known) -> Value | None:
    """The result at an argument without error where C says it to the bit."""
    return next((value for place, value in known.items() if x.exact == place), None) if x.error == 0 else None


__all__ = ["erf", "exp", "expm1", "log", "log1p", "rsqrt", "sqrt"]
