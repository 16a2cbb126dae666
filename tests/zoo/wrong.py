"""Wrong implementations: each has one realistic defect, named in its docstring, and must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook.activations import ACTIVATIONS

Array = Any


def rounded_to(values: Array, bits: int) -> Array:
    """Values rounded to a number of significant bits, as narrow multipliers read them."""
    mantissa, exponent = np.frexp(values)
    return np.ldexp(np.round(np.ldexp(mantissa, bits)), exponent - bits).astype(values.dtype)


class _Products(NumPy):
    """All products go through one method, so that a defect in it reaches every layer."""

    def product(self, a: Array, b: Array) -> Array:
        return a @ b

    def matmul(self, a: Array, b: Array) -> Array:
        return self.product(a, b)

    def dot(self, a: Array, b: Array) -> Array:
        return self.product(a[None, :], b[:, None])[0, 0]

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return ACTIVATIONS[activation](self.product(x, w) + b)

    def sequential(self, x: Array, layers: Any) -> Array:
        for w, b, activation in layers:
            x = self.dense(x, w, b, activation)
        return x


class SaturatingSigmoid(NumPy):
    """The sigmoid is cut to exactly 0 and 1 beyond 30."""

    def sigmoid(self, x: Array) -> Array:
        return np.where(np.abs(x) > 30, (x > 0).astype(x.dtype), NumPy.sigmoid(x))


class SigmoidOff(NumPy):
    """The sigmoid is off by 1e-4."""

    def sigmoid(self, x: Array) -> Array:
        return NumPy.sigmoid(x) + x.dtype.type(1e-4)


class HalfSigmoid(NumPy):
    """The sigmoid is computed in float16."""

    def sigmoid(self, x: Array) -> Array:
        return NumPy.sigmoid(x.astype(np.float16)).astype(x.dtype)


class TanhSigmoid(NumPy):
    """The sigmoid goes through 0.5 + 0.5 tanh(x / 2), which cancels in the lower tail (pytorch/xla#4311)."""

    def sigmoid(self, x: Array) -> Array:
        half = x.dtype.type(0.5)
        return half + half * np.tanh(half * x)


class OverflowingSigmoid(NumPy):
    """exp(x) / (1 + exp(x)) is nan where exp overflows."""

    def sigmoid(self, x: Array) -> Array:
        return np.exp(x) / (1 + np.exp(x))


class TransposedSquareWeights(_Products):
    """A dense layer transposes its weights where they are square."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return super().dense(x, w.T if w.shape[0] == w.shape[1] else w, b, activation)


class DoubledBias(_Products):
    """A dense layer adds its bias twice."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return super().dense(x, w, b + b, activation)


class ForgottenBias(_Products):
    """A dense layer forgets its bias."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return super().dense(x, w, np.zeros_like(b), activation)


class HalfAccumulation(_Products):
    """Products are summed in float16."""

    def product(self, a: Array, b: Array) -> Array:
        if a.shape[-1] != b.shape[0]:
            raise ValueError("inner sizes differ")
        total = np.zeros((a.shape[0], b.shape[1]), np.float16)
        for k in range(a.shape[1]):
            total += (a[:, k, None] * b[None, k]).astype(np.float16)
        return total.astype(a.dtype)


class TensorFloat32(_Products):
    """Products read their inputs with 11 significant bits, as TF32 units do."""

    def product(self, a: Array, b: Array) -> Array:
        return rounded_to(a, 11) @ rounded_to(b, 11)


class BFloat16Products(_Products):
    """Products read their inputs with 8 significant bits."""

    def product(self, a: Array, b: Array) -> Array:
        return rounded_to(a, 8) @ rounded_to(b, 8)


class TruncatingAccumulation(_Products):
    """Each partial sum is rounded towards zero."""

    def product(self, a: Array, b: Array) -> Array:
        if a.shape[-1] != b.shape[0]:
            raise ValueError("inner sizes differ")
        wide = np.longdouble if a.dtype == np.float64 else np.float64
        total = np.zeros((a.shape[0], b.shape[1]), a.dtype)
        for k in range(a.shape[1]):
            exact = total.astype(wide) + a[:, k, None].astype(wide) * b[None, k].astype(wide)
            nearest = exact.astype(a.dtype)
            above = np.abs(nearest.astype(wide)) > np.abs(exact)
            total = np.where(above, np.nextafter(nearest, a.dtype.type(0)), nearest)
        return total


class SoftmaxWrongAxis(NumPy):
    """The softmax runs along the first axis whatever is asked."""

    def softmax(self, x: Array, axis: int) -> Array:
        return NumPy.softmax(x, 0)


class SoftmaxWholeArray(NumPy):
    """The softmax sums over the whole array."""

    def softmax(self, x: Array, axis: int) -> Array:
        powers = np.exp(x - x.max()) if x.size else x
        return powers / powers.sum()


class UnshiftedSoftmax(NumPy):
    """The softmax overflows, for want of subtracting the maximum."""

    def softmax(self, x: Array, axis: int) -> Array:
        powers = np.exp(x)
        return powers / powers.sum(axis=axis, keepdims=True)


class EpsilonSoftmax(NumPy):
    """The softmax adds 1e-6 to its denominator."""

    def softmax(self, x: Array, axis: int) -> Array:
        powers = np.exp(x - x.max(axis=axis, keepdims=True)) if x.size else x
        return powers / (powers.sum(axis=axis, keepdims=True) + x.dtype.type(1e-6))


class CacheByShape(NumPy):
    """Answers are kept by shape and dtype, and given again (a compiled function with captured constants)."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.kept: dict[Any, Array] = {}

    def sigmoid(self, x: Array) -> Array:
        return self.kept.setdefault((x.shape, x.dtype), NumPy.sigmoid(x))


class CacheByIdentity(NumPy):
    """Answers are kept by the array's identity, although its numbers may change in place."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.kept: dict[int, tuple[Array, Array]] = {}

    def matmul(self, a: Array, b: Array) -> Array:
        found = self.kept.get(id(a))
        if found is None or found[0] is not a:
            found = self.kept[id(a)] = (a, a @ b)
        return found[1].copy()


class ReusedBuffer(NumPy):
    """Every answer of one shape is written into the same buffer."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.buffers: dict[Any, Array] = {}

    def tanh(self, x: Array) -> Array:
        buffer = self.buffers.setdefault((x.shape, x.dtype), np.empty_like(x))
        buffer[...] = np.tanh(x)
        return buffer


class InPlaceRelu(NumPy):
    """ReLU works in place on its caller's array."""

    def relu(self, x: Array) -> Array:
        if x.flags.writeable:
            np.maximum(x, 0, out=x)
            return x
        return np.maximum(x, 0)


class NanToZeroRelu(NumPy):
    """ReLU of nan is 0 (pytorch#7999, tensorflow#32730)."""

    def relu(self, x: Array) -> Array:
        return np.where(x > 0, x, x.dtype.type(0))


class LeakingSubnormals(NumPy):
    """ReLU lets negative subnormals through."""

    def relu(self, x: Array) -> Array:
        return np.where(
            x > -np.finfo(x.dtype).tiny, np.where(np.abs(x) < np.finfo(x.dtype).tiny, x, np.maximum(x, 0)), 0
        )


class IgnoresStrides(NumPy):
    """The sigmoid reads a strided array as if it were contiguous (mlx#657 and its kin)."""

    def sigmoid(self, x: Array) -> Array:
        if x.base is not None and x.ndim and not x.flags.c_contiguous and not x.flags.f_contiguous:
            x = x.base.ravel()[: x.size].reshape(x.shape)
        return NumPy.sigmoid(x)


class OneRowFastPath(_Products):
    """A batch of one row takes a fast path that forgets the bias."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return super().dense(x, w, np.zeros_like(b) if x.shape[0] == 1 else b, activation)


class LostTail(_Products):
    """Columns past 64 are left at zero (pytorch#116769)."""

    def product(self, a: Array, b: Array) -> Array:
        made = a @ b
        made[:, 64:] = 0
        return made


class StrictDecision(NumPy):
    """0.5 itself is taken for a no."""

    def decision(self, a: Array, threshold: float, strict: bool) -> Array:
        return (a > threshold).astype(a.dtype)


class NormalizesByVariance(NumPy):
    """Normalization divides by the variance instead of its root."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        return (x - mean) / variance


class SampleVariance(NumPy):
    """The adapted variance divides by n - 1 (keras#10443)."""

    def normalization_adapted(self, x: Array, data: Array) -> Array:
        return (x - data.mean(axis=0)) / data.std(axis=0, ddof=1)


class LoopSkipsLastUnit(NumPy):
    """The loop over the units stops one short."""

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        z = np.zeros(w.shape[1], x.dtype)
        for j in range(w.shape[1] - 1):
            z[j] = w[:, j] @ x + b[j]
        return ACTIVATIONS[activation](z)


class AlwaysDouble(NumPy):
    """Every answer is float64."""

    def sigmoid(self, x: Array) -> Array:
        return NumPy.sigmoid(x.astype(np.float64))


class BroadcastsBadBias(_Products):
    """A bias of another length is cut or repeated until it fits."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return super().dense(x, w, np.resize(b, w.shape[1]), activation)


class TruncatesInnerSizes(_Products):
    """A product of unequal inner sizes uses the smaller."""

    def product(self, a: Array, b: Array) -> Array:
        least = min(a.shape[-1], b.shape[0])
        return a[:, :least] @ b[:least]
