"""Softmax and its kin as they were written against the suite blind: see docs/first-contact.md."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook import activations, logarithms
from nnconform.reference.textbook.narrow import in_float32

Array = Any


class SoftmaxOfAll(NumPy):
    """softmax sums over the whole array and not along the axis."""

    @staticmethod
    @in_float32
    def softmax(z: Array, axis: int = -1) -> Array:  # noqa: ARG004 - the defect
        if z.size == 0:
            return z.copy()
        with np.errstate(all="ignore"):
            powers = np.exp(z - z.max())
            return powers / powers.sum()


class LogSoftmaxAxisIgnored(NumPy):
    """log_softmax always works along the last axis."""

    @staticmethod
    def log_softmax(x: Array, axis: int = -1) -> Array:  # noqa: ARG004 - the defect
        return logarithms.log_softmax(x, axis=-1)


class SoftmaxInPlace(NumPy):
    """softmax subtracts the maximum from the caller's own array."""

    @staticmethod
    @in_float32
    def softmax(z: Array, axis: int = -1) -> Array:
        if z.size:
            with np.errstate(all="ignore"):
                z -= z.max(axis=axis, keepdims=True)
        return activations.softmax(z, axis=axis)


class LogsumexpOverflows(NumPy):
    """logsumexp takes no maximum out: large entries overflow."""

    @staticmethod
    @in_float32
    def logsumexp(x: Array, axis: int = -1) -> Array:
        with np.errstate(all="ignore"):
            return np.log(np.exp(x).sum(axis=axis))


class SoftmaxOnlineRescale(NumPy):
    """softmax in blocks of 32 rescales the running sum only the first time that the maximum rises."""

    @staticmethod
    @in_float32
    def softmax(z: Array, axis: int = -1) -> Array:
        if z.shape[axis] <= 64 or not np.isfinite(z).all():
            return activations.softmax(z, axis=axis)
        rows = np.moveaxis(z, axis, -1)
        top, total, rises = rows[..., :1] * 0 - np.inf, rows[..., :1] * 0, rows[..., :1] * 0
        with np.errstate(all="ignore"):
            for at in range(0, rows.shape[-1], 32):
                block = rows[..., at : at + 32]
                new = np.maximum(top, block.max(axis=-1, keepdims=True))
                rises = rises + (new > top)
                scale = np.where(rises <= 2, np.exp(top - new), 1)
                total = total * scale + np.exp(block - new).sum(axis=-1, keepdims=True)
                top = new
            return np.moveaxis(np.exp(rows - top) / total, -1, axis).astype(z.dtype)


class LogsumexpAbsoluteShift(NumPy):
    """logsumexp takes out the largest magnitude, so rows far below 0 underflow."""

    @staticmethod
    @in_float32
    def logsumexp(x: Array, axis: int = -1) -> Array:
        top = np.abs(x).max(axis=axis, keepdims=True, initial=0)
        top = np.where(np.isinf(top), x.dtype.type(0), top)
        with np.errstate(all="ignore"):
            return np.squeeze(top, axis) + np.log(np.exp(x - top).sum(axis=axis))


class LogSoftmaxWholeMaximum(NumPy):
    """log_softmax takes the maximum of the whole array out, so a row far below the others underflows."""

    @staticmethod
    @in_float32
    def log_softmax(x: Array, axis: int = -1) -> Array:
        if x.size == 0:
            return x.copy()
        with np.errstate(all="ignore"):
            shifted = x - x.max()
            return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


class SoftmaxBlockMaximum(NumPy):
    """softmax looks for the maximum among the first 1024 entries only: later ones overflow."""

    @staticmethod
    @in_float32
    def softmax(z: Array, axis: int = -1) -> Array:
        if z.size == 0:
            return z.copy()
        with np.errstate(all="ignore"):
            powers = np.exp(
                z - np.take(z, np.arange(min(1024, z.shape[axis])), axis=axis).max(axis=axis, keepdims=True)
            )
            return powers / powers.sum(axis=axis, keepdims=True)


class SoftmaxRemainder(NumPy):
    """softmax, above 4096 entries, leaves those after the last full block of 4 out of the sum."""

    @staticmethod
    @in_float32
    def softmax(z: Array, axis: int = -1) -> Array:
        n = z.shape[axis]
        if n <= 4096:
            return activations.softmax(z, axis=axis)
        with np.errstate(all="ignore"):
            powers = np.exp(z - z.max(axis=axis, keepdims=True))
            return powers / np.take(powers, np.arange(n - n % 4), axis=axis).sum(axis=axis, keepdims=True)


class LogsumexpMiddleAxis(NumPy):
    """logsumexp takes axis -2 for 0, which differs from three axes on."""

    @staticmethod
    def logsumexp(x: Array, axis: int = -1) -> Array:
        return logarithms.logsumexp(x, axis=0 if axis == -2 else axis)


class LogSoftmaxMiddleAxis(NumPy):
    """log_softmax of three axes works along the last one where the middle one is asked."""

    @staticmethod
    def log_softmax(x: Array, axis: int = -1) -> Array:
        return logarithms.log_softmax(x, axis=-1 if x.ndim == 3 and axis in (1, -2) else axis)


class LogsumexpOfNothing(NumPy):
    """logsumexp is nan where every entry is -inf."""

    @staticmethod
    @in_float32
    def logsumexp(x: Array, axis: int = -1) -> Array:
        if x.shape[axis] == 0:
            return logarithms.logsumexp(x, axis=axis)
        top = x.max(axis=axis, keepdims=True)
        with np.errstate(all="ignore"):
            top = np.where(top == np.inf, x.dtype.type(0), top)
            return np.squeeze(top, axis) + np.log(np.exp(x - top).sum(axis=axis))


class SoftmaxFloor(NumPy):
    """softmax keeps its probabilities above 1e-7, so that a logarithm is safe."""

    @staticmethod
    @in_float32
    def softmax(z: Array, axis: int = -1) -> Array:
        return np.maximum(activations.softmax(z, axis=axis), z.dtype.type(1e-7))
