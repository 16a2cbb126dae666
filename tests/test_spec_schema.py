"""The published schemas describe the shipped files, and agree with the reader on what is wrong."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from nnconform.spec import SPEC_VERSION
from nnconform.spec.build import _CASE_KEYS
from nnconform.spec.errors import SpecError
from nnconform.spec.formats import DEFAULT_DTYPES, FORMATS
from nnconform.spec.frozen import ROOT, frozen_path, shipped, shown
from nnconform.spec.inputs import GENERATORS
from nnconform.spec.loader import load
from nnconform.spec.model import FAMILIES, KINDS, LEVELS, OPERANDS, PROPERTIES


@cache
def schema(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((ROOT / "schema" / f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(data)
    return data


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema(name))


def amiss(name: str, data: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[:300]}" for error in validator(name).iter_errors(data)]


@pytest.mark.parametrize("path", shipped(), ids=shown)
def test_every_shipped_file_fits(path: Path) -> None:
    assert amiss("case-file", tomllib.loads(path.read_text("utf-8"))) == []
    lines = [json.loads(line) for line in frozen_path(path).read_text("utf-8").splitlines()]
    assert set(lines[0]) == {"nnconform", "frozen", "source_sha256", "cases"}
    assert len(lines) == 1 + sum(len(case["dtypes"]) for case in lines[0]["cases"])
    for line in lines:
        assert amiss("frozen", line) == []


def test_schema_and_reader_agree_on_keys() -> None:
    whole = schema("case-file")
    parts = whole["$defs"]
    case = parts["case"]["properties"]
    assert set(case) == set(_CASE_KEYS)
    assert whole["properties"]["nnconform"]["const"] == SPEC_VERSION
    assert tuple(case["kind"]["enum"]) == KINDS
    assert tuple(case["level"]["enum"]) == LEVELS
    assert tuple(case["dtypes"]["default"]) == DEFAULT_DTYPES
    assert tuple(parts["dtype"]["enum"]) == tuple(FORMATS)
    assert tuple(parts["property"]["properties"]["name"]["enum"]) == PROPERTIES
    assert tuple(parts["timing"]["properties"]["family"]["enum"]) == FAMILIES
    assert tuple(parts["timing"]["properties"]["operands"]["enum"]) == OPERANDS
    frozen = schema("frozen")["$defs"]
    assert (tuple(frozen["kind"]["enum"]), tuple(frozen["level"]["enum"])) == (KINDS, LEVELS)
    assert tuple(frozen["dtype"]["enum"]) == tuple(FORMATS)
    assert tuple(frozen["expect"]["properties"]["property"]["properties"]["name"]["enum"]) == PROPERTIES


def test_schema_and_reader_agree_on_generators() -> None:
    described = {}
    for one in schema("case-file")["$defs"]["generated"]["oneOf"]:
        needed = set(one.get("required", ()))
        described[one["properties"]["generate"]["const"]] = (
            needed, set(one["properties"]) - needed - {"generate", "shape", "name"}
        )  # fmt: skip
    assert described == GENERATORS


GOOD: dict[str, Any] = {
    "nnconform": "0.1",
    "topic": "Good",
    "case": [
        {
            "id": "one", "kind": "example", "requirement": "It holds.", "source": {"document": "d", "heading": "h"},
            "operation": "sigmoid", "inputs": {"x": [1, 2.5]},
        }
    ],
}  # fmt: skip
TIMED: dict[str, Any] = {
    "kind": "timing", "inputs": {"x": {"generate": "normal", "shape": [3]}},
    "timing": {"family": "activations", "series": "sigmoid", "x": "n", "x_name": "elements"},
}  # fmt: skip
Change = Callable[[dict[str, Any]], object]
RIGHT: dict[str, Change] = {
    "as it is": lambda case: case.update({}),
    "scalar": lambda case: case["inputs"].update(x=1),
    "shaped": lambda case: case["inputs"].update(x={"values": [1, 2], "shape": [2, 1]}),
    "hexadecimal": lambda case: case["inputs"].update(x=["0x1.8p-126", "-0x1p0"]),
    "generated": lambda case: case["inputs"].update(x={"generate": "ramp", "start": 0, "step": 0.5, "shape": [3]}),
    "listed": lambda case: case["inputs"].update(
        x={"generate": "listed", "values": [1, "0x1.8p-3", -2.5], "shape": [7]}
    ),
    "bucket": lambda case: case.update(
        buckets="vector", inputs={"x": {"generate": "budget", "terms": "n+1", "shape": ["n"]}}
    ),
    "steps": lambda case: (
        case.pop("operation")
        and case.update(steps=[{"name": "a", "operation": "sigmoid", "inputs": ["x"], "attributes": {}}], outputs=["a"])
    ),
    "property": lambda case: case.update(kind="property", property={"name": "range", "low": 0, "high": 1}),
    "refusal": lambda case: case.update(kind="refusal", refused={"x": [[1]]}),
    "trait": lambda case: case.update(kind="trait", trait="takes it"),
    "timing": lambda case: case.update(TIMED),
    "timing with an estimate": lambda case: case.update(
        TIMED, timing={**TIMED["timing"], "estimate": {"what": "all", "operations": "2*n*(n + 1)//2 - 1", "bytes": 8}}
    ),
    "one dtype": lambda case: case.update(dtypes=["float32"], left_out={"float64": "it is wider"}),
}
WRONG: dict[str, Change] = {
    "unknown key": lambda case: case.update(requirment="x"),
    "no id": lambda case: case.pop("id"),
    "bad id": lambda case: case.update(id="One"),
    "long id": lambda case: case.update(id="a" * 65),
    "unknown kind": lambda case: case.update(kind="exmaple"),
    "unknown level": lambda case: case.update(level="may"),
    "no requirement": lambda case: case.pop("requirement"),
    "empty requirement": lambda case: case.update(requirement="  "),
    "source as text": lambda case: case.update(source="d"),
    "source without heading": lambda case: case["source"].pop("heading"),
    "source with more": lambda case: case["source"].update(page=3),
    "unknown system": lambda case: case.update(systems=["S33"]),
    "unknown dtype": lambda case: case.update(dtypes=["float8"], left_out={"float32": "r", "float64": "r"}),
    "no dtype": lambda case: case.update(dtypes=[], left_out={"float32": "r", "float64": "r"}),
    "left out without a reason": lambda case: case.update(dtypes=["float32"]),
    "neither operation nor steps": lambda case: case.pop("operation"),
    "operation and steps": lambda case: case.update(steps=[{"name": "a", "operation": "sigmoid", "inputs": ["x"]}]),
    "steps and attributes": lambda case: case.pop("operation")
    and case.update(steps=[{"name": "a", "operation": "sigmoid", "inputs": ["x"]}], attributes={}),
    "no steps": lambda case: case.pop("operation") and case.update(steps=[]),
    "no inputs": lambda case: case.update(inputs={}),
    "number in quotes as input": lambda case: case["inputs"].update(x=["10"]),
    "text as input": lambda case: case["inputs"].update(x="one"),
    "truth as input": lambda case: case["inputs"].update(x=[True]),
    "negative size": lambda case: case["inputs"].update(x={"values": [], "shape": [-1]}),
    "unknown generator": lambda case: case["inputs"].update(x={"generate": "uniform", "shape": [3]}),
    "generator without a parameter": lambda case: case["inputs"].update(x={"generate": "ramp", "start": 0, "shape": [3]}),
    "generator with another": lambda case: case["inputs"].update(x={"generate": "dyadic", "low": 0, "shape": [3]}),
    "nothing listed": lambda case: case["inputs"].update(x={"generate": "listed", "values": [], "shape": [3]}),
    "text that is listed": lambda case: case["inputs"].update(x={"generate": "listed", "values": "12", "shape": [3]}),
    "listed with a period": lambda case: case["inputs"].update(x={"generate": "listed", "values": [1], "period": 1, "shape": [3]}),
    "property without its table": lambda case: case.update(kind="property"),
    "a property's table elsewhere": lambda case: case.update(property={"name": "range"}),
    "unknown property": lambda case: case.update(kind="property", property={"name": "convex"}),
    "refusal of nothing": lambda case: case.update(kind="refusal"),
    "refusal of an empty table": lambda case: case.update(kind="refusal", refused={}),
    "refused elsewhere": lambda case: case.update(refused={"x": [[1]]}),
    "trait without a name": lambda case: case.update(kind="trait"),
    "timing without its table": lambda case: case.update(TIMED) or case.pop("timing"),
    "a timing's table elsewhere": lambda case: case.update(timing=TIMED["timing"]),
    "timing without a series": lambda case: case.update(TIMED, timing={**TIMED["timing"], "series": " "}),
    "unknown family": lambda case: case.update(TIMED, timing={**TIMED["timing"], "family": "layer"}),
    "unknown operands": lambda case: case.update(TIMED, timing={**TIMED["timing"], "operands": "odd"}),
    "unknown key of timing": lambda case: case.update(TIMED, timing={**TIMED["timing"], "bytes": 3}),
    "a call as a formula": lambda case: case.update(TIMED, timing={**TIMED["timing"], "x": "len('n')"}),
    "a formula with a fraction": lambda case: case.update(TIMED, timing={**TIMED["timing"], "x": "n/2.5"}),
    "an estimate of nothing": lambda case: case.update(TIMED, timing={**TIMED["timing"], "estimate": {"what": "all"}}),
    "erratum that is no text": lambda case: case.update(erratum=3),
}  # fmt: skip


def changed(change: Change) -> dict[str, Any]:
    made = deepcopy(GOOD)
    change(made["case"][0])
    return made


def read(data: dict[str, Any], folder: Path) -> None:
    path = folder / "case.toml"
    path.write_text("\n".join(f"{name} = {toml(value)}" for name, value in data.items()), "utf-8")
    load(path)


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {toml(item)}" for name, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


@pytest.mark.parametrize("name", RIGHT)
def test_schema_and_reader_take_what_is_right(name: str, tmp_path: Path) -> None:
    data = changed(RIGHT[name])
    assert amiss("case-file", data) == []
    read(data, tmp_path)


@pytest.mark.parametrize("name", WRONG)
def test_schema_and_reader_refuse_what_is_wrong(name: str, tmp_path: Path) -> None:
    data = changed(WRONG[name])
    assert amiss("case-file", data)
    with pytest.raises(SpecError, match="case"):
        read(data, tmp_path)


FROZEN_WRONG: dict[str, Change] = {
    "unknown key": lambda line: line.update(tolerance=1e-6),
    "the answer in the question": lambda line: line["ask"].update(outputs_expected={}),
    "no bound": lambda line: line["expect"]["outputs"]["z"].pop("error"),
    "odd bits": lambda line: line["ask"]["inputs"]["x"].update(bits="3f8"),
    "no others": lambda line: line["expect"].pop("others"),
    "unknown dtype": lambda line: line.update(dtype="float8"),
}


@pytest.mark.parametrize("name", FROZEN_WRONG)
def test_a_wrong_frozen_line_is_refused(name: str) -> None:
    text = (ROOT / "layers" / "dense.jsonl").read_text("utf-8").splitlines()
    line = next(found for found in map(json.loads, text[1:]) if found["case"] == "coffee_vectorized")
    assert amiss("frozen", line) == []
    FROZEN_WRONG[name](line)
    assert amiss("frozen", line)
