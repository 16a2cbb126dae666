"""The operations that a sweep can ask: for each, float64 arithmetic whose relative error is far below a margin.

Why the margins hold.  NumPy computes float64's exp, expm1, log, log1p, tanh and sqrt with at most 4 ulps of error (the
limit of its own accuracy tests, and of the vector library that it uses), which is 2**-50 of the value.  Every function
below adds, multiplies and divides such values without cancelling: its parts have one sign, or are exact.  A handful of
roundings and one such value make less than 2**-48.  The usual margin, 2**-44, is 16 times that; where an argument of
exp or erfc is rounded first, its rounding is multiplied by the argument (at most 2**7 before the result vanishes in
float32), and the margin is 2**-38.  The tests hold every function against certified enclosures at many thousand inputs
and demand a 16th of the margin.

`identity` lists ranges where |f(x) - x| <= 2**-26 |x|: f(x) rounds to x in every format of at most 24 bits.  The
remainders are tanh: x**2 / 3; expm1, log1p: |x| (1/2 and a little); softsign: |x|; softplus, log_sigmoid, silu, mish,
gelu: below exp(-20) on their far sides; the rest is x itself.  Within 2**-50 of 0 (`_NEAR`), more than half of all
inputs, mish is 3/5 of x and selu on its negative side scale times alpha times x: what is left is below |x| of it.
Within 2**-26 (`_NEAR_EVENLY`) erf is 2/sqrt(pi) times x, with x**2/3 of it left.

Three kinds of function come so close to ties so often that Arb would have millions of them to decide.  Products of two
short numbers are exact in float64 (`short`).  x/2 and a little more (`half`: silu x**2/4, gelu x**2/sqrt(2 pi),
hard_swish x**2/6) lies just above x/2 where that is subnormal: the next float64 stands for it.  A quotient by 6 is held
against a tie t by comparing its numerator with 6 t, both exact in float64 (`numerator`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from math import inf, pi, sqrt
from typing import Any

import numpy as np

Array = Any
Range = tuple[float, float]

_MANY = 2**20
"""Importing SciPy takes as long as so many values one by one."""
USUAL, LOOSE = 2.0**-44, 2.0**-38
_NEAR, _NEAR_EVENLY = 2.0**-50, 2.0**-26
"""Nearer to 0 than that, a function is its slope there times the input, within a handful of roundings."""
_SCALE, _ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
"""SELU's constants."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of one number, as float64 arrays compute it."""

    fast: Callable[..., Array]
    """Takes a float64 array, attributes by keyword."""
    margin: float = USUAL
    """Far above the largest relative error of `fast`."""
    turning: Range | None = None
    """Holds every turning point: the function is monotone on either side."""
    identity: tuple[Range, ...] = ()
    """Where every result rounds to its input."""
    short: bool = False
    """`fast` is exact where all attributes fit float32."""
    half: bool = False
    """Near 0 it is x/2 and a little more."""
    numerator: Callable[[Array], Array] | None = None
    """The function times 6, exact in float64 for inputs from 2**-29 on, and inside where nothing is cut off."""
    pole: bool = False
    """At 0 an infinity of either sign is right."""
    zero: str = "claimed"
    """Which zeros have a sign that matters: all, those of zero inputs (`inputs`), or `none`."""


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _softplus(x: Array) -> Array:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _elu(x: Array, alpha: float) -> Array:
    least, most = (x.min(), x.max()) if x.size else (0.0, 0.0)
    if least > 0:  # a run has one sign
        return x
    if most < 0:
        # Of alpha 1 a power of two gives a result just within it, of half the spacing: expm1 tells.
        return alpha * (x if least > -_NEAR and alpha != 1 else np.expm1(x))
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _selu(x: Array) -> Array:
    return _SCALE * _elu(x, _ALPHA)


def _mish(x: Array) -> Array:
    """X tanh(softplus(x)), with n = exp(-|x|): tanh(log(1 + exp(x))) as a quotient of sums of one sign."""
    least, most = (x.min(), x.max()) if x.size else (0.0, 0.0)
    if max(-least, most) < _NEAR:
        return 0.6 * x
    n = np.abs(x)
    np.exp(np.negative(n, out=n), out=n)
    if least > 0:  # a run has one sign
        return x * _mish_above(n)
    if most < 0:
        return x * _mish_below(n)
    return x * np.where(x > 0, _mish_above(n), _mish_below(n))


