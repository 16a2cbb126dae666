"""The score falls where one bound alone is four times as wide: that of the sharpest case of an operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import score_parts as parts
from zoo import wrong_one_number as one_number

from nnconform.adapters import Adapter
from nnconform.adapters.numpy import NumPy
from nnconform.harness.comparison import Truth
from nnconform.harness.given import materialize
from nnconform.harness.interview import interview
from nnconform.harness.score import cases, engine, zoo
from nnconform.harness.score.cases import Line
from nnconform.harness.score.zoo import Member
from nnconform.spec.arrays import encode
from nnconform.spec.generator import others

ZOO = zoo.load(Path(__file__).parent / "zoo").members
LINES = cases.load()
NUMBERS = one_number.NUMBERS
SMALL = 3_000
"""Elements of the largest input on which right implementations are held against each other; the textbook: of any."""
NEAR = 0.9
"""Of the largest share of a bound: elementary functions differ a little from machine to machine."""


def member(operation: str) -> Member:
    return ZOO[one_number.named(operation)]


def is_sharpest(line: Line, operation: str) -> bool:
    told = NUMBERS.get(operation, {})
    return (line.place, line.dtype) == (told.get("case"), told.get("dtype"))


def killers(operation: str, lines: list[Line]) -> set[str]:
    """The cases that catch the wrong number of an operation."""
    found = engine.score(member(operation), lines, every=True)
    return {f"{kill.case}/{kill.dtype}" for kill in found.kills}


@pytest.mark.parametrize("operation", sorted(NUMBERS))
def test_one_bound_four_times_as_wide_lowers_the_score(operation: str) -> None:
    told = NUMBERS[operation]
    assert killers(operation, LINES) == {f"{told['case']}/{told['dtype']}"}
    line = next(line for line in LINES if is_sharpest(line, operation))
    wide = Line(line.place, line.dtype, line.size, parts.widened(line.frozen, 4.0))
    assert killers(operation, [wide]) == set()  # nor does any other line: see above


@pytest.mark.parametrize("operation", sorted(NUMBERS))
def test_what_is_nearly_wrong_passes_there(operation: str) -> None:
    line = next(line for line in LINES if is_sharpest(line, operation))
    kind = right_one(NUMBERS[operation]["right"])
    assert not parts.failed(line.frozen, kind)
    assert not parts.failed(line.frozen, NumPy)


def test_every_bound_has_its_sharpest_case() -> None:
    bounded = {
        name for line in LINES if '"error":' in str(line.frozen["expect"]).replace("'", '"') for name in line.operations
    }
    assert bounded - NUMBERS.keys() <= {"linear", "relu", "round_trip", "transpose", "decision", "parameter_count"}


def test_the_sharpest_case_is_the_sharpest() -> None:
    largest: dict[str, float] = {}
    there: dict[str, float] = {}
    for name, kind in rights():
        for line in asked(name, kind):
            [operation] = line.operations
            share = nearest(kind, line)
            largest[operation] = max(share, largest.get(operation, 0.0))
            if is_sharpest(line, operation):
                there[operation] = max(share, there.get(operation, 0.0))
    assert {name for name in NUMBERS if there[name] < NEAR * largest[name]} == set()
    assert {name for name in NUMBERS if largest[name] < 0.1} == set()


def right_one(name: str) -> type[Adapter]:
    return NumPy if name == "NumPy" else ZOO[name].make()


def rights() -> Iterator[tuple[str, type[Adapter]]]:
    yield "NumPy", NumPy
    for each in ZOO.values():
        if each.group == zoo.RIGHT:
            yield each.name, each.make()


def asked(name: str, kind: type[Adapter]) -> Iterator[Line]:
    """Cases of one operation whose numbers are theirs alone, in a dtype with bounds of its own."""
    touched = None if name == "NumPy" else zoo.touched(kind)
    for line in cases.asked_of(LINES, kind, touched):
        if line.name in own() and (name == "NumPy" or line.size <= SMALL):
            yield line


@cache
def own() -> frozenset[str]:
    """Of cases of a single operation those whose inputs no other case has; what has subnormals has two truths: apart."""
    known = [(line, line.operations, _inputs(line)) for line in LINES if line.dtype in {"float32", "float64"}]
    return frozenset(
        line.name
        for line, operations, given in known
        if len(operations) == 1 and "outputs" in line.frozen["expect"]
        and not line.frozen["expect"].keys() & {"flushed", "flushed_others"}
        and not any(line is not other and operations <= theirs and given <= others for other, theirs, others in known)
    )  # fmt: skip


def _inputs(line: Line) -> frozenset[str]:
    return frozenset(line.dtype + str(given) for given in line.frozen["ask"]["inputs"].values())


@cache
def both(name: str) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """The two sets of numbers of a case, each as a question asked once, with its truth."""
    line = next(line for line in LINES if line.name == name)
    ask, expect = {**line.frozen["ask"], "kind": "trait"}, line.frozen["expect"]
    if line.frozen["kind"] == "refusal":  # which is asked one set
        return [({key: value for key, value in ask.items() if key != "refused"}, expect["outputs"])]
    second = {name: encode(others(materialize(data, line.dtype))) for name, data in ask["inputs"].items()}
    return [(ask, expect["outputs"]), ({**ask, "inputs": second}, expect["others"])]


def nearest(kind: type[Adapter], line: Line) -> float:
    """The largest share of its bound that an element of the first two answers has, up to 1: what is flushed has more."""
    return max(
        share(got, truths[name], line.dtype)
        for ask, truths in both(line.name)
        for name, got in interview(kind(), ask).answers["first"].values.items()
    )


def share(got: Any, data: Mapping[str, Any], dtype: str) -> float:
    truth = Truth(data, dtype)
    if truth.error is None or got.shape != truth.shape or not got.size:
        return 0.0
    with np.errstate(all="ignore"):
        shares = np.abs(truth.difference(got)) / truth.error
    fitting = shares[np.isfinite(shares) & (shares <= 1)]
    return float(fitting.max(initial=0.0))
