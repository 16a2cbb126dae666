"""Two times of one subject held against each other, case by case: the lessons of a timing run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nnconform.reports.merge import Asked
from nnconform.reports.timing.ratios import Ratio, against, apart
from nnconform.reports.timing.rows import Entry, Family, Row


@dataclass(frozen=True, slots=True)
class Line:
    """One case's ratios, one a column; None where there is nothing to hold against each other."""

    name: str
    cells: tuple[Ratio | None, ...]


@dataclass(frozen=True, slots=True)
class Pairing:
    """A table of such ratios."""

    anchor: str
    title: str
    hint: str
    columns: tuple[Asked, ...]
    lines: tuple[Line, ...]


def pairings(families: Sequence[Family], columns: Sequence[Asked]) -> tuple[Pairing, ...]:
    """The tables that have anything in them."""
    rows = [row for family in families for row in family.rows]
    found = (_loops(rows, columns), _modes(rows, columns), _caches(rows, columns), _operands(rows, columns))
    return tuple(table for table in map(_trimmed, found) if table.lines)


def _loops(rows: Sequence[Row], columns: Sequence[Asked]) -> Pairing:
    def partner(row: Row) -> tuple[object, ...]:
        return row.work.family, row.work.x, row.work.x_name, row.work.operands, row.dtype

    vectorized = {partner(row): row for row in rows if row.work.series == "vectorized"}
    pairs = [
        (f"{row.x}{', ' * bool(row.special)}{row.special}", row, vectorized[partner(row)])
        for row in rows
        if row.work.series == "loop" and partner(row) in vectorized
    ]
    return Pairing(
        "loops", "Loop against vectorized",
        "The loop's time as a multiple of the vectorized form's: the same layer, the same numbers, one unit at a time "
        "or all at once.",
        tuple(columns), tuple(_line(name, loop.entries, whole.entries) for name, loop, whole in pairs),
    )  # fmt: skip


def _modes(rows: Sequence[Row], columns: Sequence[Asked]) -> Pairing:
    places = {(*_environment(one), one.subject.mode): number for number, one in enumerate(columns)}
    partners = [places.get((*_environment(one), "eager")) for one in columns]
    kept = [
        number for number, one in enumerate(columns) if one.subject.mode != "eager" and partners[number] is not None
    ]

    def eager(row: Row) -> Iterator[Entry | None]:
        return (row.entries[partners[number] or 0] for number in kept)

    return Pairing(
        "modes", "Compiled against eager",
        "The compiled time as a multiple of the same framework's eager time; below 1 compiling pays. What compiling "
        "itself costs stands among all figures of each family.",
        tuple(columns[number] for number in kept),
        tuple(_line(_full(row), [row.entries[number] for number in kept], list(eager(row))) for row in rows),
    )  # fmt: skip


def _environment(one: Asked) -> tuple[object, ...]:
    """What must be the same where two modes are compared; versions are, in one run."""
    return one.subject.label, one.subject.device, one.subject.machine, tuple(id(run) for run in one.runs)


def _caches(rows: Sequence[Row], columns: Sequence[Asked]) -> Pairing:
    return Pairing(
        "caches", "Cold against hot",
        "The time with the caches emptied before each call as a multiple of the time with them warm. Where the two "
        "share too few rounds, their medians are held against each other.",
        tuple(columns), tuple(Line(_full(row), tuple(map(_cold, row.entries))) for row in rows),
    )  # fmt: skip


def _cold(entry: Entry | None) -> Ratio | None:
    if entry is None or not entry.ranked or entry.cold is None or entry.cold.contended:
        return None
    found = against(entry.cold, entry.hot)
    return apart(entry.cold, entry.hot) if found.missing else found


def _operands(rows: Sequence[Row], columns: Sequence[Asked]) -> Pairing:
    def partner(row: Row) -> tuple[object, ...]:
        return *row.work.place, row.dtype

    ordinary = {partner(row): row for row in rows if row.work.operands == "ordinary"}
    pairs = [
        (replace(row, work=replace(row.work, operands="ordinary")), row, ordinary[partner(row)])
        for row in rows
        if row.work.operands == "special" and partner(row) in ordinary
    ]
    return Pairing(
        "operands", "Special operands against ordinary",
        "The time with subnormal numbers and far tails among the inputs as a multiple of the time with ordinary ones.",
        tuple(columns), tuple(_line(_full(named), odd.entries, plain.entries) for named, odd, plain in pairs),
    )  # fmt: skip


def _line(name: str, above: Sequence[Entry | None], below: Sequence[Entry | None]) -> Line:
    return Line(name, tuple(_pair(one, other) for one, other in zip(above, below, strict=True)))


def _pair(one: Entry | None, other: Entry | None) -> Ratio | None:
    if one is None or other is None or not one.ranked or not other.ranked:
        return None
    return against(one.hot, other.hot) if one.run is other.run else Ratio(missing="other run")


def _full(row: Row) -> str:
    """A row's name beside those of other families."""
    return f"{row.work.family}: {row.name}"


def _trimmed(table: Pairing) -> Pairing:
    """Without the rows and columns that hold nothing."""
    lines = [line for line in table.lines if any(line.cells)]
    kept = [number for number in range(len(table.columns)) if any(line.cells[number] for line in lines)]
    return replace(
        table,
        columns=tuple(table.columns[number] for number in kept),
        lines=tuple(Line(line.name, tuple(line.cells[number] for number in kept)) for line in lines),
    )
