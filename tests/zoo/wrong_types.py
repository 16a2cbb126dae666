"""Wrong dtypes, shapes and kinds of answers, and doubles that are none; each must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from zoo.base import Member

Array = Any


def in_single(function: Any, x: Array, *rest: Any, **attributes: Any) -> Array:
    """What a function gives in float32, as the dtype that was asked."""
    given = [value.astype(np.float32) if isinstance(value, np.ndarray) else value for value in rest]
    return np.asarray(function(x.astype(np.float32), *given, **attributes)).astype(x.dtype)


class SigmoidInSingle(Member):
    """The sigmoid of doubles is computed in float32 (simd#33)."""

    def sigmoid(self, x: Array) -> Array:
        return in_single(NumPy.sigmoid, x)


class ProductInSingle(Member):
    """Doubles are multiplied in float32."""

    def matmul(self, a: Array, b: Array) -> Array:
        return in_single(NumPy.matmul, a, b)


class SoftmaxInSingle(Member):
    """The softmax of doubles is computed in float32."""

    def softmax(self, x: Array, axis: int) -> Array:
        return in_single(NumPy.softmax, x, axis)


class ErfInSingle(Member):
    """The error function of doubles is computed in float32."""

    def erf(self, x: Array) -> Array:
        return in_single(NumPy.erf, x)


class NormalizationInSingle(Member):
    """Doubles are normalized in float32."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        return in_single(NumPy.normalization, x, mean, variance)


class SlopeInSingle(Member):
    """Leaky ReLU keeps its slope as float32 whatever the dtype is, as a framework does."""

    def leaky_relu(self, x: Array, slope: float) -> Array:
        return NumPy.leaky_relu(x, float(np.float32(slope)))


class AlphaInHalf(Member):
    """elu keeps its alpha as float16."""

    def elu(self, x: Array, alpha: float) -> Array:
        return NumPy.elu(x, float(np.float16(alpha)))


class LoopInDoubles(Member):
    """The loop over units collects its sums in a list, which becomes doubles."""

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        units = [w[:, j] @ x + b[j] for j in range(w.shape[1])]
        return NumPy.dense_loop(np.ones(0), np.zeros((0, len(units))), np.array(units, np.float64), activation)


class BooleanDecision(Member):
    """A decision is a truth value, no number."""

    def decision(self, a: Array, threshold: float, strict: bool) -> Array:
        return NumPy.decision(a, threshold, strict).astype(bool)


class WholeNumberCount(Member):
    """Parameters are counted in whole numbers."""

    def parameter_count(self, layers: Any) -> Array:
        return np.int64(NumPy.parameter_count(layers))


class CountsInHalf(Member):
    """Parameters are counted in float16, which has no odd numbers above 2,048."""

    def parameter_count(self, layers: Any) -> Array:
        return layers[0][0].dtype.type(np.float16(float(NumPy.parameter_count(layers))))


class PlainFloatDot(Member):
    """A dot product comes back as Python's own number."""

    def dot(self, a: Array, b: Array) -> Any:
        return float(NumPy.dot(a, b))


class ListedTranspose(Member):
    """A transpose comes back as a list of lists."""

    def transpose(self, a: Array) -> Any:
        return a.T.tolist()


class NothingForNothing(Member):
    """ReLU of an empty array is None."""

    def relu(self, x: Array) -> Any:
        return NumPy.relu(x) if x.size else None


class DoublesForNothing(Member):
    """The exponential of an empty array is an array of doubles."""

    def exp(self, x: Array) -> Array:
        return NumPy.exp(x) if x.size else np.array([]).reshape(x.shape)


class MatrixDot(Member):
    """A dot product keeps two axes of length 1."""

    def dot(self, a: Array, b: Array) -> Array:
        return np.asarray(NumPy.dot(a, b)).reshape(1, 1)


class VectorForScalar(Member):
    """The sigmoid of a single number is a vector of length 1."""

    def sigmoid(self, x: Array) -> Array:
        return np.atleast_1d(NumPy.sigmoid(x))


class SqueezedRows(Member):
    """A layer's answer to one row loses its first axis."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        made = NumPy.dense(x, w, b, activation)
        return made[0] if made.ndim == 2 and made.shape[0] == 1 else made


class SqueezedColumns(Member):
    """A product of one column loses its last axis."""

    def matmul(self, a: Array, b: Array) -> Array:
        made = np.matmul(a, b)
        return made[:, 0] if made.ndim == 2 and made.shape[1] == 1 else made


class FlatLogarithms(Member):
    """The logarithm of a matrix comes back as a vector."""

    def log(self, x: Array) -> Array:
        return NumPy.log(x).reshape(-1)


class RefusesNoRows(Member):
    """A layer raises an error where there are no rows (pytorch#27619, pytorch#34202)."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        if not x.shape[0]:
            raise ValueError("expected at least one row")
        return NumPy.dense(x, w, b, activation)


class RefusesNoScores(Member):
    """A softmax raises an error where there is nothing to normalize."""

    def softmax(self, x: Array, axis: int) -> Array:
        x.max()
        return NumPy.softmax(x, axis)


class UnwrittenSums(Member):
    """A product of no terms leaves its result unwritten."""

    def matmul(self, a: Array, b: Array) -> Array:
        made = np.matmul(a, b)
        return made if a.shape[-1] else made + made.dtype.type(np.nan)


class OneRowForNone(Member):
    """Normalization of no rows gives one row of zeros."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        made = NumPy.normalization(x, mean, variance)
        return made if made.size else np.zeros((1, *made.shape[1:]), made.dtype)
