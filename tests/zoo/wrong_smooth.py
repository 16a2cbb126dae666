"""Wrong activations beyond the documents' own: each has one realistic defect, and must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook import piecewise
from zoo.base import Member

Array = Any


class OverflowingSoftplus(Member):
    """Softplus is log(1 + exp(x)), which overflows above and vanishes below."""

    def softplus(self, x: Array) -> Array:
        return np.log(1 + np.exp(x))


class VanishingSoftplus(Member):
    """Softplus is max(x, 0) + log(1 + exp(-|x|)), which vanishes far below 0."""

    def softplus(self, x: Array) -> Array:
        return np.maximum(x, 0) + np.log(1 + np.exp(-np.abs(x)))


class SoftplusThreshold(Member):
    """Softplus is its input from 10 up."""

    def softplus(self, x: Array) -> Array:
        return np.where(x > 10, x, NumPy.softplus(x))


class LogOfSigmoid(Member):
    """log_sigmoid is the logarithm of the sigmoid, which vanishes."""

    def log_sigmoid(self, x: Array) -> Array:
        return np.log(NumPy.sigmoid(x))


class LogSigmoidSign(Member):
    """log_sigmoid is softplus of -x without the minus."""

    def log_sigmoid(self, x: Array) -> Array:
        return NumPy.softplus(-x)


class GeluFormsSwapped(Member):
    """GELU gives its tanh form where its form by erf is asked, and the other way round."""

    def gelu(self, x: Array, approximate: str) -> Array:
        return NumPy.gelu(x, "tanh" if approximate == "none" else "none")


class GeluBySigmoid(Member):
    """GELU is x * sigmoid(1.702 x)."""

    def gelu(self, x: Array, approximate: str) -> Array:
        return x * NumPy.sigmoid(x.dtype.type(1.702) * x)


class GeluShortConstants(Member):
    """GELU has its constants in float32 whatever the dtype is."""

    def gelu(self, x: Array, approximate: str) -> Array:
        root = x.dtype.type(np.float32(2**0.5))
        return NumPy.gelu(x, "tanh") if approximate == "tanh" else x * (1 + NumPy.erf(x / root)) / 2


class NanSilu(Member):
    """silu is x * sigmoid(x), which is nan at -inf."""

    def silu(self, x: Array) -> Array:
        return x * NumPy.sigmoid(x)


class OverflowingSilu(Member):
    """silu is x * exp(x) / (1 + exp(x)), which is nan where exp overflows."""

    def silu(self, x: Array) -> Array:
        return x * np.exp(x) / (1 + np.exp(x))


class SiluForHardSwish(Member):
    """The hard swish is the smooth one."""

    def hard_swish(self, x: Array) -> Array:
        return NumPy.silu(x)


class OverflowingHardSwish(Member):
    """The hard swish multiplies by 6 before it divides, and overflows."""

    def hard_swish(self, x: Array) -> Array:
        return np.where(x == -np.inf, 0, x * np.clip(x + 3, 0, 6) / 6).astype(x.dtype)


class HardSigmoidSlope(Member):
    """The hard sigmoid has the slope 0.2 of an earlier definition."""

    def hard_sigmoid(self, x: Array) -> Array:
        return np.clip(x.dtype.type(0.2) * x + x.dtype.type(0.5), 0, 1)


class UnclippedHardSigmoid(Member):
    """The hard sigmoid has no upper bend."""

    def hard_sigmoid(self, x: Array) -> Array:
        return np.maximum(x / 6 + x.dtype.type(0.5), 0)


class CancellingElu(Member):
    """elu is alpha * (exp(x) - 1) below 0, which cancels."""

    def elu(self, x: Array, alpha: float) -> Array:
        return np.where(x > 0, x, x.dtype.type(alpha) * (np.exp(np.minimum(x, 0)) - 1))


class EluWithoutAlpha(Member):
    """elu takes every alpha for 1."""

    def elu(self, x: Array, alpha: float) -> Array:
        return NumPy.elu(x, alpha=1.0)


class ShortSelu(Member):
    """selu has its constants to five digits."""

    def selu(self, x: Array) -> Array:
        return x.dtype.type(1.0507) * piecewise.elu(x, alpha=1.67326)


class CancellingMish(Member):
    """mish takes log(1 + exp(x)) for its softplus."""

    def mish(self, x: Array) -> Array:
        return np.where(x == -np.inf, 0, x * np.tanh(np.log(1 + np.exp(np.minimum(x, 80))))).astype(x.dtype)


class NanSoftsign(Member):
    """softsign is x / (1 + |x|), which is nan at the infinities."""

    def softsign(self, x: Array) -> Array:
        return x / (1 + np.abs(x))


class SquareSoftsign(Member):
    """softsign is x / sqrt(1 + x**2)."""

    def softsign(self, x: Array) -> Array:
        return np.where(np.isinf(x), np.sign(x), x / np.sqrt(1 + x * x))
