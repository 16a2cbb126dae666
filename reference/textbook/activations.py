"""Activation functions.  Sources: numpy-tensorflow-intro, 'Activation Function'; notes-3b1b."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.reference.textbook.narrow import in_float32

Array = Any


@in_float32
def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)).  An exponential that overflows is an infinity, and its reciprocal 0, which is right."""
    with np.errstate(over="ignore", under="ignore"):
        return 1 / (1 + np.exp(-z))


@in_float32
def sigmoid_gradient(z: Array, g: Array) -> Array:
    """G * s (1 - s), s = sigmoid(z); 1 - s is taken as sigmoid(-z), which does not cancel."""
    return g * sigmoid(z) * sigmoid(-z)


@in_float32
def tanh(z: Array) -> Array:
    """(exp(z) - exp(-z)) / (exp(z) + exp(-z))."""
    return np.tanh(z)


@in_float32
def tanh_gradient(z: Array, g: Array) -> Array:
    """G * (1 - tanh(z)**2)."""
    return g * (1 - np.tanh(z) ** 2)


def relu(z: Array) -> Array:
    """max(0, z)."""
    return np.maximum(z, 0)


def relu_gradient(z: Array, g: Array) -> Array:
    """G where z > 0, else 0."""
    return np.where(z > 0, g, 0).astype(g.dtype)


@in_float32
def leaky_relu(z: Array, slope: float) -> Array:
    """Z where z >= 0, else slope * z."""
    return np.where(z >= 0, z, z * z.dtype.type(slope))


@in_float32
def leaky_relu_gradient(z: Array, g: Array, slope: float) -> Array:
    """G where z > 0, else slope * g."""
    return np.where(z > 0, g, g * g.dtype.type(slope))


def linear(z: Array) -> Array:
    """Z."""
    return z


def linear_gradient(z: Array, g: Array) -> Array:
    """G."""
    return g


@in_float32
def softmax(z: Array, axis: int = -1) -> Array:
    """exp(z) / sum(exp(z)), both scaled by exp(-max(z)) so that nothing overflows."""
    if z.size == 0:
        return z.copy()
    with np.errstate(invalid="ignore", under="ignore"):
        powers = np.exp(z - z.max(axis=axis, keepdims=True))
        return powers / powers.sum(axis=axis, keepdims=True)


@in_float32
def softmax_gradient(z: Array, g: Array, axis: int = -1) -> Array:
    """S * (g - sum(g * s)), s = softmax(z)."""
    s = softmax(z, axis)
    return s * (g - (g * s).sum(axis=axis, keepdims=True))


def decision(a: Array, threshold: float = 0.5, strict: bool = False) -> Array:
    """1 where a reaches the threshold, as the dtype holds it, else 0.  A step has no useful gradient."""
    limit = a.dtype.type(threshold)
    return (a > limit if strict else a >= limit).astype(a.dtype)


ACTIVATIONS = {"linear": linear, "relu": relu, "sigmoid": sigmoid, "softmax": softmax, "tanh": tanh}
