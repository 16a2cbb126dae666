"""Truths that are stored for one period, and truths that lie on one side of zero."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnconform.harness.comparison import Truth, compare
from nnconform.reference.freeze import array, freeze
from nnconform.reference.results import judged_by
from nnconform.spec.arrays import Array
from nnconform.spec.errors import SpecError
from nnconform.spec.generator import elements, generate, others
from nnconform.spec.loader import load
from nnconform.spec.model import Case

SHAPES = {"sigmoid": "[67]", "softmax": "[6, 3]", "transpose": "[3, 4]"}
TEXT = """\
nnconform = "0.1"
topic = "Repeated"

[[case]]
id = "one"
kind = "KIND"
requirement = "It holds."
source = { document = "nnconform", heading = "Sizes" }
operation = "OPERATION"
inputs.x = INPUT
"""


def case(folder: Path, operation: str, given: str, kind: str = "example") -> Case:
    path = folder / "one.toml"
    path.write_text(TEXT.replace("OPERATION", operation).replace("INPUT", given).replace("KIND", kind), "utf-8")
    return load(path)[0]


def normal(shape: str, period: object) -> str:
    return f'{{ generate = "normal", period = {period}, shape = {shape} }}'


def test_a_period_repeats_the_first_elements() -> None:
    data = {"generate": "normal", "name": "x", "shape": [5, 7], "period": 11}
    made = generate(data, "float32")
    assert np.array_equal(made.ravel()[11:], made.ravel()[:-11])
    assert np.array_equal(made.ravel()[:11], generate({**data, "shape": [11]}, "float32").ravel()[:11])
    assert np.array_equal(elements(data, "float32", np.arange(35)), made.ravel())
    assert generate({**data, "period": 99}, "float32").shape == (5, 7)


@pytest.mark.parametrize(("operation", "period"), [("sigmoid", 8), ("softmax", 6), ("transpose", 11)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_stored_period_is_the_whole_truth(tmp_path: Path, operation: str, period: int, dtype: str) -> None:
    one = case(tmp_path, operation, normal(SHAPES[operation], period))
    given = {name: array(made, dtype) for name, made in one.inputs.items()}
    whole = judged_by(one, dtype, given, {name: others(values) for name, values in given.items()})
    short = freeze(one, dtype)["expect"]
    for part in ("outputs", "others"):
        wanted, found = (Truth(expect[part]["result"], dtype) for expect in (whole, short))
        assert short[part]["result"]["period"] == period
        assert found.shape == wanted.shape
        assert np.array_equal(found.high, wanted.high)
        if wanted.error is not None:
            assert found.error is not None
            assert np.array_equal(found.error, wanted.error)


@pytest.mark.parametrize(
    ("operation", "given", "words"),
    [
        ("softmax", normal("[6, 3]", 4), "does not repeat by whole rows"),
        ("sigmoid", normal("[6]", 7), "does not repeat by whole rows"),
        ("softmax", normal("[8, 0]", 3), "does not repeat by whole rows"),
        ("transpose", normal("[3, 4]", 5), "does not repeat after 5 elements"),
        ("softmax", normal("[12]", 5), "only rows that are independent, and a transpose, may repeat"),
    ],
)
def test_what_does_not_repeat_is_refused(tmp_path: Path, operation: str, given: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        freeze(case(tmp_path, operation, given), "float32")


@pytest.mark.parametrize(("operation", "shape", "values"), [("sigmoid", [7], 3), ("softmax", [5, 3], 6)])
def test_listed_numbers_have_one_truth_each(tmp_path: Path, operation: str, shape: list[int], values: int) -> None:
    listed = [0.5, -0.25, 3, 1, 2, -1][:values]
    line = freeze(
        case(tmp_path, operation, f"{{ generate = 'listed', shape = {shape}, values = {listed} }}"), "float64"
    )
    found = Truth(line["expect"]["outputs"]["result"], "float64")
    assert line["expect"]["outputs"]["result"]["period"] == values
    written_out = case(tmp_path, operation, str(np.resize(listed, shape).tolist()))
    exact = Truth(freeze(written_out, "float64")["expect"]["outputs"]["result"], "float64")
    assert exact.shape == found.shape == tuple(shape)
    assert np.array_equal(found.high, exact.high)
    assert found.error is not None
    assert exact.error is not None
    assert np.array_equal(found.error, exact.error)


@pytest.mark.parametrize("period", [0, -3, 1.5])
def test_a_period_is_a_number_of_elements(tmp_path: Path, period: float) -> None:
    with pytest.raises(SpecError, match=r"period|shape"):
        case(tmp_path, "sigmoid", normal("[6]", period))


def judged(line: dict[str, Any], got: list[float]) -> int:
    truth = Truth(line["expect"]["outputs"]["result"], "float32", line["expect"].get("flushed", {}).get("result"))
    made: Array = np.array(got, np.float32)
    with np.errstate(all="ignore"):
        return compare(made, truth).wrong


def test_a_subnormal_result_is_right_or_flushed_but_on_no_other_side(tmp_path: Path) -> None:
    line = freeze(case(tmp_path, "tanh", "[1e-40, -1e-40, 0.5]"), "float32")
    half = float(np.tanh(np.float32(0.5)))
    assert judged(line, [1e-40, -1e-40, half]) == 0
    assert judged(line, [0.0, -0.0, half]) == 0
    assert judged(line, [-0.0, 0.0, half]) == 0
    assert judged(line, [-1e-40, -1e-40, half]) == 1
    assert judged(line, [-1e-40, 1e-40, half]) == 2
    assert judged(line, [float("nan"), -1e-40, half]) == 1


def test_a_sigmoid_far_out_is_never_negative(tmp_path: Path) -> None:
    line = freeze(case(tmp_path, "sigmoid", "[-100, -1000, 0.0]"), "float32")
    assert judged(line, [3.8e-44, 0.0, 0.5]) == 0
    assert judged(line, [0.0, 1e-40, 0.5]) == 0
    assert judged(line, [-3.8e-44, -1e-45, 0.5]) == 2
    assert judged(line, [0.0, 0.0, 0.50000006]) == 1


def test_sides_are_stated_only_where_the_bound_reaches_across_zero(tmp_path: Path) -> None:
    line = freeze(case(tmp_path, "sigmoid", "[-3, 2, 1]"), "float32")
    assert "one_sided" not in line["expect"]["outputs"]["result"]
