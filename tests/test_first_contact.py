"""Defects by somebody who had not seen the suite: each is caught, but for those that are said to be open."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from zoo import first_contact

from nnconform.adapters.numpy import NumPy
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped

HERE = Path(__file__).parent
CAUGHT: dict[str, tuple[str, str]] = tomllib.loads((HERE / "zoo" / "first_contact.toml").read_text("utf-8"))
"""The case and the facet that each must fail, by its name."""
OPEN = {"ReluReversed": "relu", "SigmoidBroadcast": "sigmoid"}
"""Layouts that no question has yet: arrays that run backwards, and rows that are one row; with the file to look in."""
MEMBERS = first_contact.members()
TIMES = 40
"""How often a case is asked: a race shows once in so many calls."""


def lines(place: str) -> Iterator[dict[str, Any]]:
    """A case in its dtypes."""
    stem, _, case = place.partition("::")
    for path in shipped():
        if path.stem == stem:
            frozen = FrozenFile(frozen_path(path).read_text("utf-8"))
            yield from (
                frozen.line(case, dtype) for each in frozen.cases if each["id"] == case for dtype in each["dtypes"]
            )


def facets(kind: type[NumPy], place: str, times: int = TIMES) -> set[str]:
    """What an implementation fails of a case."""
    asked = list(lines(place))
    assert asked, f"no case {place}"
    adapter = kind()
    for _ in range(times):
        verdicts = [judge(line, interview(adapter, line["ask"])) for line in asked]
        found = {finding.facet for verdict in verdicts for finding in verdict.findings}
        if found:
            return found
    return set()


@pytest.mark.parametrize("name", sorted(CAUGHT))
def test_each_is_caught(name: str) -> None:
    place, facet = CAUGHT[name]
    assert facet in facets(MEMBERS[name], place), f"{place} does not catch this: {MEMBERS[name].__doc__}"


@pytest.mark.parametrize("place", sorted({place for place, _ in CAUGHT.values()}))
def test_the_textbook_is_not(place: str) -> None:
    assert facets(NumPy, place, times=1) == set()


@pytest.mark.parametrize("name", sorted(OPEN))
def test_what_is_open_is_not_caught(name: str) -> None:
    path = next(path for path in shipped() if path.stem == OPEN[name])
    cases = FrozenFile(frozen_path(path).read_text("utf-8")).cases
    assert {facet for case in cases for facet in facets(MEMBERS[name], f"{path.stem}::{case['id']}", times=1)} == set()


def test_a_hundred_and_two_are_open() -> None:
    assert len(MEMBERS) == 100
    assert CAUGHT.keys() | OPEN.keys() == MEMBERS.keys()
    assert not CAUGHT.keys() & OPEN.keys()


def test_each_says_what_it_is() -> None:
    for kind in MEMBERS.values():
        assert (kind.__doc__ or "").strip().endswith((".", ")."))
