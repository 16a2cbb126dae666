"""Right elementary functions and activations, each of another kind, none of which may fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook.smooth import gated
from zoo.base import Member

Array = Any
_NAMES = (
    "exp", "expm1", "log", "log1p", "sqrt", "rsqrt", "elu", "selu", "silu", "softplus", "log_sigmoid", "hard_sigmoid",
    "hard_swish", "mish", "softsign", "log_softmax", "logsumexp",
)  # fmt: skip


def _wide(name: str) -> Any:
    plain = getattr(NumPy, name)

    def wide(self: NumPy, x: Array, **attributes: Any) -> Array:
        with np.errstate(over="ignore", under="ignore"):
            return plain(x.astype(np.longdouble), **attributes).astype(x.dtype)

    return wide


class WideInside(Member):
    """Everything in the widest float at hand, rounded once."""

    for _name in _NAMES:
        locals()[_name] = _wide(_name)


class OtherForms(Member):
    """Every function by another formula that does not cancel."""

    def expm1(self, x: Array) -> Array:
        return np.where(np.abs(x) < 0.5, np.expm1(x), np.exp(x) - 1)

    def rsqrt(self, x: Array) -> Array:
        return np.where(x < 0, x.dtype.type(np.nan), np.sqrt(1 / x))

    def silu(self, x: Array) -> Array:
        return np.where(x == -np.inf, 0, x / (1 + np.exp(-x))).astype(x.dtype)

    def softplus(self, x: Array) -> Array:
        return np.logaddexp(x, x.dtype.type(0))

    def log_sigmoid(self, x: Array) -> Array:
        return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))

    def hard_sigmoid(self, x: Array) -> Array:
        return np.clip(x + 3, 0, 6) / 6

    def hard_swish(self, x: Array) -> Array:
        return np.where(x >= 3, x, np.where(x <= -3, 0, x * (np.clip(x, -3, 3) + 3) / 6)).astype(x.dtype)

    def mish(self, x: Array) -> Array:
        power = np.exp(np.minimum(x, 20))
        gate = power * (power + 2) / (power * (power + 2) + 2)
        return gated(x, np.where(x > 20, x.dtype.type(1), gate))

    def elu(self, x: Array, alpha: float) -> Array:
        return np.maximum(x, 0) + x.dtype.type(alpha) * np.expm1(np.minimum(x, 0))

    def selu(self, x: Array) -> Array:
        alpha, scale = 1.6732632423543772, 1.0507009873554805
        return np.where(x > 0, x.dtype.type(scale) * x, x.dtype.type(scale * alpha) * np.expm1(np.minimum(x, 0)))

    def gelu(self, x: Array, approximate: str) -> Array:
        if approximate == "none":
            return gated(x, (1 + NumPy.erf(x * x.dtype.type(0.5**0.5))) * x.dtype.type(0.5))
        slope, cubic = x.dtype.type((2 / np.pi) ** 0.5), x.dtype.type(0.044715)
        return gated(x, (1 + np.tanh(slope * x * (1 + cubic * (x * x)))) * x.dtype.type(0.5))


class SumsBackwards(Member):
    """Sums of exponentials are taken from the last term to the first, one by one."""

    def logsumexp(self, x: Array, axis: int) -> Array:
        lines = np.moveaxis(x, axis, -1)
        if not lines.size:
            return np.full(lines.shape[:-1], -np.inf, x.dtype)
        top = lines.max(axis=-1)
        top = np.where(np.isinf(top), x.dtype.type(0), top)
        total = np.zeros(top.shape, x.dtype)
        for place in reversed(range(lines.shape[-1])):
            total = total + np.exp(lines[..., place] - top)
        return np.asarray(top + np.log(total), x.dtype)


class FlushesToZero(Member):
    """Subnormal inputs and results of elementary functions are zero, as with the processor's flags for speed."""

    @staticmethod
    def flushed(x: Array) -> Array:
        return np.where(np.abs(x) < np.finfo(x.dtype).tiny, x.dtype.type(0), x)

    def exp(self, x: Array) -> Array:
        return self.flushed(NumPy.exp(self.flushed(x)))

    def log(self, x: Array) -> Array:
        return NumPy.log(self.flushed(x))

    def sqrt(self, x: Array) -> Array:
        return NumPy.sqrt(self.flushed(x))

    def rsqrt(self, x: Array) -> Array:
        return NumPy.rsqrt(self.flushed(x))

    def silu(self, x: Array) -> Array:
        return self.flushed(gated(x, self.flushed(NumPy.sigmoid(self.flushed(x)))))

    def softplus(self, x: Array) -> Array:
        return self.flushed(NumPy.softplus(self.flushed(x)))
