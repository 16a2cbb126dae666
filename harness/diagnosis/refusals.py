"""What should have been refused, and was answered: by what the answer was made to fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from nnconform.harness.comparison import Truth
from nnconform.harness.diagnosis.fit import SURE, allowed
from nnconform.harness.diagnosis.problem import Instead, Part, Problem, Rounding
from nnconform.harness.diagnosis.rows import RIGHT
from nnconform.harness.given import materialize
from nnconform.spec.arrays import Array

Arrays = Mapping[str, Array]
UNCHECKED = "as if sizes were not checked where there is nothing to compute"
ZEROS = "as if zeros were given where sizes do not fit"
_PRODUCTS = {"matmul": (0, 1), "dot": (0, 1), "dense": (0, 1), "dense_loop": (0, 1), "dense_column": (1, 0)}
"""Which of an operation's inputs is on the left of the product, which on the right."""
_BIASED = frozenset({"dense", "dense_loop", "dense_column"})
_MOST = 24.0
"""Bits that one number can give."""


def fitting(problem: Problem) -> list[str]:
    """The names of all that the answer agrees with, beyond chance."""
    answer = problem.transcript.answers["refused"]
    (output,) = problem.expect["outputs"]
    got = answer.values.get(output)
    if got is None or got.dtype != problem.dtype:
        return []
    if not got.size:
        return [UNCHECKED]
    if got.size > 1 and not got.any():
        return [ZEROS]
    truth = Truth(problem.expect["outputs"][output], problem.frozen["dtype"])
    part = Part("refused", output, got, truth, np.ones(got.shape, bool))
    found = []
    for name, arrays, instead in _mended(problem):
        try:
            predicted = problem.evaluate(arrays, instead)[output]
        except (ArithmeticError, LookupError, TypeError, ValueError):  # it does not fit this way, either
            continue
        if _bits(part, predicted) >= SURE:
            found.append(name)
    return list(dict.fromkeys(found))


def _bits(part: Part, predicted: Array) -> float:
    """How unlikely so good a fit is; 0 where there is none."""
    if predicted.shape != part.got.shape or not np.isfinite(part.got.astype(np.float64)).all():
        return 0.0
    margin = allowed(part, predicted, elementwise=False)
    if not bool((np.abs(part.got.astype(predicted.dtype) - predicted) <= margin).all()):
        return 0.0
    least = np.maximum(margin.astype(np.float64), part.truth.limits[1])
    size = np.abs(predicted.astype(np.float64))
    return float(np.clip(np.log2(np.maximum(size, least) / least), 0.0, _MOST).sum())


def _mended(problem: Problem) -> Iterator[tuple[str, Arrays, Mapping[str, Instead]]]:
    """Ways to make the inputs fit, or the operation."""
    dtype, wrong = problem.frozen["dtype"], problem.ask["refused"]
    refused = {name: materialize(data, dtype) for name, data in wrong.items()}
    arrays = problem.first | refused
    for name, mended in _given(problem, arrays, refused):
        yield name, mended, {}
    operation = problem.steps[0]["operation"]
    if operation in RIGHT:
        yield "as if the absent axis were the last one", arrays, {operation: partial(_along_the_last, operation)}


def _along_the_last(operation: str, own: Rounding, x: Array, axis: int) -> Array:
    made: Array = RIGHT[operation](x, axis=-1)
    return made


def _given(problem: Problem, arrays: Arrays, refused: Arrays) -> Iterator[tuple[str, Arrays]]:
    for name in refused if len(problem.first) > 1 else ():
        yield f"as if the {name!r} that was asked before were kept", {**arrays, name: problem.first[name]}
    operation, names = problem.steps[0]["operation"], problem.steps[0]["inputs"]
    if operation in _PRODUCTS:
        left, right = (names[place] for place in _PRODUCTS[operation])
        yield from _products(arrays, left, right)
    if operation == "sequential":
        yield from _products(arrays, names[0], names[1])
        yield "as if the inner sizes were cut to the smaller", _cut_layers(arrays, names)
        for weights in names[1::2]:
            yield f"as if {weights!r} were transposed", {**arrays, weights: arrays[weights].T}
    if operation in _BIASED:
        yield from _biases(arrays, names[2], problem.first[names[2]])
    if operation == "normalization":
        yield from _statistics(arrays, names)
    if operation in RIGHT:
        yield "as if a 1-D input were a row", {names[0]: arrays[names[0]][None]}
        yield "as if a 1-D input were a column", {names[0]: arrays[names[0]][:, None]}


