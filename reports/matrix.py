"""The matrix: operations by adapter, device, mode and dtype."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nnconform.reports.merge import Answer, Asked
from nnconform.reports.model import Result
from nnconform.reports.outcomes import BY_NAME, FAILING
from nnconform.reports.tally import Tally, size, tally


@dataclass(frozen=True, slots=True)
class Column:
    """One dtype of one subject; no dtype where nothing was asked of it."""

    asked: Asked
    dtype: str

    @property
    def name(self) -> str:
        """The column in words."""
        return f"{self.asked.full_name} {self.dtype}".rstrip()


@dataclass(frozen=True, slots=True)
class Row:
    """One operation, one cell a column."""

    name: str
    cells: tuple[Tally, ...]

    @property
    def letters(self) -> str:
        """Every outcome letter in the row."""
        return "".join(dict.fromkeys("".join(cell.letters for cell in self.cells)))

    @property
    def worst(self) -> Result | None:
        """The result with the largest error in the row."""
        found = [cell.worst[0] for cell in self.cells if cell.worst]
        return max(found, key=lambda result: size(result.ulps), default=None)

    @property
    def lacked(self) -> bool:
        """Whether no subject has it."""
        return self.letters == BY_NAME["unsupported"].letter

    @property
    def turn(self) -> int:
        """Failures come first, then known deviations."""
        found = {outcome.name for cell in self.cells for outcome, _ in cell.counts}
        return 0 if found.intersection(FAILING) else 1 if "known deviation" in found else 2


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows by columns."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def gravest_first(self) -> tuple[Row, ...]:
        """The rows for a reader who sees but the first of them; without those that nobody has."""
        return tuple(sorted((row for row in self.rows if not row.lacked), key=lambda row: row.turn))

    @property
    def lacked(self) -> tuple[str, ...]:
        """The operations that no subject has."""
        return tuple(row.name for row in self.rows if row.lacked)


def operations_matrix(asked: Sequence[Asked]) -> Matrix:
    """Every operation that any subject was asked for, in alphabetical order."""
    columns = tuple(Column(one, dtype) for one in asked for dtype in one.dtypes or ("",))
    found = [_by_operation(column) for column in columns]
    names = sorted({name for cells in found for name in cells})
    rows = tuple(Row(name, tuple(tally(cells.get(name, ()), name) for cells in found)) for name in names)
    return Matrix(columns, rows)


def _by_operation(column: Column) -> dict[str, list[Answer]]:
    cells: dict[str, list[Answer]] = {}
    for (_, _, dtype), answer in column.asked.answers.items():
        if dtype == column.dtype:
            for operation in dict.fromkeys(answer.shown.operations):
                cells.setdefault(operation, []).append(answer)
    return cells


def systems_rows(asked: Sequence[Asked], names: Iterable[str]) -> tuple[Row, ...]:
    """Where each of the documents' systems stands, one cell a subject."""
    found: list[dict[str, list[Answer]]] = []
    for one in asked:
        cells: dict[str, list[Answer]] = {}
        for answer in one.answers.values():
            for system in dict.fromkeys(answer.shown.systems):
                cells.setdefault(system, []).append(answer)
        found.append(cells)
    return tuple(Row(name, tuple(tally(cells.get(name, ())) for cells in found)) for name in names)
