"""What the zoo's defects look like: each is called what it is, or nothing at all."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from zoo import first_contact

from nnconform.adapters import Adapter
from nnconform.harness.diagnosis import NONE
from nnconform.harness.diagnosis.diagnose import diagnose
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.harness.score.zoo import load
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped

ZOO = Path(__file__).parent / "zoo"
TOLD: dict[str, list[str]] = tomllib.loads((ZOO / "diagnosed.toml").read_text("utf-8"))
"""All that a member is called, over the dtypes of the case that catches it, by its name.  Others are called nothing."""


@cache
def members() -> dict[str, tuple[type[Adapter], str]]:
    """Every wrong implementation, with the case that catches it."""
    caught = tomllib.loads((ZOO / "first_contact.toml").read_text("utf-8"))
    blind = {f"first contact: {name}": (first_contact.members()[name], place) for name, (place, _) in caught.items()}
    own = load(ZOO).members.values()
    return blind | {each.name: (each.make(), each.caught[0]) for each in own if each.caught}


def called(name: str) -> Iterator[str]:
    """The diagnosis in each dtype in which it fails."""
    kind, place = members()[name]
    stem, _, wanted = place.partition("::")
    for path in shipped():
        if path.stem == stem:
            frozen = FrozenFile(frozen_path(path).read_text("utf-8"))
            for dtype in next(case["dtypes"] for case in frozen.cases if case["id"] == wanted):
                line = frozen.line(wanted, dtype)
                transcript = interview(kind(), line["ask"])
                verdict = judge(line, transcript)
                if verdict.findings:
                    yield diagnose(line, transcript, verdict)


@pytest.mark.parametrize("name", members())
def test_each_is_called_what_it_is(name: str) -> None:
    assert sorted({diagnosis for diagnosis in called(name) if diagnosis != NONE}) == TOLD.get(name, [])


def test_the_table_has_members_alone() -> None:
    assert TOLD.keys() <= members().keys()
