"""What may go wrong whatever is computed: precision, shapes, layouts, what is kept, and sums that cancel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import ml_dtypes
import numpy as np

from nnconform.harness.diagnosis.hypothesis import Given, Hypothesis, Lattice, Narrow, Shaped
from nnconform.harness.diagnosis.problem import Arrays, Problem
from nnconform.harness.questions import LAYOUTS, SECOND
from nnconform.reference.textbook.piecewise import SELU_ALPHA, SELU_SCALE
from nnconform.spec.arrays import dtype_of

Array = Any


def hypotheses(problem: Problem) -> Iterator[Hypothesis]:
    """Those that the wrong questions leave open."""
    wrong = problem.wrong_questions
    yield from NARROW
    yield from SHAPES
    yield from LATTICES
    if wrong and wrong <= SECOND and _telling(problem):
        yield from _kept(problem, wrong)
    if wrong and wrong <= {*LAYOUTS}:
        yield from _layouts(problem)


NARROW = (Narrow(np.dtype("float16"), 11), Narrow(dtype_of("bfloat16"), 8), Narrow(np.dtype("float32"), 24))


def squeezed(values: Array) -> Array:
    """Without axes of length 1; a shape that has none is no evidence."""
    return np.squeeze(values)


def _flat(values: Array) -> Array:
    return values.ravel() if values.ndim > 1 else values


SHAPES = (
    Shaped("as if axes of length 1 were dropped", squeezed),
    Shaped("as if a number were an array of one element", np.atleast_1d),
    Shaped("as if the result were transposed", np.transpose),
    Shaped("as if the result were flat", _flat),
)


# ------------------------------------------------------------------------------------------------ what is kept


def _kept(problem: Problem, wrong: frozenset[str]) -> Iterator[Hypothesis]:
    """Answers, or inputs, of the first question where others were asked."""
    everything = frozenset(problem.first)
    if wrong == SECOND:
        how, when = "", SECOND
    elif wrong == {"mutated"}:
        how, when = ", known by the identity of its arrays", wrong
    elif wrong == {"others"}:
        how, when = " for one call more", wrong
    else:
        return
    yield Given(f"as if the first answer were kept{how}", partial(_first, everything, when))
    if len(everything) < 2:
        return
    for name in problem.first:
        yield Given(f"as if the first {name!r} were kept{how}", partial(_first, frozenset({name}), when))
    if "sequential" in problem.operations and len(everything) > 2:
        rest = everything - {next(iter(problem.first))}
        yield Given(f"as if the first weights and biases were kept{how}", partial(_first, rest, when))


def _telling(problem: Problem) -> bool:
    """Whether the first answer has different numbers, so that giving it again is more than vanishing, say."""
    first = [part.got for part in problem.everything if part.question == "first"]
    return any(np.unique(got[np.isfinite(got) & (got != 0)]).size > 1 for got in first)


def _first(names: frozenset[str], when: frozenset[str], problem: Problem, question: str) -> Arrays:
    given = problem.arrays(question)
    if question not in when:
        return given
    return {name: problem.first[name] if name in names else values for name, values in given.items()}


# ------------------------------------------------------------------------------------------------ layouts


def _layouts(problem: Problem) -> Iterator[Hypothesis]:
    names = list(problem.first)
    for which in [names, *([[name] for name in names] if len(names) > 1 else [])]:
        whose = "" if which is names else f" of {which[0]!r}"
        yield Given(f"as if column-major inputs{whose} were read row by row", partial(_misread, "fortran", which))
        yield Given(f"as if the strides{whose} were ignored", partial(_misread, "strided", which))


def _misread(layout: str, names: list[str], problem: Problem, question: str) -> Arrays:
    given = problem.arrays(question)
    if question != layout:
        return given
    read: Callable[[Array], Array] = _by_columns if layout == "fortran" else _without_strides
    return {name: read(values) if name in names else values for name, values in given.items()}


def _by_columns(values: Array) -> Array:
    return values.ravel(order="F").reshape(values.shape)


def _without_strides(values: Array) -> Array:
    """The first so many numbers of a buffer in which every second one is nan."""
    if values.ndim == 0:
        return values
    buffer = np.full(2 * values.size, np.nan, values.dtype)
    buffer[::2] = values.ravel()
    return buffer[: values.size].reshape(values.shape)


# ------------------------------------------------------------------------------------------------ cancelling sums


_COARSER = 4.0
"""Beyond it, what is lost by taking 1 off is within every bound."""


def _half_digit(dtype: np.dtype[Any]) -> float:
    """The spacing just below 1."""
    return float(ml_dtypes.finfo(dtype).eps) / 2


def _of_one(dtype: np.dtype[Any], x: Array, **attributes: Any) -> Array:
    """The spacing that exp(x) - 1 keeps from just below 1; the exponential of more is coarser yet."""
    return np.where(np.abs(x) < _COARSER, _half_digit(dtype), 0.0)


def _three_ulps(dtype: np.dtype[Any], x: Array, **attributes: Any) -> Array:
    """What the table allows an exponential, and one rounding more."""
    return np.where(np.abs(x) < _COARSER, 8 * _half_digit(dtype) * np.maximum(1, np.exp(np.minimum(x, _COARSER))), 0.0)


def _elu(function: Callable[..., Array], dtype: np.dtype[Any], x: Array, alpha: float = 1.0) -> Array:
    return np.where(x < 0, function(dtype, x) * alpha, 0.0)


def _selu(function: Callable[..., Array], dtype: np.dtype[Any], x: Array) -> Array:
    return _elu(function, dtype, x, SELU_ALPHA * SELU_SCALE)


def _below(factor: Callable[[Array], Array], ulps: float, dtype: np.dtype[Any], x: Array, **attributes: Any) -> Array:
    """What (1 + tanh(x / 2)) / 2 keeps of the spacing below 1, times a factor."""
    made: Array = np.where(x < -1.2, ulps * _half_digit(dtype) / 2, 0.0) * np.abs(factor(x))
    return made


_TAKEN = "as if 1 were taken off an exponential"
_TANH = "(1 + tanh(x / 2)) / 2"
LATTICES: tuple[Hypothesis, ...] = (
    Lattice(_TAKEN, "expm1", _of_one, _three_ulps),
    Lattice(_TAKEN, "elu", partial(_elu, _of_one), partial(_elu, _three_ulps)),
    Lattice(_TAKEN, "selu", partial(_selu, _of_one), partial(_selu, _three_ulps)),
    Lattice(f"as if it were {_TANH}", "sigmoid", partial(_below, np.ones_like, 1), partial(_below, np.ones_like, 11)),
    Lattice(f"as if it were x {_TANH}", "silu", partial(_below, np.copy, 1), partial(_below, np.copy, 11)),
)
