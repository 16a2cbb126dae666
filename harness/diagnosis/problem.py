"""A failing case as a diagnosis sees it: what was asked, what came, what is true, and what the textbook would say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.harness.comparison import Truth, compare
from nnconform.harness.given import materialize
from nnconform.harness.questions import LAYOUTS, NUMBERS, SECOND
from nnconform.harness.transcript import Transcript
from nnconform.spec.arrays import Array, dtype_of
from nnconform.spec.catalogue import catalogue
from nnconform.spec.generator import others

Arrays = Mapping[str, Array]
Rounding = Callable[[Array], Array]
Instead = Callable[..., Array]
"""What a defect computes: the rounding to the case's dtype, an operation's arrays, its attributes."""


@dataclass(frozen=True, slots=True)
class Part:
    """One output of one answer."""

    question: str
    output: str
    got: Array
    truth: Truth
    wrong: Array
    """Where it is wrong; everywhere, if its shape or dtype is."""

    @property
    def fitting(self) -> bool:
        """Whether dtype and shape are right."""
        return self.got.dtype == self.truth.dtype and self.got.shape == self.truth.shape


_TEXTBOOK: dict[str, Callable[..., Any]] = {
    name: getattr(NumPy, name) for name in catalogue() if name != "round_trip" and hasattr(NumPy, name)
}
"""What is no operation of the textbook gives back what it is given."""


class Problem:
    """One failing case in one dtype."""

    def __init__(self, frozen: Mapping[str, Any], transcript: Transcript) -> None:
        self.frozen, self.ask, self.expect = frozen, frozen["ask"], frozen["expect"]
        self.dtype = dtype_of(frozen["dtype"])
        self.steps: list[Mapping[str, Any]] = self.ask["steps"]
        self.operations = frozenset(step["operation"] for step in self.steps)
        self.transcript = transcript
        self.spared: frozenset[str] = frozenset()
        """Questions whose answers are right, whatever went wrong in the others."""
        self.first = {name: materialize(data, frozen["dtype"]) for name, data in self.ask["inputs"].items()}
        self.second = {name: others(values) for name, values in self.first.items()}

    @property
    def size(self) -> int:
        """Elements of all inputs together."""
        return sum(values.size for values in self.first.values())

    @property
    def work(self) -> int:
        """About how many products the textbook takes: of two matrices, all rows by all columns by what they share."""
        shapes = sorted((values.shape for values in self.first.values()), key=prod)[-2:]
        if self.elementwise or len(shapes) == 1:
            return self.size
        return prod(shapes[0]) * prod(shapes[1]) // max({*shapes[0]} & {*shapes[1]} - {0}, default=1)

    @property
    def readable(self) -> bool:
        """Whether every question has an answer of arrays."""
        return self.readable_beside(frozenset())

    def readable_beside(self, raising: frozenset[str]) -> bool:
        """Whether every question but these has an answer of arrays."""
        outputs = set(self.expect.get("outputs", {}))
        return all(
            answer.unsupported or (not (answer.raised or answer.odd or answer.whole) and set(answer.values) == outputs)
            for question, answer in self.transcript.answers.items()
            if question not in raising
        )

    @property
    def wide(self) -> np.dtype[Any]:
        """What predictions are computed in: finer than the case's dtype, where there is anything finer."""
        return np.dtype(np.longdouble if self.dtype == np.float64 else np.float64)

    @property
    def elementwise(self) -> bool:
        """Whether each result depends on one number alone."""
        return all(catalogue()[name].elementwise for name in self.operations)

    def rounded(self, values: Array) -> Array:
        """Values as the case's dtype holds them."""
        with np.errstate(all="ignore"):
            made: Array = np.asarray(values).astype(self.dtype).astype(self.wide)
        return made

    @cached_property
    def everything(self) -> tuple[Part, ...]:
        """Every output of every answer that has a truth."""
        with np.errstate(all="ignore"):
            return tuple(self._parts())

    @property
    def parts(self) -> list[Part]:
        """Those that a hypothesis has to explain."""
        return [part for part in self.everything if part.question not in self.spared]

    @property
    def wrong_questions(self) -> frozenset[str]:
        """Those whose answers are wrong in value, shape or dtype."""
        return frozenset(part.question for part in self.everything if part.wrong.any())

    @property
    def right_layouts(self) -> frozenset[str]:
        """Layouts in which nothing is wrong, although it is where the elements lie together."""
        asked, wrong = frozenset(part.question for part in self.everything), self.wrong_questions
        return asked.intersection(LAYOUTS) - wrong if "first" in wrong else frozenset()

    def _parts(self) -> Iterator[Part]:
        if "outputs" not in self.expect:
            return  # a trait's, which has no truth
        for question, answer in self.transcript.answers.items():
            if question not in NUMBERS:
                continue
            for name, got in answer.values.items():
                yield self._part(question, name, got)

    def _part(self, question: str, name: str, got: Array) -> Part:
        second = question in SECOND
        data = self.expect["others" if second else "outputs"][name]
        flushed = self.expect.get("flushed_others" if second else "flushed", {}).get(name)
        truth = Truth(data, self.frozen["dtype"], flushed)
        axis = self.expect.get("batch", {}).get(name, 0)
        if question == "alone" and truth.shape and truth.shape[axis]:
            truth = truth.row(axis)
        if got.dtype != truth.dtype or got.shape != truth.shape:
            return Part(question, name, got, truth, np.ones(got.shape, bool))
        mask = compare(got, truth).mask
        return Part(question, name, got, truth, np.zeros(got.shape, bool) if mask is None else mask)

    def arrays(self, question: str) -> Arrays:
        """The inputs as a question asks them."""
        if question in SECOND:
            return self.second
        if question != "alone":
            return self.first
        return {name: self.row(name, values) for name, values in self.first.items()}

    def row(self, name: str, values: Array) -> Array:
        """What the first row alone has of an input."""
        axis = self.ask["alone"].get(name)
        return values if axis is None else values[(slice(None),) * axis + (slice(0, 1),)]

    def evaluate(self, arrays: Arrays, instead: Mapping[str, Instead] | None = None) -> dict[str, Array]:
        """Every step's result by the textbook, in more than the case's precision, with some operations' defects."""
        values: dict[str, Any] = {name: array.astype(self.wide) for name, array in arrays.items()}
        for step in self.steps:
            given = [values[name] for name in step["inputs"]]
            function = (instead or {}).get(step["operation"])
            exact = getattr(function, "exact", False)
            attributes = {name: value if exact else self._plain(value) for name, value in step["attributes"].items()}
            if "activations" in attributes:
                kinds = attributes.pop("activations")
                lead = len(given) - 2 * len(kinds)
                given = [*given[:lead], list(zip(given[lead::2], given[lead + 1 :: 2], kinds, strict=True))]
            if function is None:
                made = _TEXTBOOK.get(step["operation"], _itself)(*given, **attributes)
            else:
                made = function(self.rounded, *given, **attributes)
            values[step["name"]] = np.asarray(made)
        return values

    def _plain(self, value: Any) -> Any:
        """An attribute; a number is rounded as the catalogue's formulas have it."""
        return float(np.asarray(value, self.dtype)) if isinstance(value, float) else value


def _itself(x: Array) -> Array:
    return x
