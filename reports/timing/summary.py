"""A timing run in a few lines: who was fastest how often, what compiling did, what is not ranked, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log

from nnconform.reports.model import Run
from nnconform.reports.statistics import median
from nnconform.reports.timing.ceilings import Ceilings
from nnconform.reports.timing.model import Conditions, Control
from nnconform.reports.timing.pairings import Pairing
from nnconform.reports.timing.rows import Entry, Family, Row, is_numpy
from nnconform.reports.words import duration, number, percent, significant

Names = dict[int, str]
"""Subjects' short names by the id of what they were asked."""
_MOST_REASONS = 4
_SHOULD, _ODD = 0.95, 0.01
"""So many A against A intervals should hold 1.0; what chance gives more rarely than the second is no chance."""


@dataclass(frozen=True, slots=True)
class Fastest:
    """Of the rows that several subjects are ranked in: how often each is the fastest, most often first."""

    rows: int
    alone: tuple[tuple[str, int], ...]
    tied: int
    """Rows whose fastest cannot be told from another."""


def fastest(families: Iterable[Family], names: Names) -> Fastest:
    """Who was fastest how often."""
    found: Counter[str] = Counter()
    rows = tied = 0
    for family in families:
        for row in family.rows:
            for name, together in _firsts(row, names):
                rows, tied = rows + 1, tied + together
                found[name] += not together
    return Fastest(rows, tuple((name, count) for name, count in found.most_common() if count), tied)


def _firsts(row: Row, names: Names) -> Iterator[tuple[str, bool]]:
    """The fastest of each run in a row, and whether another cannot be told from it."""
    for cell in row.cells:
        if cell.entry and cell.fastest:
            beside = (other for other in row.cells if other.entry and other.entry.run is cell.entry.run)
            ratios = [other.to_fastest for other in beside if other.to_fastest]
            yield names[id(cell.entry.asked)], any(ratio.same or ratio.missing for ratio in ratios)


def compiling(tables: Iterable[Pairing], names: Names) -> Iterator[str]:
    """What each compiled mode did to its framework's eager times, in words."""
    for table in tables:
        if table.anchor == "modes":
            for place, one in enumerate(table.columns):
                ratios = [ratio for line in table.lines if (ratio := line.cells[place]) and not ratio.missing]
                faster = sum(not ratio.same and ratio.value < 1 for ratio in ratios)
                slower = sum(not ratio.same and ratio.value > 1 for ratio in ratios)
                yield f"{names[id(one)]} faster in {faster} of {_many(len(ratios), 'row')}, slower in {slower}"


@dataclass(frozen=True, slots=True)
class Unranked:
    """How many of all rows are not ranked, and why."""

    rows: int
    of: int
    reasons: tuple[str, ...]


def unranked(entries: Sequence[Entry]) -> Unranked:
    """What is not ranked."""
    found = Counter(_reason(entry) for entry in entries if not entry.ranked)
    told = [f"{count:,} {reason}" for reason, count in found.most_common(_MOST_REASONS)]
    rest = found.total() - sum(count for _, count in found.most_common(_MOST_REASONS))
    return Unranked(found.total(), len(entries), (*told, *([f"{rest:,} for other reasons"] if rest else [])))


def _reason(entry: Entry) -> str:
    if entry.hot is None:
        why = entry.result.why
        return f"not measured{': ' if why else ''}{why}"
    if not entry.right:
        return f"struck out: {entry.result.outcome}"
    return entry.doubt if entry.doubt == "contended" else f"untrusted: {entry.doubt}"


@dataclass(frozen=True, slots=True)
class Controls:
    """The A against A rows in one line."""

    rows: int
    hold: int
    reach: str
    """So far from 1.0 the middle one of the intervals reaches."""
    odd: bool
    """Fewer hold 1.0 than chance explains."""


def controls(found: Sequence[Control]) -> Controls | None:
    """How far the tool is to be trusted; None where nothing was measured against itself."""
    if not found:
        return None
    rows, hold = len(found), sum(control.holds for control in found)
    return Controls(rows, hold, percent(median([control.noise for control in found]) - 1), too_few(rows, hold))


def too_few(rows: int, hold: int) -> bool:
    """Whether fewer of these intervals hold 1.0 than chance explains; by logarithms, as rows may be many."""
    if hold >= _SHOULD * rows:
        return False
    chance, size = 0.0, lgamma(rows + 1)
    for some in range(hold, -1, -1):  # each less probable than the one before
        ways = size - lgamma(some + 1) - lgamma(rows - some + 1)
        part = exp(ways + some * log(_SHOULD) + (rows - some) * log(1 - _SHOULD))
        chance += part
        if chance >= _ODD or part <= chance * 1e-9:
            break
    return chance < _ODD


def best_ceilings(ceilings: Ceilings, runs: Sequence[Run], names: dict[tuple[str, str, str], str]) -> Iterator[str]:
    """The most that each device was seen to do, by any subject, a line for each run, device and dtype."""
    for run in runs:
        places = dict.fromkeys((device, dtype) for which, device, dtype, _ in ceilings.best if which == id(run))
        for device, dtype in places:
            best = [ceilings.best.get((id(run), device, dtype, what)) for what in ceilings.kinds]
            told = (
                f"{one.what} {significant(one.value)} {one.unit} ({names.get(one.place, one.place[0])})"
                for one in best
                if one
            )
            yield f"{run.file + ': ' if len(runs) > 1 else ''}{device} {dtype}: {', '.join(told)}"


def conditions(runs: Iterable[Run]) -> Iterator[tuple[str, str]]:
    """What each run was measured under, on one line."""
    for run in runs:
        cores = dict(run.environment).get("cores", "")
        yield from ((run.file, _conditions(told, cores)) for told in run.conditions)
        if not run.conditions:
            yield run.file, "the records do not say"


def _conditions(told: Conditions, cores: str) -> str:
    def loads(values: Sequence[float]) -> str:
        return " ".join(map(number, values)) or "not known"

    clock = "not known" if told.clock_resolution_ns is None else duration(told.clock_resolution_ns)
    return ", ".join((
        _many(told.threads, "thread") + (f" of {cores} cores" if cores else ""),
        f"load {loads(told.load_before)} before and {loads(told.load_after)} after",
        f"sentinel loop {' '.join(map(duration, told.sentinel_ns)) or 'not known'}",
        f"{_many(told.dropped_rounds, 'round')} dropped", f"clock resolution {clock}",
        f"governor {told.governor or 'not known'}", f"seed {'not known' if told.seed is None else told.seed}",
    ))  # fmt: skip


def without_numpy(runs: Iterable[Run], entries: Iterable[Entry]) -> tuple[str, ...]:
    """The files of the runs that NumPy was not measured in."""
    beside = {id(entry.run) for entry in entries if is_numpy(entry.asked) and entry.hot}
    return tuple(run.file for run in runs if id(run) not in beside)


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
