"""Inner products, and the layers made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnconform.reference.truth.arithmetic import Arithmetic
from nnconform.reference.truth.ball import ZERO, Ball, Value, float_of, special, special_sum

Values = Any
"""A NumPy object array of `Value`."""


def inner(left: Sequence[Value], right: Sequence[Value], bias: Value | None, work: Arithmetic) -> Value:
    """sum(left * right) + bias, summed in any order, fused or not: gamma_n over the sum of absolute products."""
    extra = [] if bias is None else [bias]
    if any(special(value) for value in (*left, *right, *extra)):
        return _special_inner(left, right, extra)
    exact, magnitude, carried = ZERO, ZERO, ZERO
    for a, b in zip(left, right, strict=True):
        exact += a.exact * b.exact
        magnitude += abs(a.exact * b.exact)
        if a.error > 0 or b.error > 0:
            carried += a.magnitude * b.magnitude - abs(a.exact * b.exact)
    for ball in extra:
        exact += ball.exact
        magnitude += abs(ball.exact)
        carried += ball.error
    roundings = len(left) + len(extra) if len(left) else 0
    own = work.gamma(roundings) * (magnitude + carried) + roundings * work.tiny
    return Ball(exact, (carried + own).upper())


def _special_inner(left: Sequence[Value], right: Sequence[Value], extra: list[Value]) -> float:
    """A sum with an infinity or nan in it: only the signs of the finite factors matter."""
    terms = [float_of(a) * float_of(b) for a, b in zip(left, right, strict=True) if special(a) or special(b)]
    return special_sum(terms + [float_of(value) for value in extra if special(value)])


def matmul(a: Values, b: Values, work: Arithmetic, bias: Values | None = None) -> Values:
    """(m, k) by (k, n), plus a bias that broadcasts to (m, n)."""
    rows, columns = a.shape[0], b.shape[1]
    out = np.empty((rows, columns), object)
    spread = None if bias is None else np.broadcast_to(bias, (rows, columns))
    for i in range(rows):
        for j in range(columns):
            out[i, j] = inner(list(a[i]), list(b[:, j]), None if spread is None else spread[i, j], work)
    return out
