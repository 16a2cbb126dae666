"""Answers that are right but for some places; large cases; and what only looks as if it were a matter of place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from test_diagnosis_failures import told

from nnconform.adapters.numpy import NumPy
from nnconform.harness.diagnosis import NONE

Array = Any
Change = Callable[[Array, Array], Array]
"""What becomes of a right answer and the input that it was given to."""


def changed(operation: str, change: Change) -> Callable[..., Array]:
    def call(x: Array, *rest: Array, **attributes: Any) -> Array:
        made = np.array(getattr(NumPy, operation)(x, *rest, **attributes))
        return change(made, x)

    return call


def cleared(*where: Any) -> Change:
    def change(made: Array, _: Array) -> Array:
        if made.ndim == len(where):
            made[where] = 0
        return made

    return change


def left(start: int) -> Change:
    def change(made: Array, x: Array) -> Array:
        made[start:] = x[start:]
        return made

    return change


def no_numbers(made: Array, _: Array) -> Array:
    made[40:] = np.nan
    return made


def noise(made: Array, _: Array) -> Array:
    made[-3:] += np.asarray(0.25, made.dtype) * np.arange(1, 4, dtype=made.dtype)
    return made


def vanishing(made: Array, x: Array) -> Array:
    return np.where(x < -1, 0, made).astype(made.dtype)


EVERY = slice(None)
LONG = ("past_many_blocks", "float32")
PLACES: list[tuple[str, str, str, str, Change, str]] = [
    ("sigmoid", "sigmoid", *LONG, cleared(slice(65_536, None)), "as if the elements past 65,536 stayed 0"),
    ("sigmoid", "sigmoid", *LONG, cleared(slice(65_535, None)), "as if the elements past 65,535 stayed 0"),
    ("sigmoid", "sigmoid", *LONG, cleared(slice(-1, None)), "as if the last element stayed 0"),
    ("sigmoid", "sigmoid", *LONG, cleared(slice(-7, None)), "as if the last 7 elements stayed 0"),
    ("sigmoid", "sigmoid", *LONG, cleared(slice(32_768, 32_769)), "as if element number 32,768, counted from 0, stayed 0"),
    ("sigmoid", "sigmoid", *LONG, cleared(slice(500, 501)), NONE),
    ("sigmoid", "sigmoid", *LONG, noise, NONE),
    ("sigmoid", "sigmoid", *LONG, vanishing, NONE),
    ("tanh", "tanh", *LONG, left(4_096), "as if the elements past 4,096 were left as they were"),
    ("sigmoid", "sigmoid", "lengths_129", "float64", cleared(slice(128, None)), "as if the elements past 128 stayed 0"),
    ("sigmoid", "sigmoid", "lengths_129", "float64", no_numbers, "as if the last 89 elements were nan"),
    ("matmul", "matmul", "uniform", "float32", cleared(EVERY, slice(13, None)), "as if the last 3 columns stayed 0"),
    ("matmul", "matmul", "uniform", "float32", cleared(slice(5, None), EVERY), "as if the last 3 rows stayed 0"),
    ("matmul", "matmul", "uniform", "float32", cleared(slice(5, None), slice(13, None)), "as if the last tile of rows and columns stayed 0"),
    ("matmul", "matmul", "uniform", "float32", cleared(slice(1, None), EVERY), "as if all rows but the first stayed 0"),
    ("matmul", "matmul", "uniform", "float32", cleared(slice(2, 3), slice(2, 5)), NONE),
    ("matmul", "matmul", "all_magnitudes", "float64", cleared(slice(8, None), EVERY), "as if the row past the last full 4 stayed 0"),
    ("matmul", "matmul", "all_magnitudes", "float64", cleared(EVERY, slice(4, None)), "as if the columns past the last full 4 stayed 0"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "stem", "case", "dtype", "change", "expected"), PLACES)
def test_where_it_is_wrong(operation: str, stem: str, case: str, dtype: str, change: Change, expected: str) -> None:
    assert told(operation, changed(operation, change), stem, case, dtype) == expected


def test_a_range_of_inputs_that_lies_at_the_end_is_no_place() -> None:
    """The case's inputs ascend, so that what is far below lies at one end."""

    def change(made: Array, x: Array) -> Array:
        return np.where(x < -70, 0, made).astype(made.dtype)

    assert told("exp", changed("exp", change), "exp", "far_below", "float64") == NONE


LARGE: list[tuple[str, Callable[..., Array], str]] = [
    ("sigmoid", lambda x: NumPy.sigmoid(-x), "as if the sign of its input were turned"),
    ("sigmoid", lambda x: NumPy.sigmoid(np.abs(x)), "as if the sign of its input were lost"),
    ("tanh", lambda x: np.tanh(x.astype(np.float16)).astype(x.dtype), "as if it were computed in float16"),
    ("relu", lambda x: np.clip(x, 0, 6) + np.where(x > 1, x.dtype.type(0.01), 0).astype(x.dtype), NONE),
]


@pytest.mark.parametrize(("operation", "wrong", "expected"), LARGE)
def test_large_cases_are_sampled(operation: str, wrong: Callable[..., Array], expected: str) -> None:
    assert told(operation, wrong, operation, *LONG) == expected


def test_large_products_are_held_against_everything() -> None:
    def product(a: Array, b: Array) -> Array:
        return a[:, :-1] @ b[:-1]

    assert told("matmul", product, "matmul", "rows_past_many_blocks", "float64").startswith(
        "as if the last term of each"
    )
