"""Wrong elementary functions and smooth activations, at their ends and where formulas meet; each must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from zoo.base import Member

Array = Any


def cut(values: Array, bits: int) -> Array:
    """Values rounded to so many significant bits."""
    mantissa, exponent = np.frexp(values)
    return np.ldexp(np.round(np.ldexp(mantissa, bits)), exponent - bits).astype(values.dtype)


class EarlyInfinity(Member):
    """The exponential overflows at 88, a little too early, whatever the dtype is."""

    def exp(self, x: Array) -> Array:
        return np.where(x > 88, x.dtype.type(np.inf), NumPy.exp(x))


class NeverZeroExp(Member):
    """The exponential of -inf is the smallest normal number."""

    def exp(self, x: Array) -> Array:
        return np.maximum(NumPy.exp(x), np.finfo(x.dtype).tiny)


class SaturatingExpm1(Member):
    """expm1 is -1 from -10 down."""

    def expm1(self, x: Array) -> Array:
        return np.where(x < -10, x.dtype.type(-1), NumPy.expm1(x))


class TinyExpm1(Member):
    """expm1 of what is below 1e-3 is the number itself."""

    def expm1(self, x: Array) -> Array:
        return np.where(np.abs(x) < 1e-3, x, NumPy.expm1(x))


class FiniteLogOfZero(Member):
    """The logarithm of 0 is that of the smallest normal number."""

    def log(self, x: Array) -> Array:
        return NumPy.log(np.where(x == 0, np.finfo(x.dtype).tiny, x))


class LogBelowZero(Member):
    """The logarithm of a negative number is -inf."""

    def log(self, x: Array) -> Array:
        return np.where(x < 0, x.dtype.type(-np.inf), NumPy.log(x))


class LogOfSubnormals(Member):
    """The logarithm takes a subnormal number's exponent for that of the smallest normal one."""

    def log(self, x: Array) -> Array:
        tiny = np.finfo(x.dtype).tiny
        return np.where((x > 0) & (x < tiny), NumPy.log(x + tiny), NumPy.log(x))


class LogNearOne(Member):
    """The logarithm near 1 loses the digits that cancel."""

    def log(self, x: Array) -> Array:
        near = np.abs(x - 1) < 0.01
        return np.where(near, np.log2(x + 1) * x.dtype.type(np.log(2)) - x.dtype.type(np.log(2)), NumPy.log(x))


class Log1pOfDoubles(Member):
    """log1p of doubles is 129 units off around -0.414 (jax#39707)."""

    def log1p(self, x: Array) -> Array:
        made = NumPy.log1p(x)
        return np.where((x > -0.5) & (x < -0.3), made * x.dtype.type(1 + 3e-14), made)


class Log1pAtMinusOne(Member):
    """log1p of -1 is nan."""

    def log1p(self, x: Array) -> Array:
        return np.where(x == -1, x.dtype.type(np.nan), NumPy.log1p(x))


class ErfIsOneEarly(Member):
    """The error function is 1 from 3 on."""

    def erf(self, x: Array) -> Array:
        return np.where(np.abs(x) > 3, np.sign(x), NumPy.erf(x))


class ErfOneStepTooFar(Member):
    """The error function reaches one step beyond 1 around 3.8, where its rational form is not kept in (jax 0.10)."""

    def erf(self, x: Array) -> Array:
        made = np.asarray(NumPy.erf(x))
        far = (np.abs(x) > 3.6) & (np.abs(x) < 3.9) & (x.dtype == np.float32)
        return np.where(far, np.copysign(np.nextafter(x.dtype.type(1), x.dtype.type(2)), x), made)


class ErfByTaylor(Member):
    """The error function is its series to the seventh power within 1."""

    def erf(self, x: Array) -> Array:
        y = x.astype(np.float64)
        series = 2 / np.pi**0.5 * (y - y**3 / 3 + y**5 / 10 - y**7 / 42)
        return np.where(np.abs(x) < 1, series.astype(x.dtype), NumPy.erf(x))


class RootByRsqrt(Member):
    """The square root is x / sqrt(x), which is nan at 0 and inf."""

    def sqrt(self, x: Array) -> Array:
        return x * (1 / np.sqrt(x))


class RootByLogarithm(Member):
    """The square root is exp(log(x) / 2)."""

    def sqrt(self, x: Array) -> Array:
        return np.exp(np.log(x) / 2)


