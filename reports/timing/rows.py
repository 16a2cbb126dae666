"""Timing rows by family and case, one cell a subject, and how they rank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from nnconform.reports import words
from nnconform.reports.merge import Asked
from nnconform.reports.model import Result, Run
from nnconform.reports.outcomes import BY_NAME, rank
from nnconform.reports.timing.model import Series, Work
from nnconform.reports.timing.ratios import Ratio, against

FAMILIES = (
    "loop and vectorized", "batch size", "layers", "activations", "matrix products", "face image", "wide layer",
)  # fmt: skip
"""In this order; any others come after them."""
_NOTHING = Work("not described", "", 0, "", "ordinary", 0, 0, "", "", "", 0, None)
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Entry:
    """One timing case as one subject answered it."""

    asked: Asked
    run: Run
    result: Result

    @property
    def hot(self) -> Series | None:
        """What was measured with warm caches."""
        return self.result.timing.hot if self.result.timing else None

    @property
    def cold(self) -> Series | None:
        """What was measured with cold caches."""
        return self.result.timing.cold if self.result.timing else None

    @property
    def right(self) -> bool:
        """Whether its answer is right: otherwise its time counts for nothing."""
        return self.result.outcome == "passed"

    @property
    def doubt(self) -> str:
        """Why a right answer's time is not ranked, or nothing."""
        return self.result.timing.doubt if self.result.timing else ""

    @property
    def ranked(self) -> bool:
        """Whether its time may be held against others."""
        return self.right and self.hot is not None and not self.doubt


@dataclass(frozen=True)
class Cell:
    """One entry among the others of its row."""

    entry: Entry | None
    to_numpy: Ratio | None = None
    to_fastest: Ratio | None = None
    fastest: bool = False
    """Faster than another, at least: alone nothing is the fastest."""

    @property
    def ratios(self) -> tuple[tuple[Ratio, str], ...]:
        """What is printed, and whose time it is held against: once where the fastest is NumPy."""
        first = () if self.to_fastest is self.to_numpy else ((self.to_fastest, "fastest"),)
        return tuple((ratio, whose) for ratio, whose in (*first, (self.to_numpy, "NumPy")) if ratio)


@dataclass(frozen=True)
class Row:
    """One case in one dtype, one entry a subject where it was asked."""

    file: str
    case: str
    dtype: str
    work: Work
    entries: tuple[Entry | None, ...]

    @property
    def x(self) -> str:
        """Such as `batch 64`."""
        return f"{self.work.x_name} {words.plain_number(self.work.x)}" if self.work.x_name else self.case

    @property
    def special(self) -> str:
        """What is out of the ordinary: operands, dtype."""
        told = [] if self.work.operands == "ordinary" else [f"{self.work.operands} operands"]
        return ", ".join(told + ([] if self.dtype == "float32" else [self.dtype]))

    @property
    def name(self) -> str:
        """All of it in one line."""
        return ", ".join(part for part in (self.work.series, self.x, self.special) if part)

    @property
    def letters(self) -> str:
        """Every outcome letter in the row, for the filter."""
        return "".join(dict.fromkeys(BY_NAME[entry.result.outcome].letter for entry in self.entries if entry))

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Each entry with its ratios; only rows of one run, measured side by side, are held against each other."""
        entries = [entry for entry in self.entries if entry]
        best, base = _by_run(entries), _by_run(entry for entry in entries if is_numpy(entry.asked))
        ranked = Counter(id(entry.run) for entry in entries if entry.ranked)
        cells = (_cell(entry, best, base) for entry in self.entries)
        return tuple(
            replace(cell, fastest=False) if cell.entry and ranked[id(cell.entry.run)] < 2 else cell for cell in cells
        )


def _time(entry: Entry) -> float:
    assert entry.hot is not None
    return entry.hot.median_ns


def is_numpy(one: Asked) -> bool:
    """Whether this is the yardstick that all others are held against."""
    subject = one.subject
    return "numpy" in {subject.adapter, subject.label} and subject.mode == "eager"


def _by_run(entries: Iterable[Entry]) -> Mapping[int, Entry]:
    """The fastest ranked entry of each run."""
    found: dict[int, Entry] = {}
    for entry in entries:
        if entry.ranked:
            place = id(entry.run)
            if place not in found or _time(entry) < _time(found[place]):
                found[place] = entry
    return found


def _cell(entry: Entry | None, best: Mapping[int, Entry], base: Mapping[int, Entry]) -> Cell:
    if entry is None or not entry.ranked:
        return Cell(entry)
    first, numpy = best[id(entry.run)], base.get(id(entry.run))
    to_first = against(entry.hot, first.hot) if first is not entry else None
    if numpy is None or numpy is entry:
        return Cell(entry, None, to_first, first is entry)
    return Cell(entry, to_first if numpy is first else against(entry.hot, numpy.hot), to_first, first is entry)


@dataclass(frozen=True)
class Family:
    """The rows of one family, in order."""

    name: str
    rows: tuple[Row, ...]


def timed(asked: Sequence[Asked]) -> tuple[Asked, ...]:
    """The subjects that were asked for times: NumPy first, then in their own order, each adapter's modes together."""
    found = [one for one in asked if any(answer.shown.timed for answer in one.answers.values())]
    labels = list(dict.fromkeys(one.subject.label for one in found))
    devices = list(dict.fromkeys(one.subject.device for one in found))

    def place(one: Asked) -> tuple[bool, int, int]:
        return not is_numpy(one), labels.index(one.subject.label), devices.index(one.subject.device)

    return tuple(sorted(found, key=place))


def families(columns: Sequence[Asked]) -> tuple[Family, ...]:
    """Every timing row of some subjects by its family."""
    found: dict[Key, list[Entry | None]] = {}
    for number, one in enumerate(columns):
        for entry in entries(one):
            found.setdefault(entry.result.key, [None] * len(columns))[number] = entry
    grouped: dict[str, list[Row]] = {}
    for (file, case, dtype), row in found.items():
        work = next((entry.result.work for entry in row if entry and entry.result.work), _NOTHING)
        grouped.setdefault(work.family, []).append(Row(file, case, dtype, work, tuple(row)))
    names = sorted(grouped, key=lambda name: (FAMILIES.index(name) if name in FAMILIES else len(FAMILIES), name))
    return tuple(Family(name, tuple(sorted(grouped[name], key=_order))) for name in names)


def _order(row: Row) -> tuple[object, ...]:
    work = row.work
    return work.series, row.dtype, work.operands != "ordinary", work.x, row.file, row.case


def entries(one: Asked) -> Iterator[Entry]:
    """What one subject was asked, each case once: of several runs the graver outcome, of equals the latest."""
    found: dict[Key, Entry] = {}
    for run in one.runs:
        for result in run.by_place.get(one.subject.place, ()):
            if result.timed:
                before = found.get(result.key)
                if before is None or rank(result.outcome) <= rank(before.result.outcome):
                    found[result.key] = Entry(one, run, result)
    yield from found.values()
