"""Smooth activations as they were written against the suite blind: see docs/first-contact.md."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook import activations, elementary, piecewise, smooth
from nnconform.reference.textbook.narrow import in_float32

Array = Any


class GeluQuick(NumPy):
    """gelu is x * sigmoid(1.702 x), whatever form is asked for."""

    @staticmethod
    @in_float32
    def gelu(x: Array, approximate: str = "none") -> Array:  # noqa: ARG004 - the defect
        return smooth.gated(x, activations.sigmoid(x * x.dtype.type(1.702)))


class SeluSwapped(NumPy):
    """selu takes its scale for alpha and alpha for the scale."""

    @staticmethod
    @in_float32
    def selu(x: Array) -> Array:
        return x.dtype.type(piecewise.SELU_ALPHA) * piecewise.elu(x, alpha=piecewise.SELU_SCALE)


class GeluLayoutIgnored(NumPy):
    """gelu walks the memory in its own order and hands it back as rows: columns come out scrambled."""

    @staticmethod
    def gelu(x: Array, approximate: str = "none") -> Array:
        return smooth.gelu(x.ravel(order="K"), approximate=approximate).reshape(x.shape)


class SiluStrideIgnored(NumPy):
    """silu takes the pointer and the shape and ignores the strides of a slice."""

    @staticmethod
    def silu(x: Array) -> Array:
        if x.flags.c_contiguous or x.flags.f_contiguous or x.size == 0 or min(x.strides) < 0:
            return smooth.silu(x)
        steps = [x.itemsize]
        for size in x.shape[:0:-1]:
            steps.insert(0, steps[0] * size)
        return smooth.silu(np.lib.stride_tricks.as_strided(x, x.shape, steps).copy())


class EluCancels(NumPy):
    """elu takes exp(x) - 1, which loses a small negative x."""

    @staticmethod
    @in_float32
    def elu(x: Array, alpha: float = 1.0) -> Array:
        return np.where(x > 0, x, x.dtype.type(alpha) * (np.exp(np.minimum(x, 0)) - 1))


class LogSigmoidOfSigmoid(NumPy):
    """log_sigmoid is log(sigmoid(x)), -inf where the sigmoid underflows."""

    @staticmethod
    @in_float32
    def log_sigmoid(x: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.log(activations.sigmoid(x))


class SoftplusThreshold(NumPy):
    """softplus is x above 20, which float64 can tell from the truth."""

    @staticmethod
    @in_float32
    def softplus(x: Array) -> Array:
        return np.where(x > 20, x, smooth.softplus(x))


class SoftplusNaiveTail(NumPy):
    """softplus is log(1 + exp(x)) for negative x, 0 where the 1 swallows the exponential."""

    @staticmethod
    @in_float32
    def softplus(x: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.where(x < 0, np.log(1 + np.exp(np.minimum(x, 0))), smooth.softplus(x))


class GeluShortConstant(NumPy):
    """gelu's tanh form has 0.0447 for 0.044715, which shows in the tail."""

    @staticmethod
    @in_float32
    def gelu(x: Array, approximate: str = "none") -> Array:
        if approximate != "tanh":
            return smooth.gelu(x, approximate=approximate)
        one = x.dtype.type
        with np.errstate(all="ignore"):
            return smooth.gated(x, (1 + np.tanh(one((2 / np.pi) ** 0.5) * (x + one(0.0447) * x * x * x))) / 2)


class SiluOfTanh(NumPy):
    """silu is x / 2 * (1 + tanh(x / 2)), which cancels for negative x."""

    @staticmethod
    @in_float32
    def silu(x: Array) -> Array:
        return smooth.gated(x, (1 + np.tanh(x / 2)) / 2)


class MishCutoff(NumPy):
    """mish is x above 8, where float64 still tells the difference."""

    @staticmethod
    @in_float32
    def mish(x: Array) -> Array:
        return np.where(x > 8, x, smooth.mish(x))


class EluContinuous(NumPy):
    """elu is celu: the exponential is of x / alpha."""

    @staticmethod
    @in_float32
    def elu(x: Array, alpha: float = 1.0) -> Array:
        a = x.dtype.type(alpha)
        return np.where(x > 0, x, a * np.expm1(np.minimum(x, 0) / a))


class SeluShort(NumPy):
    """selu has its constants to five digits: 1.6733 and 1.0507."""

    @staticmethod
    @in_float32
    def selu(x: Array) -> Array:
        return x.dtype.type(1.0507) * piecewise.elu(x, alpha=1.6733)


class MishOverflows(NumPy):
    """mish is x ((1 + e)**2 - 1) / ((1 + e)**2 + 1), e = exp(x): nan once the square overflows."""

    @staticmethod
    @in_float32
    def mish(x: Array) -> Array:
        with np.errstate(all="ignore"):
            e = np.exp(x)
            return np.where(x > 0, x * (e * (e + 2)) / (e * (e + 2) + 2), smooth.mish(x))


class GeluShortRoot(NumPy):
    """gelu has 1.4142 for the root of two."""

    @staticmethod
    @in_float32
    def gelu(x: Array, approximate: str = "none") -> Array:
        if approximate == "tanh":
            return smooth.gelu(x, approximate=approximate)
        return smooth.gated(x, (1 + elementary.erf(x / x.dtype.type(1.4142))) / 2)


class LogSigmoidCancels(NumPy):
    """log_sigmoid is x - softplus(x), which cancels for large x."""

    @staticmethod
    @in_float32
    def log_sigmoid(x: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.where(np.isinf(x), np.minimum(x, 0), x - smooth.softplus(x))


class SiluChunk(NumPy):
    """silu, above 32768 elements, works in chunks and misses the first element of the second."""

    @staticmethod
    def silu(x: Array) -> Array:
        a = np.array(smooth.silu(x))
        if a.size > 32768:
            a.reshape(-1)[32768] = 0
        return a
