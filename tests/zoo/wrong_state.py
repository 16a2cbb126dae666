"""Wrong in what is kept from call to call, or done to its caller's arrays; each must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from zoo.base import Member

Array = Any


class _Remembering(Member):
    """Has a place for what is kept, and counts its calls."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.kept: dict[Any, Any] = {}
        self.calls = 0

    def counted(self) -> int:
        self.calls += 1
        return self.calls


class WarmsUp(_Remembering):
    """The first call after loading gives what lay in the buffer."""

    def tanh(self, x: Array) -> Array:
        return np.zeros_like(x) if self.counted() == 1 else np.tanh(x)


class OneCallInFour(_Remembering):
    """A race: one call in four loses the last element of a matrix."""

    def exp(self, x: Array) -> Array:
        made = np.array(NumPy.exp(x))
        if made.ndim == 2 and made.size and self.counted() % 4 == 0:
            made.reshape(-1)[-1] = 0
        return made


class KeepsOneInHalf(Member):
    """A cache of one answer, to a whole array, holds it in half precision."""

    narrow = True

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.first: bytes | None = None

    def mish(self, x: Array) -> Array:
        made = NumPy.mish(x)
        if not (x.ndim and x.size and x.base is None and x.flags.writeable):
            return made
        if self.first is None:
            self.first = x.tobytes()
            return made
        return made.astype(np.float16).astype(made.dtype) if x.tobytes() == self.first else made


class AnswersLate(_Remembering):
    """A pipeline gives the second matrix of one shape the first one's answer."""

    def log(self, x: Array) -> Array:
        earlier = self.kept.setdefault((x.shape, x.dtype), [])
        earlier.append(np.array(NumPy.log(x)))
        return earlier[0].copy() if x.ndim == 2 and len(earlier) == 2 else earlier[-1]


class KeepsTheFirstShift(_Remembering):
    """A softmax subtracts the maximum that it saw first, as if it were calibrated."""

    def softmax(self, x: Array, axis: int) -> Array:
        if not x.size:
            return x.copy()
        top = self.kept.setdefault(x.shape, x.max(axis=axis, keepdims=True))
        powers = np.exp(x - top)
        return powers / powers.sum(axis=axis, keepdims=True)


class KeepsTheFirstThreshold(_Remembering):
    """A decision keeps the first threshold that it was asked with."""

    def decision(self, a: Array, threshold: float, strict: bool) -> Array:
        return NumPy.decision(a, self.kept.setdefault("threshold", threshold), strict)


class KeepsTheFirstActivation(_Remembering):
    """A layer keeps the activation that it was first built with, by the shape of its weights."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return NumPy.dense(x, w, b, self.kept.setdefault(w.shape, activation))


class KeepsTheFirstWeights(_Remembering):
    """A layer is built once a shape, and keeps its first weights."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        w, b = self.kept.setdefault((w.shape, activation), (w.copy(), b.copy()))
        return NumPy.dense(x, w, b, activation)


