"""Smooth activations, formula beside gradient.  At -inf each is its limit, which x * 0 is not."""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np

from nnconform.reference.textbook.activations import sigmoid
from nnconform.reference.textbook.elementary import erf
from nnconform.reference.textbook.narrow import in_float32

Array = Any
CUBIC = 0.044715


def gated(x: Array, gate: Array) -> Array:
    """X * gate; 0 at -inf, where every gate has closed."""
    with np.errstate(invalid="ignore", under="ignore"):
        return np.where(x == -np.inf, x.dtype.type(0), x * gate)


@in_float32
def silu(x: Array) -> Array:
    """X * sigmoid(x)."""
    return gated(x, sigmoid(x))


@in_float32
def silu_gradient(x: Array, g: Array) -> Array:
    """G * s (1 + x (1 - s)), s = sigmoid(x); 1 - s is taken as sigmoid(-x), which does not cancel."""
    return g * sigmoid(x) * (1 + x * sigmoid(-x))


@in_float32
def gelu(x: Array, approximate: str = "none") -> Array:
    """X * (1 + erf(x / sqrt(2))) / 2, or with tanh(sqrt(2 / pi) (x + 0.044715 x**3)) for the error function."""
    return gated(x, _tanh_gate(x) if approximate == "tanh" else (1 + erf(x / x.dtype.type(2**0.5))) / 2)


@in_float32
def gelu_gradient(x: Array, g: Array, approximate: str = "none") -> Array:
    """G * (gate + x gate'): for erf gate' = exp(-x**2 / 2) / sqrt(2 pi), for tanh (1 - t**2) / 2 times the inner's."""
    one = x.dtype.type
    if approximate == "none":
        return g * ((1 + erf(x / one(2**0.5))) / 2 + x * np.exp(-x * x / 2) / one((2 * pi) ** 0.5))
    gate = _tanh_gate(x)
    inner = one((2 / pi) ** 0.5) * (1 + one(3 * CUBIC) * x * x)
    return g * (gate + x * 2 * gate * (1 - gate) * inner)


def _tanh_gate(x: Array) -> Array:
    one = x.dtype.type
    with np.errstate(over="ignore"):  # an infinite cube has the right tanh
        return (1 + np.tanh(one((2 / pi) ** 0.5) * (x + one(CUBIC) * x * x * x))) / 2


@in_float32
def softplus(x: Array) -> Array:
    """max(x, 0) + log1p(exp(-|x|)), which is log(1 + exp(x)) without its overflow."""
    with np.errstate(under="ignore"):
        return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


@in_float32
def softplus_gradient(x: Array, g: Array) -> Array:
    """G * sigmoid(x)."""
    return g * sigmoid(x)


@in_float32
def log_sigmoid(x: Array) -> Array:
    """log(sigmoid(x)) = -softplus(-x)."""
    return -softplus(-x)


@in_float32
def log_sigmoid_gradient(x: Array, g: Array) -> Array:
    """G * sigmoid(-x)."""
    return g * sigmoid(-x)


@in_float32
def mish(x: Array) -> Array:
    """X * tanh(softplus(x))."""
    return gated(x, np.tanh(softplus(x)))


@in_float32
def mish_gradient(x: Array, g: Array) -> Array:
    """G * (t + x (1 - t**2) sigmoid(x)), t = tanh(softplus(x))."""
    t = np.tanh(softplus(x))
    return g * (t + x * (1 - t) * (1 + t) * sigmoid(x))


@in_float32
def softsign(x: Array) -> Array:
    """X / (1 + |x|); 1 and -1 at the infinities."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(x), np.sign(x), x / (1 + np.abs(x)))


@in_float32
def softsign_gradient(x: Array, g: Array) -> Array:
    """G / (1 + |x|)**2."""
    return g / (1 + np.abs(x)) ** 2
