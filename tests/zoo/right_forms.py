"""Right activations, functions and statistics by other formulas, none of which may fail."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from math import erf, erfc
from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from zoo.base import Member

Array = Any


class TanhByExpm1(Member):
    """The hyperbolic tangent is -expm1(-2 |x|) / (2 + expm1(-2 |x|)), with the sign of x."""

    def tanh(self, x: Array) -> Array:
        less = np.expm1(-2 * np.abs(x))
        return np.copysign(-less / (2 + less), x)


class SquaredExp(Member):
    """The exponential is the square of exp(x / 2)."""

    def exp(self, x: Array) -> Array:
        half = np.exp(x / 2)
        return half * half


class ReciprocalSoftmax(Member):
    """A softmax multiplies by the reciprocal of its sum."""

    def softmax(self, x: Array, axis: int) -> Array:
        if not x.size:
            return x.copy()
        powers = np.exp(x - x.max(axis=axis, keepdims=True))
        return powers * (1 / powers.sum(axis=axis, keepdims=True))


class OnlineSoftmax(Member):
    """A softmax goes over its scores once, in blocks of 64, and scales its sum anew where a larger score comes."""

    def softmax(self, x: Array, axis: int) -> Array:
        if not x.size:
            return x.copy()
        lines = np.moveaxis(x, axis, -1)
        top = np.full((*lines.shape[:-1], 1), -np.inf, x.dtype)
        total = np.zeros_like(top)
        for first in range(0, lines.shape[-1], 64):
            block = lines[..., first : first + 64]
            higher = np.maximum(top, block.max(axis=-1, keepdims=True))
            kept = np.where(total == 0, total, total * np.exp(top - higher))
            total, top = kept + np.exp(block - higher).sum(axis=-1, keepdims=True), higher
        return np.moveaxis(np.exp(lines - top) / total, -1, axis)


class RowByRowSoftmax(Member):
    """A softmax is taken row by row."""

    def softmax(self, x: Array, axis: int) -> Array:
        lines = np.moveaxis(x, axis, -1)
        made = np.empty_like(lines)
        for place in np.ndindex(lines.shape[:-1]):
            made[place] = NumPy.softmax(lines[place], 0)
        return np.moveaxis(made, -1, axis)


class ClippedFromBelow(Member):
    """ReLU is a clip with no upper end, and leaky ReLU a choice by sign."""

    def relu(self, x: Array) -> Array:
        return np.clip(x, 0, None)

    def leaky_relu(self, x: Array, slope: float) -> Array:
        return np.where(x < 0, x.dtype.type(slope) * x, x)


class GeluByErfc(Member):
    """GELU's form by erf is x * erfc(-x / sqrt(2)) / 2, in doubles, which does not cancel."""

    def gelu(self, x: Array, approximate: str) -> Array:
        if approximate == "tanh":
            return NumPy.gelu(x, approximate)
        gates = [erfc(-float(number) / 2**0.5) / 2 for number in x.reshape(-1)]
        gate = np.array(gates, np.float64).reshape(x.shape)
        return np.where(x == -np.inf, 0, x * gate).astype(x.dtype)


class ErfBySides(Member):
    """The error function is one minus its complement on either side."""

    def erf(self, x: Array) -> Array:
        sides = [1 - erfc(abs(y)) if abs(y) > 1 else erf(abs(y)) for y in map(float, x.reshape(-1))]
        return np.copysign(np.array(sides, np.float64), x.reshape(-1)).reshape(x.shape).astype(x.dtype)


class ErfBySeries(Member):
    """The error function within 2 is its series of positive terms, x times a sum times exp(-x * x), in the dtype."""

    def erf(self, x: Array) -> Array:
        near = np.where(np.abs(x) < 2, x, x.dtype.type(0))
        term, total = near, near
        for n in range(1, 60):
            term = term * (2 * near * near) / x.dtype.type(2 * n + 1)
            total = total + term
        series = x.dtype.type(2 / np.pi**0.5) * total * np.exp(-near * near)
        return np.where(np.abs(x) < 2, series, NumPy.erf(x))


