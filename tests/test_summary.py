"""What a run says at its end of operations that nobody could judge."""

from __future__ import annotations

from pathlib import Path

from shell import pytest_in, results

FRAMEWORK = """
import numpy as np
from nnconform.adapters import Adapter, Unsupported

class Made(Adapter):
    name = "fw"

    def relu(self, x):
        return np.maximum(x, 0)

    def tanh(self, x):
        raise Unsupported("fw has no kernel for tanh yet")

class Wrong(Made):
    pass
"""
FILES = ("spec/activations/relu.toml", "spec/activations/leaky_relu.toml", "spec/activations/tanh.toml")


def test_what_an_adapter_lacks_is_data_and_no_declined_operation(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(FRAMEWORK, "utf-8")
    done = pytest_in(tmp_path, "--adapter=mine.py:Made", *FILES, "--dtype=float32")
    assert done.status == 0, done.out + done.err
    never = [line for line in done.out.splitlines() if "never judged" in line]
    assert never == ["mine.Made: tanh was never judged: fw has no kernel for tanh yet"]
    lacks = {line["operations"][0]: line.get("lacks") for line in results(tmp_path).values()}
    assert lacks == {"relu": None, "leaky_relu": "leaky_relu", "tanh": None}


def test_an_operation_beside_one_that_is_lacked_was_not_declined(tmp_path: Path) -> None:
    """Both stand in one case, which is not asked at all."""
    (tmp_path / "mine.py").write_text(FRAMEWORK.replace("def relu", "def softmax"), "utf-8")
    (tmp_path / "own.toml").write_text(OWN, "utf-8")
    done = pytest_in(tmp_path, "--adapter=mine.py:Made", "own.toml", "--dtype=float32")
    assert done.status == 0, done.out + done.err
    (line,) = results(tmp_path).values()
    assert (line["outcome"], line["lacks"]) == ("unsupported", "relu")
    assert "never judged" not in done.out


def test_nobody_knows_which_of_several_operations_declined(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(FRAMEWORK, "utf-8")
    (tmp_path / "own.toml").write_text(OWN, "utf-8")
    done = pytest_in(tmp_path, "--adapter=mine.py:Made", "own.toml", "--dtype=float32")
    assert "mine.Made: relu with tanh was never judged: fw has no kernel for tanh yet" in done.out
    assert done.out.count("never judged") == 1
    done = pytest_in(tmp_path, "--adapter=mine.py:Made", "own.toml", *FILES, "--dtype=float32")
    never = [line for line in done.out.splitlines() if "never judged" in line]
    assert never == ["mine.Made: tanh was never judged: fw has no kernel for tanh yet"]


OWN = """
nnconform = "0.1"
topic = "mine"

[[case]]
id = "two_in_one"
kind = "example"
requirement = "One after the other."
source = { document = "mine", heading = "Mine" }
steps = [
  { name = "a", operation = "relu", inputs = ["x"] },
  { name = "b", operation = "tanh", inputs = ["a"] },
]
inputs.x = [1, 2]
"""
