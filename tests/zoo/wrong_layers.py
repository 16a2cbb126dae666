"""Wrong signs, softmax layers, thresholds and statistics: each has one realistic defect, and must fail."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook.activations import ACTIVATIONS
from zoo.base import Member

Array = Any


def mirrored(made: Array) -> Array:
    """A result whose subnormal numbers have the wrong sign."""
    return np.where(np.abs(made) < np.finfo(made.dtype).tiny, -made, made)


class MirroredTanh(Member):
    """The hyperbolic tangent has the wrong sign below the smallest normal number."""

    def tanh(self, x: Array) -> Array:
        return mirrored(np.tanh(x))


class MirroredLeakyRelu(Member):
    """Leaky ReLU has the wrong sign below the smallest normal number."""

    def leaky_relu(self, x: Array, slope: float) -> Array:
        return mirrored(NumPy.leaky_relu(x, slope))


class NegativeSigmoid(Member):
    """The sigmoid falls below 0, by subnormal numbers, far out."""

    def sigmoid(self, x: Array) -> Array:
        return mirrored(NumPy.sigmoid(x))


class NegativeSoftmax(Member):
    """Subnormal probabilities are negative."""

    def softmax(self, x: Array, axis: int) -> Array:
        return mirrored(NumPy.softmax(x, axis))


def unshifted(z: Array, axis: int) -> Array:
    powers = np.exp(z)
    return powers / powers.sum(axis=axis, keepdims=True)


def swallowing(z: Array, axis: int) -> Array:
    """A softmax to which a nan is the least of scores."""
    return NumPy.softmax(np.where(np.isnan(z), np.finfo(z.dtype).min, z), axis)


class _SoftmaxLayers(Member):
    """Layers whose softmax is one method."""

    where: ClassVar[tuple[str, ...]] = ("dense", "dense_column", "sequential")
    """Operations that use it; the others use the textbook's."""

    def share(self, z: Array, axis: int) -> Array:
        return NumPy.softmax(z, axis)

    def activated(self, z: Array, activation: str, operation: str, axis: int = -1) -> Array:
        if activation != "softmax":
            return ACTIVATIONS[activation](z)
        return self.share(z, axis) if operation in self.where else NumPy.softmax(z, axis)

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return self.activated(np.matmul(x, w) + b, activation, "dense")

    def dense_column(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return self.activated(np.matmul(w, x) + b, activation, "dense_column", 0)

    def sequential(self, x: Array, layers: Any) -> Array:
        for w, b, activation in layers:
            x = self.activated(np.matmul(x, w) + b, activation, "sequential")
        return x


class UnshiftedDense(_SoftmaxLayers):
    """A softmax layer overflows, for want of subtracting the maximum."""

    where = ("dense",)

    def share(self, z: Array, axis: int) -> Array:
        return unshifted(z, axis)


class UnshiftedColumns(UnshiftedDense):
    """A softmax layer of columns overflows, for want of subtracting the maximum."""

    where = ("dense_column",)


class UnshiftedModel(UnshiftedDense):
    """A model's softmax overflows, for want of subtracting the maximum."""

    where = ("sequential",)


class SwallowingDense(_SoftmaxLayers):
    """A softmax layer takes a nan for the least of scores."""

    where = ("dense",)

    def share(self, z: Array, axis: int) -> Array:
        return swallowing(z, axis)


class SwallowingColumns(SwallowingDense):
    """A softmax layer of columns takes a nan for the least of scores."""

    where = ("dense_column",)


class SwallowingModel(SwallowingDense):
    """A model's softmax takes a nan for the least of scores."""

    where = ("sequential",)


class OneUnitIsBinary(_SoftmaxLayers):
    """A softmax over one unit is taken for a binary classifier's sigmoid."""

    def share(self, z: Array, axis: int) -> Array:
        return NumPy.sigmoid(z) if z.shape[axis] == 1 else NumPy.softmax(z, axis)


class SqueezedAxis(Member):
    """A softmax along an axis of length 1 runs along the last one."""

    def softmax(self, x: Array, axis: int) -> Array:
        return NumPy.softmax(x, -1 if x.ndim and x.shape[axis] == 1 else axis)


class BiasByExample(_SoftmaxLayers):
    """In column form, a bias belongs to the example where there are as many of them as units and inputs."""

    def dense_column(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        same = x.shape == w.shape and w.shape[0] == w.shape[1]
        return self.activated(np.matmul(w, x) + (b.T if same else b), activation, "dense_column", 0)


class TransposedCube(_SoftmaxLayers):
    """Weights are transposed where examples, inputs and units are as many, and numbers are doubles."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        cube = x.shape == w.shape and w.shape[0] == w.shape[1] and x.dtype == np.float64
        return self.activated(np.matmul(x, w.T if cube else w) + b, activation, "dense")


class ForgetsTheLastTanh(_SoftmaxLayers):
    """A model that ends in a hyperbolic tangent answers the sum before it."""

    def sequential(self, x: Array, layers: Any) -> Array:
        *most, (w, b, activation) = layers
        return super().sequential(x, [*most, (w, b, "linear" if activation == "tanh" else activation)])


class LoopSwallowsNan(Member):
    """The loop over units has a ReLU that takes nan for 0."""

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        z = NumPy.dense_loop(x, w, b, "linear")
        return np.where(z > 0, z, z.dtype.type(0)) if activation == "relu" else ACTIVATIONS[activation](z)


class HalfThreshold(Member):
    """The threshold is kept in float16."""

    def decision(self, a: Array, threshold: float, strict: bool) -> Array:
        return NumPy.decision(a, a.dtype.type(np.float16(threshold)), strict)


class AbsoluteThreshold(Member):
    """The threshold loses its sign."""

    def decision(self, a: Array, threshold: float, strict: bool) -> Array:
        return NumPy.decision(a, abs(threshold), strict)


class DoubleThreshold(Member):
    """Activations are compared with the threshold as a double, which their dtype does not hold."""

    def decision(self, a: Array, threshold: float, strict: bool) -> Array:
        return NumPy.decision(a.astype(np.float64), np.float64(threshold), strict).astype(a.dtype)


class AdaptsToRows(Member):
    """Mean and variance are those of the rows where there are as many as columns."""

    def normalization_adapted(self, x: Array, data: Array) -> Array:
        return NumPy.normalization_adapted(x, data.T if data.shape[0] == data.shape[1] else data)


class OnePassVariance(Member):
    """The variance is the mean of squares less the square of the mean, which cancels far from zero."""

    def normalization_adapted(self, x: Array, data: Array) -> Array:
        mean = data.mean(axis=0)
        return (x - mean) / np.sqrt((data * data).mean(axis=0) - mean * mean)


class CountsWeightsOnly(Member):
    """Biases are no parameters."""

    def parameter_count(self, layers: Any) -> Array:
        return layers[0][0].dtype.type(sum(w.size for w, _, _ in layers))
