"""Wrong implementations fail, right ones pass: what a pass is worth."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

import pytest
from zoo import (
    right,
    right_smooth,
    wrong_activations,
    wrong_elementary,
    wrong_layers,
    wrong_products,
    wrong_refusals,
    wrong_sizes,
    wrong_smooth,
)

from nnconform.adapters import Adapter
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped

LARGEST = 100_000
"""Elements of an input; cases of a million are left to the runs on real frameworks."""


def size(line: dict[str, Any]) -> int:
    """Elements of a case's largest input."""
    return max(int(prod(given["shape"])) for given in line["ask"]["inputs"].values())


def lines() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in shipped():
        frozen = FrozenFile(frozen_path(path).read_text("utf-8"))
        for case in frozen.cases:
            for dtype in case["dtypes"]:
                line = frozen.line(case["id"], dtype)
                if case["kind"] != "timing" and size(line) <= LARGEST:
                    yield f"{path.stem}::{case['id']}/{dtype}", line


SPEC = list(lines())
CAUGHT: dict[str, tuple[str, str]] = {
    name: place
    for path in sorted((Path(__file__).parent / "zoo").glob("caught*.toml"))
    for name, place in tomllib.loads(path.read_text("utf-8")).items()
}
"""The case and the facet that each wrong implementation must fail, by its name."""


def findings(adapter: Adapter) -> list[str]:
    """Every failing case, with its first line of why; operations that are the textbook's own are not asked again."""
    found = []
    for name, line in SPEC:
        if changed(type(adapter), line) and size(line) <= getattr(adapter, "largest", LARGEST):
            verdict = judge(line, interview(adapter, line["ask"]))
            if verdict.outcome != "passed":
                found.append(f"{name}: {verdict.findings[0].line() if verdict.findings else verdict.reason}")
    return found


def changed(kind: type[Adapter], line: dict[str, Any]) -> bool:
    """Whether a case asks an operation that the implementation has of its own."""
    own = {name for base in kind.__mro__ if base.__module__.startswith("zoo") for name in vars(base)}
    return any(step["operation"] in own for step in line["ask"]["steps"])


def classes(module: object) -> list[type[Adapter]]:
    return [
        item
        for name, item in vars(module).items()
        if inspect.isclass(item)
        and issubclass(item, Adapter)
        and item.__module__ == getattr(module, "__name__", "")
        and not name.startswith("_")
    ]


WRONG = [
    kind
    for module in (
        wrong_activations,
        wrong_products,
        wrong_refusals,
        wrong_sizes,
        wrong_layers,
        wrong_elementary,
        wrong_smooth,
    )
    for kind in classes(module)
]
BASES = [right._Products, wrong_products._Products, wrong_layers._SoftmaxLayers]
"""What members are made of, right in itself: a defect is its member's own."""


@pytest.mark.parametrize("kind", WRONG, ids=lambda kind: kind.__name__)
def test_wrong_implementation_fails_where_it_is_wrong(kind: type[Adapter]) -> None:
    case, facet = CAUGHT[kind.__name__]
    asked = [line for name, line in SPEC if name.rpartition("/")[0] == case]
    assert asked, f"no case {case}"
    verdicts = [judge(line, interview(kind(), line["ask"])) for line in asked]
    seen = {finding.facet for verdict in verdicts if verdict.outcome == "failed" for finding in verdict.findings}
    assert facet in seen, f"{case} does not catch this: {kind.__doc__}"


def test_every_wrong_implementation_has_its_case() -> None:
    assert set(CAUGHT) == {kind.__name__ for kind in WRONG}
    assert len(CAUGHT) == len(WRONG)


@pytest.mark.parametrize("kind", [*classes(right), *classes(right_smooth), *BASES], ids=lambda kind: kind.__name__)
def test_right_implementation_passes(kind: type[Adapter]) -> None:
    assert findings(kind()) == []


def test_every_member_says_what_it_is() -> None:
    for kind in [*WRONG, *classes(right), *classes(right_smooth)]:
        assert kind.__doc__
        assert kind.__doc__.strip().endswith((".", ")."))
