"""Answers that are right but for some places: what is past the last full block, a row, a column, a tile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnconform.harness.diagnosis.problem import Part, Problem
from nnconform.harness.questions import ASKED_FIRST

Array = Any
_SAME = frozenset({"first", "others", "mutated", "again", "fortran", "strided"})
"""Questions about arrays of one shape."""
_POWERS = sorted([2**power for power in range(6, 24)] + [2**16 - 1])
_BLOCKS = (4, 8, 16, 32, 64, 128)


@dataclass(frozen=True, slots=True)
class Filling:
    """What stands where the answer should."""

    told: str
    one: str
    """The same of one element."""
    values: Callable[[Problem, Part], Array | None]


def _zeros(problem: Problem, part: Part) -> Array | None:
    return np.zeros_like(part.got)


def _nans(problem: Problem, part: Part) -> Array | None:
    return np.full_like(part.got, np.nan)


def _input(problem: Problem, part: Part) -> Array | None:
    given = list(problem.arrays(part.question).values())
    return given[0] if len(given) == 1 and given[0].shape == part.got.shape else None


FILLINGS = (
    Filling("stayed 0", "stayed 0", _zeros),
    Filling("were left as they were", "were left as it was", _input),
    Filling("were nan", "were nan", _nans),
)


def fitting(problem: Problem) -> list[str]:
    """Where all wrong answers lie, and what stands there instead."""
    parts = [part for part in problem.everything if part.question in _SAME]
    rest = [part for part in problem.everything if part.question not in _SAME]
    wrong = {part.output for part in problem.everything if part.wrong.any()}
    if len(wrong) != 1 or not all(part.fitting for part in problem.everything):
        return []
    (output,) = wrong
    parts, rest = ([part for part in each if part.output == output] for each in (parts, rest))
    if not parts[0].got.ndim or not any(part.wrong.any() for part in parts if part.question in ASKED_FIRST):
        return []
    return [told for filling in FILLINGS for told in _filled(problem, parts, rest, filling)][:1]


def _filled(problem: Problem, parts: list[Part], rest: list[Part], filling: Filling) -> Iterator[str]:
    found = [filling.values(problem, part) for part in parts]
    stands = [None if each is None else _equal(part.got, each) for part, each in zip(parts, found, strict=True)]
    if any(each is None for each in stands) or not all(
        bool(np.all(there[part.wrong])) for part, there in zip(parts, stands, strict=True) if there is not None
    ):
        return
    union = np.logical_or.reduce([part.wrong for part in parts])
    possible = np.logical_and.reduce([each for each in stands if each is not None])
    telling = [_telling(part, filling, problem) for part in parts]
    if not _by_place(problem, parts, union, telling):
        return
    for region, where, several in _regions(union, possible):
        if not region.all() and all(_alike(problem, part, region, filling, where) for part in rest):
            yield f"as if {where} {filling.told if several else filling.one}"


def _alike(problem: Problem, part: Part, region: Array, filling: Filling, where: str) -> bool:
    """Whether a part of the rows or columns has the filling where the whole has it."""
    if not part.wrong.any():
        return True
    stands = filling.values(problem, part)
    if part.got.shape == (1,) and region.ndim == 1 and stands is not None:  # the last elements of a single one
        return where.startswith("the last") and bool(_equal(part.got, stands).all())
    axes = [axis for axis, size in enumerate(part.got.shape) if size != region.shape[axis]]
    if part.got.ndim != region.ndim or len(axes) != 1:
        return False
    one = region.take([0], axes[0])
    same = bool((region == one).all()) and one.shape == part.got.shape and stands is not None
    return same and bool(one[part.wrong].all()) and bool(_equal(part.got, np.asarray(stands))[one].all())


def _equal(got: Array, other: Array) -> Array:
    return (got == other) | (np.isnan(got) & np.isnan(other))


def _telling(part: Part, filling: Filling, problem: Problem) -> Array:
    """Where the filling would be seen to be wrong."""
    stands = filling.values(problem, part)
    assert stands is not None
    error = 0.0 if part.truth.error is None else part.truth.error
    with np.errstate(all="ignore"):
        found: Array = ~(np.abs(stands.astype(np.float64) - part.truth.high) <= error)
    return found


def _by_place(problem: Problem, parts: list[Part], union: Array, telling: list[Array]) -> bool:
    """Whether it is the place that decides, and not what stands in the input there.

    Of functions of one number: no interval, of numbers or of sizes, may hold all inputs that went wrong and none of
    those that did not.
    """
    if not any(bool((each & ~union).any()) for each in telling):
        return False
    if not problem.elementwise or len(problem.first) != 1:
        return all(np.isfinite(values).all() for values in problem.first.values())
    wrong, right = [], []
    for part, told in zip(parts, telling, strict=True):
        given = next(iter(problem.arrays(part.question).values()))
        if given.shape != part.got.shape:
            return False
        wrong.append(given[part.wrong].astype(np.float64))
        right.append(given[told & ~union].astype(np.float64))
    bad, good = np.concatenate(wrong), np.concatenate(right)
    return _between(bad, good) and _between(np.abs(bad), np.abs(good))


def _between(bad: Array, good: Array) -> bool:
    """Whether some of the good ones lie strictly among the bad."""
    if np.isnan(bad).any() or not bad.size:
        return False
    return bool(((good > bad.min()) & (good < bad.max())).any())


# ------------------------------------------------------------------------------------------------ regions


def _regions(wrong: Array, possible: Array) -> Iterator[tuple[Array, str, bool]]:
    """Regions that hold all wrong places, in which the filling stands everywhere, and how they are called."""
    if wrong.ndim == 2:
        for axis, noun in enumerate(("row", "column")):
            lines, whole = wrong.any(axis=1 - axis), possible.all(axis=1 - axis)
            for ends, told, several in _ends(lines, whole, lines.shape, noun):
                yield np.broadcast_to(np.expand_dims(ends, 1 - axis), wrong.shape), told, several
        yield from _tile(wrong, possible)
    yield from _ends(wrong.ravel(), possible.ravel(), wrong.shape, "element")


def _ends(wrong: Array, possible: Array, shape: tuple[int, ...], noun: str) -> Iterator[tuple[Array, str, bool]]:
    """All from some place on, or one alone."""
    places = np.flatnonzero(wrong)
    first, count = int(places[0]), wrong.size
    if first and possible[first:].all():
        open_places = np.flatnonzero(~possible[:first])
        lowest = int(open_places[-1]) + 1 if open_places.size else 0
        region = (np.arange(count) >= first).reshape(shape)
        yield region, *_from(lowest, first, count, noun)
    elif places.size == 1 and possible[first] and first in _POWERS:
        yield (np.arange(count) == first).reshape(shape), f"{noun} number {first:,}, counted from 0,", False


def _from(lowest: int, first: int, count: int, noun: str) -> tuple[str, bool]:
    """What begins at `first`, or as early as `lowest`."""
    for power in _POWERS:
        if max(lowest, 1) <= power <= first:
            return f"the {noun}s past {power:,}", True
    for block in _BLOCKS:
        start = count // block * block
        if max(lowest, 1) <= start <= first and start < count:
            left = count - start
            return f"the {noun}{'s' if left > 1 else ''} past the last full {block}", left > 1
    left = count - first
    if first == 1 and count > 2:
        return f"all {noun}s but the first", True
    return (f"the last {left} {noun}s", True) if left > 1 else (f"the last {noun}", False)


def _tile(wrong: Array, possible: Array) -> Iterator[tuple[Array, str, bool]]:
    rows, columns = (np.flatnonzero(wrong.any(axis=1 - axis)) for axis in (0, 1))
    top, left = int(rows[0]), int(columns[0])
    if top and left and possible[top:, left:].all():
        region = np.zeros(wrong.shape, bool)
        region[top:, left:] = True
        alone = region.sum() == 1
        yield region, "the last element" if alone else "the last tile of rows and columns", False
