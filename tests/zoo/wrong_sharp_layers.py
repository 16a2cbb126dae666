"""Branches, products and layers that are nearly right: beyond the bound and within four times of it; each must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook.activations import ACTIVATIONS
from zoo.base import Member
from zoo.wrong_sharp import short, short_sums, widely

Array = Any
SLOW = 5_000
"""Elements of the largest input: each sum is taken term by term."""


class ShortElu(Member):
    """elu lacks its last three bits below 0."""

    def elu(self, x: Array, alpha: float) -> Array:
        return np.where(x < 0, short(NumPy.elu(x, alpha), 3), x)


class ShortLeakyRelu(Member):
    """Leaky ReLU rounds one bit too short where it has to round."""

    def leaky_relu(self, x: Array, slope: float) -> Array:
        made = NumPy.leaky_relu(x, slope)
        rounded = (x < 0) & (widely(made) != widely(x) * widely(x.dtype.type(slope)))
        return np.where(rounded, short(made, 1), made)


class ShortLogsumexp(Member):
    """logsumexp lacks its last bit, where it is not the largest score alone."""

    def logsumexp(self, x: Array, axis: int) -> Array:
        made = np.asarray(NumPy.logsumexp(x, axis))
        return np.where(made == x.max(axis=axis, initial=-np.inf), made, short(made, 1))


class ShortNormalization(Member):
    """Normalization lacks its last two bits, where it has to divide."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        made = NumPy.normalization(x, mean, variance)
        return np.where(variance == 1, made, short(made, 2))


class ShortSums(Member):
    """A product rounds its sums two bits too short, from the third term on."""

    largest = SLOW

    def matmul(self, a: Array, b: Array) -> Array:
        return short_sums(a, b, 2)


class ShortDot(Member):
    """A dot product rounds its sums three bits too short, from the third term on."""

    largest = SLOW

    def dot(self, a: Array, b: Array) -> Array:
        np.dot(a, b)
        return short_sums(a[None, :], b[:, None], 3)[0, 0]


class ShortDense(Member):
    """A dense layer rounds its sums three bits too short, from the third term on."""

    largest = SLOW

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return ACTIVATIONS[activation](short_sums(x, w, 3) + b)


class ShortColumns(Member):
    """A layer of columns rounds its sums two bits too short, from the third term on."""

    largest = SLOW

    def dense_column(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return ACTIVATIONS[activation]((short_sums(w, x, 2) + b).T).T


class ShortLoop(Member):
    """The loop over units rounds its sums five bits too short, from the third term on."""

    largest = SLOW

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return ACTIVATIONS[activation]((short_sums(x[None], w, 5) + b)[0])


class ShortModel(Member):
    """A model rounds its sums four bits too short, from the third term on."""

    largest = SLOW

    def sequential(self, x: Array, layers: Any) -> Array:
        for w, b, activation in layers:
            x = ACTIVATIONS[activation](short_sums(x, w, 4) + b)
        return x
