"""Wrong where one operand is laid out unlike the other, or axes lie in another order; each must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from zoo.base import Member

Array = Any


def packed(array: Array) -> Array:
    """What a kernel reads that takes an array for a dense one: from its first number on."""
    steps = [array.itemsize * int(np.prod(array.shape[axis + 1 :])) for axis in range(array.ndim)]
    return np.lib.stride_tricks.as_strided(array, array.shape, steps)


def dense_beside(one: Array, other: Array) -> bool:
    """Whether one operand lies row by row and the other, of which there is something to misread, has gaps."""
    row_major, gaps = one.flags.c_contiguous, other.size > 1 and abs(other.strides[-1]) > other.itemsize
    return bool(row_major and gaps and other.strides[-1] > 0 and not other.flags.f_contiguous)


class DotByTheFirstStride(Member):
    """A dot product steps through both vectors by the first one's stride."""

    def dot(self, a: Array, b: Array) -> Array:
        return NumPy.dot(a, packed(b) if a.shape == b.shape and dense_beside(a, b) else b)


class ProductOfDenseRows(Member):
    """A product whose first matrix is dense takes the second for dense, too."""

    def matmul(self, a: Array, b: Array) -> Array:
        return NumPy.matmul(a, packed(b) if dense_beside(a, b) else b)


class ProductOfRowsWithoutGaps(Member):
    """A product whose first matrix is dense takes the second's rows to follow each other without a gap."""

    def matmul(self, a: Array, b: Array) -> Array:
        pitched = b.ndim == 2 and b.strides[1] == b.itemsize and b.strides[0] > b.itemsize * b.shape[1]
        return NumPy.matmul(a, packed(b) if a.flags.c_contiguous and pitched else b)


class DotOfAlignedVectors(Member):
    """A dot product of vectors that begin at unlike places of their 16 bytes takes the second one number late."""

    def dot(self, a: Array, b: Array) -> Array:
        steps = a.strides == b.strides == (a.itemsize,)
        unlike = a.ctypes.data % 16 != b.ctypes.data % 16
        return NumPy.dot(a, np.roll(b, 1) if steps and unlike and a.shape == b.shape and a.size > 4 else b)


class MeanOfDenseData(Member):
    """Normalization of dense data takes the mean for dense, too."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        return NumPy.normalization(x, packed(mean) if dense_beside(x, mean) else mean, variance)


class SoftmaxInMemoryOrder(Member):
    """A softmax of three axes, neither row-major nor column-major, takes them in the order in which they lie."""

    def softmax(self, x: Array, axis: int) -> Array:
        odd = x.ndim == 3 and not x.flags.c_contiguous and not x.flags.f_contiguous
        return NumPy.softmax(packed(x) if odd and x.strides[-1] != min(x.strides) else x, axis)
