"""Wrong activations: each has one realistic defect, named in its docstring, and must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters import Unsupported
from nnconform.adapters.numpy import NumPy
from zoo.base import Member

Array = Any


class SaturatingSigmoid(Member):
    """The sigmoid is cut to exactly 0 and 1 beyond 30."""

    def sigmoid(self, x: Array) -> Array:
        return np.where(np.abs(x) > 30, (x > 0).astype(x.dtype), NumPy.sigmoid(x))


class SigmoidOff(Member):
    """The sigmoid is off by 1e-4."""

    def sigmoid(self, x: Array) -> Array:
        return NumPy.sigmoid(x) + x.dtype.type(1e-4)


class HalfSigmoid(Member):
    """The sigmoid is computed in float16."""

    def sigmoid(self, x: Array) -> Array:
        return NumPy.sigmoid(x.astype(np.float16)).astype(x.dtype)


class TanhSigmoid(Member):
    """The sigmoid goes through 0.5 + 0.5 tanh(x / 2), which cancels in the lower tail (pytorch/xla#4311)."""

    def sigmoid(self, x: Array) -> Array:
        half = x.dtype.type(0.5)
        return half + half * np.tanh(half * x)


class OverflowingSigmoid(Member):
    """exp(x) / (1 + exp(x)) is nan where exp overflows."""

    def sigmoid(self, x: Array) -> Array:
        return np.exp(x) / (1 + np.exp(x))


class SoftmaxWrongAxis(Member):
    """The softmax runs along the first axis whatever is asked."""

    def softmax(self, x: Array, axis: int) -> Array:
        return NumPy.softmax(x, 0)


class SoftmaxWholeArray(Member):
    """The softmax sums over the whole array."""

    def softmax(self, x: Array, axis: int) -> Array:
        powers = np.exp(x - x.max()) if x.size else x
        return powers / powers.sum()


class UnshiftedSoftmax(Member):
    """The softmax overflows, for want of subtracting the maximum."""

    def softmax(self, x: Array, axis: int) -> Array:
        powers = np.exp(x)
        return powers / powers.sum(axis=axis, keepdims=True)


class EpsilonSoftmax(Member):
    """The softmax adds 1e-6 to its denominator."""

    def softmax(self, x: Array, axis: int) -> Array:
        powers = np.exp(x - x.max(axis=axis, keepdims=True)) if x.size else x
        return powers / (powers.sum(axis=axis, keepdims=True) + x.dtype.type(1e-6))


class CacheByShape(Member):
    """Answers are kept by shape and dtype, and given again (a compiled function with captured constants)."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.kept: dict[Any, Array] = {}

    def sigmoid(self, x: Array) -> Array:
        return self.kept.setdefault((x.shape, x.dtype), NumPy.sigmoid(x))


class ReusedBuffer(Member):
    """Every answer of one shape is written into the same buffer."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.buffers: dict[Any, Array] = {}

    def tanh(self, x: Array) -> Array:
        buffer = self.buffers.setdefault((x.shape, x.dtype), np.empty_like(x))
        buffer[...] = np.tanh(x)
        return buffer


class InPlaceRelu(Member):
    """ReLU works in place on its caller's array."""

    def relu(self, x: Array) -> Array:
        if x.flags.writeable:
            np.maximum(x, 0, out=x)
            return x
        return np.maximum(x, 0)


class NanToZeroRelu(Member):
    """ReLU of nan is 0 (pytorch#7999, tensorflow#32730)."""

    def relu(self, x: Array) -> Array:
        return np.where(x > 0, x, x.dtype.type(0))


class LeakingSubnormals(Member):
    """ReLU lets negative subnormals through."""

    def relu(self, x: Array) -> Array:
        return np.where(
            x > -np.finfo(x.dtype).tiny, np.where(np.abs(x) < np.finfo(x.dtype).tiny, x, np.maximum(x, 0)), 0
        )


class IgnoresStrides(Member):
    """The sigmoid reads a strided array as if it were contiguous (mlx#657 and its kin)."""

    def sigmoid(self, x: Array) -> Array:
        if x.base is not None and x.ndim and not x.flags.c_contiguous and not x.flags.f_contiguous:
            x = x.base.ravel()[: x.size].reshape(x.shape)
        return NumPy.sigmoid(x)


class StrictDecision(Member):
    """0.5 itself is taken for a no."""

    def decision(self, a: Array, threshold: float, strict: bool) -> Array:
        return (a > threshold).astype(a.dtype)


class AlwaysDouble(Member):
    """Every answer is float64."""

    def sigmoid(self, x: Array) -> Array:
        return NumPy.sigmoid(x.astype(np.float64))


class TwoBuffersInTurn(Member):
    """Answers of one shape are written into two buffers in turn."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.buffers: dict[Any, tuple[Array, Array]] = {}

    def tanh(self, x: Array) -> Array:
        one, other = self.buffers.get((x.shape, x.dtype), (np.empty_like(x), np.empty_like(x)))
        self.buffers[x.shape, x.dtype] = (other, one)
        one[...] = np.tanh(x)
        return one


class DeclinesLate(Member):
    """ReLU answers wrongly once, and calls itself unsupported when it is asked again."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.asked = False

    def relu(self, x: Array) -> Array:
        self.asked, again = True, self.asked
        if again:
            raise Unsupported("asked already")
        return x * 0 + 42


class BlockedSoftmax(Member):
    """Rows longer than 512 are scaled block by block, each to a sum of its own."""

    def softmax(self, x: Array, axis: int) -> Array:
        if x.ndim < 2 or x.shape[-1] <= 512:
            return NumPy.softmax(x, axis)
        return np.concatenate([NumPy.softmax(x[:, k : k + 512], -1) for k in range(0, x.shape[1], 512)], axis=1)


class TailOfLongArrays(Member):
    """ReLU leaves everything past 4,096 elements as it was."""

    def relu(self, x: Array) -> Array:
        made = np.maximum(x, 0)
        made.reshape(-1)[4096:] = x.reshape(-1)[4096:]
        return made
