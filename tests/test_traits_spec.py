"""Trait cases that ask lengths, and cases of several operations: what a file may say, and what it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nnconform.reference.freeze import freeze_file
from nnconform.spec.errors import SpecError
from nnconform.spec.loader import load

CASE = """nnconform = "0.1"
topic = "t"
[[case]]
id = "places"
kind = "trait"
trait = "position"
requirement = "r"
source = { document = "d", heading = "h" }
operations = ["sigmoid", "tanh"]
lengths = { asked = [1, 2], among = 10 }
inputs.x = [1, 2, 3]
"""
DENSE = CASE.replace('operations = ["sigmoid", "tanh"]', 'operation = "dense"') + "inputs.w = [[1]]\ninputs.b = [1]\n"


def frozen(tmp_path: Path, text: str) -> list[dict[str, Any]]:
    path = tmp_path / "t.toml"
    path.write_text(text, "utf-8")
    return [json.loads(line) for line in freeze_file(path, "t.toml").splitlines()]


def test_one_case_for_each_operation(tmp_path: Path) -> None:
    index, *lines = frozen(tmp_path, CASE)
    assert [case["id"] for case in index["cases"]] == ["places_sigmoid", "places_tanh"]
    assert lines[0]["ask"]["lengths"] == {
        "asked": [1, 2], "among": 10, "repeats": False, "inputs": {"x": 0}, "outputs": {"result": 0},
    }  # fmt: skip
    assert lines[0]["expect"] == {"trait": "position"}


def test_rows_are_counted_along_their_own_axis(tmp_path: Path) -> None:
    rows = DENSE.replace("inputs.x = [1, 2, 3]", "inputs.x = [[1], [2], [3]]")
    _, line, _ = frozen(tmp_path, rows)
    assert line["ask"]["lengths"]["inputs"] == {"x": 0}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("asked = [1, 2]", "asked = []", "asked = [...], among"),
        ("asked = [1, 2]", "asked = [0, 2]", "start from 1"),
        ("asked = [1, 2]", "asked = [1.5]", "size"),
        ("asked = [1, 2]", "asked = [4]", "there are 3 rows, and 4 are asked at once"),
        (", among = 10", "", "size None"),
        ("among = 10", "amogn = 10", "did you mean 'among'"),
        ('kind = "trait"', 'kind = "example"', "belongs to a trait"),
        ('["sigmoid", "tanh"]', '["sigmoid", "than"]', "did you mean 'tanh'"),
        ('["sigmoid", "tanh"]', "[]", "one or more"),
        ('operations = ["', 'operation = "tanh"\noperations = ["', "instead of an operation"),
        ('["sigmoid", "tanh"]', '["dot"]', "takes"),
    ],
)
def test_what_makes_no_sense_is_told_in_one_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in CASE
    with pytest.raises(SpecError) as raised:
        frozen(tmp_path, CASE.replace(old, new, 1))
    problem = raised.value.problems[0]
    assert words in str(problem)
    assert "t.toml:3" in str(problem)


def test_rows_that_are_not_independent_have_no_lengths(tmp_path: Path) -> None:
    softmax = CASE.replace('"sigmoid", "tanh"', '"softmax"')
    with pytest.raises(SpecError, match="independent of each other, or values that repeat"):
        frozen(tmp_path, softmax)
    _, line, _ = frozen(tmp_path, softmax.replace("among = 10", "among = 10, repeats = true"))
    assert line["ask"]["lengths"]["inputs"] == {"x": 0}
    with pytest.raises(SpecError, match="one input alone"):
        load_text(tmp_path, DENSE.replace("among = 10", "among = 10, repeats = true"))


def load_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "u.toml"
    path.write_text(text, "utf-8")
    load(path)
