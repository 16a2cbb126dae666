"""Third batch: moderate slips, wrong in a part of the domain, for a shape, or for an attribute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook import activations, products, smooth
from nnconform.reference.textbook import layers as network
from nnconform.reference.textbook.narrow import in_float32

Array = Any
Layer = tuple[Array, Array, str]


class ReluSwallowsNan(NumPy):
    """ReLU of nan is 0, as with CUDA's `fmaxf(x, 0)` and with `x > 0 ? x : 0`, which hides a diverged training."""

    @staticmethod
    def relu(z: Array) -> Array:
        with np.errstate(invalid="ignore"):
            return np.where(z > 0, z, z.dtype.type(0))


class SigmoidOverflows(NumPy):
    """Sigmoid is exp(z) / (1 + exp(z)), which is nan where the exponential overflows."""

    @staticmethod
    @in_float32
    def sigmoid(z: Array) -> Array:
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            power = np.exp(z)
            return power / (1 + power)


class LogsumexpUnshifted(NumPy):
    """The logarithm of the sum of exponentials is taken as written, without a shift: inf for 1000, -inf for -1000."""

    @staticmethod
    @in_float32
    def logsumexp(x: Array, axis: int = -1) -> Array:
        with np.errstate(over="ignore", under="ignore", divide="ignore"):
            return np.log(np.exp(x).sum(axis=axis))


class SoftplusAsWritten(NumPy):
    """Softplus is log(1 + exp(x)) as written: inf far right, and 0 left of where 1 swallows the exponential."""

    @staticmethod
    @in_float32
    def softplus(x: Array) -> Array:
        with np.errstate(over="ignore", under="ignore"):
            return np.log(1 + np.exp(x))


class GeluIgnoresApproximate(NumPy):
    """GELU drops the attribute `approximate` and gives the erf form always, as early ONNX exporters did."""

    @staticmethod
    def gelu(x: Array, approximate: str = "none") -> Array:  # noqa: ARG004 - the slip
        return smooth.gelu(x)


class EluIsCelu(NumPy):
    """ELU divides by alpha inside the exponential, which is CELU: the same for alpha 1 alone."""

    @staticmethod
    @in_float32
    def elu(x: Array, alpha: float = 1.0) -> Array:
        scale = x.dtype.type(alpha)
        return np.where(x > 0, x, scale * np.expm1(np.minimum(x, 0) / scale))


