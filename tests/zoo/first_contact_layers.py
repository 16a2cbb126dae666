"""Layers and models as they were written against the suite blind: see docs/first-contact.md."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook import layers, products
from nnconform.reference.textbook.narrow import in_float32
from zoo.first_contact import activated

Array = Any


class DenseBiasTwice(NumPy):
    """dense adds the bias in the fused product and again after it."""

    @staticmethod
    @in_float32
    def dense(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        return activated(activation, (products.matmul(x, w) + b) + b)


class DenseReluWithoutBias(NumPy):
    """dense forgets the bias where product and relu are fused."""

    @staticmethod
    @in_float32
    def dense(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        z = products.matmul(x, w)
        return np.maximum(z, 0) if activation == "relu" else activated(activation, z + b)


class DenseSquareTransposed(NumPy):
    """dense takes square weights for (units, inputs), another framework's order."""

    @staticmethod
    @in_float32
    def dense(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        return activated(activation, products.matmul(x, w.T if w.shape[0] == w.shape[1] else w) + b)


class NormalizationByVariance(NumPy):
    """normalization divides by the variance and not by its root."""

    @staticmethod
    @in_float32
    def normalization(x: Array, mean: Array, variance: Array) -> Array:
        return (x - mean) / variance


class SequentialLogits(NumPy):
    """sequential leaves out the last layer's activation: logits come back."""

    @staticmethod
    def sequential(x: Array, model: Any) -> Array:
        for at, (w, b, activation) in enumerate(model):
            x = layers.dense(x, w, b, activation="linear" if at == len(model) - 1 else activation)
        return x


class ColumnSoftmaxOfRows(NumPy):
    """dense_column's softmax runs along the examples and not along the units."""

    @staticmethod
    @in_float32
    def dense_column(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        return activated(activation, products.matmul(w, x) + b, axis=-1)


class LoopSoftmaxOfOne(NumPy):
    """dense_loop applies softmax unit by unit, so every answer is 1."""

    @staticmethod
    @in_float32
    def dense_loop(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        z = layers.dense_loop(x, w, b)
        return np.array([activated(activation, z[j : j + 1])[0] for j in range(len(z))], x.dtype)


class NormalizationWithEpsilon(NumPy):
    """normalization adds 1e-5 to the variance, as batch normalization does."""

    @staticmethod
    @in_float32
    def normalization(x: Array, mean: Array, variance: Array) -> Array:
        return (x - mean) / np.sqrt(variance + variance.dtype.type(1e-5))


class AdaptedSampleVariance(NumPy):
    """normalization_adapted divides by n - 1."""

    @staticmethod
    @in_float32
    def normalization_adapted(x: Array, data: Array) -> Array:
        with np.errstate(all="ignore"):
            squares = ((data - data.mean(axis=0)) ** 2).sum(axis=0)
            return layers.normalization(x, data.mean(axis=0), squares / x.dtype.type(len(data) - 1))


class DenseStaleWeights(NumPy):
    """dense packs weights once per array object and never notices a change in place."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.packed: dict[Any, Any] = {}

    def dense(self, x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        kept, packed = self.packed.setdefault(id(w), (w, np.array(w)))
        return layers.dense(x, packed if kept is w else w, b, activation=activation)


class LoopMakesDoubles(NumPy):
    """dense_loop fills a bare np.zeros(units), so float32 comes back as float64."""

    @staticmethod
    def dense_loop(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        z = np.zeros(w.shape[1])
        for j in range(w.shape[1]):
            z[j] = np.dot(w[:, j], x) + b[j]
        return activated(activation, z)


class DenseSqueezesOneRow(NumPy):
    """dense gives (units,) for a batch of one."""

    @staticmethod
    def dense(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        a = layers.dense(x, w, b, activation=activation)
        return a[0] if a.ndim == 2 and a.shape[0] == 1 else a


class SequentialBakedWeights(NumPy):
    """sequential compiles once per shapes and activations and bakes the first call's weights in."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.plans: dict[Any, Any] = {}

    def sequential(self, x: Array, layers: Any) -> Array:
        key = tuple((w.shape, str(w.dtype), activation) for w, _, activation in layers)
        baked = self.plans.setdefault(key, [(w.copy(), b.copy(), activation) for w, b, activation in layers])
        return NumPy.sequential(x, baked)


class AdaptedOnePass(NumPy):
    """normalization_adapted takes E[x**2] - E[x]**2, which cancels where the mean is large."""

    @staticmethod
    @in_float32
    def normalization_adapted(x: Array, data: Array) -> Array:
        with np.errstate(all="ignore"):
            mean = data.mean(axis=0)
            variance = np.maximum((data * data).mean(axis=0) - mean * mean, 0)
            return layers.normalization(x, mean, variance)


class DenseEmptyBatch(NumPy):
    """dense refuses a batch without rows."""

    @staticmethod
    def dense(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        if len(x) == 0:
            raise ValueError("empty batch")
        return layers.dense(x, w, b, activation=activation)


class AdaptedAccumulates(NumPy):
    """normalization_adapted is never reset: a second adaptation counts the first one's data as well."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.seen: Array = None

    def normalization_adapted(self, x: Array, data: Array) -> Array:
        same = self.seen is not None and self.seen.dtype == data.dtype and self.seen.shape[1:] == data.shape[1:]
        self.seen = np.concatenate([self.seen, data]) if same else data.copy()
        return layers.normalization_adapted(x, self.seen)


class DenseBiasByRow(NumPy):
    """dense gives each row its bias, where there are as many rows as units."""

    @staticmethod
    @in_float32
    def dense(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        if len(x) == w.shape[1] and b.size == len(x):
            return activated(activation, products.matmul(x, w) + b.reshape(-1, 1))
        return activated(activation, products.matmul(x, w) + b)


class ColumnBiasByExample(NumPy):
    """dense_column gives each example its bias, where there are as many examples as units."""

    @staticmethod
    @in_float32
    def dense_column(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        if x.shape[-1] == w.shape[0] and b.size == w.shape[0]:
            return activated(activation, products.matmul(w, x) + b.reshape(1, -1), axis=0)
        return activated(activation, products.matmul(w, x) + b, axis=0)


class LoopRowsWhereSquare(NumPy):
    """dense_loop takes a unit's weights from a row, where the matrix is square."""

    @staticmethod
    def dense_loop(x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        return layers.dense_loop(x, w.T if w.shape[0] == w.shape[1] else w, b, activation=activation)


class SequentialFour(NumPy):
    """sequential runs four layers at most."""

    @staticmethod
    def sequential(x: Array, model: Any) -> Array:
        return layers.sequential(x, model[:4])


class SequentialFirstLayerKept(NumPy):
    """sequential keeps the first layer's answer for an input at the same address with the same first number."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.kept: dict[Any, Any] = {}

    def sequential(self, x: Array, model: Any) -> Array:
        w, b, activation = model[0]
        key = (x.ctypes.data, w.ctypes.data, b.ctypes.data, x.shape, w.shape, x.dtype, activation)
        first = (x.flat[0] if x.size else None, w.flat[0] if w.size else None)
        old = self.kept.get(key)
        if old is None or old[0] != first:
            old = self.kept[key] = (first, layers.dense(x, w, b, activation=activation), x, w, b)
        return layers.sequential(old[1].copy(), model[1:])
