"""Logarithms of sums of exponentials along one axis, formula beside gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.reference.textbook.activations import softmax
from nnconform.reference.textbook.narrow import in_float32

Array = Any


@in_float32
def logsumexp(x: Array, axis: int = -1) -> Array:
    """M + log(sum(exp(x - m))), m the largest along the axis, so that nothing overflows."""
    top = _top(x, axis)
    with np.errstate(invalid="ignore", under="ignore", divide="ignore"):
        return np.squeeze(top, axis) + np.log(np.exp(x - top).sum(axis=axis))


@in_float32
def logsumexp_gradient(x: Array, g: Array, axis: int = -1) -> Array:
    """G * softmax(x)."""
    return np.expand_dims(g, axis) * softmax(x, axis)


@in_float32
def log_softmax(x: Array, axis: int = -1) -> Array:
    """(x - m) - log(sum(exp(x - m))), m the largest along the axis: log(softmax(x)) without its underflow."""
    if x.size == 0:
        return x.copy()
    with np.errstate(invalid="ignore", under="ignore"):
        shifted = x - x.max(axis=axis, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


@in_float32
def log_softmax_gradient(x: Array, g: Array, axis: int = -1) -> Array:
    """G - softmax(x) * sum(g)."""
    return g - softmax(x, axis) * g.sum(axis=axis, keepdims=True)


def _top(x: Array, axis: int) -> Array:
    """The largest along the axis, kept as one of 1; 0 for an infinite one, which a shift would turn into nan."""
    top = x.max(axis=axis, keepdims=True, initial=-np.inf)
    return np.where(np.isinf(top), x.dtype.type(0), top)
