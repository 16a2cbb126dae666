"""Answers counted: what a cell of any table says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import inf, isnan
from statistics import median

from nnconform.reports.merge import Answer
from nnconform.reports.model import Result, Witness
from nnconform.reports.outcomes import FAILING, NOT_ASKED, OUTCOMES, Outcome, worst


@dataclass(frozen=True)
class Tally:
    """Some answers, counted by outcome; each case counts once, however many runs asked it."""

    answers: tuple[Answer, ...]
    operation: str = ""
    """Where it is given, errors and times come from the cases that ask for nothing else: of a graph of several
    operations nobody knows whose they are."""

    @cached_property
    def counts(self) -> tuple[tuple[Outcome, int], ...]:
        """Outcomes that occur, the gravest first."""
        found = Counter(answer.shown.outcome for answer in self.answers)
        return tuple((outcome, found[outcome.name]) for outcome in OUTCOMES if found[outcome.name])

    @cached_property
    def outcome(self) -> Outcome:
        """The one that stands for all."""
        return worst(outcome.name for outcome, _ in self.counts) if self.answers else NOT_ASKED

    def count(self, *names: str) -> int:
        """How many answers have one of these outcomes."""
        return sum(count for outcome, count in self.counts if outcome.name in names)

    @property
    def failing(self) -> int:
        """Failures of any kind."""
        return self.count(*FAILING)

    @property
    def told(self) -> int:
        """How many answers the cell's letter stands for: one letter stands for failures of every kind."""
        return self.failing or self.count(self.outcome.name)

    @property
    def asked(self) -> int:
        """All answers."""
        return len(self.answers)

    @cached_property
    def differs(self) -> int:
        """How many cases came out differently in different runs."""
        return sum(answer.differs for answer in self.answers)

    @property
    def letters(self) -> str:
        """Every letter that occurs."""
        return "".join(outcome.letter for outcome, _ in self.counts)

    @property
    def in_words(self) -> str:
        """Such as `2 failed, 24 passed`."""
        return ", ".join(f"{count} {outcome.name}" for outcome, count in self.counts) or "not asked"

    @property
    def _alone(self) -> tuple[Answer, ...]:
        if not self.operation:
            return self.answers
        return tuple(answer for answer in self.answers if set(answer.shown.operations) == {self.operation})

    @cached_property
    def worst(self) -> tuple[Result, Witness] | None:
        """The result with the largest error, of those that measured one; of equals the first."""
        measured = [(result, result.witness) for answer in self._alone for result in answer.results if result.witness]
        return max(measured, key=lambda pair: size(pair[0].ulps), default=None)

    @cached_property
    def median_ns(self) -> int | None:
        """The median time of the answers that passed: a wrong answer has no speed."""
        times = [
            answer.shown.elapsed_ns
            for answer in self._alone
            if answer.shown.outcome == "passed" and answer.shown.elapsed_ns > 0
        ]
        return int(median(times)) if times else None


def tally(answers: Iterable[Answer], operation: str = "") -> Tally:
    """Answers, counted."""
    return Tally(tuple(answers), operation)


def size(number: float) -> float:
    """An error to be compared by size: nan is as large as can be."""
    return inf if isnan(number) else abs(number)
