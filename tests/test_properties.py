"""Each claim fails beyond the bounds, is a trait within them, and passes where it holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nnconform.harness.comparison import Truth
from nnconform.harness.properties import judge_property
from nnconform.harness.verdict import Verdict
from nnconform.spec.arrays import encode

ULP = 2.0**-23
EXACT = {"of": [0.25, 0.5, 0.75], "other": [0.25, 0.5, 0.75], "shares": [0.25, 0.25, 0.5]}
BOUND = 2 * ULP


def truths() -> dict[str, Truth]:
    made = {}
    for name, values in EXACT.items():
        high, error = np.array(values), np.full(3, BOUND)
        made[name] = Truth({"shape": [3], "high": encode(high)["bits"], "error": encode(error)["bits"]}, "float32")
    return made


def judged(claim: dict[str, Any], **answers: list[float]) -> Verdict:
    verdict = Verdict()
    values = {name: np.array(answers.get(name, exact), np.float32) for name, exact in EXACT.items()}
    judge_property(claim, values, truths(), verdict)
    return verdict


CLAIMS = [
    ({"name": "monotone", "of": "of"}, [0.25, 0.25 - ULP, 0.75], [0.25, 0.1, 0.75], "not monotone"),
    ({"name": "symmetric", "of": "of"}, [0.25 + ULP, 0.5, 0.75], [0.3, 0.5, 0.75], "not symmetric"),
    (
        {"name": "equal", "of": "of", "other": "other"},
        [0.25, 0.5 + ULP, 0.75],
        [0.25, 0.6, 0.75],
        "of and other differ",
    ),
    ({"name": "sums_to_one", "of": "shares"}, [0.25, 0.25 + ULP, 0.5], [0.25, 0.3, 0.5], "sum is not exactly 1"),
]


@pytest.mark.parametrize(("claim", "within", "beyond", "trait"), CLAIMS, ids=[row[0]["name"] for row in CLAIMS])
def test_claim(claim: dict[str, Any], within: list[float], beyond: list[float], trait: str) -> None:
    held = judged(claim)
    assert not held.findings
    assert not held.traits
    rounded = judged(claim, **{claim["of"]: within})
    assert not rounded.findings
    assert any(name.startswith(trait) for name in rounded.traits)
    assert judged(claim, **{claim["of"]: beyond}).facets == ("value",)


@pytest.mark.parametrize("wrong", [1.0 + ULP, -ULP, float("nan"), float("inf")])
def test_a_range_allows_no_rounding(wrong: float) -> None:
    claim = {"name": "range", "of": "of", "low": 0, "high": 1}
    assert not judged(claim, of=[0.0, 1.0, 0.5]).findings
    assert judged(claim, of=[0.0, wrong, 0.5]).facets == ("value",)
