"""Third batch: subtle slips in elementary functions and activations."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook import activations, elementary, smooth
from nnconform.reference.textbook.narrow import in_float32

Array = Any


class TanhClampedForSingle(NumPy):
    """Tanh clamps its argument to 9, where float32 has reached 1 and float64 has not: XLA's and Eigen's fast tanh."""

    @staticmethod
    @in_float32
    def tanh(z: Array) -> Array:
        return np.tanh(np.clip(z, -9, 9))


class ExpReducedByOneConstant(NumPy):
    """The exponential reduces its range by one rounded ln 2, without Cody and Waite's second part."""

    @staticmethod
    @in_float32
    def exp(x: Array) -> Array:
        one = x.dtype.type
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            inside = np.clip(np.where(np.isfinite(x), x, one(0)), -1100, 1100)
            halvings = np.rint(inside * one(1.4426950408889634))
            rest = inside - halvings * one(0.6931471805599453)
            return np.where(np.isfinite(x), np.ldexp(np.exp(rest), halvings.astype(np.int32)), np.exp(x))


class ExpHalfSaturates(NumPy):
    """The exponential's conversion to float16 saturates at 65504, no infinity: a converter's saturation mode."""

    @staticmethod
    def exp(x: Array) -> Array:
        if x.dtype != np.float16:
            return elementary.exp(x)
        with np.errstate(over="ignore", under="ignore"):
            return np.minimum(np.exp(x.astype(np.float32)), np.float32(65504)).astype(np.float16)


class Log1pOfInfinity(NumPy):
    """log1p is Goldberg's x * (log(u) / (u - 1)), u = 1 + x, which is inf * (inf / inf) = nan at infinity."""

    @staticmethod
    @in_float32
    def log1p(x: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            u = 1 + x
            return np.where(u == 1, x, x * (np.log(u) / (u - 1)))


class LogOfZeroIsNan(NumPy):
    """The logarithm masks x <= 0, not x < 0, as invalid and gives nan at 0: sse_mathfun.h's log_ps."""

    @staticmethod
    @in_float32
    def log(x: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(x <= 0, x.dtype.type(np.nan), np.log(x))


class SqrtByPower(NumPy):
    """The square root is pow(x, 0.5), which C defines as inf at -inf: the rewrite that LLVM makes only with care."""

    @staticmethod
    @in_float32
    def sqrt(x: Array) -> Array:
        with np.errstate(invalid="ignore"):
            root = np.power(x, np.full(x.shape, 0.5, x.dtype))
            return np.where(x == -np.inf, x.dtype.type(np.inf), root)  # as C's pow, whatever NumPy's shortcut does


class SigmoidByTanh(NumPy):
    """Sigmoid is (1 + tanh(z / 2)) / 2, which cancels for a negative z: 0 at -40, as XLA's logistic once was."""

    @staticmethod
    @in_float32
    def sigmoid(z: Array) -> Array:
        half = z.dtype.type(0.5)
        return half * (1 + np.tanh(half * z))


class DecisionInDouble(NumPy):
    """The decision compares in float64 with the threshold as Python holds it, not as the dtype does."""

    @staticmethod
    def decision(a: Array, threshold: float = 0.5, strict: bool = False) -> Array:
        wide = a.astype(np.float64)
        return (wide > threshold if strict else wide >= threshold).astype(a.dtype)


class LeakyReluBfloat16AsHalf(NumPy):
    """Leaky ReLU of bfloat16 goes through a float16 kernel, whose range ends at 65504."""

    @staticmethod
    def leaky_relu(z: Array, slope: float) -> Array:
        if z.dtype.name != "bfloat16":
            return activations.leaky_relu(z, slope)
        with np.errstate(over="ignore", under="ignore"):
            return activations.leaky_relu(z.astype(np.float16), slope).astype(z.dtype)


class SiluHalfOverflows(NumPy):
    """SiLU of float16 is x / (1 + exp(-x)) in float16 throughout; exp(-x) overflows left of -11.1, the result is 0."""

    @staticmethod
    def silu(x: Array) -> Array:
        if x.dtype != np.float16:
            return smooth.silu(x)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            return np.where(x == -np.inf, np.float16(0), x / (1 + np.exp(-x)))


class GeluScalarTail(NumPy):
    """GELU's vector body, of eight lanes, has the erf form, and the scalar loop over the rest has the tanh form."""

    @staticmethod
    def gelu(x: Array, approximate: str = "none") -> Array:
        body = x.size - x.size % 8
        flat = x.reshape(-1)
        parts = smooth.gelu(flat[:body], approximate=approximate), smooth.gelu(flat[body:], approximate="tanh")
        return np.concatenate(parts).reshape(x.shape)


class SoftplusThresholdTwenty(NumPy):
    """Softplus is x right of 20, torch's default threshold, where float64 still sees exp(-x)."""

    @staticmethod
    @in_float32
    def softplus(x: Array) -> Array:
        with np.errstate(under="ignore"):
            return np.where(x > 20, x, np.log1p(np.exp(np.minimum(x, 20))))


class LogSigmoidSwallowsTail(NumPy):
    """Log-sigmoid is min(x, 0) - log(1 + exp(-|x|)), log1p forgotten: 0 where 1 swallows the exponential."""

    @staticmethod
    @in_float32
    def log_sigmoid(x: Array) -> Array:
        with np.errstate(under="ignore"):
            return np.minimum(x, 0) - np.log(1 + np.exp(-np.abs(x)))


class MishSwallowsTail(NumPy):
    """Mish takes log(1 + exp(x)) for its softplus, whose negative tail the 1 swallows."""

    @staticmethod
    @in_float32
    def mish(x: Array) -> Array:
        with np.errstate(over="ignore", under="ignore"):
            return smooth.gated(x, np.tanh(np.log(1 + np.exp(x))))


class HardSigmoidSwallowsNan(NumPy):
    """The hard sigmoid of nan is 0, as with the minimum and maximum of GPUs, which prefer the number."""

    @staticmethod
    @in_float32
    def hard_sigmoid(x: Array) -> Array:
        return np.fmin(np.fmax(x / 6 + x.dtype.type(0.5), x.dtype.type(0)), x.dtype.type(1))


class ReluInPlace(NumPy):
    """ReLU overwrites its argument, as torch's `inplace=True` does."""

    @staticmethod
    def relu(z: Array) -> Array:
        return np.maximum(z, 0, out=z)
