"""All that a page shows of sweeps, made before any template runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from nnconform.reports.atlas.curves import Curve, curves, draw
from nnconform.reports.atlas.model import Sweep
from nnconform.reports.atlas.rows import Entry, Row, rows
from nnconform.reports.merge import Asked
from nnconform.reports.timing.figures import short_names
from nnconform.reports.words import error, slug

HEADS = (
    "values", "not correctly rounded", "of them", "ulps, normal results", "at", "ulps, all results", "at", "nan", "inf",
    "sign of zero", "inputs flushed", "results flushed",
)  # fmt: skip
_NONE = "-"


@dataclass(frozen=True, slots=True)
class Figure:
    """One function in one dtype over its inputs."""

    dtype: str
    svg: str
    """Empty where there is nothing to draw."""
    note: str
    """Who is not in it, and why."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function's plots."""

    name: str
    letters: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """One subject over all rows."""

    name: str
    sweeps: int
    proofs: int
    rounded: int
    """Sweeps whose every result is correctly rounded."""
    best: int
    worst: int
    wrong: int
    """Sweeps with an answer beyond its bound."""


@dataclass(frozen=True)
class Atlas:
    """The accuracy atlas."""

    columns: tuple[Asked, ...]
    rows: tuple[Row, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Each subject's name without what all have in common."""
        return short_names(self.columns)

    @cached_property
    def asked(self) -> tuple[Row, ...]:
        """The rows that any subject has."""
        return tuple(row for row in self.rows if not row.lacked)

    @cached_property
    def lacked(self) -> tuple[str, ...]:
        """What no subject has: functions with their dtypes."""
        found: dict[str, list[str]] = {}
        for row in self.rows:
            if row.lacked:
                found.setdefault(row.function, []).append(row.dtype)
        return tuple(f"{function} {', '.join(dtypes)}" for function, dtypes in found.items())

    @cached_property
    def proofs(self) -> int:
        """How many sweeps judged every value of their dtype."""
        return sum(sweep.proof for row in self.rows for _, _, sweep in row.swept)

    @cached_property
    def samples(self) -> int:
        """How many did not."""
        return sum(not sweep.proof for row in self.rows for _, _, sweep in row.swept)

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """Every subject over all rows."""
        return tuple(self._standing(place, name) for place, name in enumerate(self.names))

    def _standing(self, place: int, name: str) -> Standing:
        found = [(entry, entry.sweep) for row in self.rows if (entry := row.entries[place]) and entry.sweep]
        marks = Counter(entry.mark for entry, _ in found)
        return Standing(
            name, len(found), sum(sweep.proof for _, sweep in found),
            sum(not sweep.not_correctly_rounded and not sweep.mistakes for _, sweep in found), marks["best"],
            marks["worst"], sum(entry.wrong for entry, _ in found),
        )  # fmt: skip

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every function that any subject has, with its plots."""
        found: dict[str, list[Row]] = {}
        for row in self.asked:
            found.setdefault(row.function, []).append(row)
        return tuple(
            Function(name, "".join(dict.fromkeys("".join(row.letters for row in own))), tuple(map(self._figure, own)))
            for name, own in found.items()
        )

    def _figure(self, row: Row) -> Figure:
        found = curves(row, self.names)
        number = self.rows.index(row)
        return Figure(
            row.dtype, draw(f"sweep-{number}", row, found) if found else "", " ".join(self._left_out(row, found))
        )

    def _left_out(self, row: Row, drawn: Sequence[Curve]) -> Iterator[str]:
        exact = [self.names[place] for place, _, sweep in row.swept if not sweep.bins]
        near = [self.names[place] for place, _, sweep in row.swept if sweep.bins and not drawn]
        lacking = [name for name, entry in zip(self.names, row.entries, strict=True) if not (entry and entry.sweep)]
        if exact:
            yield f"Correctly rounded everywhere: {', '.join(exact)}."
        if near:
            yield f"Nowhere off by more than reads as 0.5 ulps: {', '.join(near)}."
        if lacking:
            yield f"Not judged: {', '.join(lacking)}."

    def figures_of(self, row: Row) -> Iterator[tuple[str, Entry, tuple[str, ...]]]:
        """Each subject's figures in one row."""
        for place, entry, sweep in row.swept:
            yield self.names[place], entry, tuple(_figures(entry, sweep))


def _figures(entry: Entry, sweep: Sweep) -> Iterator[str]:
    """In the order of `HEADS`."""
    yield f"{sweep.inputs:,}"
    yield f"{sweep.not_correctly_rounded:,}"
    yield _share(sweep.not_correctly_rounded, sweep.inputs)
    yield error(sweep.normal_ulps)
    yield _at(entry.normal_at, sweep.normal_input)
    yield error(sweep.ulps)
    yield _at(entry.at, sweep.input)
    for count in (sweep.nan_wrong, sweep.inf_wrong, sweep.zero_sign_wrong, sweep.flushed_inputs, sweep.flushed_results):
        yield f"{count:,}"


def _share(count: int, of: int) -> str:
    """In hundredths; what is not quite none is never shown as none."""
    share = 100 * count / of if of else 0.0
    return "0" if not count else "< 0.01 %" if share < 0.01 else f"{share:.2f} %"


def _at(value: str, bits: str) -> str:
    return _NONE if not bits else value if value == bits else f"{value} ({bits})"


def atlas(asked: Sequence[Asked]) -> Atlas | None:
    """The atlas of some subjects; None where nothing was swept."""
    columns, found = rows(asked)
    return Atlas(columns, found) if any(True for row in found for _ in row.swept) else None


def anchor(function: str) -> str:
    """Where a function stands in the page."""
    return f"error-{slug(function)}"
