"""Third batch: gross slips, wrong on ordinary inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook import activations, products
from nnconform.reference.textbook import layers as network
from nnconform.reference.textbook.narrow import in_float32
from nnconform.reference.textbook.piecewise import SELU_ALPHA, SELU_SCALE

Array = Any
Layer = tuple[Array, Array, str]


class SigmoidWithoutMinus(NumPy):
    """Sigmoid is 1 / (1 + exp(z)), the minus forgotten: the commonest slip in first homework."""

    @staticmethod
    @in_float32
    def sigmoid(z: Array) -> Array:
        with np.errstate(over="ignore", under="ignore"):
            return 1 / (1 + np.exp(z))


class TanhNotDoubled(NumPy):
    """Tanh by way of the sigmoid is scaled to -1..1 but its argument is not doubled, so that it gives tanh(z / 2)."""

    @staticmethod
    @in_float32
    def tanh(z: Array) -> Array:
        return np.tanh(z / 2)


class SoftmaxOverEverything(NumPy):
    """Softmax sums over the whole array, as `np.sum(e)` without an axis does in homework made for one example."""

    @staticmethod
    @in_float32
    def softmax(z: Array, axis: int = -1) -> Array:  # noqa: ARG004 - the slip
        if z.size == 0:
            return z.copy()
        with np.errstate(invalid="ignore", under="ignore"):
            powers = np.exp(z - z.max())
            return powers / powers.sum()


class DenseBiasAfterActivation(NumPy):
    """Dense adds the bias behind the activation, as a fused epilogue in the wrong order does: g(x @ w) + b."""

    @staticmethod
    @in_float32
    def dense(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        return activations.ACTIVATIONS[activation](products.matmul(x, w)) + b


class LeakyReluSidesSwapped(NumPy):
    """Leaky ReLU scales the positive side and lets the negative through: the branches of `where` are swapped."""

    @staticmethod
    @in_float32
    def leaky_relu(z: Array, slope: float) -> Array:
        return np.where(z >= 0, z * z.dtype.type(slope), z)


class EluWithoutMinusOne(NumPy):
    """ELU takes alpha * exp(x) for alpha * (exp(x) - 1), so that it jumps at 0."""

    @staticmethod
    @in_float32
    def elu(x: Array, alpha: float = 1.0) -> Array:
        return np.where(x > 0, x, x.dtype.type(alpha) * np.exp(np.minimum(x, 0)))


class SeluScalesOneSide(NumPy):
    """SELU's scale reaches the negative branch alone: parentheses closed too early around the `where`."""

    @staticmethod
    @in_float32
    def selu(x: Array) -> Array:
        return np.where(x > 0, x, x.dtype.type(SELU_SCALE * SELU_ALPHA) * np.expm1(np.minimum(x, 0)))


class HardSigmoidOfKerasTwo(NumPy):
    """The hard sigmoid has slope 0.2 in place of 1/6: Keras 2's and Theano's, mixed up in converters."""

    @staticmethod
    @in_float32
    def hard_sigmoid(x: Array) -> Array:
        return np.clip(x * x.dtype.type(0.2) + x.dtype.type(0.5), 0, 1)


class NormalizationByVarianceToo(NumPy):
    """Normalization divides by the variance, its root forgotten."""

    @staticmethod
    @in_float32
    def normalization(x: Array, mean: Array, variance: Array) -> Array:
        return (x - mean) / variance


class ParameterCountWeightsOnly(NumPy):
    """The count of parameters leaves out the biases."""

    @staticmethod
    def parameter_count(layers: Sequence[Layer]) -> Array:
        kind = layers[0][0].dtype.type
        return kind(sum(w.size for w, _, _ in layers))


class LogBaseTen(NumPy):
    """The logarithm is the decimal one, as `log` is in many calculators and in SQL."""

    @staticmethod
    @in_float32
    def log(x: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log10(x)


class TransposeByReshape(NumPy):
    """Transpose gives the right shape by reshaping, so that the elements stay in their old order."""

    @staticmethod
    def transpose(a: Array) -> Array:
        return a.reshape(a.shape[::-1])


class LogSoftmaxWithoutLog(NumPy):
    """Log-softmax subtracts the sum of the exponentials and not its logarithm."""

    @staticmethod
    @in_float32
    def log_softmax(x: Array, axis: int = -1) -> Array:
        if x.size == 0:
            return x.copy()
        with np.errstate(invalid="ignore", under="ignore"):
            shifted = x - x.max(axis=axis, keepdims=True)
            return shifted - np.exp(shifted).sum(axis=axis, keepdims=True)


class SequentialEndsInLogits(NumPy):
    """A model leaves out the last layer's activation, as one that was trained with `from_logits=True` does."""

    @staticmethod
    def sequential(x: Array, layers: Sequence[Layer]) -> Array:
        for place, (w, b, activation) in enumerate(layers):
            x = network.dense(x, w, b, "linear" if place == len(layers) - 1 else activation)
        return x


class SoftsignWithoutAbsolute(NumPy):
    """Softsign is x / (1 + x), the absolute value forgotten, which has a pole at -1."""

    @staticmethod
    @in_float32
    def softsign(x: Array) -> Array:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(np.isinf(x), np.sign(x), x / (1 + x))
