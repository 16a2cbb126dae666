"""Elementary functions as they were written against the suite blind: see docs/first-contact.md."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook import elementary
from nnconform.reference.textbook.narrow import in_float32

Array = Any


class LogBaseTwo(NumPy):
    """log is the hardware's log2, the factor ln 2 forgotten."""

    @staticmethod
    @in_float32
    def log(x: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.log2(x)


class Expm1WithoutMinus(NumPy):
    """expm1 is exp: the 1 is never taken away."""

    @staticmethod
    def expm1(x: Array) -> Array:
        return elementary.exp(x)


class ExpEarlyZero(NumPy):
    """exp is 0 below -80, long before the result underflows."""

    @staticmethod
    @in_float32
    def exp(x: Array) -> Array:
        return np.where(x < -80, x.dtype.type(0), elementary.exp(x))


class SqrtClamps(NumPy):
    """sqrt clamps its argument at 0 and hides the nan."""

    @staticmethod
    @in_float32
    def sqrt(x: Array) -> Array:
        return np.sqrt(np.maximum(x, 0))


class LogWithEpsilon(NumPy):
    """log adds 1e-7 so that 0 is safe."""

    @staticmethod
    @in_float32
    def log(x: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.log(x + x.dtype.type(1e-7))


class ErfHandbook(NumPy):
    """erf is the handbook's 7.1.26, right to 1.5e-7 absolutely and not relatively near 0."""

    @staticmethod
    @in_float32
    def erf(x: Array) -> Array:
        with np.errstate(all="ignore"):
            size = np.abs(x).astype(np.float64)
            t = 1 / (1 + 0.3275911 * size)
            series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
            return (np.sign(x) * (1 - series * np.exp(-size * size))).astype(x.dtype)


class Log1pShortSeries(NumPy):
    """log1p is x - x**2 / 2 below 1/32, one term too few."""

    @staticmethod
    @in_float32
    def log1p(x: Array) -> Array:
        return np.where(np.abs(x) < 1 / 32, x - x * x / 2, elementary.log1p(x))


class RsqrtNewton(NumPy):
    """rsqrt refines an estimate by Newton's step, and is nan at 0 and at inf."""

    @staticmethod
    @in_float32
    def rsqrt(x: Array) -> Array:
        with np.errstate(all="ignore"):
            y = elementary.rsqrt(x)
            return (y * (x.dtype.type(1.5) - x.dtype.type(0.5) * x * y * y)).astype(x.dtype)


class LogCancelsBelowOne(NumPy):
    """log is exponent times ln 2 plus the log of a mantissa from 1 to 2, which cancels just below 1."""

    @staticmethod
    @in_float32
    def log(x: Array) -> Array:
        with np.errstate(all="ignore"):
            mantissa, exponent = np.frexp(x)
            value = np.log(mantissa * 2) + (exponent - 1).astype(x.dtype) * x.dtype.type(np.log(2))
            return np.where((x > 0) & np.isfinite(x), value, np.log(x)).astype(x.dtype)


class ExpEarlyInfinity(NumPy):
    """exp is inf from 88 on in float32, though exp(88.7) still is a number."""

    @staticmethod
    @in_float32
    def exp(x: Array) -> Array:
        return (
            np.where(x >= 88, x.dtype.type(np.inf), elementary.exp(x)) if x.dtype == np.float32 else elementary.exp(x)
        )


class Expm1OfSinh(NumPy):
    """expm1 is 2 sinh(x / 2) exp(x / 2), which is nan at -inf."""

    @staticmethod
    @in_float32
    def expm1(x: Array) -> Array:
        with np.errstate(all="ignore"):
            return 2 * np.sinh(x / 2) * np.exp(x / 2)


class ErfSaturates(NumPy):
    """erf is 1 from 4 on, which float64 can tell from the truth."""

    @staticmethod
    @in_float32
    def erf(x: Array) -> Array:
        return np.where(np.abs(x) >= 4, np.sign(x), elementary.erf(x))


class Log1pAtMinusOne(NumPy):
    """log1p is nan at -1, where -inf is due."""

    @staticmethod
    @in_float32
    def log1p(x: Array) -> Array:
        return np.where(x <= -1, x.dtype.type(np.nan), elementary.log1p(x))


class LogOfMinusZero(NumPy):
    """log takes -0 for a negative number: nan."""

    @staticmethod
    @in_float32
    def log(x: Array) -> Array:
        return np.where(np.signbit(x), x.dtype.type(np.nan), elementary.log(x))


class SqrtOfMinusZero(NumPy):
    """sqrt takes -0 for a negative number: nan."""

    @staticmethod
    @in_float32
    def sqrt(x: Array) -> Array:
        return np.where(np.signbit(x), x.dtype.type(np.nan), elementary.sqrt(x))
