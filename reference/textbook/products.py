"""Dot and matrix products.  Sources: intuition-slides, 'Dot products'; numpy-tensorflow-intro, 'Vectorization'."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.reference.textbook.narrow import in_float32

Array = Any


@in_float32
def dot(a: Array, b: Array) -> Array:
    """Sum over k of a[k] b[k], (k) by (k) to a number."""
    return np.dot(a, b)


def dot_loop(a: Array, b: Array) -> Array:
    """The same, term by term."""
    total = a.dtype.type(0)
    for left, right in zip(a, b, strict=True):
        total += left * right
    return total


def dot_gradient(a: Array, b: Array, g: Array) -> tuple[Array, Array]:
    """G b for a, g a for b."""
    return g * b, g * a


@in_float32
def matmul(a: Array, b: Array) -> Array:
    """z[i, j] = a[i, :] . b[:, j], (m, k) by (k, n) to (m, n)."""
    return np.matmul(a, b)


def matmul_loop(a: Array, b: Array) -> Array:
    """The same, one dot product an element."""
    z = np.zeros((a.shape[0], b.shape[1]), a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            z[i, j] = dot_loop(a[i], b[:, j])
    return z


def matmul_gradient(a: Array, b: Array, g: Array) -> tuple[Array, Array]:
    """G @ b.T for a, a.T @ g for b."""
    return g @ b.T, a.T @ g


def transpose(a: Array) -> Array:
    """z[j, i] = a[i, j]."""
    return a.T


def transpose_gradient(a: Array, g: Array) -> Array:
    """g.T."""
    return g.T
