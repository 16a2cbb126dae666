"""Right implementations in 16 bits: every step of a formula is rounded to the type, sums alone are float32."""

from __future__ import annotations

from collections.abc import Callable
from math import pi
from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from zoo.base import Member

Array = Any


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def softplus(x: Array) -> Array:
    power = np.exp(x)
    return np.where(np.isinf(power), x, np.log1p(power))


def exponential(x: Array, alpha: Array) -> Array:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, x.dtype.type(0))))


def gelu(x: Array, approximate: str) -> Array:
    kind = x.dtype.type
    if approximate == "none":
        return x / 2 * (1 + NumPy.erf(x / kind(2**0.5)))
    return x / 2 * (1 + np.tanh(kind((2 / pi) ** 0.5) * (x + kind(0.044715) * (x * x * x))))


def six(x: Array) -> Array:
    return np.minimum(np.maximum(x + 3, x.dtype.type(0)), x.dtype.type(6))


STEPS: dict[str, Callable[..., Array]] = {
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "softplus": softplus,
    "gelu": gelu,
    "silu": lambda x: x * sigmoid(x),
    "log_sigmoid": lambda x: -softplus(-x),
    "mish": lambda x: x * np.tanh(softplus(x)),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "hard_sigmoid": lambda x: six(x) / 6,
    "hard_swish": lambda x: x * (six(x) / 6),
    "leaky_relu": lambda x, slope: np.where(x >= 0, x, x * x.dtype.type(slope)),
    "elu": lambda x, alpha: exponential(x, x.dtype.type(alpha)),
    "selu": lambda x: x.dtype.type(1.0507009873554805) * exponential(x, x.dtype.type(1.6732632423543772)),
}


def total(terms: Array, axis: int) -> Array:
    """A sum in float32, stored in the type."""
    return terms.astype(np.float32).sum(axis=axis, keepdims=True).astype(terms.dtype)


def product(a: Array, b: Array) -> Array:
    """A product summed in float32, stored in the type."""
    return NumPy.matmul(a.astype(np.float32), b.astype(np.float32)).astype(a.dtype)


def finite_steps(name: str) -> Callable[..., Array]:
    """The steps where 16-bit inputs are finite; elsewhere, and in wider types, the textbook."""
    textbook, steps = getattr(NumPy, name), STEPS[name]

    def method(self: object, x: Array, **attributes: Any) -> Array:
        if x.dtype.itemsize > 2:
            return textbook(x, **attributes)
        with np.errstate(all="ignore"):
            made = steps(x, **attributes)
            return np.where(np.isinf(x), textbook(x, **attributes), made)

    return method


class StepByStep(Member):
    """Formulas in 16-bit steps, with the limits at the infinities."""

    narrow = True


for _name in STEPS:
    setattr(StepByStep, _name, finite_steps(_name))


class RowsStepByStep(Member):
    """Softmax and its logarithms in 16-bit steps, the exponentials summed in float32."""

    narrow = True

    def softmax(self, x: Array, axis: int) -> Array:
        if x.dtype.itemsize > 2 or not x.size:
            return NumPy.softmax(x, axis)
        with np.errstate(all="ignore"):
            powers = np.exp(x - x.max(axis=axis, keepdims=True))
            return powers / total(powers, axis)

    def log_softmax(self, x: Array, axis: int) -> Array:
        if x.dtype.itemsize > 2 or not x.size:
            return NumPy.log_softmax(x, axis)
        with np.errstate(all="ignore"):
            shifted = x - x.max(axis=axis, keepdims=True)
            return shifted - np.log(total(np.exp(shifted), axis))

    def logsumexp(self, x: Array, axis: int) -> Array:
        textbook = NumPy.logsumexp(x, axis)
        if x.dtype.itemsize > 2 or not x.size:
            return textbook
        top = x.max(axis=axis, keepdims=True)
        with np.errstate(all="ignore"):
            made = np.squeeze(top + np.log(total(np.exp(x - top), axis)), axis)
        return np.where(np.isfinite(textbook), made, textbook)


class LayersStepByStep(Member):
    """A layer stores its product in the type, adds the bias there, and activates the sum there."""

    narrow = True

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        if x.dtype.itemsize > 2:
            return NumPy.dense(x, w, b, activation)
        with np.errstate(all="ignore"):
            z = product(x, w) + b
            return getattr(NumPy, activation)(z) if activation != "softmax" else NumPy.softmax(z, -1)

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return (
            self.dense(x[None, :], w, b, activation)[0]
            if x.dtype.itemsize == 2
            else NumPy.dense_loop(x, w, b, activation)
        )

    def sequential(self, x: Array, layers: Any) -> Array:
        for w, b, activation in layers:
            x = self.dense(x, w, b, activation)
        return x

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        return (x - mean) * (1 / np.sqrt(variance))
