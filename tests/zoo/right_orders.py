"""Right products and layers in other orders and other memory, none of which may fail."""

from __future__ import annotations

import mmap
from math import fsum
from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook.activations import ACTIVATIONS
from zoo.base import Member, Products
from zoo.right import SLOW

Array = Any


class FourSums(Products):
    """Every fourth term goes into a sum of its own, as in a vector unit's lanes."""

    def product(self, a: Array, b: Array) -> Array:
        lanes = [a[:, lane::4] @ b[lane::4] for lane in range(4)]
        return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])


class SignsApart(Products):
    """Positive and negative terms are summed apart."""

    largest = SLOW

    def product(self, a: Array, b: Array) -> Array:
        terms = a[:, :, None] * b[None]
        return np.maximum(terms, 0).sum(axis=1, dtype=a.dtype) + np.minimum(terms, 0).sum(axis=1, dtype=a.dtype)


class SmallestFirst(Products):
    """Terms are sorted by their size before they are summed."""

    largest = SLOW

    def product(self, a: Array, b: Array) -> Array:
        terms = a[:, :, None] * b[None]
        total = np.zeros((a.shape[0], b.shape[1]), a.dtype)
        for term in np.moveaxis(np.take_along_axis(terms, np.abs(terms).argsort(axis=1), 1), 1, 0):
            total = total + term
        return total


class Fused(Products):
    """Each term is multiplied and added with one rounding."""

    largest = SLOW

    def product(self, a: Array, b: Array) -> Array:
        wide = np.longdouble if a.dtype == np.float64 else np.float64
        total = np.zeros((a.shape[0], b.shape[1]), a.dtype)
        for k in range(a.shape[1]):
            total = (total + a[:, k, None].astype(wide) * b[None, k].astype(wide)).astype(a.dtype)
        return total


class WideAccumulator(Products):
    """Terms are rounded, and summed in the wider dtype."""

    largest = SLOW

    def product(self, a: Array, b: Array) -> Array:
        wide = np.longdouble if a.dtype == np.float64 else np.float64
        return (a[:, :, None] * b[None]).sum(axis=1, dtype=wide).astype(a.dtype)


class ColumnByColumn(Products):
    """A product is one matrix-vector product a column."""

    def product(self, a: Array, b: Array) -> Array:
        columns = [a @ b[:, j] for j in range(b.shape[1])]
        return np.stack(columns, axis=1) if columns else np.zeros((a.shape[0], 0), a.dtype)


class TurnedRound(Products):
    """A product is the transpose of the transposes' product."""

    def product(self, a: Array, b: Array) -> Array:
        return (b.T @ a.T).T


class Padded(Products):
    """Every size is filled up with zeros to a multiple of eight."""

    def product(self, a: Array, b: Array) -> Array:
        def filled(x: Array) -> Array:
            return np.pad(x, [(0, -size % 8) for size in x.shape])

        return (filled(a) @ filled(b))[: a.shape[0], : b.shape[1]]


class OutputTiles(Products):
    """The result is computed in tiles of 32 by 32."""

    def product(self, a: Array, b: Array) -> Array:
        made = np.empty((a.shape[0], b.shape[1]), a.dtype)
        for row in range(0, a.shape[0], 32):
            for column in range(0, b.shape[1], 32):
                made[row : row + 32, column : column + 32] = a[row : row + 32] @ b[:, column : column + 32]
        return made


class BiasFirst(Member):
    """A layer's sums begin with the bias, as if it were the weight of an input of 1."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        np.matmul(x, w) + b
        if x.ndim != 2 or b.size != w.shape[1]:
            return NumPy.dense(x, w, b, activation)
        one = np.ones((x.shape[0], 1), x.dtype)
        z = np.concatenate([one, x], axis=1) @ np.concatenate([b.reshape(1, -1), w])
        return ACTIVATIONS[activation](z)


class LoopByNumbers(Member):
    """The loop over units adds term by term, in Python's own floats, rounded once a unit."""

    largest = SLOW

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        np.dot(x, w)
        rows = [[float(left * right) for left, right in zip(x, w[:, j], strict=True)] for j in range(w.shape[1])]
        special = not all(np.isfinite(row).all() for row in rows)
        z = np.array([(sum if special else fsum)(row) for row in rows], x.dtype) + b
        return ACTIVATIONS[activation](z)


class ColumnsByRows(Member):
    """Columns go through the layer for rows, and back."""

    def dense_column(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return NumPy.dense(x.T, w.T, b.T, activation).T


class ModelByColumns(Member):
    """A model keeps examples as columns from layer to layer."""

    def sequential(self, x: Array, layers: Any) -> Array:
        for w, b, activation in layers:
            np.matmul(x, w)
            x = NumPy.dense_column(x.T, w.T, b.reshape(-1, 1), activation).T
        return x


class SharedMemory(Products):
    """Results lie in memory that other processes share."""

    def product(self, a: Array, b: Array) -> Array:
        made = a @ b
        if not made.nbytes:
            return made
        shared = np.frombuffer(mmap.mmap(-1, made.nbytes), made.dtype, made.size).reshape(made.shape)
        shared[...] = made
        return shared


class StridedResults(Member):
    """Results are every second place of a larger array that holds nan between."""

    @staticmethod
    def spread(made: Array) -> Array:
        room = np.full((*made.shape, 2), np.nan, made.dtype)
        room[..., 0] = made
        return room[..., 0]

    def relu(self, x: Array) -> Array:
        return self.spread(NumPy.relu(x))

    def exp(self, x: Array) -> Array:
        return self.spread(NumPy.exp(x))

    def matmul(self, a: Array, b: Array) -> Array:
        return self.spread(np.matmul(a, b))


class BackwardResults(Member):
    """Results lie backwards in memory."""

    def tanh(self, x: Array) -> Array:
        return np.tanh(np.flip(x).copy())[tuple(slice(None, None, -1) for _ in x.shape)]

    def softplus(self, x: Array) -> Array:
        return NumPy.softplus(np.flip(x).copy())[tuple(slice(None, None, -1) for _ in x.shape)]


class ReadOnlyProducts(Products):
    """Results that nobody may write into."""

    def product(self, a: Array, b: Array) -> Array:
        made = a @ b
        made.flags.writeable = False
        return made


class Scalars(Member):
    """What has no axes comes back as a NumPy scalar."""

    def sigmoid(self, x: Array) -> Array:
        return NumPy.sigmoid(x)[()] if not x.ndim else NumPy.sigmoid(x)

    def dot(self, a: Array, b: Array) -> Array:
        return np.asarray(NumPy.dot(a, b))[()]

    def parameter_count(self, layers: Any) -> Array:
        return np.asarray(NumPy.parameter_count(layers))[()]


class OwnKindOfArray(np.ndarray):
    """An array of a library's own class."""


class Subclassed(Member):
    """Results are of a library's own kind of array."""

    def linear(self, x: Array) -> Array:
        return x.copy().view(OwnKindOfArray)

    def log(self, x: Array) -> Array:
        return np.asarray(NumPy.log(x)).view(OwnKindOfArray)


class Aliases(Member):
    """What would come out as it went in is the input itself."""

    def relu(self, x: Array) -> Array:
        return x if (x >= 0).all() else NumPy.relu(x)

    def transpose(self, a: Array) -> Array:
        return a if a.ndim == 2 and 1 in a.shape and a.shape[0] == a.shape[1] else a.T
