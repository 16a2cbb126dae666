"""Wrong where numbers are large, small or special: each has one realistic defect, and must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from zoo.base import Member

Array = Any


class NegativeTail(Member):
    """The sigmoid's rational form falls below 0 from -18 down (onnxruntime#22557, tract#2618)."""

    def sigmoid(self, x: Array) -> Array:
        return np.where(x < -18, x.dtype.type(-5.96e-8), NumPy.sigmoid(x))


class ClampedSigmoid(Member):
    """The sigmoid clamps its input to +-88, which doubles go far beyond."""

    def sigmoid(self, x: Array) -> Array:
        return NumPy.sigmoid(np.clip(x, -88, 88))


class NanSigmoidFarOut(Member):
    """The sigmoid is nan far below 0 (dynet#1525)."""

    def sigmoid(self, x: Array) -> Array:
        return np.where(x < -1500, x.dtype.type(np.nan), NumPy.sigmoid(x))


class MaskedRelu(Member):
    """ReLU is x * (x > 0), which is nan at -inf."""

    def relu(self, x: Array) -> Array:
        return x * (x > 0)


class AveragedRelu(Member):
    """ReLU is (x + |x|) / 2, which overflows."""

    def relu(self, x: Array) -> Array:
        return (x + np.abs(x)) / 2


class ClippedRelu(Member):
    """ReLU stops at 6."""

    def relu(self, x: Array) -> Array:
        return np.clip(x, 0, 6)


class LargerOfTwo(Member):
    """Leaky ReLU is the larger of x and slope * x, which is wrong for slopes above 1."""

    def leaky_relu(self, x: Array, slope: float) -> Array:
        return np.maximum(x, x.dtype.type(slope) * x)


class NanAtNoSlope(Member):
    """Leaky ReLU is max(x, 0) + slope * min(x, 0), which is nan at inf where the slope is 0."""

    def leaky_relu(self, x: Array, slope: float) -> Array:
        made = np.maximum(x, 0) + x.dtype.type(slope) * np.minimum(x, 0)
        return np.where((slope == 0) & np.isinf(x), x.dtype.type(np.nan), made)


class QuotientTanh(Member):
    """The hyperbolic tangent is a quotient of exponentials, which overflow."""

    def tanh(self, x: Array) -> Array:
        up, down = np.exp(x), np.exp(-x)
        return (up - down) / (up + down)


class TanhBySigmoid(Member):
    """The hyperbolic tangent is 2 sigmoid(2 x) - 1, which cancels around 0 (tt-metal#25325)."""

    def tanh(self, x: Array) -> Array:
        return 2 * NumPy.sigmoid(2 * x) - 1


class UnclampedTanh(Member):
    """The hyperbolic tangent's rational form is let loose beyond its interval (menoh#52)."""

    def tanh(self, x: Array) -> Array:
        return np.where(np.abs(x) > 9.5, x / 3, np.tanh(x))


class TanhStopsAtNine(Member):
    """The hyperbolic tangent is 1 from 9 on, which only float32 allows."""

    def tanh(self, x: Array) -> Array:
        return np.tanh(np.where(np.abs(x) > 9, np.sign(x) * x.dtype.type(30), x))


class LinearFlushes(Member):
    """The linear activation reads what is below 1e-37 as zero."""

    def linear(self, x: Array) -> Array:
        return np.where(np.abs(x) < 1e-37, x.dtype.type(0), x)


class LinearCleans(Member):
    """The linear activation replaces infinities by the largest number."""

    def linear(self, x: Array) -> Array:
        return np.clip(x, np.finfo(x.dtype).min, np.finfo(x.dtype).max)


class FirstScoreShift(Member):
    """A softmax subtracts the first score instead of the largest."""

    def softmax(self, x: Array, axis: int) -> Array:
        powers = np.exp(x - np.take(x, [0], axis=axis)) if x.size else x
        return powers / powers.sum(axis=axis, keepdims=True)


class AbsoluteShift(Member):
    """A softmax subtracts the largest absolute score, so that all vanish where all are far below 0."""

    def softmax(self, x: Array, axis: int) -> Array:
        powers = np.exp(x - np.abs(x).max(axis=axis, keepdims=True)) if x.size else x
        return powers / powers.sum(axis=axis, keepdims=True)


