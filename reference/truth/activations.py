"""Activations on balls.  Each states its named formula; its bound is that formula's error over the whole ball."""

from __future__ import annotations

from fractions import Fraction
from math import inf, isnan, nan
from typing import Any

import numpy as np
from flint import arb

from nnconform.reference.truth.arithmetic import Arithmetic, add
from nnconform.reference.truth.ball import ZERO, Ball, Value, enclosing, larger, special

ONE = arb(1)
FAR = arb(1_000_000)
"""Beyond this, exp has overflowed or vanished in every format, and its own digits would fill the memory."""


def exp(z: Any) -> Any:
    """The exponential; beyond +-FAR the exponential there."""
    return larger(-FAR, min(z, FAR)).exp()


def linear(x: Value, work: Arithmetic) -> Value:
    """X."""
    return x


def relu(x: Value, work: Arithmetic) -> Value:
    """max(0, x): nothing is rounded, so an exact input has an exact result."""
    if isinstance(x, float):
        return x if isnan(x) or x > 0 else Ball(ZERO)
    exact = ZERO if x.exact < 0 else x.exact
    return enclosing(exact, larger(x.low, ZERO), larger(x.high, ZERO))


def leaky_relu(x: Value, work: Arithmetic, slope: float) -> Value:
    """X where x >= 0, else slope * x: the slope and the product are each rounded once."""
    if isinstance(x, float):
        return x if isnan(x) or x > 0 else x * slope
    factor = arb(slope)

    def at(z: Any) -> Any:
        return z * factor if z < 0 else z

    exact = at(x.exact)
    ends = enclosing(exact, at(x.low), at(x.high))
    if not x.low < 0:
        return ends
    return work.rounded(Ball(exact, (ends.error + work.stored_error(slope) * abs(x.low)).upper()))


def sigmoid(x: Value, work: Arithmetic) -> Value:
    """1 / (1 + exp(-x)); an exponential that overflows gives 0."""
    if isinstance(x, float):
        return nan if isnan(x) else Ball(ONE if x > 0 else ZERO)
    if x.exact == 0 and x.error == 0:
        return Ball(ONE / 2)  # exp(0) = 1, and the quotient is a number of every format
    grant, divide = work.relative("exp"), work.relative("divide")
    most = exp(-x.low).upper() * (1 + grant) + work.underflow("exp")
    low = ZERO
    if most < work.largest:
        low = 1 / ((1 + most) * (1 + work.unit)) * (1 - divide) - work.tiny
    least = larger((exp(-x.high).lower() * (1 - grant) - work.underflow("exp")).lower(), ZERO)
    high = 1 / ((1 + least) * (1 - work.unit)) * (1 + divide) + work.tiny
    return enclosing(1 / (1 + exp(-x.exact)), low, high)


def tanh(x: Value, work: Arithmetic) -> Value:
    """The hyperbolic tangent, an elementary function of the published table."""
    if isinstance(x, float):
        return nan if isnan(x) else Ball(ONE if x > 0 else -ONE)
    if x.exact == 0 and x.error == 0:
        return x  # tanh(0) = 0 (C99, F.9.2.6)
    ends = enclosing(x.exact.tanh(), x.low.tanh(), x.high.tanh())
    return Ball(ends.exact, (ends.error + work.ulps("tanh", ends.magnitude)).upper())


def decision(a: Value, work: Arithmetic, threshold: float, strict: bool) -> Value:
    """1 where a >= threshold (a > threshold where strict), else 0; nan is no yes.  The threshold is stored first."""
    if isinstance(a, float):
        return Ball(ONE if a == inf else ZERO)
    limit = arb(float(work.format.nearest(Fraction(threshold))))
    if a.low > limit or (not strict and a.low >= limit):
        return Ball(ONE)
    if a.high < limit or (strict and a.high <= limit):
        return Ball(ZERO)
    if work.tensor_float:  # a certain verdict in the dtype's own products, and either answer in these
        return Ball(ONE if a.exact > limit or (not strict and a.exact >= limit) else ZERO, ONE)
    raise ValueError(f"the decision at {threshold} is not certain: the activation may lie on either side")


def softmax(row: list[Value], work: Arithmetic) -> list[Value]:
    """exp(x - m) / sum(exp(x - m)), m the largest of the row."""
    if not row or any(special(x) for x in row):
        return _special_softmax(row, work)
    balls = [x for x in row if isinstance(x, Ball)]
    top = largest(balls)
    powers = [power(x, top, work) for x in balls]
    total = add(powers, work)
    shares = sum((exp(x.exact - top.exact) for x in balls), ZERO)
    return [_quotient(part, total, part.exact / shares, len(row), work) for part in powers]


def largest(row: list[Ball]) -> Ball:
    """The largest score of a row."""
    top = row[0]
    for x in row[1:]:
        top = x if x.exact.mid() > top.exact.mid() else top
    return top


def power(x: Ball, top: Ball, work: Arithmetic) -> Ball:
    """exp(x - top)."""
    shift = x.exact - top.exact
    reach = (x.error + top.error + work.unit * (abs(shift) + x.error + top.error)).upper()
    grant, lost = work.relative("exp"), work.underflow("exp")
    low = exp(shift - reach) * (1 - grant) - lost
    high = exp(shift + reach) * (1 + grant) + lost
    return enclosing(exp(shift), larger(low.lower(), ZERO), high.upper())


def _quotient(part: Ball, whole: Ball, exact: Any, terms: int, work: Arithmetic) -> Ball:
    divide = work.relative("divide")
    low = part.low / whole.high * (1 - divide) - work.tiny
    if whole.low > 0:
        high = part.high / whole.low * (1 + divide) + work.tiny
    else:  # scores so uncertain that each may be far below another: no part is larger than its sum, but for rounding
        high = (1 + divide) / ((1 - work.sums.gamma(terms)) * (1 - work.unit)) + work.tiny
    return enclosing(exact, low, high)


def _special_softmax(row: list[Value], work: Arithmetic) -> list[Value]:
    """Nan anywhere, or +inf (inf - inf), makes the row nan; -inf is a masked place: exactly 0."""
    if any(isinstance(x, float) and (isnan(x) or x > 0) for x in row):
        return [nan] * len(row)
    kept = [number for number, x in enumerate(row) if not special(x)]
    if not kept:
        return [nan] * len(row)
    out: list[Value] = [Ball(ZERO)] * len(row)
    for number, share in zip(kept, softmax([row[number] for number in kept], work), strict=True):
        out[number] = share
    return out


def activate(name: str, z: Any, work: Arithmetic) -> Any:
    """An activation by name over an object array; softmax along the last axis."""
    if name == "softmax":
        out = np.empty(z.shape, object)
        for place in np.ndindex(z.shape[:-1]):
            out[place] = np.array([*softmax(list(z[place]), work), None], object)[:-1]
        return out
    function = {"linear": linear, "relu": relu, "sigmoid": sigmoid, "tanh": tanh}[name]
    return each(lambda x: function(x, work), z)


def each(function: Any, values: Any) -> Any:
    """A function over every element of an object array, the shape kept."""
    out = np.empty(values.shape, object)
    for place in np.ndindex(values.shape):
        out[place] = function(values[place])
    return out


__all__ = ["activate", "decision", "each", "leaky_relu", "linear", "relu", "sigmoid", "softmax", "tanh"]
