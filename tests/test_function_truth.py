"""Truth of element functions and activations: against 60-digit decimals, erring steps, and their own gradients."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal
from fractions import Fraction
from math import inf, isnan
from typing import Any

import numpy as np
import pytest
from flint import arb

from nnconform.reference.results import values_of
from nnconform.reference.textbook import activations, elementary, logarithms, piecewise, smooth
from nnconform.reference.truth.arithmetic import arithmetic
from nnconform.reference.truth.ball import Ball, middle, upward
from nnconform.reference.truth.operations import apply
from nnconform.reference.truth.table import ULPS
from nnconform.spec.formats import FORMATS
from nnconform.spec.generator import generate

DIGITS = Context(prec=60, Emin=-99999, Emax=99999)
ONE, TWO = Decimal(1), Decimal(2)
DTYPES = ("float32", "float64")
MODULES = (elementary, piecewise, smooth, logarithms, activations)


def exp(x: Decimal) -> Decimal:
    return x.exp(DIGITS)


def log(x: Decimal) -> Decimal:
    return x.ln(DIGITS)


def div(a: Decimal, b: Decimal) -> Decimal:
    return DIGITS.divide(a, b)


def add(a: Decimal, b: Decimal) -> Decimal:
    return DIGITS.add(a, b)


def mul(a: Decimal, b: Decimal) -> Decimal:
    return DIGITS.multiply(a, b)


def less_one(x: Decimal) -> Decimal:
    return add(exp(x), -ONE)


def softplus(x: Decimal) -> Decimal:
    return log(add(ONE, exp(x)))


def tanh(x: Decimal) -> Decimal:
    return div(less_one(mul(TWO, x)), add(exp(mul(TWO, x)), ONE))


def six(x: Decimal) -> Decimal:
    return min(max(add(x, Decimal(3)), Decimal(0)), Decimal(6))


SCALE, ALPHA = Decimal("1.0507009873554804934193349852946"), Decimal("1.6732632423543772848170429916717")
EXACT: dict[str, Callable[[Decimal], Decimal]] = {
    "exp": exp,
    "expm1": less_one,
    "log": lambda x: log(abs(x)),
    "log1p": lambda x: log(add(ONE, abs(x))),
    "sqrt": lambda x: abs(x).sqrt(DIGITS),
    "rsqrt": lambda x: div(ONE, abs(x).sqrt(DIGITS)),
    "elu": lambda x: x if x > 0 else less_one(x),
    "selu": lambda x: mul(SCALE, x if x > 0 else mul(ALPHA, less_one(x))),
    "silu": lambda x: div(x, add(ONE, exp(x.copy_negate()))),
    "softplus": softplus,
    "log_sigmoid": lambda x: softplus(x.copy_negate()).copy_negate(),
    "hard_sigmoid": lambda x: div(six(x), Decimal(6)),
    "hard_swish": lambda x: div(mul(x, six(x)), Decimal(6)),
    "mish": lambda x: mul(x, tanh(softplus(x))),
    "softsign": lambda x: div(x, add(ONE, abs(x))),
}
USUAL: dict[str, dict[str, Any]] = {"elu": {"alpha": 1.0}, "gelu": {"approximate": "none"}}
OTHER: dict[str, dict[str, Any]] = {"elu": {"alpha": 0.5}, "gelu": {"approximate": "tanh"}}
FROM_ZERO = {"log", "log1p", "sqrt", "rsqrt"}


def drawn(dtype: str, low: int, high: int, name: str) -> Any:
    made = generate({"generate": "log_uniform", "name": name, "shape": [40], "low": low, "high": high}, dtype)
    return np.abs(made) if name in FROM_ZERO else made


def truth(name: str, dtype: str, x: Any, **attributes: Any) -> list[Any]:
    given = USUAL.get(name, {}) | attributes
    return list(apply(name, [values_of(x)], given, arithmetic(dtype)).ravel())


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("dtype", DTYPES)
def test_truth_agrees_with_decimals(name: str, dtype: str) -> None:
    x = drawn(dtype, -6, 5, name)
    for value, ball in zip(x, truth(name, dtype, x), strict=True):
        wanted = Fraction(EXACT[name](Decimal(float(value))))
        assert abs(middle(ball.exact) - wanted) <= max(abs(wanted), Fraction(1)) * Fraction(1, 10**45)


@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log1p", "sqrt", "rsqrt", "erf"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_bounds_are_the_tables(name: str, dtype: str) -> None:
    form, x = FORMATS[dtype], np.abs(drawn(dtype, -4, 4, name)).astype(dtype)
    for ball in truth(name, dtype, x):
        size = abs(middle(ball.exact))
        granted, bound = ULPS[dtype][name] * form.spacing(size), Fraction(upward(ball.error))
        assert granted <= bound <= Fraction(201, 100) * granted  # an ulp is at most twice as wide below the result


@pytest.mark.parametrize("dtype", DTYPES)
def test_right_answers_spend_little_and_wrong_ones_too_much(dtype: str) -> None:
    """The textbook in the dtype is within; off by four ulps more than it may, an elementary function is not."""
    x = drawn(dtype, -3, 3, "exp")
    for value, ball in zip(elementary.exp(x), truth("exp", dtype, x), strict=True):
        off = abs(Fraction(float(value)) - middle(ball.exact))
        assert off <= Fraction(upward(ball.error))
        assert off + 7 * FORMATS[dtype].spacing(middle(ball.exact)) > Fraction(upward(ball.error))


LIMITS = {
    "exp": (0, inf), "expm1": (-1, inf), "log": (None, inf), "log1p": (None, inf), "erf": (-1, 1), "sqrt": (None, inf),
    "rsqrt": (None, 0), "elu": (-1, inf), "gelu": (0, inf), "silu": (0, inf), "softplus": (0, inf),
    "log_sigmoid": (-inf, 0), "hard_sigmoid": (0, 1), "hard_swish": (0, inf), "mish": (0, inf), "softsign": (-1, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", LIMITS)
def test_limits(name: str) -> None:
    found = truth(name, "float64", np.array([-inf, inf, np.nan]))
    for value, wanted in zip(found, (*LIMITS[name], None), strict=True):
        plain = float(middle(value.exact)) if isinstance(value, Ball) else value
        assert isnan(plain) if wanted is None else plain == wanted
        assert not isinstance(value, Ball) or value.error == 0


def test_what_surely_overflows_is_inf_and_what_may_is_refused() -> None:
    assert truth("exp", "float32", np.array([89.0])) == [inf]
    assert isinstance(truth("exp", "float64", np.array([89.0]))[0], Ball)
    edge = float(np.float32(88.72284))  # exp of it is within a few ulps of the largest number
    (ball,) = truth("exp", "float32", np.array([edge]))
    assert isinstance(ball, Ball)
    assert arithmetic("float32").overflows(ball)


X = np.array([-9.5, -3.25, -2.5, -1.0, -0.25, 0.125, 0.75, 1.5, 3.5, 8.0])
STEP = arb(2) ** -60
"""Of the central difference at 256 bits, whose own error is then far below float64's."""
GRADIENTS = (*EXACT, "erf", "gelu", "logsumexp", "log_softmax")


