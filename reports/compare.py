"""Two records held against each other: what changed in outcome, in error and in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nnconform.reports.fields import Pairs
from nnconform.reports.merge import Asked, join
from nnconform.reports.model import Result, Run
from nnconform.reports.outcomes import FAILING
from nnconform.reports.records import RecordError, read_records
from nnconform.reports.tally import size
from nnconform.reports.timing.changes import Change, changes

Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Pair:
    """One case as one subject answered it then and now."""

    old: Result
    new: Result


@dataclass(frozen=True)
class Compared:
    """All that differs between two records."""

    failing: tuple[Pair, ...]
    """Failing now, and not then."""
    mended: tuple[Pair, ...]
    """Passing now, and failing then."""
    otherwise: tuple[Pair, ...]
    """Any other change of outcome."""
    grown: tuple[Pair, ...]
    """No failure then or now, and a larger error now; the most grown first."""
    added: tuple[Result, ...]
    removed: tuple[Result, ...]
    both: int
    """Answers that both records hold."""
    changes: tuple[Change, ...]
    """Every timing row that both records hold, judged."""
    differences: tuple[str, ...]
    """What else is not the same: versions, machine, subjects."""
    unfinished: tuple[str, ...]
    """Why the new record is incomplete, run by run."""

    @property
    def worse(self) -> bool:
        """Whether anything got slower or newly fails, or nobody can say since the new record is incomplete."""
        return bool(self.failing or self.unfinished or any(change.verdict == "slower" for change in self.changes))


def compare(old: Path, new: Path, confidence: float) -> Compared:
    """What changed from one record to another.  Raises RecordError."""
    runs = read_records([old]), read_records([new])
    then, now = (
        {one.subject.place: one for one in join(found)} for found in runs
    )  # the latest where there are several
    shared = [(one, now[place]) for place, one in then.items() if place in now]
    if not shared:
        raise RecordError(f"nothing to compare: {_names(old, then)}; {_names(new, now)}")
    pairs = [
        Pair(answer.shown, after.answers[key].shown)
        for before, after in shared
        for key, answer in before.answers.items()
        if key in after.answers
    ]
    if not pairs:
        raise RecordError(f"nothing to compare: no case is in both; {_counted(old, then)}, {_counted(new, now)}")
    grown = [pair for pair in pairs if not _failing(pair.old, pair.new) and _growth(pair) > 0]
    return Compared(
        failing=tuple(pair for pair in pairs if _failing(pair.new) and not _failing(pair.old)),
        mended=tuple(pair for pair in pairs if _failing(pair.old) and pair.new.outcome == "passed"),
        otherwise=tuple(pair for pair in pairs if _otherwise(pair)),
        grown=tuple(sorted(grown, key=_growth, reverse=True)),
        added=tuple(_only(now, then)),
        removed=tuple(_only(then, now)),
        both=len(pairs),
        changes=changes(shared, confidence),
        differences=tuple(_differences(runs, shared, then.values(), now.values())),
        unfinished=tuple(run.unfinished for run in runs[1] if run.unfinished),
    )


def _names(path: Path, subjects: Iterable[Place]) -> str:
    return f"{path} holds {', '.join(' '.join(place) for place in subjects) or 'nothing'}"


def _counted(path: Path, subjects: dict[Place, Asked]) -> str:
    return f"{path} holds {sum(len(one.answers) for one in subjects.values()):,} answers"


def _failing(*results: Result) -> bool:
    return any(result.outcome in FAILING for result in results)


def _otherwise(pair: Pair) -> bool:
    named = (_failing(pair.new) and not _failing(pair.old)) or (_failing(pair.old) and pair.new.outcome == "passed")
    return pair.old.outcome != pair.new.outcome and not named


def _growth(pair: Pair) -> float:
    """By how many ulps the largest error grew; nan is as large as can be."""
    before, after = size(pair.old.ulps), size(pair.new.ulps)
    return 0.0 if before == after else after - before


def _only(here: dict[Place, Asked], there: dict[Place, Asked]) -> Iterator[Result]:
    """Answers that one side alone has."""
    for place, one in here.items():
        known = there[place].answers if place in there else {}
        yield from (answer.shown for key, answer in one.answers.items() if key not in known)


def _differences(
    runs: Sequence[Sequence[Run]], shared: Sequence[tuple[Asked, Asked]], old: Iterable[Asked], new: Iterable[Asked]
) -> Iterator[str]:
    then, now = runs[0][-1], runs[1][-1]
    yield from _changed(
        "nnconform", (("suite", then.suite), ("spec", then.spec)), (("suite", now.suite), ("spec", now.spec))
    )
    yield from _changed("environment", then.environment, now.environment)
    for before, after in shared:
        name = " ".join(before.subject.place)
        yield from _changed(name, before.subject.versions, after.subject.versions)
        yield from _changed(name, before.subject.flags, after.subject.flags)
    places = [one.subject.place for one in old], [one.subject.place for one in new]
    yield from (f"{' '.join(place)}: in the old record alone" for place in places[0] if place not in places[1])
    yield from (f"{' '.join(place)}: in the new record alone" for place in places[1] if place not in places[0])
    for which, found in (("old", runs[0]), ("new", runs[1])):
        several = {
            subject.place for run in found for subject in run.subjects if _environments(found, subject.place) > 1
        }
        yield from (
            f"{' '.join(place)}: in several environments in the {which} record, the last is compared"
            for place in sorted(several)
        )
        lines = sum(len(run.problems) for run in found)
        if lines:
            yield f"{lines} lines of the {which} record could not be used"


def _environments(runs: Sequence[Run], place: Place) -> int:
    return len({subject for run in runs for subject in run.subjects if subject.place == place})


def _changed(whose: str, old: Pairs, new: Pairs) -> Iterator[str]:
    before, after = dict(old), dict(new)
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield f"{whose}: {name} {before.get(name, 'unknown')} -> {after.get(name, 'unknown')}"
