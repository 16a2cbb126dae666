"""The cases a page writes out: failures and known deviations, each with what a person needs to see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from nnconform.reports.literals import NoScript
from nnconform.reports.matrix import Matrix
from nnconform.reports.merge import Answer, Asked, Key
from nnconform.reports.model import Result
from nnconform.reports.outcomes import BY_NAME, FAILING, Outcome, rank
from nnconform.reports.script import stand_alone

MOST_WRITTEN = 150
"""So many failures are written out; each operation of each subject comes before any second one."""
MOST_LISTED = 2000
"""So many more are listed, a line each."""


@dataclass(frozen=True, slots=True)
class Case:
    """One answer that did not pass."""

    anchor: str
    asked: Asked
    answer: Answer
    script: str
    no_script: str
    """Why there is no script, where there is none."""
    elsewhere: tuple[tuple[str, Outcome], ...]
    """The same case asked of the other subjects, by their names."""

    @property
    def result(self) -> Result:
        """What is shown of the answer."""
        return self.answer.shown


@dataclass(frozen=True, slots=True)
class Cases:
    """Cases written out, cases listed in a line, and how many more there are."""

    written: tuple[Case, ...]
    listed: tuple[tuple[str, Asked, Result], ...]
    more: int

    @property
    def count(self) -> int:
        """All of them."""
        return len(self.written) + len(self.listed) + self.more


Found = tuple[Asked, Answer]


def failures(asked: Sequence[Asked]) -> Cases:
    """Every failure of any kind."""
    return _cases(asked, _with_outcome(asked, FAILING), MOST_WRITTEN)


def known_deviations(asked: Sequence[Asked]) -> tuple[tuple[str, Cases], ...]:
    """Known deviations by their cause."""
    groups: dict[str, list[Found]] = {}
    for found in _with_outcome(asked, ("known deviation",)):
        groups.setdefault(found[1].shown.deviation, []).append(found)
    return tuple((cause, _cases(asked, groups[cause], MOST_WRITTEN // 10)) for cause in sorted(groups))


def anchor(asked: Asked, result: Result) -> str:
    """Where a case stands in the page: the same in every page that has it."""
    return "case-" + sha256(f"{result.id} {asked.number}".encode("utf-8", "backslashreplace")).hexdigest()[:12]


def links_to(groups: Iterable[Cases], matrix: Matrix) -> dict[tuple[str, int], str]:
    """The gravest case that each cell of the matrix can lead to, by the operation and the column's number."""
    shown: set[str] = set()
    for cases in groups:
        shown |= {case.anchor for case in cases.written} | {place for place, _, _ in cases.listed}
    found: dict[tuple[str, int], str] = {}
    for row in matrix.rows:
        for number, (cell, column) in enumerate(zip(row.cells, matrix.columns, strict=True)):
            results = sorted((answer.shown for answer in cell.answers), key=lambda result: rank(result.outcome))
            places = (anchor(column.asked, result) for result in results if result.outcome != "passed")
            if first := next((place for place in places if place in shown), None):
                found[row.name, number] = first
    return found


def _with_outcome(asked: Iterable[Asked], outcomes: Sequence[str]) -> list[Found]:
    return [(one, answer) for one in asked for answer in one.answers.values() if answer.shown.outcome in outcomes]


def _cases(asked: Sequence[Asked], found: list[Found], most: int) -> Cases:
    written = _first_of_each(found, most)
    others: dict[Key, list[Found]] = {}
    for one in asked:
        for key in {answer.shown.key for _, answer in written} & one.answers.keys():
            others.setdefault(key, []).append((one, one.answers[key]))
    chosen = {id(answer) for _, answer in written}
    rest = [(one, answer.shown) for one, answer in found if id(answer) not in chosen]
    return Cases(
        tuple(_case(one, answer, others[answer.shown.key]) for one, answer in written),
        tuple((anchor(one, result), one, result) for one, result in rest[:MOST_LISTED]),
        max(0, len(rest) - MOST_LISTED),
    )


def _first_of_each(found: list[Found], most: int) -> list[Found]:
    """At most so many, in their own order; the first of each operation and subject before any second."""
    seen: dict[tuple[str, str, int], int] = {}
    turns = []
    for one, answer in found:
        place = (answer.shown.operations[:1] or ("",))[0], one.full_name, one.number
        seen[place] = seen.get(place, 0) + 1
        turns.append(seen[place])
    chosen = set(sorted(range(len(found)), key=lambda place: (turns[place], place))[:most])
    return [item for place, item in enumerate(found) if place in chosen]


def _case(one: Asked, answer: Answer, others: Iterable[Found]) -> Case:
    result, script, reason = answer.shown, "", ""
    try:
        script = stand_alone(one.subject, result)
    except NoScript as missing:
        reason = str(missing)
    elsewhere = tuple((other.full_name, BY_NAME[found.shown.outcome]) for other, found in others if other is not one)
    return Case(anchor(one, result), one, answer, script, reason, elsewhere)