def derivative(name: str, x: Any, attributes: dict[str, Any]) -> Any:
    """Exact results of x moved up and down by a step at one place each, as differences: outputs by inputs."""
    columns = []
    for place in range(x.size):
        ends = []
        for sign in (1, -1):
            moved = np.array([Ball(arb(float(v)) + (sign * STEP if k == place else 0)) for k, v in enumerate(x)])
            ends.append(apply(name, [moved], attributes, arithmetic("float64")).ravel())
        columns.append([float(((up.exact - down.exact) / (2 * STEP)).mid()) for up, down in zip(*ends, strict=True)])
    return np.array(columns)


@pytest.mark.parametrize("name", GRADIENTS)
@pytest.mark.parametrize("form", ["usual", "other"])
def test_gradient_formula_is_that_of_the_truth(name: str, form: str) -> None:
    attributes = (OTHER if form == "other" else USUAL).get(name, {})
    if name in {"logsumexp", "log_softmax"}:
        attributes = {"axis": -1}
    x = np.abs(X) if name in FROM_ZERO else X
    slopes = derivative(name, x, attributes)
    module = next(module for module in MODULES if hasattr(module, f"{name}_gradient"))
    upstream = np.array(1.5) if name == "logsumexp" else np.linspace(-1.0, 2.0, x.size)
    wanted = slopes @ np.atleast_1d(upstream)
    found = getattr(module, f"{name}_gradient")(x, upstream, **attributes)
    # Fewer than 64 roundings a result, each on a term no larger than 4 (a product of an input and a gate near 1 aside).
    assert np.abs(found - wanted).max() <= 64 * np.spacing(max(4.0, np.abs(wanted).max()))
