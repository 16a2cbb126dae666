"""Wrong elementary functions and activations made of them: each has one realistic defect, and must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from zoo.base import Member

Array = Any


class ClippedExp(Member):
    """The exponential clips its input to +-87, so that nothing overflows and nothing vanishes."""

    def exp(self, x: Array) -> Array:
        return np.exp(np.clip(x, -87, 87))


class ExpByPowers(Member):
    """The exponential is 2 to the power x * log2(e), whose rounding a large x multiplies."""

    def exp(self, x: Array) -> Array:
        return np.exp2(x * x.dtype.type(np.log2(np.e)))


class NaiveExpm1(Member):
    """expm1 is exp(x) - 1."""

    def expm1(self, x: Array) -> Array:
        return np.exp(x) - 1


class NaiveLog1p(Member):
    """log1p is log(1 + x)."""

    def log1p(self, x: Array) -> Array:
        return np.log(1 + x)


class LogWithEpsilon(Member):
    """The logarithm adds 1e-7 to its input, so that 0 does not hurt."""

    def log(self, x: Array) -> Array:
        return np.log(x + x.dtype.type(1e-7))


class LogByTwos(Member):
    """The logarithm is log2(x) * log(2) with too short a constant."""

    def log(self, x: Array) -> Array:
        return np.log2(x) * x.dtype.type(0.693147)


class ErfSeries(Member):
    """The error function by the well-known formula with five coefficients, good to seven places."""

    def erf(self, x: Array) -> Array:
        t = 1 / (1 + 0.3275911 * np.abs(x))
        series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
        return np.copysign(1 - series * np.exp(-x * x), x).astype(x.dtype)


class ErfByTanh(Member):
    """The error function is taken for a hyperbolic tangent."""

    def erf(self, x: Array) -> Array:
        return np.tanh(x.dtype.type(2 / np.pi**0.5) * x)


class SqrtOfAbsolute(Member):
    """The square root of a negative number is that of its absolute value."""

    def sqrt(self, x: Array) -> Array:
        return np.sqrt(np.abs(x))


class RsqrtOneStep(Member):
    """The reciprocal square root is a guess by bits and two of Newton's steps, one too few."""

    def rsqrt(self, x: Array) -> Array:
        with np.errstate(all="ignore"):
            narrow = x.astype(np.float32)
            guess = (np.int32(0x5F3759DF) - (narrow.view(np.int32) >> 1)).view(np.float32)
            for _ in range(2):
                guess = guess * (np.float32(1.5) - np.float32(0.5) * narrow * guess * guess)
        return guess.astype(x.dtype)


class RsqrtWithEpsilon(Member):
    """The reciprocal square root adds 1e-12 under the root."""

    def rsqrt(self, x: Array) -> Array:
        return 1 / np.sqrt(x + x.dtype.type(1e-12))


class LogOfSoftmax(Member):
    """log_softmax is the logarithm of softmax, which vanishes."""

    def log_softmax(self, x: Array, axis: int) -> Array:
        return np.log(NumPy.softmax(x, axis))


class UnshiftedLogSoftmax(Member):
    """log_softmax does not subtract the largest score first."""

    def log_softmax(self, x: Array, axis: int) -> Array:
        return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))


class LogSoftmaxFromLogsumexp(Member):
    """log_softmax is x - logsumexp(x), which cancels for large scores."""

    def log_softmax(self, x: Array, axis: int) -> Array:
        return x - np.expand_dims(NumPy.logsumexp(x, axis), axis)


class LogSoftmaxLastAxis(Member):
    """log_softmax runs along the last axis whatever is asked."""

    def log_softmax(self, x: Array, axis: int) -> Array:
        return NumPy.log_softmax(x, -1)


class UnshiftedLogsumexp(Member):
    """logsumexp does not subtract the largest score first."""

    def logsumexp(self, x: Array, axis: int) -> Array:
        return np.log(np.exp(x).sum(axis=axis))


class NanLogsumexp(Member):
    """logsumexp of masks alone, or of inf, is nan, since inf - inf is."""

    def logsumexp(self, x: Array, axis: int) -> Array:
        top = x.max(axis=axis, keepdims=True) if x.size else np.zeros((*x.shape[:-1], 1), x.dtype)
        return np.squeeze(top, axis) + np.log(np.exp(x - top).sum(axis=axis))


class KeptLogsumexp(Member):
    """logsumexp keeps its axis."""

    def logsumexp(self, x: Array, axis: int) -> Array:
        return np.expand_dims(NumPy.logsumexp(x, axis), axis)