class RootOfSubnormals(Member):
    """The square root of a subnormal number is that of the smallest normal one."""

    def sqrt(self, x: Array) -> Array:
        tiny = np.finfo(x.dtype).tiny
        return np.sqrt(np.where((x > 0) & (x < tiny), tiny, x))


class RsqrtOfInfinity(Member):
    """The reciprocal square root of inf is nan, from a Newton step that multiplies 0 by inf."""

    def rsqrt(self, x: Array) -> Array:
        made = NumPy.rsqrt(x)
        return made * (x.dtype.type(1.5) - x.dtype.type(0.5) * x * made * made)


class RsqrtBelowZero(Member):
    """The reciprocal square root of a negative number is 0."""

    def rsqrt(self, x: Array) -> Array:
        return np.where(x < 0, x.dtype.type(0), NumPy.rsqrt(x))


class MaskedElu(Member):
    """elu multiplies both branches by masks, and inf by 0."""

    def elu(self, x: Array, alpha: float) -> Array:
        return x * (x > 0) + x.dtype.type(alpha) * np.expm1(x) * (x <= 0)


class SwappedSelu(Member):
    """selu has its two constants swapped."""

    def selu(self, x: Array) -> Array:
        return x.dtype.type(1.6732632423543772) * NumPy.elu(x, alpha=1.0507009873554805)


class UnscaledSelu(Member):
    """selu scales only what is below 0."""

    def selu(self, x: Array) -> Array:
        return np.where(x > 0, x, NumPy.selu(x))


class MisspeltGelu(Member):
    """GELU's tanh form has 0.044175 for 0.044715."""

    def gelu(self, x: Array, approximate: str) -> Array:
        if approximate != "tanh":
            return NumPy.gelu(x, approximate)
        one = x.dtype.type
        inner = one((2 / np.pi) ** 0.5) * (x + one(0.044175) * x**3)
        return np.where(x == -np.inf, one(0), x * (1 + np.tanh(inner)) / 2)


class AlwaysTanhGelu(Member):
    """GELU takes its tanh form whatever is asked."""

    def gelu(self, x: Array, approximate: str) -> Array:
        return NumPy.gelu(x, "tanh")


class CancellingGelu(Member):
    """GELU vanishes below -5, where 1 + erf cancels."""

    def gelu(self, x: Array, approximate: str) -> Array:
        return np.where(x < -3, x.dtype.type(0) * (x > -np.inf), NumPy.gelu(x, approximate)).astype(x.dtype)


class HardSigmoidGate(Member):
    """silu has the hard sigmoid for its gate."""

    def silu(self, x: Array) -> Array:
        return NumPy.hard_swish(x)


class SiluIsRectified(Member):
    """silu is 0 below -8."""

    def silu(self, x: Array) -> Array:
        return np.where(x < -8, x.dtype.type(0), NumPy.silu(x))


class MishIsLinearEarly(Member):
    """mish is its input from 3 on."""

    def mish(self, x: Array) -> Array:
        return np.where(x > 3, x, NumPy.mish(x))


class NanMish(Member):
    """mish is x * tanh(softplus(x)), which is nan at -inf."""

    def mish(self, x: Array) -> Array:
        return x * np.tanh(NumPy.softplus(x))


class SoftplusInHalf(Member):
    """Softplus keeps log(1 + exp(x)) around -12 with four digits (onnxruntime#10491)."""

    def softplus(self, x: Array) -> Array:
        return np.where((x < -10) & (x > -14), cut(NumPy.softplus(x), 8), NumPy.softplus(x))


class LogSigmoidOfMoments(Member):
    """log_sigmoid vanishes from 10 on."""

    def log_sigmoid(self, x: Array) -> Array:
        return np.where(x > 10, x.dtype.type(0), NumPy.log_sigmoid(x))


class SoftsignOneSided(Member):
    """softsign is x / (1 + x)."""

    def softsign(self, x: Array) -> Array:
        return np.where(np.isinf(x), np.sign(x), x / (1 + x))


class HardSwishUnclipped(Member):
    """The hard swish has no upper bend."""

    def hard_swish(self, x: Array) -> Array:
        return np.where(x < -3, x.dtype.type(0), x * (x / 6 + x.dtype.type(0.5)))


class HardSigmoidBends(Member):
    """The hard sigmoid bends at +-2.5."""

    def hard_sigmoid(self, x: Array) -> Array:
        return np.where(x < -2.5, x.dtype.type(0), np.where(x > 2.5, x.dtype.type(1), NumPy.hard_sigmoid(x)))
