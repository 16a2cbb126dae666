"""The catalogue's operations on arrays of balls, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from nnconform.reference.truth import activations as act
from nnconform.reference.truth import elementary, logarithms, piecewise, smooth
from nnconform.reference.truth.arithmetic import Arithmetic, add
from nnconform.reference.truth.ball import Ball, Value, balls, enclosing, exactly, special
from nnconform.reference.truth.products import matmul

Values = Any
"""A NumPy object array of `Value`."""


def scalar(value: Value) -> Values:
    """A 0-d object array."""
    out = np.empty((), object)
    out[()] = value
    return out


def dot(work: Arithmetic, a: Values, b: Values) -> Values:
    return matmul(a.reshape(1, -1), b.reshape(-1, 1), work).reshape(())


def product(work: Arithmetic, a: Values, b: Values) -> Values:
    return matmul(a, b, work)


def dense(work: Arithmetic, x: Values, w: Values, b: Values, activation: str) -> Values:
    return act.activate(activation, matmul(x, w, work, b), work)


def dense_loop(work: Arithmetic, x: Values, w: Values, b: Values, activation: str) -> Values:
    return dense(work, x.reshape(1, -1), w, b, activation)[0]


def dense_column(work: Arithmetic, x: Values, w: Values, b: Values, activation: str) -> Values:
    z = matmul(w, x, work, b)
    return act.activate(activation, z.T, work).T if activation == "softmax" else act.activate(activation, z, work)


def sequential(work: Arithmetic, x: Values, *parameters: Values, activations: Sequence[str]) -> Values:
    for w, b, activation in zip(parameters[::2], parameters[1::2], activations, strict=True):
        x = dense(work, x, w, b, activation)
    return x


def parameter_count(work: Arithmetic, *parameters: Values, activations: Sequence[str]) -> Values:
    return scalar(exactly(float(sum(prod(item.shape) for item in parameters))))


def softmax(work: Arithmetic, x: Values, axis: int) -> Values:
    return np.moveaxis(act.activate("softmax", np.moveaxis(x, axis, -1), work), -1, axis)


def normalization(work: Arithmetic, x: Values, mean: Values, variance: Values) -> Values:
    """(x - mean) * (1 / sqrt(variance)): a difference, a root, a reciprocal, a product, each rounded."""
    scale = act.each(lambda v: _reciprocal_root(v, work), variance)
    means: Values = np.broadcast_to(mean, x.shape)
    scales: Values = np.broadcast_to(scale, x.shape)
    out = np.empty(x.shape, object)
    for place in np.ndindex(x.shape):
        out[place] = _scaled(x[place], means[place], scales[place], work)
    return out


def _reciprocal_root(variance: Ball, work: Arithmetic) -> Ball:
    if not variance.low > 0:
        raise ValueError("a variance may be zero or less within its bound: no verdict would be certain")
    root, divide = work.relative("sqrt"), work.relative("divide")
    low = 1 / (variance.high.sqrt() * (1 + root)) * (1 - divide) - work.tiny
    high = 1 / (variance.low.sqrt() * (1 - root)) * (1 + divide) + work.tiny
    return enclosing(1 / variance.exact.sqrt(), low, high)


def _scaled(x: Value, mean: Ball, scale: Ball, work: Arithmetic) -> Value:
    if special(x):
        return x
    assert isinstance(x, Ball)
    difference = work.rounded(Ball(x.exact - mean.exact, (x.error + mean.error).upper()))
    error = difference.magnitude * scale.magnitude - abs(difference.exact * scale.exact)
    return work.rounded(Ball(difference.exact * scale.exact, error.upper()))


def normalization_adapted(work: Arithmetic, x: Values, data: Values) -> Values:
    """Mean and variance of the columns in two passes, then `normalization`."""
    columns = [_moments(list(column), work) for column in data.T]
    mean, variance = (np.empty(len(columns), object) for _ in range(2))
    for number, pair in enumerate(columns):
        mean[number], variance[number] = pair
    return normalization(work, x, mean, variance)


def _moments(column: list[Ball], work: Arithmetic) -> tuple[Ball, Ball]:
    count, divide = len(column), work.relative("divide")

    def divided(total: Ball) -> Ball:
        error = (total.error + divide * total.magnitude) / count + work.tiny
        return Ball(total.exact / count, error.upper())

    mean = divided(add(column, work))
    squares = []
    for item in column:
        away = work.rounded(Ball(item.exact - mean.exact, (item.error + mean.error).upper()))
        exact = away.exact * away.exact
        squares.append(work.rounded(Ball(exact, (away.magnitude * away.magnitude - exact).upper())))
    return mean, divided(add(squares, work))


def elementwise(function: Callable[..., Value]) -> Callable[..., Values]:
    """A function of one value, over arrays."""
    return lambda work, x, **attributes: act.each(lambda v: function(v, work, **attributes), x)


OPERATIONS: dict[str, Callable[..., Values]] = {
    "dot": dot,
    "matmul": product,
    "transpose": lambda _, a: a.T,
    "round_trip": lambda _, x: x,
    "linear": lambda _, x: x,
    "relu": lambda work, x: act.activate("relu", x, work),
    "sigmoid": lambda work, x: act.activate("sigmoid", x, work),
    "tanh": lambda work, x: act.activate("tanh", x, work),
    "leaky_relu": lambda work, x, slope: act.each(lambda v: act.leaky_relu(v, work, slope), x),
    "decision": lambda work, a, threshold, strict: act.each(lambda v: act.decision(v, work, threshold, strict), a),
    "softmax": softmax,
    "dense": dense,
    "dense_loop": dense_loop,
    "dense_column": dense_column,
    "sequential": sequential,
    "parameter_count": parameter_count,
    "normalization": normalization,
    "normalization_adapted": normalization_adapted,
    "log_softmax": logarithms.log_softmax,
    "logsumexp": logarithms.logsumexp,
    **{
        name: elementwise(getattr(module, name))
        for module in (elementary, piecewise, smooth)
        for name in module.__all__
    },
}

_TAKE_NUMBERS = frozenset({"dot", "matmul", "dense", "dense_loop", "dense_column", "sequential", "parameter_count"})
"""Operations that start with a product take inputs as plain float64 arrays, which is faster."""


def apply(operation: str, inputs: Sequence[Values], attributes: dict[str, Any], dtype_work: Arithmetic) -> Values:
    """One step of a graph."""
    given = inputs if operation in _TAKE_NUMBERS else [balls(item) for item in inputs]
    return OPERATIONS[operation](dtype_work, *given, **attributes)


__all__ = ["OPERATIONS", "apply", "scalar"]
