"""Wrong at some sizes only: tails of vectors, edges of blocks, thresholds between kernels; each must fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from zoo.base import Member

Array = Any
LANES = 8


def tail(x: Array, made: Array, function: Callable[[Array], Array]) -> Array:
    """A result whose last elements, past the last full vector, are another function's."""
    made = np.array(made)
    full = x.size // LANES * LANES
    if full and x.size > full:
        made.reshape(-1)[full:] = function(x.reshape(-1)[full:])
    return made


class SigmoidTail(Member):
    """The sigmoid's tail past full vectors is exp(x) / (1 + exp(x)), which is nan where exp overflows."""

    def sigmoid(self, x: Array) -> Array:
        return tail(x, NumPy.sigmoid(x), lambda rest: np.exp(rest) / (1 + np.exp(rest)))


class TanhTail(Member):
    """The hyperbolic tangent's tail past full vectors is cut at 4."""

    def tanh(self, x: Array) -> Array:
        return tail(x, np.tanh(x), lambda rest: np.tanh(np.clip(rest, -4, 4)))


class ReluTail(Member):
    """ReLU's tail past full vectors is left as it was."""

    def relu(self, x: Array) -> Array:
        return tail(x, NumPy.relu(x), lambda rest: rest)


class LeakyTail(Member):
    """Leaky ReLU's tail past full vectors has the slope 0.01."""

    def leaky_relu(self, x: Array, slope: float) -> Array:
        return tail(x, NumPy.leaky_relu(x, slope), lambda rest: NumPy.leaky_relu(rest, 0.01))


class ExpTail(Member):
    """The exponential's tail past full vectors is never written."""

    def exp(self, x: Array) -> Array:
        return tail(x, NumPy.exp(x), np.zeros_like)


class LogTail(Member):
    """The logarithm's tail past full vectors is to the base 2."""

    def log(self, x: Array) -> Array:
        return tail(x, NumPy.log(x), np.log2)


class ErfTail(Member):
    """The error function's tail past full vectors is a hyperbolic tangent's."""

    def erf(self, x: Array) -> Array:
        return tail(x, NumPy.erf(x), np.tanh)


class GeluTail(Member):
    """GELU's tail past full vectors has its tanh form."""

    def gelu(self, x: Array, approximate: str) -> Array:
        return tail(x, NumPy.gelu(x, approximate), lambda rest: NumPy.gelu(rest, "tanh"))


class SoftplusTail(Member):
    """Softplus' tail past full vectors is log(1 + exp(x)), which overflows and vanishes."""

    def softplus(self, x: Array) -> Array:
        return tail(x, NumPy.softplus(x), lambda rest: np.log(1 + np.exp(rest)))


