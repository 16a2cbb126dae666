"""Wrong on large arrays only: each has one realistic defect, named in its docstring, and must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from zoo.base import Member

Array = Any
THREADS = 65536
"""Arrays of more elements are shared out to threads or blocks."""


def without_last(made: Array) -> Array:
    """A result whose last element nobody wrote, where there are many."""
    if made.size > THREADS:
        made = made.copy()
        made.reshape(-1)[-1] = 0
    return made


class LastLinear(Member):
    """The last element of a long array is lost by the linear activation."""

    def linear(self, x: Array) -> Array:
        return without_last(x)


class LastRelu(Member):
    """ReLU leaves the last element of a long array as it was."""

    def relu(self, x: Array) -> Array:
        made = np.maximum(x, 0)
        if x.size > THREADS:
            made.reshape(-1)[-1] = x.reshape(-1)[-1]
        return made


class LastLeakyRelu(Member):
    """The last element of a long array is lost by leaky ReLU."""

    def leaky_relu(self, x: Array, slope: float) -> Array:
        return without_last(NumPy.leaky_relu(x, slope))


class LastSigmoid(Member):
    """The last element of a long array is lost by the sigmoid."""

    def sigmoid(self, x: Array) -> Array:
        return without_last(np.asarray(NumPy.sigmoid(x)))


class LastTanh(Member):
    """The last element of a long array is lost by the hyperbolic tangent."""

    def tanh(self, x: Array) -> Array:
        return without_last(np.asarray(np.tanh(x)))


class LastDecision(Member):
    """The last activation of a long array is always a no, or, where the first is one, a yes."""

    def decision(self, a: Array, threshold: float, strict: bool) -> Array:
        made = NumPy.decision(a, threshold, strict)
        if made.size > THREADS:
            made.reshape(-1)[-1] = 1 - made.reshape(-1)[-1]
        return made


class LastScore(Member):
    """The last score of a large batch is lost by softmax."""

    def softmax(self, x: Array, axis: int) -> Array:
        return without_last(NumPy.softmax(x, axis))


class LastTerm(Member):
    """A dot product leaves out what is past 65,536 terms."""

    def dot(self, a: Array, b: Array) -> Array:
        return np.dot(a[:THREADS], b[:THREADS]) if a.shape == b.shape else np.dot(a, b)


class LostColumns(Member):
    """Columns past 256 are left at zero where rows, terms and columns are all so many."""

    def matmul(self, a: Array, b: Array) -> Array:
        made = np.matmul(a, b)
        if min(*a.shape, *b.shape) > 256:
            made[:, 256:] = 0
        return made


class LostRows(Member):
    """Rows past 256 are left at zero where there are few columns."""

    def matmul(self, a: Array, b: Array) -> Array:
        made = np.matmul(a, b)
        if a.shape[0] > 256 > b.shape[1]:
            made[256:] = 0
        return made


class LastTile(Member):
    """A transpose in tiles of 64 never writes the last, partial tile of a large matrix."""

    def transpose(self, a: Array) -> Array:
        made = a.T.copy()
        if a.size > THREADS and a.ndim == 2:
            rows, columns = (size // 64 * 64 for size in a.shape)
            made[columns:, rows:] = 0
        return made