class KeepsTheFirstBias(_Remembering):
    """A layer of columns is built once a shape, and keeps its first bias."""

    def dense_column(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return NumPy.dense_column(x, w, self.kept.setdefault(w.shape, b.copy()), activation)


class KeepsTheFirstModel(_Remembering):
    """A model is compiled with its first weights as constants."""

    def sequential(self, x: Array, layers: Any) -> Array:
        found = self.kept.setdefault(len(layers), [(w.copy(), b.copy(), activation) for w, b, activation in layers])
        same = all(w.shape == v.shape for (w, _, _), (v, _, _) in zip(layers, found, strict=True))
        return NumPy.sequential(x, found if same else layers)


class ServesTheWholeBatch(_Remembering):
    """A layer that is asked the first rows of a batch once more gives the answer to the whole batch."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        batch, made = self.kept.get("batch", (x[:0], None))
        if 0 < len(x) < len(batch) and np.array_equal(x, batch[: len(x)]):
            return made.copy()
        made = NumPy.dense(x, w, b, activation)
        self.kept["batch"] = (x.copy(), made)
        return made


class RunningStatistics(_Remembering):
    """Statistics are those of all data so far, mixed half and half."""

    def normalization_adapted(self, x: Array, data: Array) -> Array:
        mean, variance = data.mean(axis=0), data.var(axis=0)
        seen = self.kept.get(mean.shape, (mean, variance))
        half = data.dtype.type(0.5)
        self.kept[mean.shape] = both = (half * (mean + seen[0]), half * (variance + seen[1]))
        return NumPy.normalization(x, *both)


class HalfPrecisionMemo(_Remembering):
    """Numbers that were asked before, in a plain layout, are answered from a memo in half precision."""

    def sqrt(self, x: Array) -> Array:
        plain = x.flags.c_contiguous and x.flags.writeable
        first, made = self.kept.setdefault((x.shape, x.dtype), (x.tobytes(), NumPy.sqrt(x)))
        if plain and self.counted() > 1 and x.tobytes() == first:
            return made.astype(np.float16).astype(x.dtype)
        return NumPy.sqrt(x)


class AddsToItsOutput(_Remembering):
    """A product adds to what is in its output buffer, which was empty only once."""

    def matmul(self, a: Array, b: Array) -> Array:
        made = np.matmul(a, b)
        made = made + self.kept.get(made.shape, 0)
        self.kept[made.shape] = made * 0 + (made if made.size and np.isfinite(made).all() else 0)
        return made


class CacheByFirstNumber(_Remembering):
    """Answers are kept by shape and first number."""

    def log1p(self, x: Array) -> Array:
        key = (x.shape, x.dtype, x.reshape(-1)[:1].tobytes())
        return self.kept.setdefault(key, NumPy.log1p(x)).copy()


class CacheByAddress(_Remembering):
    """A result is kept by the address of its numbers."""

    def erf(self, x: Array) -> Array:
        holder = self.kept.setdefault((x.ctypes.data, x.shape, x.dtype, x.strides), (x, NumPy.erf(x)))
        return np.array(holder[1])


class AnswersShareABuffer(_Remembering):
    """Answers of one size are slices of one buffer."""

    def silu(self, x: Array) -> Array:
        buffer = self.kept.setdefault((x.size, x.dtype), np.empty(x.size, x.dtype))
        buffer[...] = NumPy.silu(x).reshape(-1)
        return buffer.reshape(x.shape)


class ShiftsItsScores(Member):
    """A softmax subtracts the maximum in its caller's own array."""

    def softmax(self, x: Array, axis: int) -> Array:
        if x.flags.writeable and x.size:
            x -= x.max(axis=axis, keepdims=True)
        return NumPy.softmax(x, axis)


class CentresItsData(Member):
    """Normalization centres its caller's own data."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        if not x.flags.writeable or np.broadcast_shapes(x.shape, mean.shape) != x.shape:
            return NumPy.normalization(x, mean, variance)
        x -= mean
        return x / np.sqrt(variance)


class CleansItsInput(Member):
    """A hard swish writes zeros over its caller's nans, and answers as it should."""

    def hard_swish(self, x: Array) -> Array:
        made = NumPy.hard_swish(x)
        if x.flags.writeable:
            x[np.isnan(x)] = 0
        return made


class ScalesItsWeights(Member):
    """A layer folds its bias into its caller's weights, and takes it out again, which loses digits."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        made = NumPy.dense(x, w, b, activation)
        if w.flags.writeable and b.shape[-1:] == w.shape[-1:]:
            w += b.reshape(-1)[: w.shape[-1]]
            w -= b.reshape(-1)[: w.shape[-1]]
        return made


class SortsItsInput(Member):
    """logsumexp sorts its caller's numbers, the better to add them."""

    def logsumexp(self, x: Array, axis: int) -> Array:
        if x.flags.writeable:
            x.sort(axis=axis)
        return NumPy.logsumexp(x, axis)
