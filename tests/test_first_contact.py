"""Defects by somebody who had not seen the suite: each is caught by now."""

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
from nnconform.harness.score.cases import load
from nnconform.spec.catalogue import catalogue
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped

HERE = Path(__file__).parent
CAUGHT: dict[str, tuple[str, str]] = tomllib.loads((HERE / "zoo" / "first_contact.toml").read_text("utf-8"))
"""The case and the facet that each must fail, by its name."""
MEMBERS = first_contact.members()
RIGHT = frozenset({"SiluHalfOverflows"})
"""The catalogue's own formula computed in float16 step by step, which is what is granted (spec/README.md)."""
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


def test_a_hundred_and_sixty_and_one_is_right() -> None:
    assert len(MEMBERS) == 160
    assert CAUGHT.keys() == MEMBERS.keys() - RIGHT
    assert MEMBERS.keys() >= RIGHT


@pytest.mark.parametrize("name", sorted(RIGHT))
def test_what_the_specification_allows_fails_nothing(name: str) -> None:
    """It would be a case's fault, or the specification has changed its mind."""
    operations = {operation for operation in catalogue() if operation in vars(MEMBERS[name])}
    asked = [line for line in load() if operations & line.operations]
    adapter = MEMBERS[name]()
    assert len(asked) > 20
    assert not [line.name for line in asked if judge(line.frozen, interview(adapter, line.frozen["ask"])).findings]


def test_each_says_what_it_is() -> None:
    for kind in MEMBERS.values():
        assert (kind.__doc__ or "").strip().endswith((".", ")."))
