"""Logarithms of sums of exponentials along one axis, on balls, shifted by the largest score."""

from __future__ import annotations

from math import inf, isnan, nan
from typing import Any

import numpy as np

from nnconform.reference.truth.activations import ONE, largest, power
from nnconform.reference.truth.arithmetic import Arithmetic, add
from nnconform.reference.truth.ball import ZERO, Ball, Value
from nnconform.reference.truth.steps import granted, minus, plus

Values = Any
"""A NumPy object array of `Value`."""
Row = list[Value]


def log_softmax(work: Arithmetic, x: Values, axis: int) -> Values:
    """(x - m) - log(sum(exp(x - m))), m the largest of the row."""
    lines = np.moveaxis(x, axis, -1)
    out = np.empty(lines.shape, object)
    for place in np.ndindex(lines.shape[:-1]):
        out[place] = np.array([*_log_softmax(list(lines[place]), work), None], object)[:-1]
    return np.moveaxis(out, -1, axis)


def logsumexp(work: Arithmetic, x: Values, axis: int) -> Values:
    """M + log(sum(exp(x - m))), m the largest of the row."""
    lines = np.moveaxis(x, axis, -1)
    out = np.empty(lines.shape[:-1], object)
    for place in np.ndindex(out.shape):
        out[place] = _logsumexp(list(lines[place]), work)
    return out


def _log_softmax(row: Row, work: Arithmetic) -> Row:
    """Nan anywhere, or +inf (inf - inf), makes the row nan; -inf is a masked place: exactly -inf."""
    kept = [x for x in row if isinstance(x, Ball)]
    if any(isinstance(x, float) and (isnan(x) or x > 0) for x in row) or not kept:
        return [nan] * len(row)
    top, total = largest(kept), _log_of_sum(kept, work)

    def share(x: Value) -> Value:
        return minus(minus(x, top, work), total, work) if isinstance(x, Ball) else -inf

    return [share(x) for x in row]


def _logsumexp(row: Row, work: Arithmetic) -> Value:
    """Nan anywhere makes nan, +inf makes inf, -inf adds nothing; nothing at all is log(0)."""
    infinite = [x for x in row if isinstance(x, float)]
    if any(isnan(x) for x in infinite):
        return nan
    kept = [x for x in row if isinstance(x, Ball)]
    if inf in infinite or not kept:
        return inf if inf in infinite else -inf
    return plus(largest(kept), _log_of_sum(kept, work), work)


def _log_of_sum(row: list[Ball], work: Arithmetic) -> Ball:
    """log(sum(exp(x - m))); the largest score's own term is exp(0), which is 1, and alone its logarithm is 0."""
    if len(row) == 1:
        return Ball(ZERO)
    top = largest(row)
    terms = [Ball(ONE) if x is top and x.error == 0 else power(x, top, work) for x in row]
    return granted("log", lambda z: z.log(), add(terms, work), work)


__all__ = ["log_softmax", "logsumexp"]
