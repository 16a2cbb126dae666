"""The fast path of sweeps against certified enclosures, on dense samples."""

from __future__ import annotations

from fractions import Fraction
from math import isnan
from typing import Any

import numpy as np
import pytest

from nnconform.reference.sweep.engine import Engine
from nnconform.reference.sweep.exact import bound_of
from nnconform.reference.sweep.fast import COMPUTED
from nnconform.reference.sweep.functions import FUNCTIONS, known
from nnconform.reference.sweep.rounding import HUGE, Rounding
from nnconform.reference.truth.ball import Ball, middle
from nnconform.reference.truth.operations import OPERATIONS
from nnconform.spec.catalogue import catalogue
from nnconform.spec.formats import FORMATS

DTYPES = ("float16", "bfloat16", "float32")


def engine(operation: str, dtype: str) -> Engine:
    return Engine(operation, catalogue()[operation].attributes, dtype)


def sample(dtype: str, count: int) -> Any:
    """Patterns: every so many, and both sides of zeros, infinities and powers of two."""
    form, word = FORMATS[dtype], np.dtype(f"u{FORMATS[dtype].bits // 8}")
    random = np.random.default_rng(5).integers(0, 2**form.bits, count, np.uint64)
    powers = np.arange(2 ** (form.bits - form.precision + 1), dtype=np.uint64) << np.uint64(form.precision - 1)
    chosen = powers[:: max(1, powers.size // 64)]
    top = np.uint64(2 ** (form.bits - 1))
    special = np.array([0, 1, top, top + np.uint64(1), powers[powers.size // 2 - 1]], np.uint64)
    both = np.concatenate([random, chosen, chosen + np.uint64(1), chosen - np.uint64(1), special])
    return np.unique(both & np.uint64(2**form.bits - 1)).astype(word)


def same(left: Any, right: Any) -> Any:
    return (left == right) | (np.isnan(left) & np.isnan(right))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("operation", known())
def test_rounds_as_certified_arithmetic_does(operation: str, dtype: str) -> None:
    made = engine(operation, dtype)
    bits = sample(dtype, 500)
    x = made.rounding.wide(bits)
    with np.errstate(all="ignore"):
        found = made.rounding.wide(made.rounded(x))
    exact = np.array([made.exact.rounded(value) for value in made.exact.values(x.tolist())])
    poles = (x == 0) & np.isinf(found) & np.isinf(exact)  # an enclosure of zero has no sign
    wrong = ~(same(found, exact) | poles)
    assert not wrong.any(), [(x[place], found[place], exact[place]) for place in np.flatnonzero(wrong)[:3]]


@pytest.mark.parametrize("operation", [name for name in known() if FUNCTIONS[name].margin])
def test_the_margin_is_sixteen_times_what_is_seen(operation: str) -> None:
    made = engine(operation, "float32")
    x = made.rounding.wide(sample("float32", 1500))
    near = np.random.default_rng(6).normal(0, 4, 1000).astype(np.float32).astype(np.float64)
    x = np.concatenate([x, near, near + 100])
    with np.errstate(all="ignore"):
        y = made.fast(x)
    worst = Fraction(0)
    for found, value in zip(y.tolist(), made.exact.values(x.tolist()), strict=True):
        if isinstance(value, Ball) and abs(value.exact) < HUGE and 1e-100 < abs(found) < 1e100:
            exact = middle(value.exact)
            worst = max(worst, abs(Fraction(found) - exact) / abs(exact))
    assert 0 <= worst <= made.function.margin / 16, float(worst)


@pytest.mark.parametrize("nearest", [2.0**-26, 2.0**-50, 2.0**-51, 2.0**-120])
@pytest.mark.parametrize("operation", ["mish", "selu", "elu", "erf"])
def test_arrays_of_tiny_inputs_keep_the_margin_too(operation: str, nearest: float) -> None:
    made = engine(operation, "float32")
    random = np.random.default_rng(9).integers(0, 2**20, 40, np.uint32)
    below = made.rounding.wide(np.float32(nearest).view(np.uint32) - np.uint32(1) - random)
    for x in (below, -below):
        for found, value in zip(made.fast(x).tolist(), made.exact.values(x.tolist()), strict=True):
            assert isinstance(value, Ball)
            exact = middle(value.exact)
            assert abs(Fraction(found) - exact) <= abs(exact) * Fraction(made.function.margin) / 16, (
                found,
                float(exact),
            )


@pytest.mark.parametrize("operation", known())
def test_runs_that_are_settled_by_their_ends(operation: str) -> None:
    made, random = engine(operation, "float32"), np.random.default_rng(7)
    first = (np.arange(2**16, dtype=np.uint64) << np.uint64(16)).astype(np.uint32)
    with np.errstate(all="ignore"):
        plan = made.plan(first, first + np.uint32(0xFFFF))
    settled = np.flatnonzero(plan.kinds != COMPUTED)
    assert settled.size > 2**16 / 256, "hardly anything is settled"
    for run in random.choice(settled, 150).tolist():
        bits = first[run : run + 1] + np.uint32(random.integers(0, 2**16))
        expected = made.rounding.wide(
            made.expected(bits[:, None], type(plan)(plan.kinds[[run]], plan.constants[[run]]))
        )
        x = float(made.rounding.wide(bits)[0])
        exact = made.exact.rounded(made.exact.value(x))
        assert same(expected[0, 0], exact), (x, expected, exact)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("operation", known())
def test_what_is_surely_allowed_is_allowed(operation: str, dtype: str) -> None:
    made = engine(operation, dtype)
    bits = sample(dtype, 300)
    x = made.rounding.wide(bits)
    exact = made.exact.values(x.tolist())
    for closeness in range(made.closest + 1):
        floors = made.allowed(bits, x, closeness)  # here they depend on the inputs alone
        for given, floor, value in zip(x.tolist(), floors.tolist(), exact, strict=True):
            if isinstance(value, Ball) and abs(value.exact) < HUGE:
                assert floor <= bound_of(value), (given, floor, bound_of(value))


def test_rounding_to_bfloat16_happens_once() -> None:
    rounding, form = Rounding("bfloat16"), FORMATS["bfloat16"]
    random = np.random.default_rng(8)
    values = random.normal(0, 1, 3000) * 2.0 ** random.integers(-140, 128, 3000)
    ties = rounding.wide(np.arange(0, 0x7F7F, 7, dtype=np.uint16))
    ties = np.concatenate([ties * (1 + 2.0**-8), ties * (1 + 2.0**-8 + 2.0**-40), ties * (1 + 2.0**-8 - 2.0**-40)])
    for value in np.concatenate([values, ties]).tolist():
        found = float(rounding.wide(rounding.nearest(np.array([value])))[0])
        assert found == float(form.nearest(Fraction(value))), value


def test_whatever_is_swept_can_be_certified() -> None:
    assert set(known()) <= set(OPERATIONS)
    left_out = {name for name, entry in catalogue().items() if entry.elementwise} - set(known())
    assert all("sweep" in catalogue()[name].absent for name in left_out)


def test_specials_keep_their_kind() -> None:
    for dtype in DTYPES:
        made = engine("sigmoid", dtype)
        with np.errstate(all="ignore"):
            found = made.rounding.wide(made.rounded(np.array([np.inf, -np.inf, np.nan, 0.0])))
        assert found.tolist()[:2] == [1.0, 0.0]
        assert isnan(found[2])
        assert found[3] == 0.5
