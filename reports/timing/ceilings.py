"""What the devices of a run were seen to do at most, and how much of it a row does."""

from __future__ import annotations

from collections.abc import Sequence

from nnconform.reports.merge import Asked
from nnconform.reports.plot import Roof
from nnconform.reports.timing.model import Ceiling
from nnconform.reports.timing.rows import Entry
from nnconform.reports.words import significant


class Ceilings:
    """What each run's devices were seen to do at most: the best of the subjects on one device."""

    def __init__(self, columns: Sequence[Asked]) -> None:
        self._all: dict[tuple[int, tuple[str, str, str], str], dict[str, Ceiling]] = {}
        self.best: dict[tuple[int, str, str, str], Ceiling] = {}
        for run in {id(run): run for one in columns for run in one.runs}.values():
            for ceiling in run.ceilings:
                self._all.setdefault((id(run), ceiling.place, ceiling.dtype), {})[ceiling.what] = ceiling
                key = id(run), ceiling.place[1], ceiling.dtype, ceiling.what
                if ceiling.missing:
                    continue
                if key not in self.best or self.best[key].value < ceiling.value:
                    self.best[key] = ceiling

    @property
    def kinds(self) -> tuple[str, ...]:
        """What was measured: copy and matrix, as a rule."""
        return tuple(sorted({what for found in self._all.values() for what in found}))

    @property
    def rows(self) -> tuple[tuple[tuple[str, str, str], str, tuple[Ceiling | None, ...]], ...]:
        """Each subject's ceilings in one dtype, in the order of `kinds`."""
        return tuple(
            (place, dtype, tuple(map(found.get, self.kinds))) for (_, place, dtype), found in self._all.items()
        )

    def of(self, entry: Entry, what: str) -> Ceiling | None:
        """One of the two ceilings over an entry."""
        return self.best.get((id(entry.run), entry.result.device, entry.result.dtype, what))

    def roof(self, entry: Entry) -> Roof | None:
        """Both of them, where both were measured."""
        copy, matrix = self.of(entry, "copy"), self.of(entry, "matrix")
        if copy is None or matrix is None:
            return None
        labels = (f"{ceiling.what} {significant(ceiling.value)} {ceiling.unit}" for ceiling in (copy, matrix))
        return Roof(copy.value, matrix.value, *labels)

    def share(self, entry: Entry, what: str, rate: float) -> float | None:
        """A rate as a share of a ceiling; more than 1 where a cache nearer than the ceiling's holds the data."""
        ceiling = self.of(entry, what)
        return None if ceiling is None else rate / ceiling.value
