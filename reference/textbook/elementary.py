"""Elementary functions, which activations are made of.  NumPy has all but erf, which is Python's own."""

from __future__ import annotations

from math import erf as erf_of_one
from math import pi
from typing import Any

import numpy as np

from nnconform.reference.textbook.narrow import in_float32

Array = Any


@in_float32
def exp(x: Array) -> Array:
    """E to the power x.  What overflows is inf."""
    with np.errstate(over="ignore", under="ignore"):
        return np.exp(x)


@in_float32
def exp_gradient(x: Array, g: Array) -> Array:
    """G * exp(x)."""
    return g * exp(x)


@in_float32
def expm1(x: Array) -> Array:
    """exp(x) - 1, which for a small x keeps the digits that the 1 would swallow."""
    with np.errstate(over="ignore"):
        return np.expm1(x)


@in_float32
def expm1_gradient(x: Array, g: Array) -> Array:
    """G * exp(x)."""
    return g * exp(x)


@in_float32
def log(x: Array) -> Array:
    """The natural logarithm: -inf at 0, nan below."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(x)


@in_float32
def log_gradient(x: Array, g: Array) -> Array:
    """G / x."""
    return g / x


@in_float32
def log1p(x: Array) -> Array:
    """log(1 + x), which for a small x keeps the digits that the 1 would swallow."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log1p(x)


@in_float32
def log1p_gradient(x: Array, g: Array) -> Array:
    """G / (1 + x)."""
    return g / (1 + x)


@in_float32
def erf(x: Array) -> Array:
    """2 / sqrt(pi) times the integral of exp(-t**2) from 0 to x, element by element."""
    return np.vectorize(erf_of_one, otypes=[np.float64])(x).astype(x.dtype)


@in_float32
def erf_gradient(x: Array, g: Array) -> Array:
    """G * 2 / sqrt(pi) * exp(-x**2)."""
    return g * x.dtype.type(2 / pi**0.5) * exp(-x * x)


@in_float32
def sqrt(x: Array) -> Array:
    """The square root: nan below 0."""
    with np.errstate(invalid="ignore"):
        return np.sqrt(x)


@in_float32
def sqrt_gradient(x: Array, g: Array) -> Array:
    """G / (2 sqrt(x))."""
    return g / (2 * sqrt(x))


@in_float32
def rsqrt(x: Array) -> Array:
    """1 / sqrt(x): an infinity at 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return 1 / np.sqrt(x)


@in_float32
def rsqrt_gradient(x: Array, g: Array) -> Array:
    """-G / (2 x sqrt(x))."""
    return -g / (2 * x * sqrt(x))
