"""Answers in another form: not an array, of another dtype, of another shape, with the right numbers in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nnconform.harness.comparison import Truth
from nnconform.harness.diagnosis.fit import spacing
from nnconform.harness.diagnosis.problem import Part, Problem
from nnconform.spec.arrays import dtype_of

Array = Any
_KINDS = {
    "None": "nothing",
    "list": "a list",
    "tuple": "a tuple",
    "float": "Python's own number",
    "int": "Python's own number",
    "bool": "Python's own truth value",
    "str": "a text",
    "dict": "a dictionary",
}
_WIDER = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 53}
"""Digits of each dtype."""


def fitting(problem: Problem) -> list[str]:
    """What all answers in another form have in common; of several forms, none."""
    odd = {kind for answer in problem.transcript.answers.values() for kind in answer.odd.values()}
    told = {_of_type(problem, kind) for kind in odd}
    found = [part for part in problem.everything if not part.fitting]
    other = [part for part in found if part.got.dtype != part.truth.dtype]
    if other:
        told.add(_of_dtype(problem, other))
    if len(other) < len(found):
        told |= {_of_shape(problem, part) for part in found if part.got.dtype == part.truth.dtype}
    right = all(part.fitting is False or not part.wrong.any() for part in problem.everything)
    return list(told) if len(told) == 1 and "" not in told and right else []


def _of_type(problem: Problem, kind: str) -> str:
    if kind not in _KINDS:
        return ""
    outputs = problem.expect["outputs"]
    empty = {name for name, data in outputs.items() if 0 in data["shape"]}
    odd = {name for answer in problem.transcript.answers.values() for name in answer.odd}
    where = " for an array without elements" if odd == empty < set(outputs) else ""
    return f"as if {_KINDS[kind]} were given back{where}"


# ------------------------------------------------------------------------------------------------ dtypes


def _of_dtype(problem: Problem, parts: list[Part]) -> str:
    kinds = {part.got.dtype for part in parts}
    if len(kinds) > 1:
        return ""
    kind = kinds.pop()
    if not all(part.got.shape == part.truth.shape and _right(part) for part in parts):
        return ""
    if kind == np.bool_:
        return "as if truth values were given back"
    if kind.kind in "iu":
        return "as if whole numbers were given back"
    if all(_held(_exact(part.truth), kind) and _held(_exact(part.truth), problem.dtype) for part in parts):
        return f"as if the answer were {kind.name} whatever is asked"
    if kind.name not in _WIDER or _WIDER[kind.name] <= _WIDER[problem.frozen["dtype"]]:
        return f"as if the answer were rounded to {kind.name}"
    if all(_held(part.got, problem.dtype) for part in parts):
        return f"as if the answer were converted to {kind.name}"
    return f"as if it were computed in {kind.name} and not converted back"


def _held(got: Array, dtype: np.dtype[Any]) -> bool:
    """Whether a dtype holds all of these numbers."""
    with np.errstate(all="ignore"):
        same = (got.astype(dtype).astype(got.dtype) == got) | np.isnan(got)
    return bool(np.all(same))


def _exact(truth: Truth) -> Array:
    """The exact results in as many digits as are kept; none where a dtype could not tell them apart."""
    high = truth.high.astype(np.longdouble)
    return high if truth.low is None else high + truth.low


def _right(part: Part) -> bool:
    """Whether the numbers would do, rounded to the right dtype, or to their own."""
    truth = part.truth
    with np.errstate(all="ignore"):
        wide = part.got.astype(np.float64)
        off = np.abs(truth.difference(part.got))
        relative = truth.limits[2]
        if part.got.dtype.name in _WIDER:
            relative = max(relative, 2.0 ** (1 - _WIDER[dtype_of(part.got.dtype.name).name]))
        once = spacing(truth.high, (*truth.limits[:2], relative)) / 2
        within = off <= (0.0 if truth.error is None else truth.error) + once
        same = (wide == truth.high) | (np.isnan(wide) & np.isnan(truth.high))
    return bool(np.all(within | same))


# ------------------------------------------------------------------------------------------------ shapes

_SUMMED = frozenset({"logsumexp"})


def _of_shape(problem: Problem, part: Part) -> str:
    got, truth = part.got.shape, part.truth.shape
    for told, fits in _SHAPES.items():
        made = fits(problem, got, truth)
        if made is not None and _same(part, made):
            return told
    return ""


def _same(part: Part, made: tuple[int, ...]) -> bool:
    """Whether the numbers are right, read in the shape that they should have had."""
    if part.got.size != part.truth.high.size:
        return made == (-1,)  # nothing to be held against
    axes = made if made and sorted(made) == list(range(part.got.ndim)) and len(made) > 1 else None
    got = part.got.transpose(axes) if axes else part.got
    read = Part(part.question, part.output, got.reshape(part.truth.shape), part.truth, part.wrong)
    return _right(read)


Shape = tuple[int, ...]
Fits = Callable[[Problem, Shape, Shape], Shape | None]


def _row_for_none(problem: Problem, got: Shape, truth: Shape) -> Shape | None:
    return (-1,) if 0 in truth and tuple(size or 1 for size in truth) == got else None


def _kept(problem: Problem, got: Shape, truth: Shape) -> Shape | None:
    """The axis that is summed over, as an axis of length 1."""
    if len(problem.steps) != 1 or not problem.operations <= _SUMMED or len(got) != len(truth) + 1:
        return None
    axis = problem.steps[0]["attributes"].get("axis", -1)
    axis += len(got) if axis < 0 else 0
    return () if got == (*truth[:axis], 1, *truth[axis:]) else None


def _matrix(problem: Problem, got: Shape, truth: Shape) -> Shape | None:
    return () if not truth and got == (1, 1) else None


def _one(problem: Problem, got: Shape, truth: Shape) -> Shape | None:
    return () if not truth and got == (1,) else None


def _batch(problem: Problem, got: Shape, truth: Shape) -> Shape | None:
    return () if truth and got == (1, *truth) else None


def _column(problem: Problem, got: Shape, truth: Shape) -> Shape | None:
    return () if truth and got == (*truth, 1) else None


def _squeezed(problem: Problem, got: Shape, truth: Shape) -> Shape | None:
    return () if 1 in truth and got == tuple(size for size in truth if size != 1) else None


def _turned(problem: Problem, got: Shape, truth: Shape) -> Shape | None:
    return tuple(range(len(got)))[::-1] if len(got) > 1 and got == truth[::-1] else None


def _flat(problem: Problem, got: Shape, truth: Shape) -> Shape | None:
    return () if len(truth) > 1 and len(got) == 1 else None


def _matrices(problem: Problem, got: Shape, truth: Shape) -> Shape | None:
    return () if len(truth) > 2 and len(got) == 2 and got[-1] == truth[-1] else None


_SHAPES: dict[str, Fits] = {
    "as if a batch without examples had one": _row_for_none,
    "as if the axis that is summed over were kept": _kept,
    "as if a number were a matrix of one element": _matrix,
    "as if a number were an array of one element": _one,
    "as if an axis of length 1 were put before the others": _batch,
    "as if an axis of length 1 were put after the others": _column,
    "as if axes of length 1 were dropped": _squeezed,
    "as if the result were transposed": _turned,
    "as if the result were flat": _flat,
    "as if arrays of more than two axes were made matrices": _matrices,
}


def hypotheses() -> Iterator[str]:
    """The names of shapes."""
    yield from _SHAPES
