"""Smooth activations on balls, each by its one named formula; at the infinities their limits."""

from __future__ import annotations

from math import inf, isnan, nan
from typing import Any

from flint import arb

from nnconform.reference.truth.activations import FAR, ONE, exp, sigmoid
from nnconform.reference.truth.arithmetic import Arithmetic
from nnconform.reference.truth.ball import ZERO, Ball, Value
from nnconform.reference.truth.elementary import far_erf
from nnconform.reference.truth.steps import ONE as CERTAIN_ONE
from nnconform.reference.truth.steps import constant, granted, halved, over, plus, spanning, times

CUBIC = arb("0.044715")
"""Of the tanh form of GELU, as its authors give it."""


def silu(x: Value, work: Arithmetic) -> Value:
    """X * sigmoid(x)."""
    if isinstance(x, float):
        return _limits(x, Ball(ZERO), inf)
    gate = sigmoid(x, work)
    assert isinstance(gate, Ball)
    return times(x, gate, work)


def gelu(x: Value, work: Arithmetic, approximate: str) -> Value:
    """X / 2 * (1 + erf(x / sqrt(2))), or with tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)) for the error function."""
    forms = {"none": (_by_erf, _erf_gate), "tanh": (_by_tanh, _tanh_gate)}
    if approximate not in forms:
        raise ValueError(f"gelu's approximate is {' or '.join(forms)}, not {approximate!r}")
    if isinstance(x, float):
        return _limits(x, Ball(ZERO), inf)
    function, gate = forms[approximate]
    made = times(halved(x, work), plus(CERTAIN_ONE, function(x, work), work), work)
    return Ball(x.exact * gate(x.exact), made.error)


def _by_erf(x: Ball, work: Arithmetic) -> Ball:
    return granted("erf", far_erf, over(x, constant(arb(2).sqrt(), work), work), work)


def _erf_gate(x: Any) -> Any:
    """(1 + erf(x / sqrt(2))) / 2, without its cancellation."""
    far = arb(1000)
    return max(-far, min(-x / arb(2).sqrt(), far)).erfc() / 2


def _by_tanh(x: Ball, work: Arithmetic) -> Ball:
    cube = times(times(x, x, work), x, work)
    bent = plus(x, times(constant(CUBIC, work), cube, work), work)
    inner = times(constant((2 / arb.pi()).sqrt(), work), bent, work)
    return granted("tanh", lambda z: max(-FAR, min(z, FAR)).tanh(), inner, work)


def _tanh_gate(x: Any) -> Any:
    """The same with the tanh, as the sigmoid that it is."""
    return 1 / (1 + exp(-2 * (2 / arb.pi()).sqrt() * (x + CUBIC * x**3)))


def softplus(x: Value, work: Arithmetic) -> Value:
    """log1p(exp(x)); where that exponential overflows, x."""
    return _limits(x, Ball(ZERO), inf) if isinstance(x, float) else _softplus(x, work)


def log_sigmoid(x: Value, work: Arithmetic) -> Value:
    """-softplus(-x)."""
    if isinstance(x, float):
        return _limits(x, -inf, Ball(ZERO))
    made = _softplus(Ball(-x.exact, x.error), work)
    return Ball(-made.exact, made.error)


def _softplus(x: Ball, work: Arithmetic) -> Ball:
    grant, lost = work.relative("exp"), work.underflow("exp")
    low = _not_negative(_log_of_one_plus(x.low, 1 - grant) - lost)
    high = _log_of_one_plus(x.high, 1 + grant) + lost
    power = spanning(_log_of_one_plus(x.exact, ONE), (low, high))
    return Ball(power.exact, (power.error + work.ulps("log1p", power.magnitude)).upper())


def _log_of_one_plus(z: Any, factor: Any) -> Any:
    """log(1 + factor * exp(z)), by the form that does not overflow."""
    return z + (exp(-z) + factor).log() if z > 0 else (exp(z) * factor).log1p()


def _not_negative(value: Any) -> Any:
    """The lower end of what cannot be negative."""
    return value.lower() if value > 0 else ZERO


def mish(x: Value, work: Arithmetic) -> Value:
    """X * tanh(softplus(x))."""
    if isinstance(x, float):
        return _limits(x, Ball(ZERO), inf)
    gate = granted("tanh", lambda z: min(z, FAR).tanh(), _softplus(x, work), work)
    return times(x, gate, work)


def softsign(x: Value, work: Arithmetic) -> Value:
    """X / (1 + |x|)."""
    if isinstance(x, float):
        return _limits(x, Ball(-ONE), Ball(ONE))
    ends = spanning(abs(x.exact), (abs(x.low), abs(x.high)))
    return over(x, plus(CERTAIN_ONE, ends, work), work)


def _limits(x: float, down: Value, up: Value) -> Value:
    return nan if isnan(x) else up if x > 0 else down


__all__ = ["gelu", "log_sigmoid", "mish", "silu", "softplus", "softsign"]
