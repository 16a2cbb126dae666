"""Long inputs of few elements that repeat: the truth is computed and written down for one period of the result.

Where rows are independent, equal rows have equal results, so as many leading rows as repeat stand for all.  Any other
operation is computed whole, and its result must be seen to repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import numpy as np

from nnconform.reference.truth.ball import doubles
from nnconform.spec.arrays import Array
from nnconform.spec.catalogue import catalogue
from nnconform.spec.model import Case, Generated

Truths = dict[str, Any]
Axes = tuple[dict[str, int], dict[str, int]] | None


def period(case: Case) -> int | None:
    """After how many elements the case's inputs repeat, or None where none does."""
    found = {(made.parameters["period"], made.shape) for made in _repeating(case).values()}
    if len(found) > 1:
        raise ValueError(f"inputs repeat after so many elements, in such shapes: {sorted(found)}; one of each a case")
    return int(found.pop()[0]) if found else None


def leading(case: Case, arrays: Mapping[str, Array], axes: Axes) -> dict[str, Array]:
    """Of inputs that repeat the leading rows that are not alike; whole inputs where rows are not independent."""
    return {name: values[: _rows(case, name)] if _by_rows(case, axes) and name in _repeating(case) else values
            for name, values in arrays.items()}  # fmt: skip


def first_period(case: Case, axes: Axes) -> Callable[[str, Any], Any]:
    """What of a result is written down: all of the leading rows', or a whole one's first period."""
    count = period(case) or 0

    def chosen(name: str, values: Any) -> Any:
        if _by_rows(case, axes):
            return values
        if case.operations != ("transpose",) or len(case.steps) > 1:
            raise ValueError(f"{name}: only rows that are independent, and a transpose, may repeat")
        numbers = doubles(values).ravel()
        if not np.array_equal(numbers, np.resize(numbers[:count], numbers.shape), equal_nan=True):
            raise ValueError(f"{name} does not repeat after {count} elements as its inputs do")
        return values.ravel()[:count]

    return chosen


def named(case: Case, expect: Truths, axes: Axes) -> Truths:
    """The same truths with the whole shape of each output and its period."""
    shape = next(iter(_repeating(case).values())).shape
    for part in ("outputs", "others", "flushed", "flushed_others"):
        for truth in expect.get(part, {}).values():
            truth["period"] = prod(truth["shape"])
            truth["shape"] = [shape[0], *truth["shape"][1:]] if _by_rows(case, axes) else list(shape[::-1])
    return expect


def _repeating(case: Case) -> dict[str, Generated]:
    return {name: made for name, made in case.inputs.items()
            if isinstance(made, Generated) and "period" in made.parameters}  # fmt: skip


def _by_rows(case: Case, axes: Axes) -> bool:
    """Whether equal rows have equal results: element by element, or with the rows that repeat as the batch."""
    if all(catalogue()[name].elementwise for name in case.operations):
        return set(_repeating(case)) == set(case.inputs)
    return axes is not None and not any(axes[0].values()) and set(_repeating(case)) == set(axes[0])


def _rows(case: Case, name: str) -> int:
    made = _repeating(case)[name]
    wide, count = prod(made.shape[1:]), period(case) or 0
    if not made.shape or not wide or count % wide or count > prod(made.shape):
        raise ValueError(f"{name} of shape {list(made.shape)} does not repeat by whole rows after {count} elements")
    return count // wide
