"""The arrays of a failing case, for people: numbers where they are few, bits or a name where they are many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nnconform.harness.comparison import Truth
from nnconform.harness.given import materialize
from nnconform.harness.questions import SECOND
from nnconform.harness.verdict import plain
from nnconform.spec.arrays import Array, encode
from nnconform.spec.catalogue import catalogue
from nnconform.spec.generator import EACH, elements, other_elements, others


def shown_arrays(frozen: Mapping[str, Any], most: int, question: str = "first") -> dict[str, Any]:
    """Inputs as that question asked them and its exact results, by name: `{shape, values | bits | generate}`."""
    dtype, ask, expect = frozen["dtype"], frozen["ask"], frozen["expect"]
    second, rows = question in SECOND, ask.get("alone", {}) if question == "alone" else {}
    given = {name: _input(data, dtype, most) for name, data in ask["inputs"].items()}
    refused = {name: _input(data, dtype, most) for name, data in ask.get("refused", {}).items()}
    found: dict[str, Any] = {"question": question, "inputs": given, "refused": refused}
    if second:
        found["before"] = given
        found["inputs"] = {name: _input(data, dtype, most, second=True) for name, data in ask["inputs"].items()}
    elif rows:
        found["inputs"] = {name: _input(data, dtype, most, rows.get(name)) for name, data in ask["inputs"].items()}
    elif question == "refused":
        found["inputs"] = given | refused
    truths = {name: Truth(data, dtype) for name, data in expect.get("others" if second else "outputs", {}).items()}
    if rows:
        truths = {name: truth.row(expect.get("batch", {}).get(name, 0)) for name, truth in truths.items()}
    return found | {"exact": {name: _few(truth.high, most) for name, truth in truths.items()}}


def with_inputs(frozen: Mapping[str, Any], witness: dict[str, Any]) -> dict[str, Any]:
    """A witness with what stood at its place in the inputs, where an operation works element by element."""
    ask, place = frozen["ask"], tuple(witness["index"])
    if "inputs" in witness or len(ask["steps"]) > 1 or not catalogue()[ask["steps"][0]["operation"]].elementwise:
        return witness
    found = {}
    for name, data in ask["inputs"].items():
        if "bits" in data:
            array = materialize(data, frozen["dtype"])
            found[name] = float((others(array) if witness["question"] in SECOND else array)[place])
        elif data["generate"] in EACH and len(place) == len(data["shape"]):
            one = other_elements if witness["question"] in SECOND else elements
            number = np.array([np.ravel_multi_index(place, data["shape"])])
            found[name] = float(one(data, frozen["dtype"], number)[0])
    return witness | {"inputs": found} if found else witness


def asked_with(frozen: Mapping[str, Any], question: str) -> Iterator[Array]:
    """The inputs as a question asked them, whole."""
    rows = frozen["ask"].get("alone", {}) if question == "alone" else {}
    for name, data in frozen["ask"]["inputs"].items():
        array = materialize(data, frozen["dtype"])
        if question in SECOND:
            array = others(array)
        yield array if rows.get(name) is None else array.take([0], rows[name])


def _input(
    data: Mapping[str, Any], dtype: str, most: int, row: int | None = None, *, second: bool = False
) -> dict[str, Any]:
    """One input; its first row along an axis alone, or its second numbers."""
    if "generate" in data:
        shape = [1 if axis == row else size for axis, size in enumerate(data["shape"])]
        then = "others" if second else "" if row is None else f"row {row}"
        return {"shape": shape, "generate": dict(data)} | ({"then": then} if then else {})
    array = materialize(data, dtype)
    if second:
        array = others(array)
    elif row is not None:
        array = array.take([0], row)
    shown = _few(array.astype("float64"), most)
    return shown if "values" in shown else encode(array)


def _few(array: Array, most: int) -> dict[str, Any]:
    """The shape, and the values if they are few."""
    found: dict[str, Any] = {"shape": list(array.shape)}
    if array.size <= most:
        found["values"] = plain(array.tolist())
    return found
