"""Large cases, of functions of one number: what went wrong, and a sample of what did not."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.harness.comparison import Truth
from nnconform.harness.diagnosis.problem import Arrays, Part, Problem
from nnconform.harness.questions import SECOND
from nnconform.spec.arrays import fill

Array = Any
EACH = 2**11
"""So many wrong elements at most, and as many others."""


class Sampled(Problem):
    """A case asked as if of some of its elements only: a sample, if nobody says which."""

    def __init__(self, problem: Problem, places: Array | None = None) -> None:
        self.__dict__.update(problem.__dict__)
        parts = [part for part in problem.everything if part.question != "alone"]
        if places is None:
            places = chosen(np.logical_or.reduce([part.wrong.ravel() for part in parts]))
        self.first = {name: values.ravel()[places] for name, values in problem.first.items()}
        self.second = {name: values.ravel()[places] for name, values in problem.second.items()}
        self.__dict__["everything"] = tuple(some(part, places) for part in parts)

    def arrays(self, question: str) -> Arrays:
        return self.second if question in SECOND else self.first


def some(part: Part, places: Array) -> Part:
    """Some elements of an answer, in one row."""
    got, wrong = part.got.ravel()[places], part.wrong.ravel()[places]
    return Part(part.question, part.output, got, taken(part.truth, places), wrong)


def can_be_sampled(problem: Problem) -> bool:
    """Whether each element of an answer depends on one of each input alone, at the same place."""
    shapes = {values.shape for values in problem.first.values()}
    parts = [part for part in problem.everything if part.question != "alone"]
    return problem.elementwise and len(shapes) == 1 and all(part.fitting and part.got.shape in shapes for part in parts)


def once_each(problem: Problem) -> Problem:
    """A case whose inputs repeat, as if of elements that have all that was asked and answered; any other as it is."""
    stored = [*problem.expect["outputs"].values(), *problem.expect["others"].values()]
    periods = {data.get("period") for data in stored}
    if len(periods) > 1 or None in periods or not can_be_sampled(problem):
        return problem
    period = periods.pop()
    new = np.zeros(next(iter(problem.first.values())).size, bool)
    new[:period] = True
    for part in problem.everything:
        if part.question != "alone":
            bits = part.got.ravel().view(f"u{part.got.itemsize}")
            new |= bits != fill(np.empty_like(bits), bits[:period])
    return Sampled(problem, np.flatnonzero(new))


def chosen(wrong: Array) -> Array:
    """Places of the wrong ones, and of others, spread evenly over the array."""
    return np.sort(np.concatenate([_spread(np.flatnonzero(wrong)), _spread(np.flatnonzero(~wrong))]))


def _spread(places: Array) -> Array:
    if places.size <= EACH:
        return places
    return places[np.linspace(0, places.size - 1, EACH).astype(np.int64)]


def taken(truth: Truth, places: Array) -> Truth:
    """Some elements of a truth, in one row."""
    made: Truth = object.__new__(Truth)
    made.limits, made.dtype, made.exact, made.one_sided = truth.limits, truth.dtype, truth.exact, truth.one_sided
    made.high = truth.high.ravel()[places]
    made.low = None if truth.low is None else truth.low.ravel()[places]
    made.error = None if truth.error is None else truth.error.ravel()[places]
    made.shape = made.high.shape
    made.flushed = None if truth.flushed is None else taken(truth.flushed, places)
    return made
