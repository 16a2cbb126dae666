"""The grid: operation by kind by dtype, and where nobody asks anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import product

from nnconform.spec.catalogue import Operation, catalogue
from nnconform.spec.errors import nearest
from nnconform.spec.formats import DEFAULT_DTYPES, FORMATS
from nnconform.spec.model import KINDS, SWEPT, Case

Counts = Counter[tuple[str, str, str]]
_DEMANDED = {"timing": ("float32",), "sweep": SWEPT, "trait": DEFAULT_DTYPES}
"""Dtypes of which a kind needs a case or a reason, where they are not all: a trait of shapes is one in every dtype."""


def count(cases: Iterable[Case]) -> Counts:
    """How many cases each cell (operation, kind, dtype) has."""
    return Counter(cell for case in cases for cell in product(case.operations, (case.kind,), case.dtypes))


def demanded(kind: str) -> tuple[str, ...]:
    """Dtypes in which every operation needs a case of this kind, or a reason."""
    return _DEMANDED.get(kind, tuple(FORMATS))


def reason(entry: Operation, kind: str, dtype: str) -> str:
    """Why an operation has no case of a kind in a dtype, if its entry says so."""
    swept = "Only functions of one number are swept." if kind == "sweep" and not entry.elementwise else ""
    return entry.absent.get(f"{kind}.{dtype}") or entry.absent.get(kind, swept)


def rows(counts: Counts) -> Iterator[tuple[str, ...]]:
    """The grid as text: counts; `.` where the entry says why there is none, `EMPTY` where nobody says.

    Every cell is demanded, but of times those of float32, of traits those of the default dtypes.  Others are shown,
    `-` where there is none.
    """
    yield ("operation", "kind", *FORMATS)
    for name, entry in catalogue().items():
        for kind in KINDS:
            yield (name, kind, *(_cell(counts, entry, kind, dtype) for dtype in FORMATS))


def findings(counts: Counts) -> Iterator[str]:
    """What is amiss: empty cells without a reason, reasons for cells that are not empty, keys that name no cell."""
    keys = {*KINDS, *(f"{kind}.{dtype}" for kind, dtype in product(KINDS, FORMATS))}
    for name, entry in catalogue().items():
        for kind in KINDS:
            empty = [d for d in demanded(kind) if not counts[name, kind, d] and not reason(entry, kind, d)]
            if empty:
                yield f"{name}: no {kind} in {', '.join(empty)}, and no reason in [absent]"
        for key in entry.absent:
            if key not in keys:
                yield f"{name}: [absent] names {key!r}, which is no kind or kind.dtype{nearest(key, keys)}"
            elif present := _present(counts, name, key):
                yield f"{name}: [absent] says why there is no {key}, but there are {present}"


def _present(counts: Counts, name: str, key: str) -> int:
    kind, _, dtype = key.partition(".")
    return sum(counts[name, kind, each] for each in ([dtype] if dtype else FORMATS))


def _cell(counts: Counts, entry: Operation, kind: str, dtype: str) -> str:
    if found := counts[entry.operation, kind, dtype]:
        return str(found)
    if reason(entry, kind, dtype):
        return "."
    return "EMPTY" if dtype in demanded(kind) else "-"
