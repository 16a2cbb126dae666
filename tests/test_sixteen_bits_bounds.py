"""Bounds in 16 bits: formulas evaluated step by step in the dtype are within, float32 inside is, named faults are not."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np
import pytest
from sixteen_steps import ONE_BY_ONE, Formula, Steps, sigmoid_steps, softmax_steps

from nnconform.reference.results import values_of
from nnconform.reference.textbook import activations, elementary, layers, logarithms, piecewise, products, smooth
from nnconform.reference.truth.arithmetic import arithmetic
from nnconform.reference.truth.ball import Ball, middle, upward
from nnconform.reference.truth.operations import apply
from nnconform.reference.truth.table import ULPS
from nnconform.spec.formats import FORMATS
from nnconform.spec.generator import generate

Array = Any
DTYPES = ("float16", "bfloat16")
MODULES = (activations, elementary, piecewise, smooth, logarithms, layers, products)


ALONG_ROWS = {"softmax", "log_softmax", "logsumexp"}
FROM_ZERO = {"log", "log1p", "sqrt", "rsqrt"}


def drawn(name: str, dtype: str, shape: list[int] | None = None) -> Array:
    """Numbers of all sizes that the dtype's functions can tell from 0 and from a limit."""
    given = {"generate": "log_uniform", "name": name, "shape": shape or [120], "low": -9, "high": 2}
    made = generate({**given, "shape": [12, 7]} if name in ALONG_ROWS else given, dtype)
    return np.abs(made) if name in FROM_ZERO else made


def bounds(name: str, dtype: str, inputs: list[Array], attributes: dict[str, Any]) -> tuple[Array, Array]:
    """Exact results, and what they may be off."""
    balls = apply(name, [values_of(x) for x in inputs], attributes, arithmetic(dtype))
    assert all(isinstance(ball, Ball) for ball in balls.ravel())
    exact = np.vectorize(lambda ball: float(middle(ball.exact)), otypes=[float])(balls)
    return exact, np.vectorize(lambda ball: upward(ball.error), otypes=[float])(balls)


def shares(made: Array, exact: Array, bound: Array) -> Array:
    off = np.abs(made.astype(np.float64) - exact)
    return np.divide(off, bound, out=np.where(off > 0, inf, 0.0), where=bound > 0)


def textbook(name: str) -> Callable[..., Array]:
    module = next(module for module in MODULES if hasattr(module, name))
    function: Callable[..., Array] = getattr(module, name)
    return function


@pytest.mark.parametrize("key", ONE_BY_ONE)
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_step_may_round_to_the_dtype(dtype: str, key: str) -> None:
    formula, attributes = ONE_BY_ONE[key]
    name = key.split(maxsplit=1)[0]
    x = drawn(name, dtype)
    exact, bound = bounds(name, dtype, [x], attributes)
    assert shares(formula(Steps(dtype), x.astype(np.float64)), exact, bound).max() <= 1
    erring = [formula(Steps(dtype, np.random.default_rng(seed)), x.astype(np.float64)) for seed in range(20)]
    most = max(shares(made, exact, bound).max() for made in erring)
    assert 0.3 < most <= 1  # nothing that conforms is beyond, and the bound is not idle


@pytest.mark.parametrize("key", ONE_BY_ONE)
@pytest.mark.parametrize("dtype", DTYPES)
def test_float32_inside_is_within(dtype: str, key: str) -> None:
    name, attributes = key.split(maxsplit=1)[0], ONE_BY_ONE[key][1]
    x = drawn(name, dtype)
    assert shares(textbook(name)(x, **attributes), *bounds(name, dtype, [x], attributes)).max() <= 1


def layer(dtype: str) -> list[Array]:
    """A dense layer's arguments, of all the digits that the dtype has."""
    shapes = {"x": [6, 40], "w": [40, 5], "b": [5]}
    return [generate({"generate": "significand", "name": key, "shape": shape}, dtype) for key, shape in shapes.items()]


def stepwise(s: Steps, x: Array, w: Array, b: Array) -> Array:
    z = s.off((x.astype(np.float32) @ w.astype(np.float32)).astype(np.float64))
    return s.add(z, b.astype(np.float64))


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "softmax"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_layer_stores_its_product_before_and_after_the_bias(dtype: str, activation: str) -> None:
    given = layer(dtype)
    exact, bound = bounds("dense", dtype, given, {"activation": activation})
    last: Formula = {"linear": lambda _, z: z, "sigmoid": sigmoid_steps, "softmax": softmax_steps}[activation]
    most = 0.0
    for seed in range(20):
        s = Steps(dtype, np.random.default_rng(seed))
        most = max(most, shares(last(s, stepwise(s, *given)), exact, bound).max())
    assert 0.1 < most <= 1
    x, w, b = given
    assert shares(layers.dense(x, w, b, activation), exact, bound).max() <= 1


def test_what_the_dtype_holds_is_not_rounded() -> None:
    x, w, b = np.array([[3.0, 5.0]]), np.array([[8.0], [-2.0]]), np.array([0.5])
    for dtype in DTYPES:
        assert bounds("dense", dtype, [x, w, b], {"activation": "linear"})[1].max() == 0
        assert bounds("matmul", dtype, [x, w / 3], {})[1].max() > 0


