"""What may go wrong in smooth activations: constants, cutoffs, overflows, and a gate that has closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnconform.harness.diagnosis.functions import defect, single
from nnconform.harness.diagnosis.problem import Rounding
from nnconform.reference.textbook import activations, elementary, piecewise, smooth

Array = Any
Function = Callable[..., Array]


def _gate(x: Array) -> Array:
    return (1 + elementary.erf(x / 2**0.5)) / 2


def _tanh_gate(x: Array) -> Array:
    return (1 + np.tanh((2 / np.pi) ** 0.5 * (x + smooth.CUBIC * x * x * x))) / 2


GATES: dict[str, Function] = {
    "silu": activations.sigmoid,
    "gelu": lambda x, approximate="none": _tanh_gate(x) if approximate == "tanh" else _gate(x),
    "mish": lambda x: np.tanh(smooth.softplus(x)),
    "hard_swish": piecewise.hard_sigmoid,
}


def _literal(gate: Function) -> Function:
    def function(own: Rounding, x: Array, **attributes: Any) -> Array:
        return x * own(gate(x, **attributes))

    return function


for _operation, _closed in GATES.items():
    defect("as if -inf times a closed gate were taken", _operation)(_literal(_closed))


@defect("as if it were x * sigmoid(1.702 x)", "gelu")
def _quick_gelu(own: Rounding, x: Array, approximate: str = "none") -> Array:
    return smooth.gated(x, activations.sigmoid(x * own(np.asarray(1.702))))


@defect("as if the other form were asked for", "gelu")
def _other_gelu(own: Rounding, x: Array, approximate: str = "none") -> Array:
    return smooth.gelu(x, approximate="none" if approximate == "tanh" else "tanh")


@defect("as if the constants were rounded to float32", "gelu")
def _gelu_single(own: Rounding, x: Array, approximate: str = "none") -> Array:
    if approximate == "none":
        return smooth.gated(x, (1 + elementary.erf(x / single(x, 2**0.5))) / 2)
    inner = single(x, (2 / np.pi) ** 0.5) * (x + single(x, smooth.CUBIC) * x * x * x)
    return smooth.gated(x, (1 + np.tanh(inner)) / 2)


@defect("as if 1 / sqrt(2) were rounded to float32", "gelu")
def _gelu_short_half(own: Rounding, x: Array, approximate: str = "none") -> Array:
    if approximate != "none":
        raise ValueError("the form by erf only")
    return smooth.gated(x, (1 + elementary.erf(x * single(x, 0.5**0.5))) / 2)


@defect("as if 0.044715 were rounded to float32", "gelu")
def _gelu_short_cubic(own: Rounding, x: Array, approximate: str = "tanh") -> Array:
    if approximate != "tanh":
        raise ValueError("the form by tanh only")
    inner = (2 / np.pi) ** 0.5 * (x + single(x, smooth.CUBIC) * x * x * x)
    return smooth.gated(x, (1 + np.tanh(inner)) / 2)


@defect("as if its error function were nan at inf", "gelu")
def _gelu_of_nan(own: Rounding, x: Array, approximate: str = "none") -> Array:
    return np.where(x == np.inf, np.nan, smooth.gelu(x, approximate=approximate))


@defect("as if the product with 1 + erf were taken before it is halved", "gelu")
def _gelu_halved_last(own: Rounding, x: Array, approximate: str = "none") -> Array:
    if approximate == "tanh":
        raise ValueError("the form by erf only")
    return own(smooth.gated(x, 2 * _gate(x))) / 2


@defect("as if it were x * exp(x) / (1 + exp(x)), which overflows", "silu")
def _silu_quotient(own: Rounding, x: Array) -> Array:
    power = own(np.exp(x))
    made: Array = own(x * power) / own(1 + power)
    return np.where(np.isfinite(power), smooth.silu(x), made)


@defect("as if it were its input above 20", "softplus")
def _softplus_cut(own: Rounding, x: Array) -> Array:
    return np.where(x > 20, x, smooth.softplus(x))


@defect("as if it were its input above 10", "softplus")
def _softplus_cut_early(own: Rounding, x: Array) -> Array:
    return np.where(x > 10, x, smooth.softplus(x))


@defect("as if 1 were added to the exponential before the logarithm is taken", "softplus")
def _softplus_vanishes(own: Rounding, x: Array) -> Array:
    return np.where(x < 0, np.log(own(1 + own(np.exp(x)))), smooth.softplus(x))


@defect("as if its exponential overflowed", "softplus")
def _softplus_overflows(own: Rounding, x: Array) -> Array:
    return np.where(np.isinf(own(np.exp(x))), np.inf, smooth.softplus(x))


@defect("as if it were softplus(-x), without the minus", "log_sigmoid")
def _log_sigmoid_sign(own: Rounding, x: Array) -> Array:
    return smooth.softplus(-x)


@defect("as if it were log(sigmoid(x))", "log_sigmoid")
def _log_of_sigmoid(own: Rounding, x: Array) -> Array:
    return np.log(own(activations.sigmoid(x)))


@defect("as if it were its input above 8", "mish")
def _mish_cut(own: Rounding, x: Array) -> Array:
    return np.where(x > 8, x, smooth.mish(x))


@defect("as if the square of an exponential overflowed", "mish")
def _mish_overflows(own: Rounding, x: Array) -> Array:
    power = own(np.exp(x))
    square = own(power * own(power + 2))
    return np.where(np.isfinite(square), smooth.mish(x), np.nan)


@defect("as if inf were divided by inf", "softsign")
def _softsign_literal(own: Rounding, x: Array) -> Array:
    return x / own(1 + np.abs(x))


@defect("as if it were x / sqrt(1 + x * x)", "softsign")
def _softsign_square(own: Rounding, x: Array) -> Array:
    return np.where(np.isinf(x), np.sign(x), x / np.sqrt(own(1 + own(x * x))))


@defect("as if |x| were the root of a square, which overflows", "softsign")
def _softsign_root(own: Rounding, x: Array) -> Array:
    return np.where(np.isinf(x), np.sign(x), x / own(1 + np.sqrt(own(x * x))))
