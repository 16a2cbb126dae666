"""Timing rows of two records held against each other: faster, slower, indistinguishable, or not comparable and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from nnconform.reports.merge import Asked
from nnconform.reports.model import Result, Run
from nnconform.reports.statistics import FEWEST, Interval, chance, median, ratio_independent
from nnconform.reports.timing.model import Series
from nnconform.reports.timing.rows import Entry, entries

_MACHINE = ("machine", "processor", "cores")
"""What of an environment makes two machines: the times of one say nothing of the other."""


@dataclass(frozen=True, slots=True)
class Change:
    """One timing row, then and now."""

    result: Result
    verdict: str
    """Slower, faster, indistinguishable or not comparable."""
    reason: str = ""
    """Why it is not comparable."""
    ratio: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """The new median as a multiple of the old one, with its interval."""
    margin: float = 1.0
    """What the two runs' own noise, their starts and the machine's own change amount to, as a factor."""
    chance: float = 1.0
    """How probable so large a change is where there is none beyond the margin."""
    starts: float | None = None
    """How far two starts of this subject were from each other in one record; None where none holds two."""


def changes(shared: Sequence[tuple[Asked, Asked]], confidence: float) -> tuple[Change, ...]:
    """Every timing row of both records, at a confidence that holds for all of them together."""
    found = [change for before, after in shared for change in _rows(before, after, confidence)]
    return tuple(_judged(found, 1 - confidence))


def _rows(before: Asked, after: Asked, confidence: float) -> Iterator[Change]:
    now = {entry.result.key: entry for entry in entries(after)}
    starts = max(filter(None, (_starts(before, confidence), _starts(after, confidence))), default=None)
    for old in entries(before):
        new = now.get(old.result.key)
        if new is not None and (old.hot or new.hot):
            reason = _hindrance(old, new)
            yield Change(new.result, "not comparable", reason) if reason else _change(old, new, confidence, starts)


def _hindrance(old: Entry, new: Entry) -> str:
    """Why two rows cannot be compared, or nothing."""
    then, now = dict(old.run.environment), dict(new.run.environment)
    for name in _MACHINE:
        if then.get(name) != now.get(name):
            return f"{name} {then.get(name, 'unknown')} -> {now.get(name, 'unknown')}"
    for entry, which in ((old, "old"), (new, "new")):
        if entry.hot is None:
            return f"not measured in the {which} record"
        if not entry.right:
            return f"{entry.result.outcome} in the {which} record"
        if entry.doubt:
            return f"{'untrusted' if entry.doubt != 'contended' else 'contended'} in the {which} record"
        if len(entry.hot.rounds) < FEWEST:
            return f"fewer than {FEWEST} rounds in the {which} record"
    threads = [entry.result.timing.threads for entry in (old, new) if entry.result.timing]
    if threads[0] != threads[-1]:
        return f"threads {threads[0]} -> {threads[-1]}"
    if _work(old) != _work(new):
        return "the case itself changed"
    return ""


def _work(entry: Entry) -> tuple[object, ...]:
    """What would make it another case."""
    work = entry.result.work
    return (work.place, work.operands, work.operations, work.bytes, work.distribution) if work else ()


def _change(old: Entry, new: Entry, confidence: float, starts: float | None) -> Change:
    then, now = _times(old.hot), _times(new.hot)
    margin = max(_noise(old), _noise(new), _drift(old.run, new.run), starts or 1.0)
    found = ratio_independent(now, then, confidence)
    return Change(new.result, "", "", found, margin, chance(now, then, margin), starts)


def _starts(one: Asked, confidence: float) -> float | None:
    """How far two runs of one subject lie apart in one record, beyond what their rounds explain.

    A process that starts anew has its code and its arrays elsewhere in memory, and the same call then takes a few per
    cent more or less for as long as it lives.  No A against A row within one process shows that.
    """
    found: dict[tuple[str, str, str], list[list[float]]] = {}
    for run in one.runs:
        for entry in entries(replace(one, runs=(run,))):
            if entry.ranked and len(times := _times(entry.hot)) >= FEWEST:
                found.setdefault(entry.result.key, []).append(times)
    pairs = (pair for starts in found.values() for pair in combinations(starts, 2))
    return max((_apart(ratio_independent(*pair, confidence)) for pair in pairs), default=None)


def _apart(ratio: Interval) -> float:
    """From 1.0 to the nearer end of an interval, as a factor of at least 1."""
    _, low, high = ratio
    return max(1.0, low, 1 / high)


def _times(series: Series | None) -> list[float]:
    return [series.rounds[number] for number in sorted(series.rounds)] if series else []


def _noise(entry: Entry) -> float:
    """How far a subject was from itself in its run: by its own A/A rows, else by the worst of all, else unknown."""
    controls = entry.run.controls
    own = [control for control in controls if control.place == entry.result.place]
    return max((control.noise for control in own or controls), default=1.0)


def _drift(old: Run, new: Run) -> float:
    """How much faster or slower the machine itself was, by the loop that never changes."""
    then, now = ([time for told in run.conditions for time in told.sentinel_ns[:1] if time > 0] for run in (old, new))
    if not then or not now:
        return 1.0
    quotient = median(now) / median(then)
    return max(quotient, 1 / quotient)


def _judged(found: Sequence[Change], risk: float) -> Iterator[Change]:
    """Holm's procedure: with no change anywhere, one row or more is called changed at most so often.

    The k-th least probable of n must be less probable than the risk divided by n - k + 1, and so must all before it.
    """
    order = sorted(
        (number for number, change in enumerate(found) if not change.verdict), key=lambda number: found[number].chance
    )
    real: set[int] = set()
    for place, number in enumerate(order):
        if found[number].chance > risk / (len(order) - place):
            break
        real.add(number)
    for number, change in enumerate(found):
        if change.verdict:
            yield change
        elif number in real:
            yield replace(change, verdict="slower" if change.ratio[0] > 1 else "faster")
        else:
            yield replace(change, verdict="indistinguishable")
