"""Wrong implementations fail, right ones pass: what a pass is worth."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from math import prod

import pytest
from zoo import right, wrong_activations, wrong_products

from nnconform.adapters import Adapter
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped

LARGEST = 100_000
"""Elements of an input; cases of a million are left to the runs on real frameworks."""


def lines() -> Iterator[tuple[str, dict[str, object]]]:
    for path in shipped():
        frozen = FrozenFile(frozen_path(path).read_text("utf-8"))
        for case in frozen.cases:
            for dtype in case["dtypes"]:
                line = frozen.line(case["id"], dtype)
                if case["kind"] != "timing" and all(
                    prod(given["shape"]) <= LARGEST for given in line["ask"]["inputs"].values()
                ):
                    yield f"{path.stem}::{case['id']}/{dtype}", line


SPEC = list(lines())


def findings(adapter: Adapter) -> list[str]:
    """Every failing case, with its first line of why; operations that are the textbook's own are not asked again."""
    found = []
    for name, line in SPEC:
        if changed(type(adapter), line):
            verdict = judge(line, interview(adapter, line["ask"]))  # type: ignore[arg-type]
            if verdict.outcome != "passed":
                found.append(f"{name}: {verdict.findings[0].line() if verdict.findings else verdict.reason}")
    return found


def changed(kind: type[Adapter], line: dict[str, object]) -> bool:
    """Whether a case asks an operation that the implementation has of its own."""
    own = {name for base in kind.__mro__ if base.__module__.startswith("zoo") for name in vars(base)}
    return any(step["operation"] in own for step in line["ask"]["steps"])  # type: ignore[index]


def classes(module: object) -> list[type[Adapter]]:
    return [
        item
        for name, item in vars(module).items()
        if inspect.isclass(item)
        and issubclass(item, Adapter)
        and item.__module__ == getattr(module, "__name__", "")
        and not name.startswith("_")
    ]


WRONG = [*classes(wrong_activations), *classes(wrong_products)]


@pytest.mark.parametrize("kind", WRONG, ids=lambda kind: kind.__name__)
def test_wrong_implementation_fails(kind: type[Adapter]) -> None:
    assert findings(kind()), f"nothing caught this: {kind.__doc__}"


@pytest.mark.parametrize("kind", classes(right), ids=lambda kind: kind.__name__)
def test_right_implementation_passes(kind: type[Adapter]) -> None:
    assert findings(kind()) == []


def test_every_member_says_what_it_is() -> None:
    for kind in [*WRONG, *classes(right)]:
        assert kind.__doc__
        assert kind.__doc__.strip().endswith((".", ")."))
