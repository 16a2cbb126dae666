"""The outcomes a case can have, with their letters: a colour never stands alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome, as the legend defines it."""

    letter: str
    name: str
    meaning: str


OUTCOMES = (
    Outcome("C", "crashed", "The process beside the framework ended in the middle of the case."),
    Outcome("T", "timeout", "No answer came within the time limit for a case, and the process was ended."),
    Outcome("M", "out of memory", "The machine or the device has too little memory for the case."),
    Outcome("E", "error", "The suite itself could not ask or judge; nothing is said about the framework."),
    Outcome("F", "failed", "The answer breaks the requirement."),
    Outcome("K", "known deviation", "It fails in a way that is known, verified and listed with its reason."),
    Outcome("P", "passed", "Every value is within its proven bound, and nothing else was found."),
    Outcome("U", "unsupported", "The framework or its adapter says that it does not have this; no fault is counted."),
    Outcome("-", "not asked", "Left out, not selected, or the run ended before it; nothing is said."),
)
"""From the one that shows first to the one that shows last."""

NOT_ASKED = OUTCOMES[-1]
BY_NAME = {outcome.name: outcome for outcome in OUTCOMES} | {"not run": NOT_ASKED}
"""Outcomes by the names that records give them."""
BY_LETTER = {outcome.letter: outcome for outcome in OUTCOMES}
FAILING = ("crashed", "timeout", "out of memory", "error", "failed")
_RANK = {outcome.name: rank for rank, outcome in enumerate(OUTCOMES)}


def rank(name: str) -> int:
    """The place of an outcome: the lowest shows."""
    return _RANK[name]


def worst(names: Iterable[str]) -> Outcome:
    """The outcome that stands for several; not asked where there is none."""
    return BY_NAME[min(names, key=rank, default=NOT_ASKED.name)]
