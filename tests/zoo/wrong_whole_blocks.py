"""Wrong where vectors are full, in main loops, in wide rows, along some axes and of some ranks; each must fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from zoo.base import Member

Array = Any
LANES = 8
BLOCK = 64
MASK = -1e30


def without_tail(x: Array, made: Array) -> Array:
    """A result whose last vector is never written, where no tail comes after it."""
    made = np.array(made)
    if made.size > LANES and x.size % LANES == 0:
        made.reshape(-1)[-LANES:] = 0
    return made


def main_loop(x: Array, made: Array, function: Callable[[Array], Array], block: int = BLOCK) -> Array:
    """A result whose full blocks are another function's, and whose tail is right."""
    made = np.array(made)
    full = x.size // block * block
    if full:
        made.reshape(-1)[:full] = function(x.reshape(-1)[:full])
    return made


class ExpWithoutTail(Member):
    """The exponential of full vectors loses the last one where no tail comes after it."""

    narrow = True

    def exp(self, x: Array) -> Array:
        return without_tail(x, NumPy.exp(x)) if x.size >= BLOCK // 2 else NumPy.exp(x)


class LogWithoutTail(Member):
    """The logarithm of full vectors loses the last one where no tail comes after it."""

    def log(self, x: Array) -> Array:
        return without_tail(x, NumPy.log(x)) if x.size >= BLOCK // 2 else NumPy.log(x)


class DecisionsWithoutTail(Member):
    """Decisions that fill words of 32 lose the last word."""

    def decision(self, a: Array, threshold: float, strict: bool) -> Array:
        made = np.array(NumPy.decision(a, threshold, strict))
        if a.size and a.size % 32 == 0:
            made.reshape(-1)[-32:] = 0
        return made


class ExpMainLoop(Member):
    """The exponential's main loop of doubles clamps its input to +-708, so that nothing overflows or vanishes."""

    def exp(self, x: Array) -> Array:
        if x.dtype != np.float64:
            return NumPy.exp(x)
        return main_loop(x, NumPy.exp(x), lambda block: np.exp(np.clip(block, -708, 708)))


class LogMainLoop(Member):
    """The logarithm's main loop takes 0 for the smallest normal number."""

    def log(self, x: Array) -> Array:
        tiny = np.finfo(x.dtype).tiny
        return main_loop(x, NumPy.log(x), lambda block: np.log(np.where(block == 0, tiny, block)))


class ReluMainLoop(Member):
    """ReLU's main loop is a maximum that drops nan, and its tail is not."""

    def relu(self, x: Array) -> Array:
        return main_loop(x, NumPy.relu(x), lambda block: np.fmax(block, 0))


class LeakyMainLoop(Member):
    """Leaky ReLU's main loop is the larger of x and slope * x."""

    def leaky_relu(self, x: Array, slope: float) -> Array:
        return main_loop(x, NumPy.leaky_relu(x, slope), lambda block: np.maximum(block, block * x.dtype.type(slope)))


class WarpOfScores(Member):
    """A softmax of 64, 128, ... 1,024 scores in a row goes to a kernel that takes no maximum out."""

    narrow = True

    def softmax(self, x: Array, axis: int) -> Array:
        width = x.shape[axis]
        if not BLOCK <= width <= 1024 or width & (width - 1) or x.dtype.itemsize == 2:
            return NumPy.softmax(x, axis)
        parts = np.exp(x)
        return parts / parts.sum(axis=axis, keepdims=True)


class SumsWithoutTail(Member):
    """logsumexp of rows that fill their vectors leaves the last one out."""

    def logsumexp(self, x: Array, axis: int) -> Array:
        width = x.shape[axis]
        whole = width > LANES and width % LANES == 0
        return NumPy.logsumexp(np.take(x, range(width - LANES), axis=axis) if whole else x, axis)


class OnlineOverMasks(Member):
    """An online softmax in blocks of 32 takes -inf from -inf where the first block is masked (flash attention)."""

    def softmax(self, x: Array, axis: int) -> Array:
        if not x.size or x.shape[axis] <= 32:
            return NumPy.softmax(x, axis)
        lines = np.moveaxis(x, axis, -1)
        top, total = lines[..., :32].max(axis=-1, keepdims=True), x.dtype.type(0)
        for start in range(0, lines.shape[-1], 32):
            block = lines[..., start : start + 32]
            higher = np.maximum(top, block.max(axis=-1, keepdims=True))
            total = total * np.exp(top - higher) + np.exp(block - higher).sum(axis=-1, keepdims=True)
            top = higher
        return np.moveaxis(np.exp(lines - top) / total, -1, axis)


