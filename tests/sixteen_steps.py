"""Formulas evaluated one step after another in a 16-bit dtype, each step rounded or erring as it may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, pi
from typing import Any

import numpy as np

from nnconform.reference.textbook import elementary
from nnconform.reference.truth.table import ULPS
from nnconform.spec.formats import FORMATS

Array = Any


@dataclass
class Steps:
    """One step after another in a 16-bit dtype, on float64 arrays: each rounded to nearest, or erring as it may."""

    dtype: str
    drawn: Any = None

    def off(self, exact: Array, ulps: float = 0.5) -> Array:
        form = FORMATS[self.dtype]
        with np.errstate(all="ignore"):
            powers = np.maximum(np.frexp(exact)[1] - 1, form.min_exponent)
            spacing = np.ldexp(1.0, powers - form.precision + 1)
            made = np.rint(exact / spacing) * spacing
            if self.drawn is not None:
                part = self.drawn.choice([-1.0, 1.0, 0.3], np.shape(exact))
                made = np.where((made == exact) & (ulps == 0.5), exact, exact + part * ulps * spacing)
            made = np.where(np.abs(made) > float(form.largest), np.copysign(inf, exact), made)
            return np.where(np.isfinite(exact), made, exact)

    def of(self, name: str, function: Callable[[Array], Array], x: Array) -> Array:
        with np.errstate(all="ignore"):
            return self.off(function(x), float(ULPS[self.dtype][name]))

    def exp(self, x: Array) -> Array:
        return np.where(x == 0, 1.0, self.of("exp", np.exp, x))  # exp(0) = 1 must come out

    def add(self, a: Array, b: Array) -> Array:
        return self.off(a + b)

    def mul(self, a: Array, b: Array) -> Array:
        with np.errstate(over="ignore"):
            return self.off(a * b)

    def div(self, a: Array, b: Array) -> Array:
        with np.errstate(all="ignore"):
            return self.off(a / b)

    def total(self, terms: Array) -> Array:
        """A sum along the last axis, accumulated in float32 and stored."""
        return self.off(terms.astype(np.float32).sum(axis=-1, keepdims=True, dtype=np.float32).astype(np.float64))


def sigmoid_steps(s: Steps, x: Array) -> Array:
    return s.div(1.0, s.add(1.0, s.exp(-x)))


def _erf(x: Array) -> Array:
    return elementary.erf(x.astype(np.float64))


def _expm1(s: Steps, x: Array) -> Array:
    return s.of("expm1", np.expm1, np.minimum(x, 0.0))


def _softplus(s: Steps, x: Array) -> Array:
    power = s.exp(x)
    return np.where(np.isinf(power), x, s.of("log1p", np.log1p, power))


def _gelu_tanh(s: Steps, x: Array) -> Array:
    cube = s.mul(s.mul(x, x), x)
    inner = s.mul(s.off(np.array((2 / pi) ** 0.5)), s.add(x, s.mul(s.off(np.array(0.044715)), cube)))
    return s.mul(x / 2, s.add(1.0, s.of("tanh", np.tanh, inner)))


def _gelu_erf(s: Steps, x: Array) -> Array:
    inner = s.div(x, s.off(np.array(2**0.5)))
    return s.mul(x / 2, s.add(1.0, s.of("erf", _erf, inner)))


def _selu(s: Steps, x: Array) -> Array:
    alpha, scale = (s.off(np.array(value)) for value in (1.6732632423543772, 1.0507009873554805))
    return s.mul(scale, np.where(x > 0, x, s.mul(alpha, _expm1(s, x))))


def _six(s: Steps, x: Array) -> Array:
    return np.clip(s.add(x, 3.0), 0.0, 6.0)


def _powers(s: Steps, x: Array) -> Array:
    return s.exp(s.add(x, -x.max(axis=-1, keepdims=True)))


def softmax_steps(s: Steps, x: Array) -> Array:
    return s.div(_powers(s, x), s.total(_powers(s, x)))


def _log_softmax(s: Steps, x: Array) -> Array:
    return s.add(s.add(x, -x.max(axis=-1, keepdims=True)), -s.of("log", np.log, s.total(_powers(s, x))))


def _logsumexp(s: Steps, x: Array) -> Array:
    return s.add(x.max(axis=-1, keepdims=True), s.of("log", np.log, s.total(_powers(s, x))))[..., 0]


Formula = Callable[[Steps, Array], Array]
ONE_BY_ONE: dict[str, tuple[Formula, dict[str, Any]]] = {
    "exp": (lambda s, x: s.exp(x), {}),
    "expm1": (lambda s, x: s.of("expm1", np.expm1, x), {}),
    "log": (lambda s, x: s.of("log", np.log, x), {}),
    "log1p": (lambda s, x: s.of("log1p", np.log1p, x), {}),
    "erf": (lambda s, x: s.of("erf", _erf, x), {}),
    "sqrt": (lambda s, x: s.of("sqrt", np.sqrt, x), {}),
    "rsqrt": (lambda s, x: s.of("rsqrt", lambda z: z**-0.5, x), {}),
    "tanh": (lambda s, x: s.of("tanh", np.tanh, x), {}),
    "leaky_relu": (lambda s, x: np.where(x >= 0, x, s.mul(s.off(np.array(0.01)), x)), {"slope": 0.01}),
    "sigmoid": (sigmoid_steps, {}),
    "silu": (lambda s, x: s.mul(x, sigmoid_steps(s, x)), {}),
    "softplus": (_softplus, {}),
    "log_sigmoid": (lambda s, x: -_softplus(s, -x), {}),
    "mish": (lambda s, x: s.mul(x, s.of("tanh", np.tanh, _softplus(s, x))), {}),
    "gelu": (_gelu_erf, {"approximate": "none"}),
    "gelu by tanh": (_gelu_tanh, {"approximate": "tanh"}),
    "elu": (lambda s, x: np.where(x > 0, x, s.mul(s.off(np.array(0.3)), _expm1(s, x))), {"alpha": 0.3}),
    "selu": (_selu, {}),
    "hard_sigmoid": (lambda s, x: s.div(_six(s, x), 6.0), {}),
    "hard_swish": (lambda s, x: s.div(s.mul(x, _six(s, x)), 6.0), {}),
    "softsign": (lambda s, x: s.div(x, s.add(1.0, np.abs(x))), {}),
    "softmax": (softmax_steps, {"axis": -1}),
    "log_softmax": (_log_softmax, {"axis": -1}),
    "logsumexp": (_logsumexp, {"axis": -1}),
}
