"""All that a page shows of times, made before any template runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from nnconform.reports.merge import Asked
from nnconform.reports.model import Run
from nnconform.reports.timing import summary
from nnconform.reports.timing.ceilings import Ceilings
from nnconform.reports.timing.crosschecks import Trials, trials
from nnconform.reports.timing.details import Detail, Whole, details, wholes
from nnconform.reports.timing.figures import Figure, rooflines, short_names, throughput, time_and_error
from nnconform.reports.timing.model import Control
from nnconform.reports.timing.pairings import Pairing, pairings
from nnconform.reports.timing.rows import Entry, Family, families, timed

MOST_ROWS = 1000
"""So many rows of a family are shown."""


_THROUGHPUT = (
    "Rows a second, with their 95 % intervals. Where a line is level, a larger batch gains nothing more. Rows that are "
    "not ranked are left out."
)
_ROOFLINE = (
    "What each row does against what its device was seen to do in the same run: left under the slope the memory's "
    "speed is the limit, right under the level the arithmetic's. A point above the slope works in a cache. Special "
    "operands, and rows that are not ranked, are left out."
)
_ERROR = (
    "Each operation at the largest size that most subjects could do: lower is faster, farther left is nearer to the "
    "exact value."
)


@dataclass(frozen=True, slots=True)
class Section:
    """Plots of one kind, and what they show."""

    anchor: str
    title: str
    hint: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Timings:
    """The timing report."""

    columns: tuple[Asked, ...]
    families: tuple[Family, ...]

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The runs that measured anything."""
        found = {id(entry.run): entry.run for entry in self._entries}
        return tuple(found.values())

    @cached_property
    def _entries(self) -> tuple[Entry, ...]:
        rows = (row for family in self.families for row in family.rows)
        return tuple(entry for row in rows for entry in row.entries if entry)

    @cached_property
    def ceilings(self) -> Ceilings:
        """What the devices did at most."""
        return Ceilings(self.columns)

    @property
    def controls(self) -> tuple[Control, ...]:
        """What was measured against itself."""
        return tuple(control for run in self.runs for control in run.controls)

    @cached_property
    def without_ceilings(self) -> tuple[str, ...]:
        """Subjects whose rates cannot be held against anything."""
        lacking = (entry.asked.full_name for entry in self._entries if entry.hot and not self.ceilings.roof(entry))
        return tuple(dict.fromkeys(lacking))

    @property
    def measured(self) -> int:
        """How many rows have a time."""
        return sum(entry.hot is not None for entry in self._entries)

    @cached_property
    def names(self) -> dict[int, str]:
        """Each subject's name without what all have in common."""
        return dict(zip(map(id, self.columns), short_names(self.columns), strict=True))

    @cached_property
    def fastest(self) -> summary.Fastest:
        """Who was fastest how often."""
        return summary.fastest(self.families, self.names)

    @cached_property
    def compiling(self) -> tuple[str, ...]:
        """What compiling did."""
        return tuple(summary.compiling(self.pairings, self.names))

    @cached_property
    def unranked(self) -> summary.Unranked:
        """What is not ranked, and why."""
        return summary.unranked(self._entries)

    @cached_property
    def without_numpy(self) -> tuple[str, ...]:
        """The files whose times cannot be held against NumPy's."""
        return summary.without_numpy(self.runs, self._entries)

    @cached_property
    def trust(self) -> summary.Controls | None:
        """How far the tool itself is to be trusted."""
        return summary.controls(self.controls)

    @cached_property
    def trials(self) -> Trials | None:
        """How the timing itself was tried."""
        return trials([one for run in self.runs for one in run.cross_checks])

    @cached_property
    def best_ceilings(self) -> tuple[str, ...]:
        """The most that each device was seen to do."""
        names = {one.subject.place: self.names[id(one)] for one in self.columns}
        return tuple(summary.best_ceilings(self.ceilings, self.runs, names))

    @cached_property
    def conditions(self) -> tuple[tuple[str, str], ...]:
        """What each run was measured under."""
        return tuple(summary.conditions(self.runs))

    @property
    def doubted(self) -> int:
        """How many right rows are marked and not ranked."""
        return sum(entry.right and bool(entry.doubt) for entry in self._entries)

    @property
    def wrong(self) -> int:
        """How many times are struck out."""
        return sum(entry.hot is not None and not entry.right for entry in self._entries)

    @property
    def threads(self) -> tuple[int, ...]:
        """Every number of threads that rows were measured with."""
        return tuple(sorted({entry.result.timing.threads for entry in self._entries if entry.result.timing}))

    def details(self, family: Family) -> tuple[Detail, ...]:
        """Everything that was measured of a family."""
        return tuple(details(family, self.columns, self.ceilings))

    @cached_property
    def pairings(self) -> tuple[Pairing, ...]:
        """Two times of one subject against each other."""
        return pairings(self.families, self.columns)

    @cached_property
    def figures(self) -> tuple[Section, ...]:
        """The plots that there is anything for."""
        found = (
            Section("throughput", "Throughput over batch size", _THROUGHPUT, throughput(self.families, self.columns)),
            Section("roofline", "Roofline", _ROOFLINE, rooflines(self.families, self.columns, self.ceilings)),
            Section("error", "Time against error", _ERROR, time_and_error(self.families, self.columns)),
        )
        return tuple(section for section in found if section.figures)

    @cached_property
    def wholes(self) -> tuple[Whole, ...]:
        """Estimates of what was too large to be measured."""
        return tuple(wholes(self.families, self.columns))


def timings(asked: Sequence[Asked]) -> Timings | None:
    """The timing report of some subjects; None where none was timed."""
    columns = timed(asked)
    return Timings(columns, families(columns)) if columns else None