class MasksAreFinite(Member):
    """log_softmax of more than eight scores pads with -1e30 and cuts off there, so that a mask comes out finite."""

    def log_softmax(self, x: Array, axis: int) -> Array:
        wide = x.size and x.shape[axis] > LANES
        return NumPy.log_softmax(np.maximum(x, x.dtype.type(MASK)) if wide else x, axis)


class WideRowsDropNan(Member):
    """A softmax of more than 128 scores in a row drops nan from the maximum and from the sum."""

    def softmax(self, x: Array, axis: int) -> Array:
        if not x.size or not 128 < x.shape[axis] <= 1024:
            return NumPy.softmax(x, axis)
        return np.where(np.isnan(x), x, NumPy.softmax(np.where(np.isnan(x), -np.inf, x).astype(x.dtype), axis))


class InfinityBeforeNan(Member):
    """logsumexp is inf where a score is, before it looks for nan."""

    def logsumexp(self, x: Array, axis: int) -> Array:
        made = np.asarray(NumPy.logsumexp(x, axis))
        return np.where((x == np.inf).any(axis=axis), made.dtype.type(np.inf), made)


class FirstOfThreeAxes(Member):
    """A softmax along the first of three axes runs along the last."""

    def softmax(self, x: Array, axis: int) -> Array:
        return NumPy.softmax(x, -1 if x.ndim == 3 and axis in {0, -3} else axis)


class ColumnsBySixteen(Member):
    """A softmax along the first axis takes 16 rows at a time, each time with a sum of its own."""

    def softmax(self, x: Array, axis: int) -> Array:
        if x.ndim != 2 or axis not in {0, -2} or x.shape[0] <= 16:
            return NumPy.softmax(x, axis)
        return np.concatenate([NumPy.softmax(x[start : start + 16], 0) for start in range(0, x.shape[0], 16)])


class ChannelsByFour(Member):
    """The hyperbolic tangent of four axes takes the last by four, and leaves the rest as it was."""

    def tanh(self, x: Array) -> Array:
        made = np.array(np.tanh(x))
        if x.ndim == 4:
            full = x.shape[-1] // 4 * 4
            made[..., full:] = x[..., full:]
        return made


class GeluHasAnAxis(Member):
    """GELU of a single number comes back with an axis."""

    def gelu(self, x: Array, approximate: str) -> Array:
        return np.atleast_1d(NumPy.gelu(x, approximate))


class NoColumnsNoRows(Member):
    """ReLU of rows without columns comes back flat."""

    def relu(self, x: Array) -> Array:
        made = NumPy.relu(x)
        return made.reshape(-1) if x.ndim == 2 and x.shape[0] and not x.size else made


class SigmoidOfLongBlocks(Member):
    """The sigmoid of blocks of 256 doubles is exp(x) / (1 + exp(x)) above 0 and below, nan from 710 on."""

    def sigmoid(self, x: Array) -> Array:
        wide = x.dtype == np.float64
        return main_loop(x, NumPy.sigmoid(x), lambda v: np.exp(v) / (1 + np.exp(v)), 256) if wide else NumPy.sigmoid(x)


class ReluOfLongBlocks(Member):
    """ReLU of blocks of 4,096 is a maximum that drops nan."""

    def relu(self, x: Array) -> Array:
        return main_loop(x, NumPy.relu(x), lambda v: np.fmax(v, 0), 4096)


class SqrtOfLongBlocks(Member):
    """The square root of blocks of 1,024 is x / sqrt(x): nan at 0 and at inf."""

    def sqrt(self, x: Array) -> Array:
        return main_loop(x, NumPy.sqrt(x), lambda v: v * (1 / np.sqrt(v.astype(np.float64))).astype(v.dtype), 1024)


class LoopWithoutUnits(Member):
    """A loop over no units has nothing to stack, and raises."""

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        if not w.shape[1]:
            raise ValueError("need at least one array to stack")
        return NumPy.dense_loop(x, w, b, activation)


class NoLinesRaise(Member):
    """A softmax along an axis that is not empty raises where another one is."""

    def softmax(self, x: Array, axis: int) -> Array:
        if x.shape[axis] and not x.size and x.ndim == 3:
            raise ValueError("zero-size array to reduction operation maximum which has no identity")
        return NumPy.softmax(x, axis)
