"""Wrong where an array is a view: runs backwards, is broadcast, or begins within a buffer; each must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from zoo.base import Member

Array = Any


def forwards(x: Array, *axes: int) -> Array:
    """An array whose axes (all, unless some are named) are walked from the lowest address on."""
    steps = [slice(None)] * x.ndim
    for axis in axes or range(x.ndim):
        if x.strides[axis] < 0:
            steps[axis] = slice(None, None, -1)
    return x[tuple(steps)]


def repeated(x: Array, axis: int) -> bool:
    """Whether an axis is broadcast."""
    return bool(x.ndim and x.shape[axis] > 1 and x.strides[axis] == 0)


def side_by_side(x: Array, begin: int | None = None) -> Array:
    """So many numbers as a view has, as they lie in its buffer from where it begins, or from a place of the buffer."""
    base = x
    while base.base is not None:
        base = base.base
    flat = base.reshape(-1)
    if begin is None:
        begin = (x.__array_interface__["data"][0] - base.__array_interface__["data"][0]) // x.itemsize
    found = np.full(x.size, np.nan, x.dtype)
    there = flat[begin : begin + x.size]
    found[: there.size] = there
    return found.reshape(x.shape)


class BatchForwards(Member):
    """A dense layer reads a batch that runs backwards from its lowest address on (numexpr#63)."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return NumPy.dense(forwards(x, 0), w, b, activation)


class BroadcastRowByPointer(Member):
    """A product reads a broadcast first matrix as if its rows lay one behind another (TransformerEngine#623)."""

    def matmul(self, a: Array, b: Array) -> Array:
        return np.matmul(side_by_side(a) if repeated(a, 0) else a, b)


class RightSideByPointer(Member):
    """A dot product steps through its left side, and reads the right one element by element (solvcon#1173)."""

    def dot(self, a: Array, b: Array) -> Array:
        return NumPy.dot(a, side_by_side(b) if b.size > 1 and b.strides[0] < 0 else b)


class StepsWithoutSign(Member):
    """A dot product takes both sides forwards, which is right where both run backwards (LinearAlgebra.jl#813)."""

    def dot(self, a: Array, b: Array) -> Array:
        return NumPy.dot(forwards(a), forwards(b))


class OneScoreForMany(Member):
    """A softmax counts a score that is broadcast along its row once."""

    def softmax(self, x: Array, axis: int) -> Array:
        made = np.asarray(NumPy.softmax(x, axis))
        return made * made.dtype.type(x.shape[axis]) if repeated(x, axis) else made


class ReversedScores(Member):
    """log_softmax gives the results of rows that run backwards in the order of memory."""

    def log_softmax(self, x: Array, axis: int) -> Array:
        made = NumPy.log_softmax(x, axis)
        return made[..., ::-1] if x.ndim and x.strides[-1] < 0 else made


class OffsetIgnored(Member):
    """A model reads its data from where the buffer begins (dpnp#3036)."""

    def sequential(self, x: Array, layers: Any) -> Array:
        inside = x.ndim == 2 and x.strides == (x.itemsize * (x.shape[1] + 2), x.itemsize)
        return NumPy.sequential(side_by_side(x, 0) if inside else x, layers)


class FirstOfBroadcast(Member):
    """The square root of a broadcast array is computed for the first place, and 0 past it (jax-mps#232)."""

    def sqrt(self, x: Array) -> Array:
        made = np.array(NumPy.sqrt(x))
        if x.ndim and repeated(x, -1):
            made[..., 1:] = 0
        return made


class BiasReadOn(Member):
    """The loop over units reads one bias for all of them as if there were one for each, side by side."""

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return NumPy.dense_loop(x, w, side_by_side(b) if repeated(b, 0) else b, activation)


class TransposeLosesSign(Member):
    """A transpose swaps the strides without their signs."""

    def transpose(self, a: Array) -> Array:
        return forwards(a).T


class FeaturesForwards(Member):
    """Normalization takes features that run backwards in the order of memory, unless the rows do so, too."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        rows = x.ndim > 1 and x.strides[0] > 0
        return NumPy.normalization(forwards(x, -1) if rows else x, mean, variance)


class TurnedRoundForwards(Member):
    """leaky_relu takes a matrix that runs backwards both ways for one stretch of memory, and goes through it forwards."""

    def leaky_relu(self, x: Array, slope: float) -> Array:
        turned = x.ndim > 1 and max(x.strides) < 0
        return NumPy.leaky_relu(forwards(x) if turned else x, slope)


class ConvertedForwards(Member):
    """Arrays that run backwards are copied into the framework's own from their lowest address on."""

    def to_native(self, array: Array) -> Array:
        return forwards(array)
