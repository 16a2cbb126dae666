"""The truth is true, and its bounds hold whatever a conforming computation may do.

Exact results are checked against Python's own fractions and 60-digit decimals, bounds against thousands of
computations whose every step errs at random by as much as it may.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from nnconform.reference.results import values_of
from nnconform.reference.truth.arithmetic import arithmetic
from nnconform.reference.truth.ball import middle, upward
from nnconform.reference.truth.operations import apply
from nnconform.reference.truth.table import ULPS
from nnconform.spec.arrays import Array
from nnconform.spec.formats import FORMATS
from nnconform.spec.generator import generate

DIGITS = Context(prec=60, Emin=-99999, Emax=99999)
DTYPES = ("float32", "float64")


def truth(operation: str, dtype: str, *inputs: Array, **attributes: Any) -> list[Any]:
    made = apply(operation, [values_of(given) for given in inputs], attributes, arithmetic(dtype))
    return list(made.ravel())


def named(kind: str, dtype: str, shape: Sequence[int], **parameters: Any) -> Array:
    return generate({"generate": kind, "name": f"{kind}/{shape}", "shape": list(shape), **parameters}, dtype)


def decimal(value: Any) -> Decimal:
    return Decimal(float(value))


def exact_sigmoid(x: Decimal) -> Decimal:
    return DIGITS.divide(Decimal(1), DIGITS.add(Decimal(1), x.copy_negate().exp(DIGITS)))


def close(ball: Any, wanted: Decimal) -> bool:
    return abs(middle(ball.exact) - Fraction(wanted)) <= abs(Fraction(wanted)) * Fraction(1, 10**50)


@pytest.mark.parametrize("dtype", DTYPES)
def test_elementwise_truth_agrees_with_decimals(dtype: str) -> None:
    x = named("log_uniform", dtype, [60], low=-12, high=6)
    for value, ball in zip(x, truth("sigmoid", dtype, x), strict=True):
        assert close(ball, exact_sigmoid(decimal(value)))
    for value, ball in zip(x, truth("tanh", dtype, x), strict=True):
        up, down = decimal(value).exp(DIGITS), decimal(value).copy_negate().exp(DIGITS)
        wanted = DIGITS.divide(DIGITS.subtract(up, down), DIGITS.add(up, down))
        assert abs(middle(ball.exact) - Fraction(wanted)) <= Fraction(1, 10**50)


@pytest.mark.parametrize("dtype", DTYPES)
def test_products_are_exact(dtype: str) -> None:
    a, b = named("significand", dtype, [5, 9]), named("log_uniform", dtype, [9, 3], low=-9, high=9)
    balls = truth("matmul", dtype, a, b)
    for number, ball in enumerate(balls):
        i, j = divmod(number, 3)
        assert middle(ball.exact) == sum(Fraction(float(a[i, k])) * Fraction(float(b[k, j])) for k in range(9))


@pytest.mark.parametrize("dtype", DTYPES)
def test_any_order_of_summation_is_within_the_bound(dtype: str) -> None:
    drawn = random.Random(5)
    shares = []
    for size in (2, 7, 33):
        a, b = named("significand", dtype, [size]), named("log_uniform", dtype, [size], low=-3, high=3)
        (ball,) = truth("dot", dtype, a, b)
        for _ in range(200):
            terms = [x * y for x, y in zip(a, b, strict=True)]
            while len(terms) > 1:
                drawn.shuffle(terms)
                terms.append(terms.pop() + terms.pop())
            off = abs(Fraction(float(terms[0])) - middle(ball.exact))
            shares.append(float(off / Fraction(upward(ball.error))))
    assert max(shares) <= 1
    assert max(shares) > 0.1  # the bound is not idle


class Erring:
    """Arithmetic in exact fractions, each step erring at random, often by all that it may."""

    def __init__(self, dtype: str, seed: int) -> None:
        self.form, self.table, self.drawn = FORMATS[dtype], ULPS[dtype], random.Random(seed)

    def off(self, exact: Fraction, ulps: Fraction = Fraction(1, 2)) -> Fraction:
        if self.form.nearest(exact) == exact and ulps == Fraction(1, 2):
            return exact  # nothing to round
        part = Fraction(self.drawn.choice((-1.0, 1.0, self.drawn.uniform(-1, 1))))
        made = exact + part * ulps * self.form.spacing(exact)
        flush = abs(made) < self.form.smallest_normal and self.drawn.random() < 0.5
        return Fraction(0) if flush else made

    def exp(self, x: Fraction) -> Fraction:
        return self.off(
            Fraction(DIGITS.divide(Decimal(x.numerator), Decimal(x.denominator)).exp(DIGITS)), self.table["exp"]
        )

    def divide(self, a: Fraction, b: Fraction) -> Fraction:
        return self.off(a / b, self.table["divide"])


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_conforming_sigmoid_is_within_its_bound(dtype: str) -> None:
    x = np.concatenate([named("normal", dtype, [30], scale=4.0), np.array([-87, -30, -17, 17, 30], dtype)])
    shares = []
    for value, ball in zip(x, truth("sigmoid", dtype, x), strict=True):
        for seed in range(40):
            erring = Erring(dtype, seed)
            made = erring.divide(Fraction(1), erring.off(1 + erring.exp(-Fraction(float(value)))))
            shares.append(float(abs(made - middle(ball.exact)) / Fraction(upward(ball.error))))
    assert 0.3 < max(shares) <= 1


@pytest.mark.parametrize(("operation", "wanted"), [("sigmoid", Fraction(1, 2)), ("tanh", Fraction(0))])
@pytest.mark.parametrize("dtype", DTYPES)
def test_at_zero_nothing_errs(dtype: str, operation: str, wanted: Fraction) -> None:
    for ball in truth(operation, dtype, np.array([0.0, -0.0], dtype)):
        assert (middle(ball.exact), upward(ball.error)) == (wanted, 0)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_conforming_softmax_is_within_its_bound(dtype: str) -> None:
    shares = []
    for row in named("normal", dtype, [6, 5], scale=3.0):
        balls = truth("softmax", dtype, row, axis=-1)
        for seed in range(40):
            erring = Erring(dtype, seed)
            top = Fraction(float(row.max()))
            powers = [erring.exp(erring.off(Fraction(float(value)) - top)) for value in row]
            total = powers[0]
            for power in powers[1:]:
                total = erring.off(total + power)
            for power, ball in zip(powers, balls, strict=True):
                off = abs(erring.divide(power, total) - middle(ball.exact))
                shares.append(float(off / Fraction(upward(ball.error))))
    assert 0.3 < max(shares) <= 1


@pytest.mark.parametrize("activation", ["linear", "relu", "sigmoid", "tanh"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_conforming_dense_layer_is_within_its_bound(dtype: str, activation: str) -> None:
    x, w, b = named("significand", dtype, [1, 6]), named("significand", dtype, [6, 3]), named("significand", dtype, [3])
    balls = truth("dense", dtype, x, w, b, activation=activation)
    shares = []
    for seed in range(60):
        for j, ball in enumerate(balls):
            made = _erring_unit(Erring(dtype, seed), x[0], w[:, j], b[j], activation)
            off = abs(made - middle(ball.exact))
            shares.append(float(off / Fraction(upward(ball.error))) if off else 0.0)
    assert 0.1 < max(shares) <= 1


def _erring_unit(erring: Erring, x: Array, w: Array, b: Any, activation: str) -> Fraction:
    z = Fraction(0)
    for left, right in zip(x, w, strict=True):
        z = erring.off(z + erring.off(Fraction(float(left)) * Fraction(float(right))))
    z = erring.off(z + Fraction(float(b)))
    if activation == "relu":
        return max(z, Fraction(0))
    if activation == "sigmoid":
        return erring.divide(Fraction(1), erring.off(1 + erring.exp(-z)))
    if activation == "tanh":
        power = Fraction(DIGITS.divide(Decimal(2 * z.numerator), Decimal(z.denominator)).exp(DIGITS))
        return erring.off((power - 1) / (power + 1), erring.table["tanh"])
    return z


def test_relu_is_exact_and_may_only_flush_its_input() -> None:
    balls = truth("relu", "float32", np.array([-1e-40, 1e-40, 3.0], np.float32))
    assert all(upward(ball.error) == 0 for ball in balls)
    assert [float(middle(ball.exact)) > 0 for ball in balls] == [False, True, True]


def test_infinities_and_nan_follow_their_limits() -> None:
    x = np.array([np.inf, -np.inf, np.nan])
    assert [v if isinstance(v, float) else float(middle(v.exact)) for v in truth("sigmoid", "float64", x)][:2] == [
        1.0,
        0.0,
    ]
    assert np.isnan(truth("tanh", "float64", x)[2])
    a, b = np.array([[np.inf, 1.0], [1.0, 2.0]]), np.array([[0.0, 1.0], [3.0, -np.inf]])
    found = truth("matmul", "float64", a, b)
    assert np.isnan(found[0])
    assert np.isnan(found[1])
    assert found[3] == -np.inf