def half_sums(x: Array, w: Array, b: Array) -> Array:
    """Every partial sum rounded to the dtype."""
    z = np.zeros((x.shape[0], w.shape[1]), x.dtype)
    for k in range(x.shape[1]):
        z = (z + x[:, k, None] * w[None, k]).astype(x.dtype)
    return (z + b).astype(x.dtype)


WRONG_LAYERS: dict[str, Callable[..., Array]] = {
    "sums rounded one by one": half_sums,
    "bias twice": lambda x, w, b: layers.dense(x, w, b) + b,
    "no bias": lambda x, w, b: layers.dense(x, w, np.zeros_like(b)),
    "last term dropped": lambda x, w, b: layers.dense(x[:, :-1], w[:-1], b),
}
WRONG: dict[str, list[tuple[str, Callable[[Array], Array]]]] = {
    "sigmoid": [
        ("saturates early", lambda x: np.where(x > 4, 1, activations.sigmoid(x)).astype(x.dtype)),
        ("a straight line near 0", lambda x: np.where(np.abs(x) < 2, x / 4 + 0.5, activations.sigmoid(x))),
    ],
    "tanh": [("saturates early", lambda x: np.where(np.abs(x) > 2, np.sign(x), np.tanh(x.astype(np.float32))))],
    "softmax": [
        ("the other axis", lambda x: activations.softmax(x, 0)),
        ("not normalised in the row", lambda x: activations.softmax(x) * x.dtype.type(1.125)),
    ],
    "log_softmax": [("the other axis", lambda x: logarithms.log_softmax(x, 0))],
    "silu": [("without the factor", activations.sigmoid)],
    "gelu": [("by the sigmoid", lambda x: (x * activations.sigmoid((1.702 * x).astype(x.dtype))).astype(x.dtype))],
    "softplus": [("x where x > 1", lambda x: np.where(x > 1, x, smooth.softplus(x)))],
    "expm1": [("exp(x) - 1 in the dtype", lambda x: (elementary.exp(x) - x.dtype.type(1)).astype(x.dtype))],
    "log1p": [("log(1 + x) in the dtype", lambda x: elementary.log((x + x.dtype.type(1)).astype(x.dtype)))],
    "elu": [("alpha forgotten", lambda x: piecewise.elu(x, 1.0))],
    "selu": [("scale forgotten", lambda x: piecewise.elu(x, 1.6732632))],
    "mish": [("softplus without tanh", lambda x: (x * smooth.softplus(x)).astype(x.dtype))],
}


@pytest.mark.parametrize(("name", "fault"), [(name, fault) for name, found in WRONG.items() for fault, _ in found])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_wrong_function_is_beyond(dtype: str, name: str, fault: str) -> None:
    x = drawn(name, dtype)
    made = dict(WRONG[name])[fault](x)
    assert shares(made, *bounds(name, dtype, [x], ONE_BY_ONE[name][1])).max() > 1


@pytest.mark.parametrize("fault", WRONG_LAYERS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_wrong_layer_is_beyond(dtype: str, fault: str) -> None:
    given = layer(dtype)
    exact, bound = bounds("dense", dtype, given, {"activation": "linear"})
    assert shares(WRONG_LAYERS[fault](*given), exact, bound).max() > 1


def test_float16_flushes_nothing_and_bfloat16_may() -> None:
    least = float(FORMATS["float16"].smallest_subnormal)
    x = np.array([[100 * least]])
    for name, given in (("silu", [x]), ("matmul", [x, np.array([[0.75]])])):
        exact, bound = bounds(name, "float16", given, {})
        assert bound.max() < exact.min()  # a zero would be beyond
        tiny = float(FORMATS["bfloat16"].smallest_normal)
        small = [np.array([[tiny * 1.5]]), *given[1:]]
        exact, bound = bounds(name, "bfloat16", [item / 2 if item is small[0] else item for item in small], {})
        assert bound.max() > exact.max()


@pytest.mark.parametrize("name", ["exp", "sqrt", "erf", "rsqrt", "tanh", "log"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_table_bound_is_its_ulps(dtype: str, name: str) -> None:
    x = np.abs(drawn(name, dtype))
    exact, bound = bounds(name, dtype, [x], {})
    for value, error in zip(exact, bound, strict=True):
        granted = ULPS[dtype][name] * FORMATS[dtype].spacing(Fraction(value))
        assert granted <= Fraction(error) <= Fraction(201, 100) * granted


def test_subnormal_results_of_a_function_may_err_by_the_tables_ulps() -> None:
    x = np.array([-14.0, -16.0])  # exp of these is subnormal in float16
    _, bound = bounds("exp", "float16", [x], {})
    least = float(FORMATS["float16"].smallest_subnormal)
    granted = 2 * Fraction(least)
    widened = granted * (1 + Fraction(1, 2**19))  # stored bounds are wider by 2^-20 of themselves, rounded up
    assert all(granted <= Fraction(error) <= widened for error in bound)


def test_a_sum_that_overflows_on_its_way_is_refused() -> None:
    with pytest.raises(ValueError, match="overflow float16 on its way"):
        bounds(
            "dense",
            "float16",
            [np.array([[300.0]]), np.array([[300.0]]), np.array([-60000.0])],
            {"activation": "linear"},
        )