class ClippedScores(Member):
    """A softmax clips scores to +-50."""

    def softmax(self, x: Array, axis: int) -> Array:
        return NumPy.softmax(np.clip(x, -50, 50), axis)


class NanIsNoScore(Member):
    """A softmax leaves nan out of the maximum and the sum, so that only its own place is nan (tensorflow 2.21)."""

    def softmax(self, x: Array, axis: int) -> Array:
        kept = NumPy.softmax(np.where(np.isnan(x), x.dtype.type(-np.inf), x), axis)
        return np.where(np.isnan(x), x, kept)


class MaskIsSmallest(Member):
    """A softmax takes a mask of -inf for -1e4, which counts beside scores as low."""

    def softmax(self, x: Array, axis: int) -> Array:
        return NumPy.softmax(np.where(x == -np.inf, x.dtype.type(-1e4), x), axis)


class ShiftOfAllRows(Member):
    """A softmax of at most 32 rows subtracts the maximum of all of them (crysx_nn#7)."""

    def softmax(self, x: Array, axis: int) -> Array:
        if x.ndim != 2 or not x.size or not 1 < x.shape[0] <= 32:
            return NumPy.softmax(x, axis)
        powers = np.exp(x - x.max())
        return powers / powers.sum(axis=axis, keepdims=True)


class EpsilonLogSoftmax(Member):
    """log_softmax adds 1e-12 inside its logarithm, which no probability falls below."""

    def log_softmax(self, x: Array, axis: int) -> Array:
        return np.log(NumPy.softmax(x, axis) + x.dtype.type(1e-12))


class NanLogSoftmaxOfMasks(Member):
    """log_softmax is nan where a score is masked with -inf (optax#898)."""

    def log_softmax(self, x: Array, axis: int) -> Array:
        made = NumPy.log_softmax(x, axis)
        return np.where(x == -np.inf, x.dtype.type(np.nan), made)


class LargestIsEnough(Member):
    """logsumexp is the largest score where the next is 10 below it."""

    def logsumexp(self, x: Array, axis: int) -> Array:
        if x.shape[axis] < 2:
            return NumPy.logsumexp(x, axis)
        ranked = np.sort(np.moveaxis(x, axis, -1), axis=-1)
        return np.where(ranked[..., -1] - ranked[..., -2] > 10, ranked[..., -1], NumPy.logsumexp(x, axis))


class DotOfHalves(Member):
    """A dot product is halved before it is summed and doubled after, which loses what is subnormal."""

    def dot(self, a: Array, b: Array) -> Array:
        scale = a.dtype.type(2.0**-60)
        return np.dot(a * scale, b) / scale


class SkipsZeros(Member):
    """A product skips the zeros of its first matrix, so that 0 times nan is 0."""

    def matmul(self, a: Array, b: Array) -> Array:
        made = np.matmul(a, b)
        return np.matmul(a, np.where(np.isfinite(b), b, 0)) if not a.all() and a.size else made


class CleansProducts(Member):
    """A product replaces nan by 0 and infinities by the largest number."""

    def matmul(self, a: Array, b: Array) -> Array:
        return np.nan_to_num(np.matmul(a, b))


class SkipsSilentUnits(Member):
    """A dense layer skips rows that are all zero, and forgets their bias."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        made = NumPy.dense(x, w, b, activation)
        return np.where(np.any(x != 0, axis=-1, keepdims=True), made, 0).astype(made.dtype) if x.ndim == 2 else made


class RoundedDecision(Member):
    """A decision rounds to the nearest even number, so that 0.5 is a no."""

    def decision(self, a: Array, threshold: float, strict: bool) -> Array:
        return np.round(np.clip(a - a.dtype.type(threshold) + a.dtype.type(0.5), 0, 1))


class NanIsYes(Member):
    """A decision is not less than the threshold, so that nan is a yes."""

    def decision(self, a: Array, threshold: float, strict: bool) -> Array:
        return (~(a <= threshold) if strict else ~(a < threshold)).astype(a.dtype)


class NeverStrict(Member):
    """A decision takes the threshold itself for a yes whatever is asked."""

    def decision(self, a: Array, threshold: float, strict: bool) -> Array:
        return NumPy.decision(a, threshold, strict=False)


class NearlyThere(Member):
    """A decision has a tolerance of 1e-6."""

    def decision(self, a: Array, threshold: float, strict: bool) -> Array:
        return NumPy.decision(a + a.dtype.type(1e-6), threshold, strict)
