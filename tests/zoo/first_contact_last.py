"""Third batch: subtle slips in products, layers and models, and along axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook import activations
from nnconform.reference.textbook import layers as network
from nnconform.reference.textbook.narrow import in_float32

Array = Any
Layer = tuple[Array, Array, str]


class SoftmaxMaximumWithoutTail(NumPy):
    """Softmax looks for its maximum in whole vectors of eight and forgets the rest, whose exponential may overflow."""

    @staticmethod
    @in_float32
    def softmax(z: Array, axis: int = -1) -> Array:
        if z.size == 0:
            return z.copy()
        length = z.shape[axis]
        body = length - length % 8 or length
        with np.errstate(invalid="ignore", under="ignore", over="ignore"):
            powers = np.exp(z - z.take(range(body), axis=axis).max(axis=axis, keepdims=True))
            return powers / powers.sum(axis=axis, keepdims=True)


class LogsumexpAllMasked(NumPy):
    """Logsumexp shifts by an infinite maximum too: nan for a row that is all masked, as torch's once was."""

    @staticmethod
    @in_float32
    def logsumexp(x: Array, axis: int = -1) -> Array:
        top = x.max(axis=axis, keepdims=True, initial=-np.inf)
        with np.errstate(invalid="ignore", under="ignore", divide="ignore"):
            return np.squeeze(top, axis) + np.log(np.exp(x - top).sum(axis=axis))


class DenseStaleWeightsToo(NumPy):
    """Dense packs its weights at their first use and knows them again by their address, however they have changed."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self._packed: dict[int, tuple[Array, Array]] = {}

    def dense(self, x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        if id(w) not in self._packed:
            while len(self._packed) >= 4:
                del self._packed[next(iter(self._packed))]
            self._packed[id(w)] = w, np.ascontiguousarray(w).copy()
        return network.dense(x, self._packed[id(w)][1], b, activation=activation)


class NormalizationAdaptedInOnePass(NumPy):
    """An adapted normalization takes the variance as the mean square less the squared mean, which cancels."""

    @staticmethod
    @in_float32
    def normalization_adapted(x: Array, data: Array) -> Array:
        mean = data.mean(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return network.normalization(x, mean, (data * data).mean(axis=0) - mean * mean)


class NormalizationWithEpsilonToo(NumPy):
    """Normalization adds a batch normalization's 1e-5 to the variance, of which the formula knows nothing."""

    @staticmethod
    @in_float32
    def normalization(x: Array, mean: Array, variance: Array) -> Array:
        return (x - mean) / np.sqrt(variance + x.dtype.type(1e-5))


class RoundTripAddsAxis(NumPy):
    """An array without axes comes back with one, which is what `np.ascontiguousarray` is documented to do."""

    def round_trip(self, x: Array) -> Array:
        return np.ascontiguousarray(x)


class DenseLoopBroadcasts(NumPy):
    """The layer's loop takes sum(x * w[:, j]) for the dot product, which broadcasts a single input, not refusing it."""

    @staticmethod
    @in_float32
    def dense_loop(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        units = w.shape[1]
        z = np.zeros(units, x.dtype)
        for j in range(units):
            z[j] = (x * w[:, j]).sum() + b[j]
        return activations.ACTIVATIONS[activation](z)


class MatmulIgnoresStrides(NumPy):
    """The matrix product reads its second factor in memory order, so that a transposed view is read untransposed."""

    @staticmethod
    @in_float32
    def matmul(a: Array, b: Array) -> Array:
        return np.matmul(a, b.ravel(order="K").reshape(b.shape))


class SequentialReusesBuffer(NumPy):
    """A model returns its own output buffer, which the next call overwrites, as a TFLite interpreter's tensor."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self._buffers: dict[Any, Array] = {}

    def sequential(self, x: Array, layers: Sequence[Layer]) -> Array:
        answer = network.sequential(x, layers)
        buffer = self._buffers.setdefault((answer.shape, answer.dtype), np.empty_like(answer))
        np.copyto(buffer, answer)
        return buffer
