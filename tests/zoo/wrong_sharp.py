"""Nearly right: a bit or a few too short, beyond the bound and within four times of it; each must fail.

What is exact, such as a single product or a whole number, stays exact: the bounds alone catch these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from nnconform.adapters.numpy import NumPy
from zoo.base import Member

Array = Any
BITS = {np.dtype(np.float32): 24, np.dtype(np.float64): 53}


def short(values: Array, lost: int) -> Array:
    """Values without their last bits, rounded to nearest."""
    values = np.asarray(values)
    bits = BITS[values.dtype] - lost
    mantissa, exponent = np.frexp(values)
    return np.ldexp(np.round(np.ldexp(mantissa, bits)), exponent - bits).astype(values.dtype)


def widely(values: Array) -> Array:
    """Values in a dtype that holds their sums and products."""
    return values.astype(np.float64 if values.dtype == np.float32 else np.longdouble)


def short_sums(a: Array, b: Array, lost: int) -> Array:
    """A matrix product: sums that have to be rounded are rounded too short, from the third term on."""
    plain = np.matmul(a, b)
    if plain.ndim != 2 or not np.isfinite(plain).all():
        return plain
    total = np.zeros((a.shape[0], b.shape[1]), a.dtype)
    count = np.zeros(total.shape, int)
    for k in range(a.shape[1]):
        term = a[:, k, None] * b[None, k]
        count += term != 0
        made = total + term
        rounded = widely(made) != widely(total) + widely(a[:, k, None]) * widely(b[None, k])
        total = np.where((count > 2) & rounded, short(made, lost), made)
    return total


class _Short(Member):
    """An operation whose results lack their last bits."""

    operation: ClassVar[str]
    lost: ClassVar[int]
    largest: ClassVar[int] = 20_000

    def __init_subclass__(cls) -> None:
        name = vars(cls).get("operation")
        if name:
            plain: Callable[..., Array] = getattr(NumPy, name)

            def cut(self: Any, *given: Any, **attributes: Any) -> Array:
                return short(plain(*given, **attributes), cls.lost)

            setattr(cls, name, cut)
        super().__init_subclass__()


class ShortExp(_Short):
    """The exponential lacks its last three bits."""

    operation, lost = "exp", 3


class ShortExpm1(_Short):
    """expm1 lacks its last three bits."""

    operation, lost = "expm1", 3


class ShortLog(_Short):
    """The logarithm lacks its last three bits."""

    operation, lost = "log", 3


class ShortLog1p(_Short):
    """log1p lacks its last two bits."""

    operation, lost = "log1p", 2


class ShortErf(_Short):
    """The error function lacks its last five bits."""

    operation, lost = "erf", 5


class ShortSqrt(_Short):
    """The square root lacks its last bit."""

    operation, lost = "sqrt", 1


class ShortRsqrt(_Short):
    """The reciprocal square root lacks its last two bits."""

    operation, lost = "rsqrt", 2


class SeluOneBitShort(_Short):
    """selu lacks its last bit."""

    operation, lost = "selu", 1


class ShortSilu(_Short):
    """silu lacks its last bit."""

    operation, lost = "silu", 1


class ShortGelu(_Short):
    """GELU lacks its last bit."""

    operation, lost = "gelu", 1


class ShortSoftplus(_Short):
    """Softplus lacks its last three bits."""

    operation, lost = "softplus", 3


class ShortLogSigmoid(_Short):
    """log_sigmoid lacks its last three bits."""

    operation, lost = "log_sigmoid", 3


class ShortMish(_Short):
    """mish lacks its last four bits."""

    operation, lost = "mish", 4


class ShortSoftsign(_Short):
    """softsign lacks its last bit."""

    operation, lost = "softsign", 1


class ShortHardSigmoid(_Short):
    """The hard sigmoid lacks its last bit."""

    operation, lost = "hard_sigmoid", 1


class ShortHardSwish(_Short):
    """The hard swish lacks its last two bits."""

    operation, lost = "hard_swish", 2


class ShortTanh(_Short):
    """The hyperbolic tangent lacks its last four bits."""

    operation, lost = "tanh", 4


class ShortSigmoid(_Short):
    """The sigmoid lacks its last bit."""

    operation, lost = "sigmoid", 1


class ShortSoftmax(_Short):
    """A softmax lacks its last four bits."""

    operation, lost = "softmax", 4


class ShortLogSoftmax(_Short):
    """log_softmax lacks its last bit."""

    operation, lost = "log_softmax", 1


class ShortAdapted(_Short):
    """Adapted normalization lacks its last four bits."""

    operation, lost = "normalization_adapted", 4
