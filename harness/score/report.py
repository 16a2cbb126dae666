"""A score in words and as a record."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nnconform.harness.score.engine import Scored
from nnconform.harness.score.zoo import MUTANTS, RIGHT, WRONG
from nnconform.reports.files import write_whole


@dataclass(frozen=True, slots=True)
class Report:
    """All members' scores, and how they came about."""

    zoo: str
    cases: int
    every: bool
    seconds: float
    scored: Sequence[Scored]

    def group(self, name: str) -> list[Scored]:
        """One group's members."""
        return [one for one in self.scored if one.group == name]

    @property
    def survivors(self) -> list[Scored]:
        """Wrong members that nothing caught, and mutants that nothing caught and nobody calls equivalent."""
        return [one for one in self.scored if one.group != RIGHT and not one.killed and not one.equivalent]

    @property
    def alarms(self) -> list[Scored]:
        """Right members that failed, and mutants that are called equivalent and failed."""
        return [one for one in self.scored if one.killed and (one.group == RIGHT or one.equivalent)]

    def totals(self) -> dict[str, Any]:
        """Killed of all, false alarms of all, and of the mutants how many are equivalent."""
        wrong, right, mutants = (self.group(name) for name in (WRONG, RIGHT, MUTANTS))
        equivalent = [one for one in mutants if one.equivalent]
        return {
            "wrong": len(wrong),
            "killed": sum(one.killed for one in wrong),
            "right": len(right),
            "false_alarms": sum(one.killed for one in right),
            "mutants": len(mutants),
            "mutants_equivalent": len(equivalent),
            "mutants_killed": sum(one.killed for one in mutants if not one.equivalent),
        }

    def lines(self) -> Iterator[str]:
        """For a person: figures first, then every name that needs a look."""
        totals = self.totals()
        for one in self.survivors:
            yield f"survived: {one.name}: {one.says}"
        for one in self.alarms:
            what = "called equivalent, and failed" if one.equivalent else "false alarm"
            yield f"{what}: {one.name}: {one.kills[0].case}/{one.kills[0].dtype}: {one.kills[0].line}"
        for one in self.scored:
            if one.elsewhere:
                yield f"caught elsewhere: {one.name}: by {one.kills[0].case}, not by {one.named}"
        if totals["wrong"]:
            yield f"killed: {_of(totals['killed'], totals['wrong'])} wrong implementations"
        if totals["right"]:
            yield f"false alarms: {_of(totals['false_alarms'], totals['right'])} right implementations"
        if totals["mutants"]:
            others = totals["mutants"] - totals["mutants_equivalent"]
            also = f", and {totals['mutants_equivalent']} are equivalent to it"
            yield f"mutants of the textbook: {_of(totals['mutants_killed'], others)} killed{also}"
        yield from self._matrix()
        yield f"{self.cases} cases, {self.seconds:.0f} s"

    def _matrix(self) -> Iterator[str]:
        if self.every:
            sole = Counter(case for case, _ in self.sole_killers())
            yield f"{len(sole)} cases are the only killers of some wrong implementation or mutant"

    def sole_killers(self) -> Iterator[tuple[str, str]]:
        """Cases that alone catch a member, with its name; known where every case was asked."""
        for one in self.scored:
            killers = {kill.case for kill in one.kills}
            if self.every and one.group != RIGHT and len(killers) == 1:
                yield killers.pop(), one.name

    def record(self) -> dict[str, Any]:
        """JSON-able data."""
        return {
            "nnconform_score": 1,
            "nnconform": version("nnconform"),
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "zoo": self.zoo,
            "cases": self.cases,
            "every_case_asked": self.every,
            "seconds": round(self.seconds, 1),
            "totals": self.totals(),
            "survivors": [one.name for one in self.survivors],
            "false_alarms": [one.name for one in self.alarms],
            "killed_by": _by_case(self.scored),
            "members": [one.record() for one in self.scored],
        }

    def write(self, folder: Path) -> Path:
        """The record as a file of its own."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-score.json"
        return write_whole(path, json.dumps(self.record(), indent=1, allow_nan=False) + "\n")


def _by_case(scored: Iterable[Scored]) -> dict[str, list[str]]:
    """Which case kills which defect."""
    found: dict[str, list[str]] = {}
    for one in scored:
        for case in dict.fromkeys(kill.case for kill in one.kills):
            found.setdefault(case, []).append(one.name)
    return dict(sorted(found.items()))


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.1%})" if whole else "0 of 0"
