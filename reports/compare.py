"""Two records held against each other: what changed in outcome, in error and in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nnconform.reports.around import differences
from nnconform.reports.merge import Asked, join
from nnconform.reports.model import Place, Result, Run
from nnconform.reports.outcomes import FAILING
from nnconform.reports.records import RecordError, read_records
from nnconform.reports.tally import size
from nnconform.reports.timing.changes import Change, changes


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
    deviating: tuple[Pair, ...]
    """Passing then, and now wrong in a way that is known."""
    lost: tuple[Pair, ...]
    """Passing then, and no longer supported."""
    mended: tuple[Pair, ...]
    """Passing now, and wrong then, known or not."""
    otherwise: tuple[Pair, ...]
    """Any other change of outcome."""
    grown: tuple[Pair, ...]
    """The same outcome, no failure, and a larger error now; the most grown first."""
    altered: tuple[Pair, ...]
    """Of one name, and not one case: other inputs, or other results expected.  Nothing else here counts them."""
    added: tuple[Result, ...]
    removed: tuple[Result, ...]
    both: int
    """Answers that both records hold."""
    changes: tuple[Change, ...]
    """Every timing row that both records hold, judged."""
    differences: tuple[str, ...]
    """What else is not the same: versions, machine, subjects."""
    unfinished_then: tuple[str, ...]
    """Why the old record is incomplete, run by run."""
    unfinished: tuple[str, ...]
    """Why the new record is incomplete, run by run."""

    @property
    def slower(self) -> int:
        """How many timing rows."""
        return sum(change.verdict == "slower" for change in self.changes)

    @property
    def added_failing(self) -> tuple[Result, ...]:
        """What fails now, and was not asked then, or not so."""
        return tuple(one for one in (*self.added, *(pair.new for pair in self.altered)) if _failing(one))

    @property
    def added_in_doubt(self) -> int:
        """Answers that an incomplete old record lacks and that do not pass: nobody knows whether they did."""
        return sum(one.outcome != "passed" for one in self.added) if self.unfinished_then else 0

    @property
    def worse(self) -> bool:
        """Whether anything got worse, or nobody can say since a record is incomplete."""
        known = self.failing or self.deviating or self.lost or self.slower
        return bool(known or self.unfinished or self.added_in_doubt)


def compare(old: Path, new: Path, confidence: float, *, renamed: bool = False) -> Compared:
    """What changed from one record to another.  Raises RecordError.

    `renamed` holds the one adapter of each record against the other's, whatever they are called.
    """
    runs = read_records([old]), read_records([new])
    then, now = (
        {one.subject.place: one for one in join(found)} for found in runs
    )  # the latest where there are several
    if renamed:
        now = _as_in(then, now, (old, new))
    shared = {place: (one, now[place]) for place, one in then.items() if place in now}
    if not shared:
        hint = "" if renamed else "; --renamed compares two adapters of different names"
        raise RecordError(f"nothing to compare: {_names(old, then)}; {_names(new, now)}{hint}")
    pairs = [*_pairs(shared.values())]
    if not pairs:
        raise RecordError(f"nothing to compare: no case is in both; {_counted(old, then)}, {_counted(new, now)}")
    became = _sorted(pairs)
    if len(became["altered"]) == len(pairs):
        raise RecordError(f"nothing to compare: {old} and {new} hold cases of the same names that ask something else")
    return Compared(
        failing=tuple(became["failing"]),
        deviating=tuple(became["deviating"]),
        lost=tuple(became["lost"]),
        mended=tuple(became["mended"]),
        otherwise=tuple(became["otherwise"]),
        grown=tuple(sorted((pair for pair in became["same"] if _growth(pair) > 0), key=_growth, reverse=True)),
        altered=tuple(became["altered"]),
        added=tuple(_only(now, then)),
        removed=tuple(_only(then, now)),
        both=len(pairs),
        changes=changes(tuple(shared.values()), confidence),
        differences=tuple(differences(runs, shared, then, now)),
        unfinished_then=_unfinished(runs[0]),
        unfinished=_unfinished(runs[1]),
    )


def _pairs(shared: Iterable[tuple[Asked, Asked]]) -> Iterator[Pair]:
    for before, after in shared:
        for key, answer in before.answers.items():
            if key in after.answers:
                yield Pair(answer.shown, after.answers[key].shown)


def _as_in(then: Mapping[Place, Asked], now: Mapping[Place, Asked], paths: tuple[Path, Path]) -> dict[Place, Asked]:
    """The new record's adapter under the old one's name.  Raises RecordError where a record has several."""
    for path, places in zip(paths, (then, now), strict=True):
        if len(labels := {label for label, *_ in places}) != 1:
            held = ", ".join(sorted(labels)) or "none"
            raise RecordError(f"--renamed is for records of one adapter each, and {path} holds {held}")
    (name,) = {label for label, *_ in then}
    return {(name, device, mode): one for (_, device, mode), one in now.items()}


def _sorted(pairs: Iterable[Pair]) -> defaultdict[str, list[Pair]]:
    """Each pair in one place, by what became of it."""
    found: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        found[_became(pair.old, pair.new)].append(pair)
    return found


def _became(old: Result, new: Result) -> str:
    if old.case_digest and new.case_digest and old.case_digest != new.case_digest:
        return "altered"
    if _failing(new) and not _failing(old):
        return "failing"
    if old.outcome == new.outcome:
        return "still failing" if _failing(new) else "same"
    if old.outcome == "passed":
        return {"known deviation": "deviating", "unsupported": "lost"}.get(new.outcome, "otherwise")
    wrong = _failing(old) or old.outcome == "known deviation"
    return "mended" if wrong and new.outcome == "passed" else "otherwise"


def _unfinished(runs: Iterable[Run]) -> tuple[str, ...]:
    return tuple(run.unfinished for run in runs if run.unfinished)


def _names(path: Path, subjects: Iterable[Place]) -> str:
    return f"{path} holds {', '.join(' '.join(place) for place in subjects) or 'nothing'}"


def _counted(path: Path, subjects: Mapping[Place, Asked]) -> str:
    return f"{path} holds {sum(len(one.answers) for one in subjects.values()):,} answers"


def _failing(result: Result) -> bool:
    return result.outcome in FAILING


def _growth(pair: Pair) -> float:
    """By how many ulps the largest error grew; nan is as large as can be."""
    before, after = size(pair.old.ulps), size(pair.new.ulps)
    return 0.0 if before == after else after - before


def _only(here: Mapping[Place, Asked], there: Mapping[Place, Asked]) -> Iterator[Result]:
    """Answers that one side alone has."""
    for place, one in here.items():
        known = there[place].answers if place in there else {}
        yield from (answer.shown for key, answer in one.answers.items() if key not in known)
