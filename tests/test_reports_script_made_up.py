"""Scripts from made-up records: what the record cannot tell is said, and nothing in it can break out of its place."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from page_fixtures import DETAILS, WITNESS, ran, result, run, subject

from nnconform.reports.literals import NoScript
from nnconform.reports.records import read
from nnconform.reports.script import stand_alone
from nnconform.spec.arrays import encode
from nnconform.spec.generator import generate, others


def told(folder: Path, *, more: dict[str, Any] | None = None, one: dict[str, Any] | None = None, **arrays: Any) -> str:
    """The script of a made-up failure, with some of its arrays replaced."""
    made = result("made_up", "failed", **(more or {}))
    made["arrays"] = DETAILS["arrays"] | arrays
    (found,) = read(run(folder / "run.jsonl", [made], one or subject()))
    return stand_alone(found.subjects[0], found.results[0])


def printing(name: str = "x") -> dict[str, Any]:
    """A failure whose script prints an input as a list of bits."""
    source = f"def sigmoid({name}):\n    print({name}.dtype, {name}.shape, {name}.tobytes().hex())\n    return {name}"
    witness = WITNESS | {"index": [0]}
    finding = {"facet": "value", "question": "first", "output": "result", "message": "", "line": "", "witness": witness}
    return {"functions": {"sigmoid": source}, "findings": [finding]}


def test_numbers_that_no_literal_has(tmp_path: Path) -> None:
    printed = ran(tmp_path, told(tmp_path, more={"findings": [{
        "facet": "nan", "question": "first", "output": "result", "message": "", "line": "",
        "witness": WITNESS | {"index": [0, 0], "got": 0.25, "exact": "nan", "bound": "inf", "off_by": "nan"},
    }]}))  # fmt: skip
    assert "result[0, 0] is nan, exact nan" in printed


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "bfloat16"])
def test_many_numbers_come_as_bits(tmp_path: Path, dtype: str) -> None:
    array = generate({"generate": "log_uniform", "name": "n", "shape": [100], "low": -20, "high": 15}, dtype)
    printed = ran(tmp_path, told(tmp_path, more={"dtype": dtype} | printing(), inputs={"x": encode(array)}))
    assert printed.splitlines()[0] == f"{dtype} (100,) {array.tobytes().hex()}"


@pytest.mark.parametrize("then", ["", "others", "row 0", "row 1"])
def test_large_inputs_are_made_by_the_generator(tmp_path: Path, then: str) -> None:
    data = {"generate": "dyadic", "name": "large/x", "shape": [30, 40]}
    array = generate(dict(data), "float32")
    array = {"others": others(array), "row 0": array[:1], "row 1": array[:, :1]}.get(then, array)
    shown = {"shape": list(array.shape), "generate": data} | ({"then": then} if then else {})
    script = told(tmp_path, more=printing() | {"findings": []}, inputs={"x": shown})
    assert "from nnconform.spec.generator import generate" in script
    assert ran(tmp_path, script).splitlines()[0] == f"float32 {array.shape} {array.tobytes().hex()}"


def test_small_inputs_need_no_nnconform(tmp_path: Path) -> None:
    assert "import nnconform" not in told(tmp_path)
    assert "from nnconform" not in told(tmp_path)


def test_an_empty_array_keeps_its_shape(tmp_path: Path) -> None:
    script = told(tmp_path, more=printing() | {"findings": []}, inputs={"x": {"shape": [0, 3], "values": []}})
    assert ran(tmp_path, script).splitlines()[0] == "float32 (0, 3) "


def test_names_that_would_clash_are_kept_apart(tmp_path: Path) -> None:
    steps = [
        {"name": "sigmoid", "operation": "sigmoid", "inputs": ["print"], "attributes": {}},
        {"name": "lambda", "operation": "sigmoid", "inputs": ["sigmoid"], "attributes": {}},
    ]
    witness = WITNESS | {"output": "lambda", "index": []}
    finding = {"facet": "value", "question": "first", "output": "lambda", "message": "", "line": "", "witness": witness}
    inputs = {"print": {"shape": [], "values": -1.5}}
    more = {"steps": steps, "findings": [finding], "functions": {"sigmoid": "def sigmoid(x):\n    return x + x"}}
    assert "lambda_ is -6.0, exact 0.5" in ran(tmp_path, told(tmp_path, more=more, inputs=inputs))


def test_an_operation_is_kept_apart_from_a_helper_of_its_name(tmp_path: Path) -> None:
    functions = {
        "sigmoid": "def sigmoid(self, x):\n    return x + 1",
        "dense": "def sigmoid(z):\n    return z * 10\n\n\ndef dense(x):\n    return sigmoid(x)",
    }
    steps = [
        {"name": name, "operation": name.removesuffix("d"), "inputs": [given], "attributes": {}}
        for name, given in (("sigmoidd", "x"), ("densed", "sigmoidd"))
    ]
    witness = WITNESS | {"output": "densed", "index": []}
    finding = {"facet": "value", "question": "first", "output": "densed", "message": "", "line": "", "witness": witness}
    more = {"steps": steps, "functions": functions, "findings": [finding]}
    printed = ran(tmp_path, told(tmp_path, more=more, inputs={"x": {"shape": [], "values": 2.0}}))
    assert "densed is 30.0" in printed


def test_a_second_question_is_asked_with_its_own_numbers_and_a_layout_is_said(tmp_path: Path) -> None:
    finding = DETAILS | result("a", "failed")["findings"][0] | {"question": "strided"}
    assert "# Found with strided inputs" in told(tmp_path, more={"findings": [finding]})


def test_what_the_record_lacks_is_said(tmp_path: Path) -> None:
    functions = {"sigmoid": "def sigmoid(x):\n    return secret(x)"}
    assert "# The record does not hold: secret" in told(tmp_path, more={"functions": functions})


@pytest.mark.parametrize(
    ("more", "one", "word"),
    [
        ({"functions": {}}, None, "source of sigmoid"),
        ({"functions": {"sigmoid": "relu = {lambda"}}, None, "does not stand alone"),
        ({"functions": {"sigmoid": "1 + 1"}}, None, "does not end in a function"),
        ({"steps": []}, None, "hold the steps"),
        ({"steps": [{"name": "r", "operation": "sigmoid", "inputs": ["y"], "attributes": {}}]}, None, "input 'y'"),
        ({}, subject(array_source=""), "writes an array"),
        ({}, subject(array_source="np.array({values.__class__})"), "not known here"),
        ({}, subject(array_source="np.array({values:>99999999})"), "not known here"),
        ({}, subject(array_source="np.array({values"), "cannot be filled in"),
        ({}, subject(script="import numpy as np\n)("), "makes no script"),
    ],
)
def test_where_there_can_be_no_script_the_reason_is_given(
    tmp_path: Path, more: dict[str, Any], one: dict[str, Any] | None, word: str
) -> None:
    with pytest.raises(NoScript, match=word):
        told(tmp_path, more=more, one=one)


@pytest.mark.parametrize(
    "shown",
    [
        {"shape": [9]},
        {"shape": [2], "bits": "3f80'); evil("},
        {"shape": [2], "generate": {"generate": "dyadic"}, "then": "evil()"},
        {"shape": [2], "generate": {"generate": "dyadic"}, "then": "row 7"},
    ],
)
def test_an_input_that_cannot_be_made_again_gives_no_script(tmp_path: Path, shown: dict[str, Any]) -> None:
    with pytest.raises(NoScript):
        told(tmp_path, inputs={"x": shown})


def test_names_and_words_of_a_record_cannot_break_out_of_their_place(tmp_path: Path) -> None:
    evil = "x = 1; import os"
    steps = [{"name": evil, "operation": "sigmoid", "inputs": [evil], "attributes": {"a": evil}}]
    functions = {"sigmoid": "def sigmoid(x, a):\n    return x"}
    more = {
        "steps": steps,
        "functions": functions,
        "requirement": "one\nimport os\r\x85import os",
        "id": "a\nimport os",
    }
    script = told(tmp_path, more=more, inputs={evil: {"shape": [1], "values": [1.0]}})
    imported = [ast.unparse(node) for node in ast.parse(script).body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert imported == ["import numpy as np"]
    assert f"a={evil!r}" in script


def test_an_attribute_that_is_no_name_gives_no_script(tmp_path: Path) -> None:
    steps = [{"name": "r", "operation": "sigmoid", "inputs": ["x"], "attributes": {"a=1); import os; (b": 1}}]
    with pytest.raises(NoScript, match="attribute"):
        told(tmp_path, more={"steps": steps, "functions": {"sigmoid": "def sigmoid(x, **more):\n    return x"}})


PLAIN = "def sigmoid(x: Any) -> Any:\n    return x * 0 + np.float32(0.25)"
NOTE = "which is not set here"


@pytest.mark.parametrize(
    ("mode", "source", "said"),
    [
        ("compiled", PLAIN, True),
        ("eager", PLAIN, False),
        ("compiled", f"{PLAIN}\n\nsigmoid = np.vectorize(sigmoid)", False),
        ("xla", f"{PLAIN}\n\ndef sigmoid(x):\n    return np.vectorize(lambda y: y * 0 + 0.25)(x)", False),
        ("compiled", "sigmoid = np.vectorize(lambda x: x * 0 + 0.25)", True),
    ],
)
def test_a_mode_that_the_recorded_source_sets_is_not_called_unset(
    tmp_path: Path, mode: str, source: str, said: bool
) -> None:
    script = told(tmp_path, more={"functions": {"sigmoid": source}, "mode": mode}, one=subject(mode=mode))
    assert (f"Found in mode {mode}, {NOTE}: see" in script) == said
    assert (NOTE in script) == said
    assert "result[0, 2] is 0.25" in ran(tmp_path, script)


def test_a_mode_that_is_set_for_one_step_of_two_is_called_unset_for_the_other(tmp_path: Path) -> None:
    steps = [
        {"name": "a", "operation": "sigmoid", "inputs": ["x"], "attributes": {}},
        {"name": "result", "operation": "relu", "inputs": ["a"], "attributes": {}},
    ]
    functions = {"sigmoid": f"{PLAIN}\n\nsigmoid = np.vectorize(sigmoid)", "relu": "def relu(x):\n    return x"}
    script = told(tmp_path, more={"functions": functions, "steps": steps}, one=subject(mode="compiled"))
    assert f"{NOTE} for relu: see" in script


def test_a_compiled_function_is_given_what_the_plain_one_takes(tmp_path: Path) -> None:
    steps = [{"name": "result", "operation": "sigmoid", "inputs": ["x"], "attributes": {"axis": 1, "odd": 2}}]
    source = "def sigmoid(x, axis):\n    return x * 0 + 0.25\n\nsigmoid = np.vectorize(sigmoid)"
    script = told(tmp_path, more={"functions": {"sigmoid": source}, "steps": steps})
    assert "odd" not in script
    assert "axis=1" in script
