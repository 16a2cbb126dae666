"""Activations in pieces, formula beside gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.reference.textbook.narrow import in_float32

Array = Any
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
"""As published, to the digits that float64 holds."""


@in_float32
def elu(x: Array, alpha: float = 1.0) -> Array:
    """X where x > 0, else alpha * expm1(x).  The exponential is never taken of what could overflow."""
    return np.where(x > 0, x, x.dtype.type(alpha) * np.expm1(np.minimum(x, 0)))


@in_float32
def elu_gradient(x: Array, g: Array, alpha: float = 1.0) -> Array:
    """G where x > 0, else g * alpha * exp(x)."""
    return np.where(x > 0, g, g * x.dtype.type(alpha) * np.exp(np.minimum(x, 0)))


@in_float32
def selu(x: Array) -> Array:
    """Scale * elu(x, alpha), with the two constants that keep mean 0 and variance 1."""
    return x.dtype.type(SELU_SCALE) * elu(x, alpha=SELU_ALPHA)


@in_float32
def selu_gradient(x: Array, g: Array) -> Array:
    """Scale times the gradient of elu."""
    return x.dtype.type(SELU_SCALE) * elu_gradient(x, g, alpha=SELU_ALPHA)


@in_float32
def hard_sigmoid(x: Array) -> Array:
    """X / 6 + 1/2, kept from 0 to 1."""
    return np.clip(x / 6 + x.dtype.type(0.5), 0, 1)


@in_float32
def hard_sigmoid_gradient(x: Array, g: Array) -> Array:
    """G / 6 where -3 < x < 3, else 0."""
    return np.where(np.abs(x) < 3, g / 6, x.dtype.type(0))


@in_float32
def hard_swish(x: Array) -> Array:
    """X * hard_sigmoid(x); 0 at -inf."""
    with np.errstate(invalid="ignore"):
        return np.where(x == -np.inf, x.dtype.type(0), x * hard_sigmoid(x))


@in_float32
def hard_swish_gradient(x: Array, g: Array) -> Array:
    """0 where x <= -3, g where x >= 3, else g * (x / 3 + 1/2)."""
    return g * np.where(x <= -3, x.dtype.type(0), np.where(x >= 3, x.dtype.type(1), x / 3 + x.dtype.type(0.5)))