def _mish_above(n: Array) -> Array:
    right = 1 + 2 * n
    return right / (right + 2 * n * n)


def _mish_below(n: Array) -> Array:
    left = n * (n + 2)
    return left / (left + 2)


def _gelu(x: Array, approximate: str) -> Array:
    if approximate == "tanh":
        inner = sqrt(2 / pi) * (x + 0.044715 * (x * x * x))
        return x * _sigmoid(2 * inner)
    return 0.5 * x * _erfc(-x * sqrt(0.5))


def _hard_sigmoid(x: Array) -> Array:
    return np.clip(x + 3, 0, 6) / 6


def _hard_swish(x: Array) -> Array:
    return np.where(x >= 3, x, x * _hard_sigmoid(x))


def _leaky_relu(x: Array, slope: float) -> Array:
    return np.where(x >= 0, x, x * slope)


def _softsign(x: Array) -> Array:
    return np.where(np.isinf(x), np.sign(x), x / (1 + np.abs(x)))


class _ByName:
    """A function that NumPy lacks: the C library's, value by value; SciPy's, where it is installed, for many values."""

    def __init__(self, name: str) -> None:
        self.name, self.seen = name, 0
        self.many: Callable[[Array], Array] | None = None

    def __call__(self, x: Array) -> Array:
        self.seen += x.size
        if self.seen > _MANY and self.many is None:
            self.many = self._many()
        return self.many(x) if self.many else self._one_by_one(x)

    def _one_by_one(self, x: Array) -> Array:
        return np.fromiter(map(getattr(math, self.name), x.ravel().tolist()), np.float64, x.size).reshape(x.shape)

    def _many(self) -> Callable[[Array], Array]:
        try:
            found: Callable[[Array], Array] = getattr(import_module("scipy.special"), self.name)
        except ModuleNotFoundError:
            return self._one_by_one
        return found


_any_erf, _erfc = _ByName("erf"), _ByName("erfc")


def _erf(x: Array) -> Array:
    if x.size and max(-x.min(), x.max()) < _NEAR_EVENLY:
        return 2 / sqrt(pi) * x
    return _any_erf(x)


FUNCTIONS: dict[str, Function] = {
    "linear": Function(lambda x: x, short=True, identity=((-inf, inf),)),
    "relu": Function(lambda x: np.maximum(x, 0), short=True, identity=((0, inf),), zero="none"),
    "leaky_relu": Function(_leaky_relu, short=True, identity=((0, inf),)),
    "sigmoid": Function(_sigmoid),
    "tanh": Function(np.tanh, identity=((-(2.0**-13), 2.0**-13),)),
    "exp": Function(np.exp),
    "expm1": Function(np.expm1, identity=((-(2.0**-27), 2.0**-27),)),
    "log": Function(np.log),
    "log1p": Function(np.log1p, identity=((-(2.0**-27), 2.0**-27),)),
    "erf": Function(_erf),
    "sqrt": Function(np.sqrt),
    "rsqrt": Function(lambda x: 1 / np.sqrt(x), pole=True),
    "softplus": Function(_softplus, identity=((24, inf),)),
    "log_sigmoid": Function(lambda x: -_softplus(-x), identity=((-inf, -24),)),
    "silu": Function(lambda x: x * _sigmoid(x), turning=(-1.5, -1.0), identity=((24, inf),), half=True),
    "gelu": Function(_gelu, margin=LOOSE, turning=(-1.0, -0.5), identity=((8, inf),), half=True),
    "mish": Function(_mish, turning=(-1.5, -1.0), identity=((24, inf),)),
    "elu": Function(_elu, identity=((0, inf),), zero="none"),
    "selu": Function(_selu, zero="none"),
    "softsign": Function(_softsign, identity=((-(2.0**-27), 2.0**-27),)),
    "hard_sigmoid": Function(_hard_sigmoid, numerator=lambda x: x + 3, zero="inputs"),
    "hard_swish": Function(
        _hard_swish,
        turning=(-2.0, -1.0),
        identity=((3, inf),),
        half=True,
        numerator=lambda x: x * (x + 3),
        zero="inputs",
    ),
}


def known() -> tuple[str, ...]:
    """Every operation that can be swept."""
    return tuple(FUNCTIONS)
