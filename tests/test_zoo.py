"""Wrong implementations fail, right ones pass: what a pass is worth."""

from __future__ import annotations

from pathlib import Path

import pytest
from zoo import base, wrong_layers

from nnconform.adapters import Adapter
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.harness.score import cases, engine
from nnconform.harness.score.zoo import RIGHT, WRONG, Member, load

LINES = cases.load()
MEMBERS = load(Path(__file__).parent / "zoo").members.values()
WRONGS = [member for member in MEMBERS if member.group == WRONG]
RIGHTS = [member for member in MEMBERS if member.group == RIGHT]
BASES = [base.Products, wrong_layers._SoftmaxLayers]
"""What members are made of, right in itself: a defect is its member's own."""


@pytest.mark.parametrize("member", WRONGS, ids=lambda member: member.name)
def test_wrong_implementation_fails_where_it_is_wrong(member: Member) -> None:
    assert member.caught, "no caught*.toml says which case must catch it"
    case, facet = member.caught
    asked = [line.frozen for line in LINES if line.place == case]
    assert asked, f"no case {case}"
    verdicts = [judge(line, interview(member.make()(), line["ask"])) for line in asked]
    seen = {finding.facet for verdict in verdicts if verdict.outcome == "failed" for finding in verdict.findings}
    assert facet in seen, f"{case} does not catch this, or by {', '.join(seen)}: {member.says}"


@pytest.mark.parametrize("member", RIGHTS, ids=lambda member: member.name)
def test_right_implementation_passes(member: Member) -> None:
    scored = engine.score(member, LINES)
    assert scored.kills == ()
    assert scored.asked


@pytest.mark.parametrize("kind", BASES, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_what_members_are_made_of_passes(kind: type[Adapter]) -> None:
    assert engine.score(Member(kind.__name__, RIGHT, lambda: kind, ""), LINES).kills == ()


def test_every_member_says_what_it_is() -> None:
    for member in [*WRONGS, *RIGHTS]:
        assert member.says.endswith((".", ").")), member.name


def test_there_are_enough_of_both() -> None:
    assert len(WRONGS) >= 120
    assert len(RIGHTS) >= 40
