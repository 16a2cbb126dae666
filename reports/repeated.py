"""Cases that were asked several times (`--repeat`): whether they came out the same, and if not, how far apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nnconform.reports.fields import Fields
    from nnconform.reports.merge import Asked
    from nnconform.reports.model import Result

MOST_REPEATED = 200


@dataclass(frozen=True, slots=True)
class Repeated:
    """A result's table `repeated`."""

    times: int
    answers: int
    """How many different ones came, by their bits."""
    outcomes: tuple[tuple[str, int], ...]
    """How often each came."""
    least_ulps: float
    most_ulps: float

    @property
    def flaky(self) -> bool:
        """Whether it did not come out the same each time."""
        return len(self.outcomes) > 1

    @property
    def same(self) -> bool:
        """Whether nothing at all differed."""
        return not self.flaky and self.answers < 2

    @property
    def counts(self) -> str:
        """Such as `3 passed, 2 failed`."""
        return ", ".join(f"{count} {name}" for name, count in self.outcomes)

    @property
    def words(self) -> str:
        """All of it."""
        told = f"asked {self.times} times: {'flaky: ' if self.flaky else ''}{self.counts}"
        told += f"; {self.answers} different answers" if self.answers > 1 else "; the same answer each time"
        if not self.answers:
            told = told.rpartition(";")[0]
        if self.least_ulps != self.most_ulps:
            return f"{told}; the error from {self.least_ulps:.3g} to {self.most_ulps:.3g} ulps"
        return f"{told}; the error {self.most_ulps:.3g} ulps" if self.answers > 1 else told


@dataclass(frozen=True, slots=True)
class Repeats:
    """All of a page."""

    cases: int
    same: int
    flaky: int
    apart: tuple[tuple[Asked, Result, Repeated], ...]
    """Those that differed in anything; flaky ones first."""


def repeated_of(data: Fields) -> Repeated:
    """A result's table `repeated`.  Raises ValueError."""
    from nnconform.reports.fields import Fields as Table

    outcomes, spread = Table(data.table("outcomes")), Table(data.table("ulps"))
    return Repeated(
        data.whole("times"), data.whole("answers"), tuple((name, outcomes.whole(name)) for name in outcomes.data),
        spread.number("least"), spread.number("most"),
    )  # fmt: skip


def repeats(asked: Sequence[Asked]) -> Repeats | None:
    """What a page says of cases that were asked several times; nothing where none was."""
    found = [
        (one, result, result.repeated)
        for one in asked
        for answer in one.answers.values()
        for result in answer.results
        if result.repeated
    ]
    if not found:
        return None
    apart = sorted((each for each in found if not each[2].same), key=lambda each: not each[2].flaky)
    flaky = sum(each.flaky for *_, each in found)
    return Repeats(len(found), len(found) - len(apart), flaky, tuple(apart))
