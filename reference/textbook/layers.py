"""Layers and models.

Sources: intuition-slides, 'Forward prop in NumPy'; numpy-tensorflow-intro, 'Vectorization' and 'Brief dive into
Tensorflow'.  Weights are (inputs, units) for rows and (units, inputs) for columns, as in the documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnconform.reference.textbook.activations import ACTIVATIONS, softmax
from nnconform.reference.textbook.narrow import in_float32
from nnconform.reference.textbook.products import matmul

Array = Any
Layer = tuple[Array, Array, str]
"""Weights, bias, activation."""


@in_float32
def dense(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
    """g(x @ w + b): rows (m, k), weights (k, n), bias (n) or (1, n), to (m, n)."""
    z = matmul(x, w) + b
    return ACTIVATIONS[activation](z)


def dense_gradient(x: Array, w: Array, g: Array) -> tuple[Array, Array, Array]:
    """For x, w and b of a linear layer: g @ w.T, x.T @ g, the sum of g over the rows."""
    return g @ w.T, x.T @ g, g.sum(axis=0)


@in_float32
def dense_loop(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
    """The same for one example (k), one unit at a time."""
    units = w.shape[1]
    z = np.zeros(units, x.dtype)
    for j in range(units):
        z[j] = np.dot(w[:, j], x) + b[j]
    return ACTIVATIONS[activation](z)


@in_float32
def dense_column(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
    """g(w @ x + b): weights (n, k), columns (k, m), bias (n, 1), to (n, m)."""
    z = matmul(w, x) + b
    return softmax(z, axis=0) if activation == "softmax" else ACTIVATIONS[activation](z)


def sequential(x: Array, layers: Sequence[Layer]) -> Array:
    """Dense layers one after another: forward propagation."""
    for w, b, activation in layers:
        x = dense(x, w, b, activation)
    return x


def parameter_count(layers: Sequence[Layer]) -> Array:
    """Inputs * units + units, summed over the layers."""
    kind = layers[0][0].dtype.type
    return kind(sum(w.size + b.size for w, b, _ in layers))


@in_float32
def normalization(x: Array, mean: Array, variance: Array) -> Array:
    """(x - mean) / sqrt(variance), feature by feature."""
    return (x - mean) / np.sqrt(variance)


def normalization_gradient(x: Array, variance: Array, g: Array) -> Array:
    """G / sqrt(variance)."""
    return g / np.sqrt(variance)


@in_float32
def normalization_adapted(x: Array, data: Array) -> Array:
    """Mean and variance of the data's columns, then `normalization`."""
    return normalization(x, data.mean(axis=0), data.var(axis=0))
