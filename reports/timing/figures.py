"""What a timing run shows as plots: throughput over batch size, the roofline, time against error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from nnconform.reports.merge import Asked
from nnconform.reports.plot import MOST, Axis, Group, Point, Roof, draw
from nnconform.reports.timing.ceilings import Ceilings
from nnconform.reports.timing.rows import Entry, Family, Row
from nnconform.reports.words import duration, plain_number, round_time, short_number, significant, ulps

_LOWEST_ERROR = 0.1
"""Where errors are drawn on a logarithmic axis, smaller ones stand here."""
THROUGHPUT = Axis("batch size", short_number), Axis("rows a second", short_number)


@dataclass(frozen=True, slots=True)
class Figure:
    """One plot, and the same numbers as a table."""

    title: str
    svg: str
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def short_names(columns: Sequence[Asked]) -> tuple[str, ...]:
    """Names without what all subjects have in common."""
    devices, modes = ({getattr(one.subject, part) for one in columns} for part in ("device", "mode"))
    return tuple(
        " ".join(
            [one.name, *([one.subject.device] * (len(devices) > 1)), *([one.subject.mode] * (len(modes) > 1))]
        )
        for one in columns
    )  # fmt: skip


def models(families: Iterable[Family]) -> dict[str, list[Row]]:
    """The rows of each model that was measured at several batch sizes."""
    found: dict[str, list[Row]] = {}
    for family in families:
        for row in family.rows:
            if row.work.x_name == "batch" and row.work.x > 0 and family.name == "batch size":
                found.setdefault(", ".join(part for part in (row.work.series, row.special) if part), []).append(row)
    return found


def rows_a_second(rows: Sequence[Row], columns: Sequence[Asked]) -> list[Group]:
    """A line a subject over the batch size; what is not ranked is left out."""
    return [
        Group(name, place, points, joined=True)
        for place, name in enumerate(short_names(columns))
        if (points := tuple(point for row in rows if (point := _rate(name, row, row.entries[place]))))
    ]


def throughput(families: Iterable[Family], columns: Sequence[Asked]) -> tuple[Figure, ...]:
    """One plot a model: rows a second over the batch size."""
    found = models(families)
    figures = (_throughput(number, name, found[name], columns) for number, name in enumerate(sorted(found), 1))
    return tuple(figure for figure in figures if figure.svg)


def _throughput(number: int, title: str, rows: Sequence[Row], columns: Sequence[Asked]) -> Figure:
    groups = rows_a_second(rows, columns)
    if not groups:
        return Figure(title, "")
    told = (
        f"Rows a second over the batch size of {title}, a line for each of {len(groups)} subjects. The table has them."
    )
    svg = draw(f"throughput-{number}", f"Throughput of {title}", told, *THROUGHPUT, groups)
    return Figure(title, svg, ("batch", *(group.name for group in groups)), tuple(_by_x(groups)))


def _rate(name: str, row: Row, entry: Entry | None) -> Point | None:
    """Rows a second, with the interval upside down."""
    if entry is None or not entry.ranked or entry.hot is None:
        return None
    middle, low, high = (row.work.x / time * 1e9 for time in (entry.hot.median_ns, entry.hot.high_ns, entry.hot.low_ns))
    return Point(row.work.x, middle, f"{name}, {row.x}: {short_number(middle)} rows a second", low, high)


def _by_x(groups: Sequence[Group]) -> Iterable[tuple[str, ...]]:
    """The points of several groups as rows of a table."""
    for x in sorted({point.x for group in groups for point in group.points}):
        found = ({point.x: point.y for point in group.points}.get(x) for group in groups)
        yield plain_number(x), *("-" if value is None else short_number(value) for value in found)


def rooflines(families: Sequence[Family], columns: Sequence[Asked], ceilings: Ceilings) -> tuple[Figure, ...]:
    """One plot a subject: its rows' rates by their operations a byte, under what the device was seen to do."""
    names = [family.name for family in families]
    found: list[Figure] = []
    for place, one in enumerate(columns):
        entries = [entry for family in families for row in family.rows if (entry := row.entries[place])]
        roofs = {(entry.result.dtype, id(entry.run)): ceilings.roof(entry) for entry in entries if ceilings.roof(entry)}
        for (dtype, run), roof in roofs.items():
            own = [entry for entry in entries if (entry.result.dtype, id(entry.run)) == (dtype, run)]
            groups = [Group(name, style, _rates(own, name)) for style, name in enumerate(names)]
            groups = [group for group in groups if group.points]
            if groups and roof:
                title = f"{one.full_name}{'' if dtype == 'float32' else ' ' + dtype}"
                found.append(_roofline(f"roofline-{len(found) + 1}", title, groups, roof))
    return tuple(found)


