"""Timing cases frozen: the truth on a sample of each output, from no more of the inputs than the sample needs.

Rows (places along an output's first axis) and columns (along its last) are the first, the last, and one of each equal
stretch between, drawn by the generator's words.  A restricted input holds all that a sampled element depends on.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from nnconform.reference.results import Values, judged_by, should
from nnconform.spec.cost import Layout, work
from nnconform.spec.generator import elements, other_elements, words
from nnconform.spec.model import Case, Generated

ROWS, TIED_ROWS, COLUMNS, ALONG = 32, 16, 12, 257
"""Places of a sample: rows, rows where a whole row must be known for one element of it, columns, along a vector."""


def places(name: str, length: int, count: int) -> list[int] | None:
    """`count` places of an axis: first, last, and one of each equal stretch; None where these are all."""
    if length <= count:
        return None
    drawn = words(name, count)
    edges = [length * number // count for number in range(count + 1)]
    found = [low + int(word) % (high - low) for low, high, word in zip(edges, edges[1:], drawn, strict=False)]
    return [0, *found[1:-1], length - 1]


class Sample:
    """Which places along which axes of a timing case are judged."""

    def __init__(self, case: Case) -> None:
        self.case, self.layout = case, Layout(case)
        self.places: dict[str, list[int] | None] = {}
        for name in case.outputs:
            axes, shape = self.layout.axes[name], self.layout.shape(name)
            tied = len(axes) > 1 and axes[-1] in self.layout.tied
            for axis in (axes[:1], axes[-1:]) if len(axes) > 1 else (axes,):
                for one in axis:
                    alone = prod(shape) == self.layout.sizes[one]
                    usual = COLUMNS if one != axes[0] else TIED_ROWS if tied else ROWS
                    self.places.setdefault(one, self._places(one, ALONG if alone else usual))

    def _places(self, axis: str, count: int) -> list[int] | None:
        return places(f"{self.case.id}/{axis}", self.layout.sizes[axis], count)

    def asked(self) -> dict[str, dict[str, list[int] | None]]:
        """What of each output is read back: rows and columns, None for all of them."""
        found = {}
        for name in self.case.outputs:
            axes = self.layout.axes[name]
            found[name] = {
                "rows": self.places[axes[0]] if axes else None,
                "columns": self.places[axes[-1]] if len(axes) > 1 else None,
            }
        return found

    def needed(self, name: str) -> Any:
        """The row-major numbers of an input's elements that the sample depends on, in a grid."""
        axes, shape = self.layout.axes[name], self.layout.shape(name)
        along = [
            range(size) if axis in self.layout.tied or (kept := self.places.get(axis)) is None else kept
            for axis, size in zip(axes, shape, strict=True)
        ]
        grid = np.ix_(*(np.array(each, np.int64) for each in along))
        return np.ravel_multi_index(grid, shape) if shape else np.zeros((), np.int64)

    def chosen(self, name: str, values: Values) -> Values:
        """The sampled elements of a result that was computed whole along the axes whose elements hang together."""
        for number, axis in enumerate(self.layout.axes[name]):
            kept = self.places.get(axis)
            if axis in self.layout.tied and kept is not None:
                values = values.take(kept, number)
        return values


def ask(case: Case) -> dict[str, Any]:
    """Inputs by name, and what is read back of each output."""
    return {"inputs": _named(case), "sample": Sample(case).asked()}


def expect(case: Case, dtype: str) -> dict[str, Any]:
    """What the sampled answers are judged by, and what the case costs."""
    sample, named = Sample(case), _named(case)
    first = {name: elements(data, dtype, sample.needed(name)) for name, data in named.items()}
    second = {name: other_elements(data, dtype, sample.needed(name)) for name, data in named.items()}
    found = judged_by(case, dtype, first, second, sample.chosen) | should(case)
    found["whole"] = {name: list(sample.layout.shape(name)) for name in case.outputs}
    return {"expect": found, "work": work(case, dtype)}


def _named(case: Case) -> dict[str, dict[str, Any]]:
    return {name: made.named for name, made in case.inputs.items() if isinstance(made, Generated)}
