"""The published schema describes real records, all of them, and refuses wrong ones."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from page_fixtures import footer, header, result, subject
from shell import pytest_in, records

import nnconform.reports

SCHEMA = json.loads((Path(nnconform.reports.__file__).parent / "schema" / "record.schema.json").read_text("utf-8"))
ADAPTER = '''
from nnconform.adapters import Adapter, Unsupported

class Wrong(Adapter):
    """Fails, crashes, answers with what is no array, and lacks an operation."""
    name = "wrong"

    def sigmoid(self, x): return x * 0 + 0.25
    def tanh(self, x): raise RuntimeError("no tanh")
    def relu(self, x): return "nothing"
    def matmul(self, a, b): raise Unsupported("no products")
    def linear(self, x): x *= 0; return x
'''


def errors(line: dict[str, Any]) -> list[str]:
    """What the schema of the line's own kind finds; the whole schema must agree."""
    kind = {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{line['record']}"}
    found = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(kind).iter_errors(line)]
    assert bool(found) != Draft202012Validator(SCHEMA).is_valid(line)
    return found


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The records of NumPy on the whole spec, and of an adapter that is wrong in every way."""
    folder = tmp_path_factory.mktemp("numpy")
    assert pytest_in(folder, "--adapter=numpy", "-q").status == 0
    wrong = tmp_path_factory.mktemp("wrong")
    (wrong / "wrong.py").write_text(ADAPTER, "utf-8")
    assert pytest_in(wrong, "--adapter=wrong.py:Wrong", "-q").status == 1
    return records(folder) + records(wrong)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_real_records_are_valid(real: list[dict[str, Any]]) -> None:
    assert {line["record"] for line in real} == {"header", "result", "footer"}
    found = [line["subjects"][0]["sources"] for line in real if line["record"] == "header"]
    assert [[*sources] for sources in found] == [[], ["wrong.py"]]
    assert {"passed", "failed", "unsupported"} <= {line.get("outcome") for line in real}
    for line in real:
        assert not errors(line), line


def test_every_field_that_is_written_is_described(real: list[dict[str, Any]]) -> None:
    for line in real:
        for where, name in written(line, SCHEMA["$defs"][line["record"]]):
            pytest.fail(f"describe {name!r} of {where} in record.schema.json")


def written(data: Any, schema: dict[str, Any], where: str = "a line") -> Iterator[tuple[str, str]]:
    """Fields of fixed names that the schema does not describe."""
    while "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if isinstance(data, list) and "items" in schema:
        for item in data:
            yield from written(item, schema["items"], where)
    known = schema.get("properties")
    if isinstance(data, dict) and known and where not in OPEN:
        for name, value in data.items():
            if name in known:
                yield from written(value, known[name], name)
            else:
                yield where, name


OPEN = {"generate", "terms"}
"""Objects whose further fields are the generator's and the arithmetic's own."""


def wrong(line: dict[str, Any], *path: Any, value: Any = None) -> dict[str, Any]:
    """A line with one field replaced, or removed."""
    made = copy.deepcopy(line)
    place = made
    for name in path[:-1]:
        place = place[name]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return made


def test_the_fixtures_are_valid() -> None:
    for line in (header(), result(), result("a", "failed"), result("b", "known deviation"), footer(1)):
        assert not errors(line)


@pytest.mark.parametrize(
    "line",
    [
        wrong(header(), "schema", value=3),
        wrong(header(), "started", value="yesterday"),
        wrong(header(), "subjects", value=[]),
        wrong(header(), "subjects", 0, "versions", value={"numpy": 2}),
        wrong(header(subject(sources={})), "subjects", 0, "sources", value={"mine.py": "no digest"}),
        wrong(header(), "level", value="may"),
        wrong(result(), "outcome", value="splendid"),
        wrong(result(), "outcome"),
        wrong(result(), "ulps", value="many"),
        wrong(result(), "elapsed_ns", value=-1),
        wrong(result(), "case_digest", value="short"),
        wrong(result(), "systems", value=["T1"]),
        wrong(result(), "witness", "index", value=[-1]),
        wrong(result(), "witness", "exact"),
        wrong(result("a", "failed"), "findings", 0, "witness", "got", value="0.25"),
        wrong(result("a", "failed"), "arrays", "inputs", "x", "values", value=[["Infinity"]]),
        wrong(result("a", "failed"), "arrays", "inputs", "x", "shape"),
        wrong(result("a", "failed"), "steps", 0, "attributes"),
        wrong(footer(1), "complete", value="yes"),
        wrong(footer(1), "results"),
    ],
)
def test_wrong_records_are_refused(line: dict[str, Any]) -> None:
    assert errors(line)
