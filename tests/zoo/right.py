"""Right implementations, each of another kind, none of which may fail."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook.activations import ACTIVATIONS
from zoo import framework
from zoo.base import Member, Products

Array = Any
SLOW = 20_000
"""Elements of the largest input that a sum by Python's own loops is asked about."""


class Reversed(Products):
    """Sums from the last term to the first."""

    largest = SLOW

    def product(self, a: Array, b: Array) -> Array:
        total = np.zeros((a.shape[0], b.shape[1]), a.dtype)
        for k in reversed(range(a.shape[1])):
            total = total + a[:, k, None] * b[None, k]
        return total


class InOrder(Products):
    """Sums term by term, each rounded."""

    largest = SLOW

    def product(self, a: Array, b: Array) -> Array:
        total = np.zeros((a.shape[0], b.shape[1]), a.dtype)
        for k in range(a.shape[1]):
            total = total + a[:, k, None] * b[None, k]
        return total


class Pairwise(Products):
    """Sums in a tree."""

    largest = SLOW

    def product(self, a: Array, b: Array) -> Array:
        def tree(low: int, high: int) -> Array:
            if high - low <= 1:
                return (a[:, low:high, None] * b[None, low:high]).sum(axis=1, dtype=a.dtype)
            half = (low + high) // 2
            return tree(low, half) + tree(half, high)

        return tree(0, a.shape[1])


class Blocked(Products):
    """Sums blocks of 16 terms, then the blocks."""

    def product(self, a: Array, b: Array) -> Array:
        zero = np.zeros((a.shape[0], b.shape[1]), a.dtype)
        blocks = [a[:, k : k + 16] @ b[k : k + 16] for k in range(0, a.shape[1], 16)]
        return reduce(np.add, blocks, zero)


class Kahan(Products):
    """Sums with compensation."""

    largest = SLOW

    def product(self, a: Array, b: Array) -> Array:
        total = np.zeros((a.shape[0], b.shape[1]), a.dtype)
        lost = np.zeros_like(total)
        for k in range(a.shape[1]):
            term = a[:, k, None] * b[None, k] - lost
            raised = total + term
            # Where the sum is no longer finite there is nothing to compensate.
            lost = np.where(np.isfinite(raised), (raised - total) - term, 0).astype(a.dtype)
            total = raised
        return total


class DoubleInside(Products):
    """Everything in the widest float at hand, rounded once."""

    largest = SLOW

    def product(self, a: Array, b: Array) -> Array:
        return (a.astype(np.longdouble) @ b.astype(np.longdouble)).astype(a.dtype)

    def sigmoid(self, x: Array) -> Array:
        return NumPy.sigmoid(x.astype(np.longdouble)).astype(x.dtype)

    def tanh(self, x: Array) -> Array:
        return np.tanh(x.astype(np.longdouble)).astype(x.dtype)

    def softmax(self, x: Array, axis: int) -> Array:
        return NumPy.softmax(x.astype(np.longdouble), axis).astype(x.dtype)


class EinsteinSums(Products):
    """Products through einsum."""

    def product(self, a: Array, b: Array) -> Array:
        return np.einsum("ik,kj->ij", a, b)


class FortranResults(Products):
    """Results in column-major layout."""

    def product(self, a: Array, b: Array) -> Array:
        return np.asfortranarray(a @ b)

    def softmax(self, x: Array, axis: int) -> Array:
        return np.asfortranarray(NumPy.softmax(x, axis))


class StableSigmoid(Member):
    """The two-branch sigmoid, exp of a negative number on either side."""

    def sigmoid(self, x: Array) -> Array:
        power = np.exp(-np.abs(x))
        return np.where(x >= 0, 1 / (1 + power), power / (1 + power))


class FlushToZero(Member):
    """Subnormal inputs and results are zeros, as on hardware in that mode."""

    @staticmethod
    def flushed(x: Array) -> Array:
        return np.where(np.abs(x) < np.finfo(x.dtype).tiny, np.copysign(x.dtype.type(0), x), x) if x.size else x

    def sigmoid(self, x: Array) -> Array:
        return self.flushed(NumPy.sigmoid(self.flushed(x)))

    def tanh(self, x: Array) -> Array:
        return self.flushed(np.tanh(self.flushed(x)))

    def relu(self, x: Array) -> Array:
        return self.flushed(np.maximum(self.flushed(x), 0))

    def leaky_relu(self, x: Array, slope: float) -> Array:
        return self.flushed(NumPy.leaky_relu(self.flushed(x), slope))

    def softmax(self, x: Array, axis: int) -> Array:
        return self.flushed(NumPy.softmax(self.flushed(x), axis))

    def dot(self, a: Array, b: Array) -> Array:
        return self.flushed(np.asarray(np.dot(self.flushed(a), self.flushed(b))))

    def matmul(self, a: Array, b: Array) -> Array:
        return self.flushed(self.flushed(a) @ self.flushed(b))

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        z = self.flushed(self.matmul(x, w) + self.flushed(b))
        return self.flushed(ACTIVATIONS[activation](z))


class NegativeZeros(Member):
    """ReLU gives -0 for negative inputs; the sign of a zero is nobody's business."""

    def relu(self, x: Array) -> Array:
        return np.where((x > 0) | np.isnan(x), x, x.dtype.type(-0.0))


class ScalarDot(Member):
    """A dot product comes back as a 0-d array instead of a NumPy scalar."""

    def dot(self, a: Array, b: Array) -> Array:
        return np.asarray(np.dot(a, b))


class ReciprocalNormalization(Member):
    """Normalization multiplies by 1 / sqrt(variance)."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        return (x - mean) * (1 / np.sqrt(variance))


class ReadOnlyResults(Member):
    """Results that nobody may write into."""

    def sigmoid(self, x: Array) -> Array:
        made = np.asarray(NumPy.sigmoid(x))
        made.flags.writeable = False
        return made


class Asserts(Member):
    """The framework refuses with an `assert`."""

    owned = False

    def matmul(self, a: Array, b: Array) -> Array:
        return framework.asserting(a, b)


class Unimplemented(Member):
    """The framework refuses with NotImplementedError."""

    owned = False

    def matmul(self, a: Array, b: Array) -> Array:
        return framework.unimplemented(a, b)


class OwnAsserts(Member):
    """A student's own product checks with `assert`: the file itself is what is tested."""

    def matmul(self, a: Array, b: Array) -> Array:
        assert a.shape[-1] == b.shape[0], "inner sizes differ"
        return a @ b


class Library(Member):
    """Operations are another library's compiled functions, with no frame of their own."""

    owned = False
    dtypes = ("float32", "float64")
    """The library's own: its product of bfloat16 matrices without terms comes back as float32."""
    matmul: Any = np.matmul
    tanh: Any = np.tanh


class RefusesLate(Member):
    """Computes, and refuses, once an answer is waited for."""

    owned = False
    matmul = staticmethod(NumPy.matmul)
    dot = staticmethod(NumPy.dot)
    dense = staticmethod(NumPy.dense)

    def function(self, operation: str) -> Any:
        found = super().function(operation)
        return found and framework.deferred(found)

    def synchronize(self, value: Any) -> None:
        framework.waited(value)

    def to_numpy(self, value: Any) -> Any:
        return framework.waited(value)


class RefusesWhenRead(RefusesLate):
    """Computes, and refuses, once an answer is read."""

    def synchronize(self, value: Any) -> None:
        pass
