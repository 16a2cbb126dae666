"""What was measured and never failed: traits, and `should` requirements that were missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nnconform.reports.merge import Answer, Asked
from nnconform.reports.model import Result

MOST_MISSED = 200
_MOST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Trait:
    """One trait of one operation: how often it showed, subject by subject."""

    operation: str
    name: str
    cells: tuple[str, ...]


def traits(asked: Sequence[Asked]) -> tuple[Trait, ...]:
    """Every trait that any subject showed."""
    found: dict[tuple[str, str], list[list[int | str]]] = {}
    for number, one in enumerate(asked):
        for answer in one.answers.values():
            result = answer.shown
            for name, value in result.traits:
                place = ", ".join(dict.fromkeys(result.operations)), name
                found.setdefault(place, [[] for _ in asked])[number].append(value)
    return tuple(Trait(*place, tuple(_told(values) for values in found[place])) for place in sorted(found))


def _told(values: Sequence[int | str]) -> str:
    """Such as `in 3 cases, up to 494 values`, or the words that came with how often."""
    counts = [value for value in values if isinstance(value, int)]
    words = [value for value in values if isinstance(value, str)]
    told = []
    if counts:
        told.append(f"{_many(len(counts), 'case')}, up to {_many(max(counts), 'value')}")
    kinds = sorted(set(words), key=lambda word: (-words.count(word), word))
    told += [f"{word} ({words.count(word)})" if words.count(word) > 1 else word for word in kinds[:_MOST_WORDS]]
    if len(kinds) > _MOST_WORDS:
        told.append(f"and {len(kinds) - _MOST_WORDS} other answers")
    return "; ".join(told)


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def missed(asked: Sequence[Asked]) -> tuple[tuple[Asked, Result], ...]:
    """Results that passed but missed a `should`."""
    return tuple((one, answer.shown) for one in asked for answer in one.answers.values() if answer.shown.should_missed)


def differing(asked: Sequence[Asked]) -> tuple[tuple[Asked, Answer], ...]:
    """Cases whose outcome differs between runs of the same subject."""
    return tuple((one, answer) for one in asked for answer in one.answers.values() if answer.differs)
