"""The figures behind each row, ready to be shown: rounds, stop, first call, processor time, rates and shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nnconform.reports.merge import Asked
from nnconform.reports.outcomes import BY_NAME
from nnconform.reports.timing.ceilings import Ceilings
from nnconform.reports.timing.model import Series, Timing, Work
from nnconform.reports.timing.rows import Entry, Family
from nnconform.reports.words import duration, percent, significant

HEADS = (
    "median", "95 % interval", "rounds", "dropped", "stopped by", "calls a block", "CPU / wall", "kernel",
    "first call", "compile", "cold cache", "GB/s", "of copy", "GFLOP/s", "of matrix",
)  # fmt: skip
NONE = "-"


@dataclass(frozen=True, slots=True)
class Detail:
    """One row of one subject."""

    case: str
    subject: str
    letter: str
    cells: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Whole:
    """How long the whole that a scaled case stands for would take one subject: an estimate."""

    what: str
    case: str
    subject: str
    time: str
    range: str
    how: str


def details(family: Family, columns: Sequence[Asked], ceilings: Ceilings) -> Iterator[Detail]:
    """Everything that was measured of a family."""
    for row in family.rows:
        for one, entry in zip(columns, row.entries, strict=True):
            if entry is not None:
                letter, timing = BY_NAME[entry.result.outcome].letter, entry.result.timing
                cells = _cells(entry, timing, row.work, ceilings) if timing else (NONE,) * len(HEADS)
                yield Detail(row.name, one.full_name, letter, cells, _note(entry))


def _note(entry: Entry) -> str:
    """Why it is not ranked."""
    return (entry.doubt if entry.right else entry.result.why) or ("" if entry.hot else "not measured")


def _cells(entry: Entry, timing: Timing, work: Work, ceilings: Ceilings) -> tuple[str, ...]:
    hot, cold = timing.hot, timing.cold
    cells = (
        duration(hot.median_ns), f"{duration(hot.low_ns)} to {duration(hot.high_ns)}", str(len(hot.rounds)),
        str(hot.dropped), hot.stop, f"{hot.calls:,}", significant(hot.cpu_ns / hot.median_ns, 2),
        _known(hot.kernel_ns), duration(timing.first_ns), _known(timing.compile_ns),
        f"{duration(cold.median_ns)} {plus_minus(cold)}" if cold else NONE,
    )  # fmt: skip
    return *cells, *_rates(entry, hot, work, ceilings)


def _rates(entry: Entry, hot: Series, work: Work, ceilings: Ceilings) -> Iterator[str]:
    for count, what in ((work.bytes, "copy"), (work.operations, "matrix")):
        rate = count / hot.median_ns
        share = ceilings.share(entry, what, rate)
        yield significant(rate) if count else NONE
        yield percent(share) if count and share is not None and entry.right else NONE


def _known(nanoseconds: float | None) -> str:
    return NONE if nanoseconds is None else duration(nanoseconds)


def plus_minus(series: Series) -> str:
    """The interval as a share of the median."""
    return f"\u00b1\u00a0{percent(series.half_width)}"


def wholes(families: Sequence[Family], columns: Sequence[Asked]) -> Iterator[Whole]:
    """What each scaled case says of its whole, subject by subject."""
    for family in families:
        for row in family.rows:
            for one, entry in zip(columns, row.entries, strict=True):
                if row.work.estimate and entry and entry.ranked and entry.hot:
                    yield _whole(row.work, row.name, one.full_name, entry.hot)


def _whole(work: Work, case: str, subject: str, hot: Series) -> Whole:
    """By operations or by bytes, whichever take longer at the rate that was measured."""
    estimate = work.estimate
    assert estimate is not None
    scales = [(estimate.operations / work.operations, "operations")] if work.operations else []
    scales += [(estimate.bytes / work.bytes, "bytes")] if work.bytes else []
    scale, by = max(scales, default=(0.0, "nothing"))
    low, high = duration(hot.low_ns * scale), duration(hot.high_ns * scale)
    return Whole(
        estimate.what, case, subject, duration(hot.median_ns * scale), low if low == high else f"{low} to {high}",
        f"{significant(scale)} times its {by}",
    )  # fmt: skip