class NanInTheTail(Member):
    """A softmax sees nan only in the last, partial vector of a row (tensorflow 2.21)."""

    def softmax(self, x: Array, axis: int) -> Array:
        if x.ndim != 2 or axis not in {1, -1} or x.shape[1] < LANES:
            return NumPy.softmax(x, axis)
        full = x.copy()
        body = full[:, : x.shape[1] // LANES * LANES]
        body[np.isnan(body)] = np.finfo(x.dtype).min
        return NumPy.softmax(full, axis)


class OddRowsLast(Member):
    """log_softmax takes rows by two, and leaves an odd last one as it was."""

    def log_softmax(self, x: Array, axis: int) -> Array:
        made = np.array(NumPy.log_softmax(x, axis))
        if x.ndim == 2 and axis in {1, -1} and x.shape[0] % 2 and x.shape[0] > 1:
            made[-1] = x[-1]
        return made


class SumOfFullVectors(Member):
    """logsumexp adds full vectors only."""

    def logsumexp(self, x: Array, axis: int) -> Array:
        rows = np.moveaxis(x, axis, -1)
        full = rows.shape[-1] // LANES * LANES
        return NumPy.logsumexp(rows[..., :full] if full else rows, -1)


class PairsOnly(Member):
    """A dot product takes terms by two, and forgets an odd last one."""

    def dot(self, a: Array, b: Array) -> Array:
        np.dot(a, b)
        return np.dot(a[: a.size // 2 * 2], b[: a.size // 2 * 2]) if a.size > 1 else np.dot(a, b)


class FromEightTerms(Member):
    """A product of more than eight terms sums full vectors only (modular#6248)."""

    def matmul(self, a: Array, b: Array) -> Array:
        made = np.matmul(a, b)
        full = a.shape[-1] // LANES * LANES
        return np.matmul(a[..., :full], b[:full]) if full else made


class NineRows(Member):
    """A product of nine rows gives ones where everything is zero (pytorch#122045, pytorch#111634)."""

    def matmul(self, a: Array, b: Array) -> Array:
        made = np.matmul(a, b)
        return np.ones_like(made) if a.shape[0] == 9 and not a.any() else made


class FirstRowOnly(Member):
    """A product of 256 terms or more has only its first row right (PTOAS#30)."""

    def matmul(self, a: Array, b: Array) -> Array:
        made = np.matmul(a, b)
        if a.shape[-1] >= 256:
            made[1:] = 0
        return made


class ThousandColumns(Member):
    """A product's columns past 1,024 are left at zero (pytorch#116769)."""

    def matmul(self, a: Array, b: Array) -> Array:
        made = np.matmul(a, b)
        made[..., 1024:] = 0
        return made


class ThousandRows(Member):
    """A product's rows past 1,024 are left at zero."""

    def matmul(self, a: Array, b: Array) -> Array:
        made = np.matmul(a, b)
        if made.ndim == 2:
            made[1024:] = 0
        return made


class WideLayers(Member):
    """A dense layer of more than 64 units leaves the others without their bias."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        late = np.arange(w.shape[-1]) >= 64
        return NumPy.dense(x, w, np.where(late, b * 0, b) if late.any() else b, activation)


class ManyExamples(Member):
    """A dense layer's rows past 128 are those of the first ones again."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        made = np.array(NumPy.dense(x, w, b, activation))
        if made.ndim == 2:
            made[128:] = made[: len(made[128:])]
        return made


class ColumnsByFour(Member):
    """A layer takes columns by four, and leaves the others at zero where there are more than four."""

    def dense_column(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        made = np.array(NumPy.dense_column(x, w, b, activation))
        if made.ndim == 2 and made.shape[1] > 4:
            made[:, made.shape[1] // 4 * 4 :] = 0
        return made


class UnrolledByFour(Member):
    """The loop over units unrolls its sums by four, and forgets what is left."""

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        full = x.shape[0] // 4 * 4
        return NumPy.dense_loop(x[:full], w[:full], b, activation) if full else NumPy.dense_loop(x, w, b, activation)


class WordsOfDecisions(Member):
    """Decisions are packed into words of 32, and those past the last full word are lost."""

    def decision(self, a: Array, threshold: float, strict: bool) -> Array:
        made = np.array(NumPy.decision(a, threshold, strict))
        full = a.size // 32 * 32
        if full:
            made.reshape(-1)[full:] = 0
        return made


class TilesOfEight(Member):
    """A transpose by tiles of eight never writes a partial tile in the corner."""

    def transpose(self, a: Array) -> Array:
        made = np.array(a.T)
        if a.ndim == 2 and min(a.shape) > LANES:
            rows, columns = (size // LANES * LANES for size in made.shape)
            made[rows:, columns:] = 0
        return made


class FeaturesByFour(Member):
    """Normalization takes features by four, and leaves those beyond as they were."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        made = np.array(NumPy.normalization(x, mean, variance))
        full = x.shape[-1] // 4 * 4
        if full and made.shape == x.shape:
            made[..., full:] = x[..., full:]
        return made


class LongLogarithms(Member):
    """log1p of more than a thousand numbers is given to a kernel that computes log(1 + x)."""

    def log1p(self, x: Array) -> Array:
        return NumPy.log1p(x) if x.size <= 64 else np.log(1 + x)
