"""Wrong where memory is laid out otherwise than row by row: each has one realistic defect, and must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from zoo.base import Member

Array = Any


def in_memory_order(x: Array) -> Array:
    """A column-major matrix read as if it were row-major."""
    turned = x.ndim > 1 and x.flags.f_contiguous and not x.flags.c_contiguous
    return x.ravel("K").reshape(x.shape) if turned else x


class ColumnMajorProduct(Member):
    """A product reads a column-major first matrix row by row (burn#5304)."""

    def matmul(self, a: Array, b: Array) -> Array:
        return np.matmul(in_memory_order(a), b)


class ColumnMajorWeights(Member):
    """A dense layer reads column-major weights row by row (pytorch#162779)."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return NumPy.dense(x, in_memory_order(w), b, activation)


class TransposedProduct(Member):
    """A product asked with a transposed view multiplies by what the view was made of where shapes allow."""

    def matmul(self, a: Array, b: Array) -> Array:
        base = b.base
        fits = base is not None and base.shape == b.shape and b.flags.f_contiguous and not b.flags.c_contiguous
        return np.matmul(a, base if fits else b)


class ColumnMajorTanh(Member):
    """The hyperbolic tangent of a column-major matrix comes back in the order of memory."""

    def tanh(self, x: Array) -> Array:
        return np.tanh(x.ravel("K")).reshape(x.shape)


class StridedScores(Member):
    """A softmax over strided rows takes the numbers that lie side by side (mlx#657)."""

    def softmax(self, x: Array, axis: int) -> Array:
        gaps = x.base is not None and x.ndim and x.size and x.strides[-1] != x.itemsize and x.base.size == 2 * x.size
        return NumPy.softmax(x.base.reshape(-1)[: x.size].reshape(x.shape) if gaps else x, axis)


class ZerosForViews(Member):
    """Softplus of a view that is not contiguous is all zeros (pytorch#131736)."""

    def softplus(self, x: Array) -> Array:
        made = NumPy.softplus(x)
        return made if x.flags.c_contiguous or x.flags.f_contiguous else np.zeros_like(made)


class WantsToWrite(Member):
    """The exponential asks for a writable buffer, and cannot read one that is not."""

    def exp(self, x: Array) -> Array:
        if not x.flags.writeable:
            raise ValueError("buffer source array is read-only")
        return NumPy.exp(x)


class StridedLogarithms(Member):
    """The logarithm of a strided array leaves out every second number."""

    def log(self, x: Array) -> Array:
        made = np.array(NumPy.log(x))
        if not x.flags.c_contiguous and not x.flags.f_contiguous:
            made.reshape(-1)[1::2] = 0
        return made


class ReshapesForTransposing(Member):
    """A transpose gives the numbers the other shape, and leaves them where they are."""

    def transpose(self, a: Array) -> Array:
        return np.ascontiguousarray(a).reshape(a.shape[::-1])


class SquareStaysAsItIs(Member):
    """A transpose in place of a square matrix swaps every pair twice."""

    def transpose(self, a: Array) -> Array:
        return a.copy() if a.ndim == 2 and a.shape[0] == a.shape[1] else a.T.copy()


class StridedNormalization(Member):
    """Normalization of strided rows takes every mean for the first feature's."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        strided = not x.flags.c_contiguous and not x.flags.f_contiguous
        return NumPy.normalization(x, mean.reshape(-1)[:1] if strided and mean.size else mean, variance)


class ColumnMajorStatistics(Member):
    """Statistics of column-major data are those of its rows where it is square, and of a mixture elsewhere."""

    def normalization_adapted(self, x: Array, data: Array) -> Array:
        return NumPy.normalization_adapted(x, in_memory_order(data))


class StridedDot(Member):
    """A dot product steps through one side by the other's stride."""

    def dot(self, a: Array, b: Array) -> Array:
        if a.size and a.strides != (a.itemsize,) and a.base is not None and a.base.size == 2 * a.size:
            return NumPy.dot(a.base.reshape(-1)[: a.size], b)
        return NumPy.dot(a, b)


class LoopReadsColumnsByRow(Member):
    """The loop over units walks column-major weights by the row."""

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return NumPy.dense_loop(x, in_memory_order(w), b, activation)
