"""Activations in pieces, on balls, each by its one named formula; at the infinities their limits."""

from __future__ import annotations

from math import isnan, nan

from flint import arb

from nnconform.reference.truth.activations import ONE
from nnconform.reference.truth.arithmetic import Arithmetic
from nnconform.reference.truth.ball import ZERO, Ball, Value, exactly
from nnconform.reference.truth.elementary import far_expm1
from nnconform.reference.truth.steps import HALF, clipped, constant, granted, over, plus, times

SELU_ALPHA = arb("1.6732632423543772848170429916717")
SELU_SCALE = arb("1.0507009873554804934193349852946")
"""As published with the function: 32 digits, far beyond what float64 holds."""
SIX = Ball(arb(6))


def elu(x: Value, work: Arithmetic, alpha: float) -> Value:
    """X where x > 0, else alpha * expm1(x)."""
    factor = exactly(alpha)
    assert isinstance(factor, Ball)
    return _exponential(x, Ball(factor.exact, work.stored_error(alpha)), work)


def selu(x: Value, work: Arithmetic) -> Value:
    """Scale * (x where x > 0, else alpha * expm1(x)), with the two published constants."""
    bent, scale = _exponential(x, constant(SELU_ALPHA, work), work), constant(SELU_SCALE, work)
    return bent if isinstance(bent, float) else times(scale, bent, work)


def _exponential(x: Value, alpha: Ball, work: Arithmetic) -> Value:
    if isinstance(x, float):
        return x if isnan(x) or x > 0 else Ball(-alpha.exact, alpha.error)
    if x.low >= 0:
        return x
    below = clipped(x, x.low, ZERO)
    bent = times(alpha, granted("expm1", far_expm1, below, work), work)
    if x.high <= 0:
        return bent
    above = clipped(x, ZERO, x.high)  # it is not certain on which side x is: the errors of both
    return Ball(bent.exact + above.exact, (bent.error + above.error).upper())


def hard_sigmoid(x: Value, work: Arithmetic) -> Value:
    """Six / 6, six = x + 3 kept from 0 to 6."""
    if isinstance(x, float):
        return nan if isnan(x) else Ball(ONE if x > 0 else ZERO)
    return _sixth(_six(x, work), work)


def hard_swish(x: Value, work: Arithmetic) -> Value:
    """X * six / 6."""
    if isinstance(x, float):
        return x if isnan(x) or x > 0 else Ball(ZERO)
    return over(times(x, _six(x, work), work), SIX, work)


def _six(x: Ball, work: Arithmetic) -> Ball:
    """X + 3 kept from 0 to 6, which may come as six times x / 6 + 1/2: frameworks document both."""
    half = plus(over(x, SIX, work), HALF, work)
    return clipped(Ball(6 * half.exact, 6 * half.error), ZERO, SIX.exact)


def _sixth(six: Ball, work: Arithmetic) -> Ball:
    """A quotient by 6; 0 and 1 come out where they must."""
    held = six.error == 0 and any(six.exact == end for end in (0, 6))
    return Ball(six.exact / 6) if held else over(six, SIX, work)


__all__ = ["elu", "hard_sigmoid", "hard_swish", "selu"]
