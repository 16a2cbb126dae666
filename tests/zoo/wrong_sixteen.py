"""Wrong in 16 bits, and right in wider types: each has one realistic defect, and must fail."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook.activations import ACTIVATIONS
from zoo.base import Member

Array = Any


def is_narrow(x: Array) -> bool:
    return bool(x.dtype.itemsize == 2)


def is_bfloat16(x: Array) -> bool:
    return bool(x.dtype == ml_dtypes.bfloat16)


def narrow_sums(a: Array, b: Array) -> Array:
    """A matrix product, each partial sum rounded to the type."""
    total = np.zeros((a.shape[0], b.shape[1]), a.dtype)
    with np.errstate(all="ignore"):
        for k in range(a.shape[1]):
            total = total + a[:, k, None] * b[None, k]
    return total


class DenseSumsInTheType(Member):
    """A dense layer accumulates 16-bit products in their own type."""

    narrow = True

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        if not is_narrow(x) or x.shape[1] != w.shape[0]:
            return NumPy.dense(x, w, b, activation)
        return ACTIVATIONS[activation](narrow_sums(x, w) + b)


class MatmulSumsInTheType(Member):
    """A matrix product accumulates 16-bit terms in their own type: ones beside a large sum are lost."""

    narrow = True

    def matmul(self, a: Array, b: Array) -> Array:
        return narrow_sums(a, b) if is_narrow(a) and a.shape[1] == b.shape[0] else NumPy.matmul(a, b)


class DotOverflowsOnItsWay(Member):
    """A dot product keeps its running sum in the type, and an infinity does not return."""

    narrow = True

    def dot(self, a: Array, b: Array) -> Array:
        fits = is_narrow(a) and a.shape == b.shape
        return narrow_sums(a[None, :], b[:, None])[0, 0] if fits else NumPy.dot(a, b)


class TruncatingStore(Member):
    """Float32 sums are cut to bfloat16, not rounded."""

    narrow = True

    def matmul(self, a: Array, b: Array) -> Array:
        if not is_bfloat16(a):
            return NumPy.matmul(a, b)
        made = NumPy.matmul(a.astype(np.float32), b.astype(np.float32))
        return (made.view(np.uint32) >> 16).astype(np.uint16).view(a.dtype)


class Float16ByBFloat16(Member):
    """Float16 matrices go through bfloat16, which has 3 bits less."""

    narrow = True

    def matmul(self, a: Array, b: Array) -> Array:
        if a.dtype != np.float16:
            return NumPy.matmul(a, b)
        return NumPy.matmul(*(side.astype(ml_dtypes.bfloat16).astype(a.dtype) for side in (a, b)))


class BFloat16ByFloat16(Member):
    """Bfloat16 goes through float16, whose range is far smaller."""

    narrow = True

    def silu(self, x: Array) -> Array:
        with np.errstate(all="ignore"):
            return NumPy.silu(x.astype(np.float16)).astype(x.dtype) if is_bfloat16(x) else NumPy.silu(x)


class EarlySigmoid(Member):
    """The sigmoid of a bfloat16 is 1 from 4 up."""

    narrow = True

    def sigmoid(self, x: Array) -> Array:
        made = NumPy.sigmoid(x)
        return np.where(x >= 4, made.dtype.type(1), made) if is_bfloat16(x) else made


class NoSmallSigmoid(Member):
    """The sigmoid of a float16 is 0 where the result is subnormal."""

    narrow = True

    def sigmoid(self, x: Array) -> Array:
        made = NumPy.sigmoid(x)
        return np.where(x < -9, made.dtype.type(0), made) if x.dtype == np.float16 else made


class EarlyTanh(Member):
    """The hyperbolic tangent of 16-bit numbers is 1 from 2.5 up."""

    narrow = True

    def tanh(self, x: Array) -> Array:
        made = NumPy.tanh(x)
        return np.where(np.abs(x) > 2.5, np.sign(made), made) if is_narrow(x) else made


class FlushesFloat16(Member):
    """Float16's subnormal numbers are read as zero."""

    narrow = True

    def relu(self, x: Array) -> Array:
        if x.dtype != np.float16:
            return NumPy.relu(x)
        return NumPy.relu(np.where(np.abs(x) < np.finfo(np.float16).tiny, x.dtype.type(0), x))


class FlushesFloat16Results(Member):
    """Subnormal float16 results are given as zero."""

    narrow = True

    def exp(self, x: Array) -> Array:
        made = NumPy.exp(x)
        return np.where(made < np.finfo(np.float16).tiny, made.dtype.type(0), made) if x.dtype == np.float16 else made


class EarlyOverflow(Member):
    """The exponential of a float16 is inf from 11 up, one step too early."""

    narrow = True

    def exp(self, x: Array) -> Array:
        made = NumPy.exp(x)
        return np.where(x >= 11, made.dtype.type(np.inf), made) if x.dtype == np.float16 else made


class Expm1InTheType(Member):
    """expm1 is exp(x) - 1 in the type, which cancels."""

    narrow = True

    def expm1(self, x: Array) -> Array:
        with np.errstate(all="ignore"):
            return NumPy.exp(x) - x.dtype.type(1) if is_narrow(x) else NumPy.expm1(x)


class SoftmaxSumsInTheType(Member):
    """Softmax adds its exponentials up in the type: a sum of ones stays at 256 or 2,048."""

    narrow = True

    def softmax(self, x: Array, axis: int) -> Array:
        if not is_narrow(x) or not x.size:
            return NumPy.softmax(x, axis)
        with np.errstate(all="ignore"):
            powers = np.exp(x - x.max(axis=axis, keepdims=True))
            total = np.zeros_like(powers.take([0], axis))
            for place in range(x.shape[axis]):
                total = total + powers.take([place], axis)
            return powers / total


class LogSumInTheType(Member):
    """logsumexp adds its exponentials up in the type."""

    narrow = True

    def logsumexp(self, x: Array, axis: int) -> Array:
        found = NumPy.logsumexp(x, axis)
        if not is_narrow(x) or not x.size:
            return found
        top = x.max(axis=axis, keepdims=True)
        with np.errstate(all="ignore"):
            total = np.zeros_like(top)
            for place in range(x.shape[axis]):
                total = total + np.exp(x - top).take([place], axis)
            return np.where(np.isfinite(found), np.squeeze(top + np.log(total), axis), found)


class DecidesInFloat32(Member):
    """A 16-bit activation is compared with the threshold as float32 holds it."""

    narrow = True

    def decision(self, a: Array, threshold: float, strict: bool) -> Array:
        wide, limit = a.astype(np.float32) if is_narrow(a) else a, float(np.float32(threshold))
        return (
            NumPy.decision(wide, limit, strict).astype(a.dtype)
            if is_narrow(a)
            else NumPy.decision(a, threshold, strict)
        )


class ModelInBFloat16(Member):
    """A float16 model computes in bfloat16 and is cast back."""

    narrow = True

    def sequential(self, x: Array, layers: Any) -> Array:
        if x.dtype != np.float16:
            return NumPy.sequential(x, layers)
        kind = ml_dtypes.bfloat16
        cast = [(w.astype(kind), b.astype(kind), activation) for w, b, activation in layers]
        return NumPy.sequential(x.astype(kind), cast).astype(x.dtype)
