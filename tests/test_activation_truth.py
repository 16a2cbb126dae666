"""The truth of activations where numbers end: vanishing tails, the largest numbers, constants that a dtype rounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnconform.harness.comparison import Truth, compare
from nnconform.reference.freeze import freeze
from nnconform.reference.results import values_of
from nnconform.reference.truth.arithmetic import arithmetic
from nnconform.reference.truth.ball import as_double
from nnconform.reference.truth.operations import apply
from nnconform.spec.arrays import Array, encode
from nnconform.spec.generator import others
from nnconform.spec.loader import load

HEAD = 'nnconform = "0.1"\ntopic = "t"\n[[case]]\nid = "one"\nkind = "example"\nrequirement = "r"\n'
SOURCE = 'source = { document = "d", heading = "h" }\n'


def ball(operation: str, dtype: str, values: Array, **attributes: Any) -> tuple[float, float, float]:
    """(high, low, error) of the first element."""
    made = apply(operation, [values_of(values)], attributes, arithmetic(dtype))
    return as_double(made.ravel()[0])


def frozen(tmp_path: Path, text: str, dtype: str = "float32") -> dict[str, Any]:
    path = tmp_path / "case.toml"
    path.write_text(HEAD + SOURCE + text, "utf-8")
    return freeze(load(path)[0], dtype)


@pytest.mark.parametrize(("dtype", "x"), [("float32", -3e38), ("float64", -1.7976931348623157e308)])
def test_sigmoid_of_a_huge_negative_number_may_be_nothing_but_0(dtype: str, x: float) -> None:
    high, low, error = ball("sigmoid", dtype, np.array([x]))
    assert (high, low) == (0.0, 0.0)
    assert 0 < error < 2 * float(np.finfo(dtype).tiny)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_softmax_of_the_largest_numbers_is_0_and_1(dtype: str) -> None:
    largest = float(np.finfo(dtype).max)
    first = ball("softmax", dtype, np.array([largest, -largest, 0.0]), axis=-1)
    last = ball("softmax", dtype, np.array([-largest, largest, 0.0]), axis=-1)
    assert first[0] == 1.0
    assert last[0] == 0.0
    assert last[2] < 4 * float(np.finfo(dtype).tiny)


@pytest.mark.parametrize("operation", ["relu", "linear", "round_trip"])
def test_the_largest_number_passes_and_is_no_overflow(tmp_path: Path, operation: str) -> None:
    text = f'operation = "{operation}"\ninputs.x = [3.4028234663852886e38, 1]\n'
    assert frozen(tmp_path, text)["expect"]["outputs"]["result"]["bits"] == "7f7fffff3f800000"


def test_a_slope_that_the_dtype_rounds_may_move_once() -> None:
    x = np.array([-1.0])
    stored, product = float(np.float32(0.01)), 2.0**-24 * 0.01
    error = ball("leaky_relu", "float32", x, slope=0.01)[2]
    assert abs(stored - 0.01) + product < error < 3 * product
    assert ball("leaky_relu", "float32", x, slope=0.25)[2] == pytest.approx(2.0**-24 * 0.25)


@pytest.mark.parametrize(("axis", "alone"), [(-1, {"x": 0}), (1, {"x": 0}), (0, None), (-2, None)])
def test_rows_are_asked_alone_only_where_softmax_keeps_them_apart(
    tmp_path: Path, axis: int, alone: dict[str, int] | None
) -> None:
    text = f'operation = "softmax"\nattributes = {{ axis = {axis} }}\ninputs.x = [[1, 2], [3, 5], [0, 1]]\n'
    assert frozen(tmp_path, text)["ask"].get("alone") == alone


def test_the_elements_of_a_vector_are_no_rows_of_softmax(tmp_path: Path) -> None:
    assert "alone" not in frozen(tmp_path, 'operation = "softmax"\ninputs.x = [1, 2, 4]\n')["ask"]


def test_the_second_numbers_of_a_0d_array_are_a_0d_array() -> None:
    made = others(np.array(3.0, np.float32))
    assert isinstance(made, np.ndarray)
    assert made.shape == ()
    assert made.dtype == np.float32
    assert float(made) == 1.5


def words(*values: float) -> Any:
    return encode(np.array(values, np.float64))["bits"]


def test_an_exact_element_beside_bounded_ones_has_no_share() -> None:
    truth = Truth({"shape": [2], "high": words(1.0, 2.0), "error": words(0.0, 1e-6)}, "float32")
    with np.errstate(all="ignore"):  # as the judge does
        assert compare(np.array([1.0, 2.0], np.float32), truth).worst_share == 0.0
        assert compare(np.array([1.5, 2.0], np.float32), truth).worst_share == np.inf


def test_a_flushed_result_is_a_trait_and_not_millions_of_ulps() -> None:
    truth = Truth({"shape": [2], "high": words(1e-40, 1.0), "error": words(1.2e-38, 1e-6)}, "float32")
    found = compare(np.array([0.0, 1.0], np.float32), truth)
    assert (found.wrong, found.flushed_results, found.worst_ulps) == (0, 1, 0.0)