class SoftplusOfNegatives(Member):
    """Softplus is minus log_sigmoid of -x, and log_sigmoid is taken on either side of 0."""

    def softplus(self, x: Array) -> Array:
        return -self.log_sigmoid(-x)

    def log_sigmoid(self, x: Array) -> Array:
        return np.where(x < 0, x, 0).astype(x.dtype) - np.log1p(np.exp(-np.abs(x)))


class Chosen(Member):
    """A decision chooses between two numbers."""

    def decision(self, a: Array, threshold: float, strict: bool) -> Array:
        limit = a.dtype.type(threshold)
        return np.where(a > limit if strict else a >= limit, a.dtype.type(1), a.dtype.type(0))


class RootFirst(Member):
    """Normalization takes the root in doubles and rounds it once."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        return (x - mean) / np.sqrt(variance.astype(np.float64)).astype(x.dtype)


class StatisticsInDoubles(Member):
    """Statistics are computed in the wider dtype and rounded once."""

    def normalization_adapted(self, x: Array, data: Array) -> Array:
        wide = data.astype(np.longdouble)
        mean, variance = wide.mean(axis=0).astype(x.dtype), wide.var(axis=0).astype(x.dtype)
        return NumPy.normalization(x, mean, variance)


class StatisticsBackwards(Member):
    """Statistics are sums from the last row to the first."""

    def normalization_adapted(self, x: Array, data: Array) -> Array:
        count = data.dtype.type(data.shape[0])
        mean = np.zeros(data.shape[1:], data.dtype)
        for row in data[::-1]:
            mean = mean + row
        mean = mean / count
        squares = np.zeros_like(mean)
        for row in data[::-1]:
            squares = squares + (row - mean) ** 2
        return NumPy.normalization(x, mean, squares / count)


class LogSoftmaxOfShifted(Member):
    """log_softmax is the shifted score less the logarithm of the shifted sum, summed backwards."""

    def log_softmax(self, x: Array, axis: int) -> Array:
        if not x.size:
            return x.copy()
        shifted = x - x.max(axis=axis, keepdims=True)
        return shifted - np.log(np.flip(np.exp(shifted), axis).cumsum(axis=axis).take([-1], axis))


class FlushesResults(Member):
    """Subnormal results of products and activations are zero; subnormal inputs count."""

    @staticmethod
    def flushed(x: Array) -> Array:
        return np.where(np.abs(x) < np.finfo(x.dtype).tiny, x.dtype.type(0), x) if x.size else x

    def matmul(self, a: Array, b: Array) -> Array:
        return self.flushed(np.matmul(a, b))

    def sigmoid(self, x: Array) -> Array:
        return self.flushed(NumPy.sigmoid(x))

    def softmax(self, x: Array, axis: int) -> Array:
        return self.flushed(NumPy.softmax(x, axis))

    def log1p(self, x: Array) -> Array:
        return self.flushed(NumPy.log1p(x))

    def expm1(self, x: Array) -> Array:
        return self.flushed(NumPy.expm1(x))


class ReadsSubnormalsAsZero(Member):
    """Subnormal inputs are zero; subnormal results count."""

    def tanh(self, x: Array) -> Array:
        return np.tanh(FlushesResults.flushed(x))

    def exp(self, x: Array) -> Array:
        return NumPy.exp(FlushesResults.flushed(x))

    def matmul(self, a: Array, b: Array) -> Array:
        return np.matmul(FlushesResults.flushed(a), FlushesResults.flushed(b))


class Asynchronous(Member):
    """Answers are computed in a thread of their own, and waited for."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.threads = ThreadPoolExecutor(1)

    def function(self, operation: str) -> Any:
        found = super().function(operation)
        if found is None:
            return None

        def submitted(*given: Any, **attributes: Any) -> Any:
            ready = [self.to_numpy(value) for value in given]
            return self.threads.submit(found, *ready, **attributes)

        return submitted

    def synchronize(self, value: Any) -> None:
        self.to_numpy(value)

    def to_numpy(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return type(value)(map(self.to_numpy, value))
        return value.result() if isinstance(value, Future) else value
