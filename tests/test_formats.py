"""Formats round once, to nearest, ties to even, as NumPy's own casts do."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import numpy as np
import pytest

from nnconform.spec.arrays import decode, dtype_of, encode, same_bits
from nnconform.spec.formats import FORMATS
from nnconform.spec.generator import generate


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_nearest_agrees_with_a_cast(dtype: str) -> None:
    made = generate({"generate": "log_uniform", "name": "cast", "shape": [500], "low": -30, "high": 17}, "float64")
    with np.errstate(over="ignore"):
        wanted = made.astype(dtype).astype(np.float64).tolist()
    assert [float(FORMATS[dtype].nearest(Fraction(value))) for value in made.tolist()] == wanted


def test_ties_go_to_even_and_overflow_to_infinity() -> None:
    form = FORMATS["float32"]
    assert form.nearest(1 + Fraction(1, 2**24)) == 1
    assert form.nearest(1 + Fraction(3, 2**24)) == 1 + Fraction(2, 2**23)
    assert form.nearest(form.largest + form.spacing(form.largest) / 2) == inf
    assert form.nearest(-form.largest - form.spacing(form.largest)) == -inf
    assert form.nearest(form.smallest_subnormal / 2) == 0
    assert form.spacing(Fraction(0)) == form.smallest_subnormal


@pytest.mark.parametrize("dtype", FORMATS)
def test_bits_round_trip(dtype: str) -> None:
    special = np.array([[0.0, -0.0, 1.5], [np.inf, -np.inf, np.nan]]).astype(dtype_of(dtype))
    back = decode(encode(special), dtype)
    assert same_bits(back, special)
    assert back.flags.writeable
    assert decode(encode(special[:0]), dtype).shape == (0, 3)
    assert decode(encode(special[0, 2]), dtype).shape == ()


def test_words_read_as_people_write_them() -> None:
    assert encode(np.array([1.0, -2.0], np.float32))["bits"] == "3f800000c0000000"
