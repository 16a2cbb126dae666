"""The named inputs are the same bits in every language: checked against whole numbers and fractions alone."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnconform.spec.arrays import same_bits
from nnconform.spec.formats import FORMATS
from nnconform.spec.generator import BLOCK, KINDS, elements, generate, other_elements, others, words

MASK = 2**64 - 1


def word(name: str, i: int) -> int:
    """The published recipe, in Python's own integers."""
    key = 0xCBF29CE484222325
    for byte in name.encode():
        key = ((key ^ byte) * 0x100000001B3) & MASK
    z = (key + (i + 1) * 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def sign(drawn: int, bit: int) -> int:
    return -1 if drawn >> bit & 1 else 1


def element(kind: str, name: str, i: int, p: int) -> Fraction:
    """One element of the kinds that need no shape."""
    w = word(name, i)
    if kind == "integers":
        return Fraction(-5 + ((w >> 32) * 12 >> 32))
    if kind == "scaled":
        return element("integers", name, i, p) * Fraction(3, 8)
    if kind == "dyadic":
        return Fraction(w >> 40, 2**23) - 1
    if kind == "significand":
        return sign(w, 63) * Fraction((2 ** (p - 1) + w % 2 ** (p - 1)) | 1, 2 ** (p - 1))
    if kind == "log_uniform":
        exponent = -9 + ((w >> 32) * 18 >> 32)
        return sign(w, 31) * (1 + Fraction(w % 2**23, 2**23)) * Fraction(2) ** exponent
    if kind == "normal":
        return sum((Fraction(word(name, 12 * i + j) >> 40, 2**24) for j in range(12)), Fraction(-6))
    raise AssertionError(kind)


PARAMETERS: dict[str, dict[str, Any]] = {
    "integers": {"low": -5, "high": 6},
    "scaled": {"low": -5, "high": 6, "scale": 0.375},
    "dyadic": {},
    "significand": {},
    "log_uniform": {"low": -9, "high": 8},
    "normal": {},
}
OTHERS: dict[str, dict[str, Any]] = {
    "budget": {"terms": 9},
    "ramp": {"start": -3, "step": 0.25},
    "constant": {"value": 0.75},
    "one_hot": {"axis": 1},
    "listed": {"words": np.array([0.1, np.nan, -np.inf, -3], ">f8").tobytes().hex(), "period": 4},
}
"""Of kinds that are not checked against the recipe here."""


def named(kind: str, shape: list[int]) -> dict[str, Any]:
    real = "integers" if kind == "scaled" else kind
    return {"generate": real, "name": "a/name", "shape": shape, **{**PARAMETERS, **OTHERS}.get(kind, {})}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", PARAMETERS)
def test_kind_follows_the_recipe(kind: str, dtype: str) -> None:
    made = generate(named(kind, [5, 9]), dtype)
    form = FORMATS[dtype]
    wanted = [float(form.nearest(element(kind, "a/name", i, form.precision))) for i in range(45)]
    assert made.dtype == np.dtype(dtype)
    assert made.ravel().tolist() == wanted


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
@pytest.mark.parametrize(
    "kind", [*PARAMETERS, "budget", "ramp", "constant", "one_hot", "wide_hot", "two_hot", "listed"]
)
def test_single_elements_are_those_of_the_whole(kind: str, dtype: str) -> None:
    data = named(kind, [3, 5, 7])
    whole = generate(data, dtype)
    grid = np.ravel_multi_index(np.ix_([2, 0], [4, 1, 1], [0, 6]), (3, 5, 7))
    part, other = elements(data, dtype, grid), other_elements(data, dtype, grid)
    assert part.dtype == other.dtype == whole.dtype
    assert same_bits(part, np.ascontiguousarray(whole[np.ix_([2, 0], [4, 1, 1], [0, 6])]))
    assert same_bits(other, np.ascontiguousarray(others(whole)[np.ix_([2, 0], [4, 1, 1], [0, 6])]))
    assert same_bits(elements(data, dtype, np.arange(105)), whole.ravel())


@pytest.mark.parametrize("kind", ["normal", "scaled", "ramp"])
def test_large_arrays_are_made_in_blocks_without_a_seam(kind: str) -> None:
    data = named(kind, [2 * BLOCK + 3])
    whole = generate(data, "float32")
    around = np.array([0, BLOCK - 1, BLOCK, 2 * BLOCK - 1, 2 * BLOCK, 2 * BLOCK + 2])
    form = FORMATS["float32"]
    assert same_bits(elements(data, "float32", around), whole[around])
    if kind == "ramp":
        assert whole.tolist() == [float(np.float32(-3 + 0.25 * i)) for i in range(whole.size)]
    else:
        assert whole[around].tolist() == [float(form.nearest(element(kind, "a/name", i, 24))) for i in around.tolist()]


def test_published_words() -> None:
    """The anchors that spec/README.md prints."""
    assert [word("nnconform", i) for i in range(2)] == [0xEADE4AF27501E108, 0x81CCE55460529602]
    assert [int(found) for found in words("nnconform", 2)] == [0xEADE4AF27501E108, 0x81CCE55460529602]


@pytest.mark.parametrize("kind", ["one_hot", "two_hot", "wide_hot"])
@pytest.mark.parametrize("axis", [0, 1])
def test_hot_lines(kind: str, axis: int) -> None:
    shape = [4, 7]
    made = generate({"generate": kind, "name": "hot", "shape": shape, "axis": axis}, "float32")
    for j in range(shape[1 - axis]):
        line = made[j] if axis == 1 else made[:, j]
        place = word("hot", j) % shape[axis]
        assert line[place] != 0
        assert np.count_nonzero(line) == (2 if kind == "two_hot" else 1)
        if kind == "two_hot":
            assert line[(place + 1) % shape[axis]] == 2.0**-24


@pytest.mark.parametrize(
    ("dtype", "rounded"), [("float64", 0.1), ("float32", 0.10000000149011612), ("bfloat16", 0.10009765625)]
)
def test_listed_numbers_come_over_and_over(dtype: str, rounded: float) -> None:
    words = np.array([0.1, -0.0, np.nan, -np.inf, 3], ">f8").tobytes().hex()
    made = generate({"generate": "listed", "name": "any", "shape": [2, 7], "words": words, "period": 5}, dtype)
    first, zero, nan, inf, last = made.ravel()[5:10].astype(np.float64)
    assert (first, zero, inf, last) == (rounded, 0, -np.inf, 3)
    assert np.signbit(zero) and np.isnan(nan)
    assert made.ravel()[:5].tobytes() == made.ravel()[5:10].tobytes()
    assert made.ravel()[10:].tobytes() == made.ravel()[:4].tobytes()


def test_every_kind_is_published() -> None:
    page = (Path(__file__).parent.parent / "spec" / "README.md").read_text("utf-8")
    assert all(f"| `{kind}`" in page for kind in KINDS)


def test_budget_fills_the_accumulator_and_no_more() -> None:
    for dtype in ("float32", "float64"):
        for terms in (1, 7, 129):
            a, b = (generate({"generate": "budget", "name": n, "shape": [terms], "terms": terms}, dtype) for n in "ab")
            total = sum(abs(int(x) * int(y)) for x, y in zip(a, b, strict=True))
            assert total <= 2 ** FORMATS[dtype].precision


def test_others_are_reversed_and_halved() -> None:
    given = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert others(given).tolist() == [[2.5, 2.0, 1.5], [1.0, 0.5, 0.0]]
    assert prod(others(np.zeros((0, 3))).shape) == 0
    assert others(np.float64(3.0) * np.ones(())).shape == ()
