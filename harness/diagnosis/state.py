"""What was left in inputs that came back changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import ml_dtypes
import numpy as np

from nnconform.harness.diagnosis.crashes import for_writing
from nnconform.harness.diagnosis.hypothesis import Given
from nnconform.harness.diagnosis.problem import Arrays, Problem
from nnconform.harness.questions import SECOND, origin
from nnconform.spec.arrays import dtype_of

Array = Any
OWN = "as if it worked in its input's own memory"
SHARED = "as if answers shared one buffer"
ZERO = "as if its input were set to 0 afterwards"
WRITTEN = "as if the answer were written into its input"
_NO_FLOATS = "iub"
"""Kinds of dtypes that round nothing to a few units in the last place."""


def fitting(problem: Problem, facets: frozenset[str]) -> list[str]:
    """How the inputs were changed, if what else is wrong follows from it.

    What writes into its inputs raises where they cannot be written to: that follows, too.
    """
    raising = for_writing(problem)
    facets = facets - {"crash"} if raising else facets
    if facets == {"overwritten"}:
        return [SHARED]
    if "overwritten" in facets:
        return []
    told = _left(problem)
    if told and (facets == {"changes its inputs"} or _follows(problem, raising)):
        return [told]
    return [OWN] if facets == {"changes its inputs"} else []


def _follows(problem: Problem, raising: frozenset[str]) -> bool:
    """Whether the answers are right for the inputs as they were left."""
    return problem.readable_beside(raising) and Given("", _as_left).fit(problem) is not None


def _as_left(problem: Problem, question: str) -> Arrays:
    """The inputs as a question left them; what is unknown of it, as the question with the same numbers did."""
    given, answers = problem.arrays(question), problem.transcript.answers
    left = answers[question].left
    if left or question in {"first", "others"}:
        return {**given, **left}
    like = answers[origin(question)].left
    if question != "alone":
        return {**given, **like}
    return {name: problem.row(name, like[name]) if name in like else values for name, values in given.items()}


def _left(problem: Problem) -> str:
    """The one thing that all changed inputs have become."""
    found: set[str] | None = None
    for question, answer in problem.transcript.answers.items():
        if question in {"refused", "alone"}:  # too little to tell by
            continue
        for name, left in answer.left.items():
            given = problem.arrays(question)[name]
            own = {told for told, holds in CHANGES.items() if holds(given, left)}
            if any(_same(left, value) for value in answer.values.values()):
                own.add(WRITTEN)
            if question in SECOND and _same(left, problem.first[name]):
                own.add("as if the first input were kept")
            found = own if found is None else found & own
    fits = [told for told in (*CHANGES, "as if the first input were kept", WRITTEN) if told in (found or ())]
    if fits[:1] == [ZERO] and len(fits) > 1:  # zeros may come of much
        return ", or ".join(fits) if len(fits) == 2 else ""
    return fits[0] if fits else ""


def _same(left: Array, right: Array) -> bool:
    return (
        left.shape == right.shape
        and left.dtype == right.dtype
        and bool(np.all((left == right) | _both_nan(left, right)))
    )


def _both_nan(left: Array, right: Array) -> Array:
    return np.isnan(left) & np.isnan(right)


def _near(made: Array, left: Array, given: Array) -> bool:
    """The same numbers, each rounded some times on the way; not all of them one and the same."""
    if made.shape != left.shape or left.dtype.kind in _NO_FLOATS or left.size < 2 or not np.isfinite(made).all():
        return False
    wide, eps = left.astype(np.float64), float(ml_dtypes.finfo(left.dtype).eps)
    size = float(max(np.abs(made).max(), np.abs(given).max()))
    return bool(np.ptp(made) > 0 and np.all(np.abs(wide - made) <= 4 * eps * size))


def _set_to_zero(given: Array, left: Array) -> bool:
    return left.shape == given.shape and left.size > 0 and not left.any()


def _without_maximum(given: Array, left: Array) -> bool:
    x = given.astype(np.float64)
    axes: list[int | None] = [None, *range(x.ndim)]
    return any(_near(x - x.max(axis=axis, keepdims=True), left, x) for axis in axes) if x.size else False


def _powers(given: Array, left: Array) -> bool:
    x = given.astype(np.float64)
    axes: list[int | None] = [None, *range(x.ndim)]
    return any(_near(np.exp(x - x.max(axis=axis, keepdims=True)), left, x) for axis in axes) if x.size else False


def _without_mean(given: Array, left: Array) -> bool:
    x = given.astype(np.float64)
    return x.ndim > 0 and x.size > 0 and _near(x - x.mean(axis=0), left, x)


def _rounded(name: str) -> Callable[[Array, Array], bool]:
    def holds(given: Array, left: Array) -> bool:
        with np.errstate(over="ignore"):
            made = given.astype(dtype_of(name)).astype(given.dtype)
        return left.shape == given.shape and _same(made, left.astype(given.dtype)) and not _same(given, left)

    return holds


def _decimal(given: Array, left: Array) -> bool:
    made = np.array([float(f"{float(value):.7e}") for value in given.ravel()[:4096]]).reshape(-1)
    return given.size <= 4096 and _same(made.astype(given.dtype).reshape(given.shape), left)


def _swapped(given: Array, left: Array) -> bool:
    word = f"u{given.dtype.itemsize}"
    like = left.shape == given.shape and left.dtype == given.dtype
    return like and bool(np.all(given.view(word).byteswap() == left.view(word)))


def _cleaned(given: Array, left: Array) -> bool:
    finite = np.isfinite(given)
    if left.shape != given.shape or not np.isinf(given).any():
        return False
    return bool(np.isfinite(left).all()) and bool((left == given)[finite].all())


def _without_nan(given: Array, left: Array) -> bool:
    there = np.isnan(given)
    if left.shape != given.shape or not there.any():
        return False
    return not np.isnan(left).any() and bool((left == given)[~there].all())


def _matrices(given: Array, left: Array) -> bool:
    return given.ndim > 2 and left.ndim == 2 and _same(given.reshape(left.shape), left)


def _wider(given: Array, left: Array) -> bool:
    same = left.shape == given.shape and left.dtype == np.float64 != given.dtype
    return same and _same(given.astype(np.float64), left)


CHANGES: dict[str, Callable[[Array, Array], bool]] = {
    ZERO: _set_to_zero,
    "as if the maximum were taken off its input in place": _without_maximum,
    "as if exponentials were taken in its input's own memory": _powers,
    "as if the mean were taken off its input in place": _without_mean,
    "as if inputs were converted to float64": _wider,
    "as if inputs were sent as float16": _rounded("float16"),
    "as if inputs were sent as bfloat16": _rounded("bfloat16"),
    "as if inputs were sent as float32": _rounded("float32"),
    "as if inputs were sent as text with eight digits": _decimal,
    "as if the bytes of inputs were read in the other order": _swapped,
    "as if nan and infinities of inputs were cleaned away": _cleaned,
    "as if every nan of its input were written over": _without_nan,
    "as if inputs of more than two axes were made matrices": _matrices,
}


def names() -> Iterator[str]:
    """All that may be said here."""
    yield from (*CHANGES, WRITTEN, OWN, SHARED, "as if the first input were kept")
