"""The questions of a case, by name: which numbers each is asked with, what may be declined, and how each is told."""

from __future__ import annotations

from nnconform.spec.model import FURTHER

ASKED_FIRST = frozenset({"first", "others"})
"""The two sets of numbers: what comes for the same numbers later is held against these."""
SECOND = frozenset({"others", "mutated"})
"""Asked with the second numbers; all others have the first, or some of them."""
LAYOUTS = ("fortran", "strided", *FURTHER)
"""The first numbers in another layout."""
NUMBERS = frozenset({"first", "again", "alone", *SECOND, *LAYOUTS})
"""All that have numbers for an answer, and a truth for each."""
MAY_DECLINE = frozenset({"alone", *LAYOUTS})
"""An adapter may say that it has no such batches or layouts."""
TIMED = ("first", "others", "mutated", "again")
"""Whose times a record's is the median of: whole batches in the usual layout."""

_LAID_OUT = {
    "fortran": "with column-major, read-only inputs",
    "strided": "with strided inputs",
    "reversed": "with inputs that run backwards",
    "rows_reversed": "with rows that run backwards",
    "columns_reversed": "with columns that run backwards",
    "broadcast": "with broadcast inputs",
    "offset": "with inputs that begin within a buffer",
    "later_strided": "with strided inputs behind a plain one",
    "later_offset": "with inputs that begin within a buffer behind a plain one",
    "permuted": "with inputs whose first axis lies closest together",
}
ASKED = {
    "first": "",
    "refused": "",
    "others": "asked with other numbers",
    "mutated": "asked with the same arrays changed in place",
    "again": "asked again",
    "alone": "asked for the first row alone",
    **{layout: f"asked {how}" for layout, how in _LAID_OUT.items()},
}
"""What ends a finding."""
BESIDE = {"again": "asked again", "alone": "with the first row alone", **_LAID_OUT}
"""How the same numbers came to have another result."""


def origin(question: str) -> str:
    """The question whose answer has the same numbers, and came first."""
    return "others" if question in SECOND else "first"