def _products(arrays: Arrays, left: str, right: str) -> Iterator[tuple[str, Arrays]]:
    a, b = arrays[left], arrays[right]
    inner, other = a.shape[-1], b.shape[0]
    if inner != other:
        least = min(inner, other)
        yield "as if the inner sizes were cut to the smaller", {**arrays, left: a[..., :least], right: b[:least]}
    if inner == 1 < other:
        yield "as if an inner size of 1 were repeated", {**arrays, left: np.repeat(a, other, -1)}
    if other == 1 < inner:
        yield "as if an inner size of 1 were repeated", {**arrays, right: np.repeat(b, inner, 0)}
    if b.ndim == 2:
        yield f"as if {right!r} were transposed", {**arrays, right: b.T}
    if a.ndim == 2:
        yield f"as if {left!r} were transposed", {**arrays, left: a.T}
        if a.size and other and a.shape[0] > 1 and a.size % other == 0:
            yield f"as if {left!r} were given another shape, to fit", {**arrays, left: a.reshape(-1, other)}
    if inner > 1 and other > inner:
        yield f"as if {left!r} were repeated until it fits", {**arrays, left: _resized(a, other)}


def _resized(values: Array, length: int) -> Array:
    """Repeated, or cut, along the last axis."""
    made: Array = np.take(values, np.arange(length) % values.shape[-1], axis=-1)
    return made


def _biases(arrays: Arrays, name: str, fitting: Array) -> Iterator[tuple[str, Arrays]]:
    bias = arrays[name]
    flat, shape = bias.ravel(), fitting.shape
    if bias.shape == shape:
        return
    units = fitting.size
    if flat.size > units:
        yield "as if the bias were cut to the units", {**arrays, name: flat[:units].reshape(shape)}
        yield "as if the bias' last numbers were taken", {**arrays, name: flat[-units:].reshape(shape)}
    else:
        yield "as if the bias were repeated until it fits", {**arrays, name: np.resize(flat, shape)}
        padded = np.pad(flat, (0, units - flat.size))
        yield "as if the bias were 0 where it ends", {**arrays, name: padded.reshape(shape)}
        stretched = np.pad(flat, (0, units - flat.size), mode="edge")
        yield "as if the bias' last number were repeated", {**arrays, name: stretched.reshape(shape)}
    yield "as if the bias were left out", {**arrays, name: np.zeros_like(fitting)}
    yield "as if all units had the first one's bias", {**arrays, name: np.full_like(fitting, flat[0])}
    yield "as if the bias were broadcast along the batch", {**arrays, name: flat.reshape(-1, 1)}


def _statistics(arrays: Arrays, names: list[str]) -> Iterator[tuple[str, Arrays]]:
    features = arrays[names[0]].shape[-1]
    both = names[1:]
    cut = {name: arrays[name][..., :features] for name in both}
    yield "as if mean and variance were cut to the features", {**arrays, **cut}
    yield (
        "as if mean and variance were repeated until they fit",
        {**arrays, **{n: _resized(arrays[n], features) for n in both}},
    )
    one = {name: arrays[name][..., :1] for name in both}
    yield "as if all features had the first one's mean and variance", {**arrays, **one}
    last = {name: arrays[name][..., -features:] for name in both}
    yield "as if the last means and variances were taken", {**arrays, **last}


def _cut_layers(arrays: Arrays, names: list[str]) -> Arrays:
    """A model whose weights lose the rows, and inputs the numbers, that find no partner."""
    made = dict(arrays)
    width = made[names[0]].shape[-1]
    for place, name in enumerate(names[1::2]):
        weights = made[name]
        if place == 0:
            width = min(width, weights.shape[0])
            made[names[0]] = made[names[0]][..., :width]
        elif width > weights.shape[0]:  # the layer before gives more than this one takes
            before, bias = names[2 * place - 1], names[2 * place]
            made[before], made[bias] = made[before][:, : weights.shape[0]], made[bias][: weights.shape[0]]
            width = weights.shape[0]
        made[name] = weights[:width]
        width = weights.shape[1]
    return made