class DenseColumnSoftmaxAcrossBatch(NumPy):
    """The layer of columns takes softmax along the last axis, the batch, as code copied from the layer of rows does."""

    @staticmethod
    @in_float32
    def dense_column(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        return activations.ACTIVATIONS[activation](products.matmul(w, x) + b)


class MatmulGuessesTranspose(NumPy):
    """The matrix product transposes its second factor where that alone fits, instead of refusing."""

    @staticmethod
    @in_float32
    def matmul(a: Array, b: Array) -> Array:
        fits = a.shape[-1] == b.shape[0]
        return np.matmul(a, b if fits else b.T)


class DotTruncates(NumPy):
    """The dot product of unequal lengths stops at the shorter, as `sum(p * q for p, q in zip(a, b))` does."""

    @staticmethod
    @in_float32
    def dot(a: Array, b: Array) -> Array:
        common = min(a.shape[0], b.shape[0])
        return np.dot(a[:common], b[:common])


class NormalizationAdaptedBessel(NumPy):
    """An adapted normalization divides the squares by n - 1, as torch.var and pandas do by default."""

    @staticmethod
    @in_float32
    def normalization_adapted(x: Array, data: Array) -> Array:
        with np.errstate(invalid="ignore", divide="ignore"):
            return network.normalization(x, data.mean(axis=0), data.var(axis=0, ddof=min(1, data.shape[0] - 1)))


class HardSwishUnclipped(NumPy):
    """Hard swish clips its gate below but not above: ReLU where the paper has ReLU6."""

    @staticmethod
    @in_float32
    def hard_swish(x: Array) -> Array:
        with np.errstate(invalid="ignore", over="ignore"):
            gate = np.maximum(x / 6 + x.dtype.type(0.5), 0)
            return np.where(x == -np.inf, x.dtype.type(0), x * gate)


class DenseLoopSoftmaxUnitByUnit(NumPy):
    """The layer's loop calls the activation inside, so that softmax sees one unit at a time and gives ones."""

    @staticmethod
    @in_float32
    def dense_loop(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        units = w.shape[1]
        a = np.zeros(units, x.dtype)
        for j in range(units):
            z = np.dot(w[:, j], x) + b[j]
            a[j] = activations.ACTIVATIONS[activation](np.array([z], x.dtype))[0]
        return a


class MishByAlgebra(NumPy):
    """Mish is x n / (n + 2), n = e**x (e**x + 2), as in fast kernels, but without their guard for a large x: nan."""

    @staticmethod
    @in_float32
    def mish(x: Array) -> Array:
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            power = np.exp(x)
            n = power * (power + 2)
            return smooth.gated(x, n / (n + 2))


class RsqrtOfQuake(NumPy):
    """The reciprocal root of float32 is Quake III's estimate with one Newton step, off by up to 0.17 %."""

    @staticmethod
    @in_float32
    def rsqrt(x: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
            right = 1 / np.sqrt(x)
            if x.dtype != np.float32:
                return right
            whole = np.array(x, order="C")
            guess = (np.int32(0x5F3759DF) - (whole.view(np.int32) >> 1)).view(np.float32)
            better = guess * (np.float32(1.5) - np.float32(0.5) * whole * guess * guess)
            return np.where(np.isfinite(whole) & (whole >= np.finfo(np.float32).tiny), better, right)


class Expm1AsWritten(NumPy):
    """expm1 is exp(x) - 1 as written, which cancels near 0."""

    @staticmethod
    @in_float32
    def expm1(x: Array) -> Array:
        with np.errstate(over="ignore", under="ignore"):
            return np.exp(x) - 1


class ErfOfAbramowitz(NumPy):
    """The error function is Abramowitz and Stegun's formula 7.1.26, good to 1.5e-7 absolutely, in every dtype."""

    @staticmethod
    @in_float32
    def erf(x: Array) -> Array:
        one = x.dtype.type
        size = np.abs(x)
        with np.errstate(under="ignore", over="ignore"):
            t = 1 / (1 + one(0.3275911) * size)
            terms = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
            total = np.zeros_like(x)
            for term in reversed(terms):
                total = (total + one(term)) * t
            return np.where(x < 0, -1, 1).astype(x.dtype) * (1 - total * np.exp(-size * size))


class LinearPromotes(NumPy):
    """The identity multiplies by a float64 one, so that narrower dtypes come back as float64."""

    @staticmethod
    def linear(z: Array) -> Array:
        return z * np.float64(1)


class LogSoftmaxOfOnnxEleven(NumPy):
    """Log-softmax flattens all axes from the given one on and normalizes over them: ONNX before opset 13."""

    @staticmethod
    @in_float32
    def log_softmax(x: Array, axis: int = -1) -> Array:
        if not -x.ndim <= axis < x.ndim:
            raise np.exceptions.AxisError(axis, x.ndim)
        if x.size == 0:
            return x.copy()
        rows = int(np.prod(x.shape[: axis % x.ndim]))
        flat = x.reshape(rows, -1)
        with np.errstate(invalid="ignore", under="ignore"):
            shifted = flat - flat.max(axis=1, keepdims=True)
            return (shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))).reshape(x.shape)


class DenseOneRowForgetsBias(NumPy):
    """Dense takes a matrix-vector path for a batch of one, which forgets the bias."""

    @staticmethod
    @in_float32
    def dense(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        z = products.matmul(x, w)
        return activations.ACTIVATIONS[activation](z if x.shape[0] == 1 else z + b)


class SequentialTrains(NumPy):
    """A model is left in training mode, and dropout zeroes a tenth of the hidden units: `model.eval()` forgotten."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self._chance = np.random.default_rng()

    def sequential(self, x: Array, layers: Sequence[Layer]) -> Array:
        last = len(layers) - 1
        for place, (w, b, activation) in enumerate(layers):
            x = network.dense(x, w, b, activation)
            if place < last:
                kept = self._chance.random(x.shape) >= 0.1
                x = np.where(kept, x.astype(np.float64) / 0.9, 0).astype(x.dtype)
        return x
