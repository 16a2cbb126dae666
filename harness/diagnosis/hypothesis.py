"""Kinds of hypotheses.  Each says what it is, as `as if ...`, and how well it fits a failing case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log2
from typing import Any, Protocol

import numpy as np

from nnconform.harness.diagnosis.fit import SURE, agreement, spacing
from nnconform.harness.diagnosis.problem import Arrays, Instead, Problem
from nnconform.harness.questions import origin
from nnconform.spec.arrays import Array
from nnconform.spec.formats import FORMATS

_APART = frozenset({"alone", "fortran", "strided", "mutated"})
"""Questions that a hypothesis may predict otherwise than that whose numbers they have."""
Slack = Callable[..., Array]


class Hypothesis(Protocol):
    """Something that may have gone wrong."""

    @property
    def name(self) -> str:
        """What it is, as `as if ...`."""

    def fit(self, problem: Problem) -> float | None:
        """Bits of evidence; None where it does not fit."""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """An operation computes something else."""

    name: str
    operation: str
    function: Instead
    slack: Slack | None = None
    """What the defect's own formula may be off by, beside the bound: of one-step cases."""

    def fit(self, problem: Problem) -> float | None:
        if self.operation not in problem.operations:
            return None
        slack = self.slack if self.slack and len(problem.steps) == 1 else None

        def answers(question: str) -> dict[str, Array]:
            return problem.evaluate(problem.arrays(question), {self.operation: self.function})

        def off(question: str) -> Array | float:
            given = [values.astype(problem.wide) for values in problem.arrays(question).values()]
            return slack(problem.dtype, *given, **problem.steps[0]["attributes"]) if slack else 0.0

        return predicted(problem, answers, off)


@dataclass(frozen=True, slots=True)
class Given:
    """The operations are right, and are given something else."""

    name: str
    arrays: Callable[[Problem, str], Arrays]

    def fit(self, problem: Problem) -> float | None:
        return predicted(problem, lambda question: problem.evaluate(self.arrays(problem, question)))


@dataclass(frozen=True, slots=True)
class Shaped:
    """The right numbers in another shape."""

    name: str
    shape: Callable[[Array], Array]

    def fit(self, problem: Problem) -> float | None:
        def answers(question: str) -> dict[str, Array]:
            found = problem.evaluate(problem.arrays(question))
            return {name: self.shape(values) for name, values in found.items()}

        return predicted(problem, answers)


@dataclass(frozen=True, slots=True)
class Narrow:
    """The right numbers, with no more digits than another dtype holds."""

    dtype: np.dtype[Any]
    digits: int

    @property
    def name(self) -> str:
        """Of which dtype."""
        return f"as if it were computed in {self.dtype.name}"

    def fit(self, problem: Problem) -> float | None:
        bits, lost = 0.0, -log2(float(np.finfo(problem.dtype).eps)) + 1 - self.digits if _ieee(problem) else 0.0
        if lost <= 0 or not problem.parts:
            return None
        for part in problem.parts:
            if not part.fitting or not self._held(part.got):
                return None
            with np.errstate(all="ignore"):
                error = 0.0 if part.truth.error is None else part.truth.error * 2.0**lost
                least = np.maximum(np.abs(part.truth.high) * 2.0**-self.digits, self._smallest)
                off = np.abs(part.truth.difference(part.got))
                if not bool(np.all(~np.isfinite(off) | (off <= np.maximum(error, least)))):
                    return None
            if not bool(np.isfinite(off[part.wrong]).all()):
                return None
            bits += lost * int(np.count_nonzero(part.wrong & (part.got != 0)))
        return bits

    @property
    def _smallest(self) -> float:
        """What is smaller may have become 0."""
        return float(FORMATS[self.dtype.name].smallest_subnormal) if self.dtype.name in FORMATS else 0.0

    def _held(self, got: Array) -> bool:
        with np.errstate(all="ignore"):
            return bool(np.all((got.astype(self.dtype).astype(got.dtype) == got) | ~np.isfinite(got)))


@dataclass(frozen=True, slots=True)
class Lattice:
    """A number that was once added to a larger one, and has kept that one's spacing."""

    name: str
    operation: str
    grid: Slack
    """The spacing that answers must then have, element by element; 0 where it does not apply."""
    off: Slack
    """By how much they may then be off."""

    def fit(self, problem: Problem) -> float | None:
        if len(problem.steps) > 1 or self.operation not in problem.operations:
            return None
        bits, attributes = 0.0, problem.steps[0]["attributes"]
        for part in problem.parts:
            if not part.fitting:
                return None
            given = [values.astype(problem.wide) for values in problem.arrays(part.question).values()]
            with np.errstate(all="ignore"):
                grid = self.grid(problem.dtype, *given, **attributes)
                most = self.off(problem.dtype, *given, **attributes)
                bound = 0.0 if part.truth.error is None else part.truth.error
                off = np.abs(part.truth.difference(part.got))
                if not bool(np.all(~part.wrong | ((off <= most + bound) & (grid > 0)))):
                    return None
                got = part.got.astype(problem.wide)
                fine = spacing(np.maximum(np.abs(got), np.abs(part.truth.high)), part.truth.limits)
                beside = np.abs(got - np.round(got / np.where(grid > 0, grid, 1)) * grid)
                coarse = grid > 4 * fine  # right numbers have to lie there as well
                if not bool(np.all(~coarse | (beside <= 2 * fine))):
                    return None
                telling = part.wrong & coarse & (got != 0)
                bits += float(np.clip(np.log2(grid[telling] / (4 * fine[telling])), 0, 24).sum())
        return bits


def predicted(
    problem: Problem,
    answers: Callable[[str], Mapping[str, Array]],
    slack: Callable[[str], Array | float] | None = None,
) -> float | None:
    """Bits of evidence for an answer to each question; None where any of them is another."""
    bits, known = 0.0, {}
    for part in problem.parts:
        group = part.question if part.question in _APART else origin(part.question)
        try:
            with np.errstate(all="ignore"):
                if group not in known:
                    known[group] = answers(part.question)
                off = slack(part.question) if slack else 0.0
                found = agreement(part, known[group][part.output], elementwise=problem.elementwise, slack=off)
        except (ArithmeticError, LookupError, TypeError, ValueError):  # shapes for which there is no such defect
            return None
        if found is None:
            return None
        bits += found
    return bits


def _ieee(problem: Problem) -> bool:
    return problem.dtype in (np.float32, np.float64)


__all__ = ["SURE", "Given", "Hypothesis", "Lattice", "Narrow", "Otherwise", "Shaped"]