def _roofline(name: str, title: str, groups: Sequence[Group], roof: Roof) -> Figure:
    told = (
        f"GFLOP/s over operations a byte of {sum(len(group.points) for group in groups)} rows, under the ceilings "
        f"{roof.slope_label} and {roof.level_label}. The numbers stand among all figures of each family."
    )
    axes = Axis("operations a byte", short_number), Axis("GFLOP/s", short_number)
    return Figure(title, draw(name, f"Roofline of {title}", told, *axes, groups, roof))


def _rates(entries: Sequence[Entry], family: str) -> tuple[Point, ...]:
    found = []
    for entry in entries:
        work, hot = entry.result.work, entry.hot
        ordinary = work is not None and work.family == family and work.operands == "ordinary"
        if work and hot and ordinary and entry.ranked and work.operations and work.bytes:
            rate = work.operations / hot.median_ns
            told = f"{work.series}, {work.x_name} {plain_number(work.x)}: {significant(rate)} GFLOP/s"
            found.append(Point(work.operations / work.bytes, rate, told))
    return tuple(found)


def time_and_error(families: Iterable[Family], columns: Sequence[Asked]) -> tuple[Figure, ...]:
    """One plot an operation: the time of a call over its worst error, at the largest size that most could do."""
    found: dict[str, list[Row]] = {}
    for family in families:
        for row in family.rows:
            operations = {name for entry in row.entries if entry for name in entry.result.operations}
            if len(operations) == 1 and row.work.operands == "ordinary" and row.dtype == "float32":
                found.setdefault(operations.pop(), []).append(row)
    chosen = [(name, max(found[name], key=_most)) for name in sorted(found)]
    chosen = [(name, row) for name, row in chosen if any(map(_measured, row.entries))]
    if len(columns) == 1:  # alone, a subject's operations are held against each other
        points = [(number, name, row.entries[0], row.name) for number, (name, row) in enumerate(chosen)]
        return (_time_and_error("error-1", "each operation", points),) if points else ()
    names = short_names(columns)
    return tuple(
        _time_and_error(
            f"error-{number}", f"{name}, {row.x if row.work.series == name else row.name}",
            [(place, who, entry, "") for place, (who, entry) in enumerate(zip(names, row.entries, strict=True))],
        )
        for number, (name, row) in enumerate(chosen, 1)
    )  # fmt: skip


def _most(row: Row) -> tuple[int, int]:
    """The row that most subjects could do, of those the one with most to do."""
    return sum(map(_measured, row.entries)), row.work.operations


def _measured(entry: Entry | None) -> bool:
    return entry is not None and entry.ranked and isfinite(entry.result.ulps)


def _time_and_error(name: str, title: str, points: Sequence[tuple[int, str, Entry | None, str]]) -> Figure:
    found = [
        (place, who, more, entry.result.ulps, entry.hot)
        for place, who, entry, more in points
        if entry and _measured(entry) and entry.hot
    ]
    wide = max(error for _, _, _, error, _ in found) > 20
    groups = [
        Group(who, place, (Point(max(error, _LOWEST_ERROR) if wide else error, hot.median_ns,
                                 f"{who}: {ulps(error)} ulps, {duration(hot.median_ns)}", hot.low_ns, hot.high_ns),))
        for place, who, _, error, hot in found
    ]  # fmt: skip
    told = f"Time of a call over the worst error of {title}. " + "; ".join(
        f"{who} {duration(hot.median_ns)}, {ulps(error)} ulps" for _, who, _, error, hot in found[:MOST]
    )
    axes = Axis("worst error, ulps", short_number, log=wide), Axis("time of a call", round_time)
    rows = tuple((f"{who} {more}".strip(), duration(hot.median_ns), ulps(error)) for _, who, more, error, hot in found)
    return Figure(title, draw(name, f"Time and error of {title}", told, *axes, groups), ("who", "time", "ulps"), rows)
