"""What may go wrong in functions of one number: activations, exponentials, logarithms, roots.

Each takes the rounding to the case's dtype, and the numbers in more precision; what overflows there, or loses its
digits, is rounded on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nnconform.harness.diagnosis.hypothesis import Hypothesis, Otherwise
from nnconform.harness.diagnosis.problem import Rounding
from nnconform.reference.textbook import activations, piecewise, smooth

Array = Any

Function = Callable[..., Array]
_FOUND: list[Hypothesis] = []


def defect(name: str, *operations: str) -> Callable[[Function], Function]:
    """A function as a hypothesis about operations."""

    def kept(function: Function) -> Function:
        _FOUND.extend(Otherwise(name, operation, function) for operation in operations)
        return function

    return kept


def hypotheses() -> Iterator[Hypothesis]:
    """All of them."""
    yield from _FOUND


def single(x: Array, value: float) -> Array:
    """A constant as float32 holds it."""
    return x.dtype.type(np.float32(value))


# ------------------------------------------------------------------------------------------------ sigmoid, tanh, relu


@defect("as if the sign of its input were turned", "sigmoid")
def _sigmoid_of_minus(own: Rounding, x: Array) -> Array:
    return activations.sigmoid(-x)


@defect("as if the sign of its input were lost", "sigmoid")
def _sigmoid_of_size(own: Rounding, x: Array) -> Array:
    return activations.sigmoid(np.abs(x))


@defect("as if it were exp(x) / (1 + exp(x)), which overflows", "sigmoid")
def _sigmoid_quotient(own: Rounding, x: Array) -> Array:
    power = own(np.exp(x))
    return power / own(1 + power)


@defect("as if it were (exp(x) - exp(-x)) / (exp(x) + exp(-x)), which overflows", "tanh")
def _tanh_quotient(own: Rounding, x: Array) -> Array:
    up, down = own(np.exp(x)), own(np.exp(-x))
    made: Array = own(up - down) / own(up + down)
    return np.where(np.isfinite(up) & np.isfinite(down), np.tanh(x), made)


@defect("as if it were cut off at 6", "relu")
def _relu_six(own: Rounding, x: Array) -> Array:
    return np.clip(x, 0, 6)


@defect("as if a nan were a number below 0", "relu")
def _relu_without_nan(own: Rounding, x: Array) -> Array:
    return np.fmax(x, 0)


@defect("as if subnormal numbers passed, whatever their sign", "relu")
def _relu_of_subnormals(own: Rounding, x: Array) -> Array:
    smallest = 2.0**-126 if own(np.asarray(1e-60)) == 0 else 2.0**-1022
    return np.where(np.abs(x) < smallest, x, np.maximum(x, 0))


@defect("as if it let everything through", "relu")
def _relu_linear(own: Rounding, x: Array) -> Array:
    return x


@defect("as if the slope were 0.01 whatever is asked for", "leaky_relu")
def _leaky_fixed(own: Rounding, x: Array, slope: float) -> Array:
    return np.where(x >= 0, x, x * own(np.asarray(0.01)))


@defect("as if the slope were rounded to float32", "leaky_relu")
def _leaky_single(own: Rounding, x: Array, slope: float) -> Array:
    return np.where(x >= 0, x, x * single(x, slope))


@defect("as if 0 times inf were taken", "leaky_relu")
def _leaky_literal(own: Rounding, x: Array, slope: float) -> Array:
    return np.where(np.isinf(x), x * slope + np.where(x > 0, x, 0), activations.leaky_relu(x, slope=slope))


@defect("as if it were the larger of x and slope * x", "leaky_relu")
def _leaky_larger(own: Rounding, x: Array, slope: float) -> Array:
    return np.fmax(x, x * slope)  # 0 times inf is a matter of its own


# ------------------------------------------------------------------------------------------------ in pieces


@defect("as if alpha were 1 whatever is asked for", "elu")
def _elu_of_one(own: Rounding, x: Array, alpha: float = 1.0) -> Array:
    return piecewise.elu(x)


@defect("as if the exponential were of x / alpha, as in celu", "elu")
def _celu(own: Rounding, x: Array, alpha: float = 1.0) -> Array:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha))


@defect("as if alpha and scale were exchanged", "selu")
def _selu_exchanged(own: Rounding, x: Array) -> Array:
    return piecewise.SELU_ALPHA * piecewise.elu(x, alpha=piecewise.SELU_SCALE)


@defect("as if the scale were left out", "selu")
def _selu_unscaled(own: Rounding, x: Array) -> Array:
    return piecewise.elu(x, alpha=piecewise.SELU_ALPHA)


@defect("as if the constants had five digits: 1.0507 and 1.6733", "selu")
def _selu_short(own: Rounding, x: Array) -> Array:
    return x.dtype.type("1.0507") * piecewise.elu(x, alpha=1.6733)


@defect("as if the constants had few digits: 1.0507 and 1.67326", "selu")
def _selu_shorter(own: Rounding, x: Array) -> Array:
    return x.dtype.type("1.0507") * piecewise.elu(x, alpha=1.67326)


@defect("as if the slope were 0.2", "hard_sigmoid")
def _old_hard_sigmoid(own: Rounding, x: Array) -> Array:
    return np.clip(x * own(np.asarray(0.2)) + 0.5, 0, 1)


@defect("as if it had no upper bend", "hard_sigmoid")
def _unbent_hard_sigmoid(own: Rounding, x: Array) -> Array:
    return np.maximum(x / 6 + 0.5, 0)


@defect("as if a nan were a number below -3", "hard_sigmoid")
def _hard_sigmoid_without_nan(own: Rounding, x: Array) -> Array:
    return np.fmin(np.fmax(x / 6 + 0.5, 0), 1)


@defect("as if it were silu", "hard_swish")
def _silu_for_hard_swish(own: Rounding, x: Array) -> Array:
    return smooth.silu(x)


@defect("as if one sixth were 0.1667", "hard_swish")
def _hard_swish_short(own: Rounding, x: Array) -> Array:
    return np.where(x == -np.inf, 0, x * np.clip(x * own(np.asarray(0.1667)) + 0.5, 0, 1))


@defect("as if the product with 6 were taken before the division", "hard_swish")
def _hard_swish_overflows(own: Rounding, x: Array) -> Array:
    return np.where(x == -np.inf, 0, own(x * np.clip(x + 3, 0, 6)) / 6)


# ------------------------------------------------------------------------------------------------ decisions


@defect("as if the threshold were not rounded to the dtype", "decision")
def _unrounded(own: Rounding, a: Array, threshold: float = 0.5, strict: bool = False) -> Array:
    return activations.decision(a, threshold, strict)


_unrounded.exact = True  # type: ignore[attr-defined]  # attributes as they were asked


@defect("as if strict and not strict were exchanged", "decision")
def _decision_exchanged(own: Rounding, a: Array, threshold: float = 0.5, strict: bool = False) -> Array:
    return activations.decision(a, threshold, not strict)


@defect("as if it were never strict", "decision")
def _never_strict(own: Rounding, a: Array, threshold: float = 0.5, strict: bool = False) -> Array:
    return activations.decision(a, threshold, False)


@defect("as if it were always strict", "decision")
def _always_strict(own: Rounding, a: Array, threshold: float = 0.5, strict: bool = False) -> Array:
    return activations.decision(a, threshold, True)


@defect("as if the threshold were 0.5 whatever is asked for", "decision")
def _fixed_threshold(own: Rounding, a: Array, threshold: float = 0.5, strict: bool = False) -> Array:
    return activations.decision(a, 0.5, strict)


@defect("as if it were rounded to the nearest whole number", "decision")
def _rounded_decision(own: Rounding, a: Array, threshold: float = 0.5, strict: bool = False) -> Array:
    return np.round(a)


@defect("as if nan were a yes", "decision")
def _nan_is_yes(own: Rounding, a: Array, threshold: float = 0.5, strict: bool = False) -> Array:
    return np.where(np.isnan(a), 1, activations.decision(a, threshold, strict))
