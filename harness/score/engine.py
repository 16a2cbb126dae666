"""Asking every member of a zoo, in processes side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from nnconform.adapters.contract import Adapter
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.harness.score import cases, zoo
from nnconform.harness.score.cases import Line
from nnconform.harness.score.zoo import Member
from nnconform.harness.side_by_side import side_by_side


@dataclass(frozen=True, slots=True)
class Kill:
    """One failing case."""

    case: str
    dtype: str
    facet: str
    question: str
    line: str


@dataclass(frozen=True, slots=True)
class Scored:
    """What came of one member: the first case that it fails, or all of them."""

    name: str
    group: str
    says: str
    equivalent: str
    named: str
    """The case that must catch it, if one is named."""
    asked: int
    kills: tuple[Kill, ...]
    seconds: float

    @property
    def killed(self) -> bool:
        """Whether any case failed."""
        return bool(self.kills)

    @property
    def elsewhere(self) -> bool:
        """Whether another case than the named one caught it, and that one did not."""
        return bool(self.named and self.kills) and all(kill.case != self.named for kill in self.kills)

    def record(self) -> dict[str, Any]:
        """JSON-able data."""
        return {key: value for key, value in asdict(self).items() if value not in ("", ())}


def score(member: Member, lines: Sequence[Line], *, every: bool = False) -> Scored:
    """Ask one member its cases, the named one first, up to the first that it fails or all of them."""
    since, kind = perf_counter(), member.make()
    named = member.caught[0] if member.caught else ""
    asked = cases.asked_of(lines, kind, zoo.touched(kind))
    asked.sort(key=lambda line: line.place != named)  # stable: the others stay as they are
    kills, count = [], 0
    for line in asked:
        count += 1
        found = fails(kind, line)
        if found:
            kills.append(found)
            if not every:
                break
    return Scored(
        member.name, member.group, member.says, member.equivalent, named, count, tuple(kills), perf_counter() - since
    )


def fails(kind: type[Adapter], line: Line) -> Kill | None:
    """How an implementation, made anew, fails a case; None where it passes."""
    try:
        verdict = judge(line.frozen, interview(kind(), line.frozen["ask"]))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whoever ends the process has failed
        return Kill(line.place, line.dtype, "crash", "", f"crash: {type(error).__name__}: {error}")
    if not verdict.findings:
        return None
    first = verdict.findings[0]
    return Kill(line.place, line.dtype, first.facet, first.question, first.line())


class _Worker:
    """What a process of its own keeps between members."""

    members: dict[str, Member]
    lines: list[Line]
    every: bool


def _start(folder: Path, every: bool) -> None:
    _Worker.members, _Worker.lines, _Worker.every = dict(zoo.load(folder).members), cases.load(), every


def _one(name: str) -> Scored:
    return score(_Worker.members[name], _Worker.lines, every=_Worker.every)


def score_all(folder: Path, members: Iterable[Member], processes: int, *, every: bool = False) -> Iterator[Scored]:
    """Every member's score, in their order."""
    names = [member.name for member in members]
    if processes < 2 or len(names) < 2:
        _start(folder, every)
        yield from map(_one, names)
        return
    yield from side_by_side(_one, names, min(processes, len(names)), _start, folder, every)
