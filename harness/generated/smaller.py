"""The last steps of shrinking, which know what an array is: fewer rows, columns, terms and elements, plainer numbers.

Hypothesis makes a choice smaller where it stands; that the one odd number of nine could stand alone, it cannot see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from nnconform.harness.generated.operations import Asked
from nnconform.spec.arrays import Array
from nnconform.spec.catalogue import catalogue

_AXES: Mapping[str, Mapping[str, str]] = {
    "dot": {"a": "k", "b": "k"},
    "matmul": {"a": "mk", "b": "kn"},
    "dense": {"x": "mk", "w": "kn", "b": "n"},
    "dense_loop": {"x": "k", "w": "kn", "b": "n"},
    "dense_column": {"x": "km", "w": "nk", "b": "n"},
    "sequential": {"x": "m"},
    "normalization": {"x": "mk", "mean": "k", "variance": "k"},
    "normalization_adapted": {"x": "mk", "data": "rk"},
}
"""The axes of each input, from its first, by name: equal names are equal sizes."""
_LONGEST = 12
"""Axes that are longer are only cut to one, and numbers of larger arrays left."""


def smaller(asked: Asked) -> Iterator[Asked]:
    """Examples like this one, each a little smaller or plainer, the boldest first."""
    if catalogue()[asked.operation].elementwise:
        x = next(iter(asked.inputs.values()))
        if x.ndim > 1:
            yield _with(asked, x=x.ravel())
    named = _AXES.get(asked.operation) or {name: "abc"[: array.ndim] for name, array in asked.inputs.items()}
    for axis in dict.fromkeys("".join(named.values())):
        yield from _cut(asked, named, axis)
    for name, array in asked.inputs.items():
        yield from _plainer(asked, name, array)


def _with(asked: Asked, **arrays: Array) -> Asked:
    return replace(asked, inputs={**asked.inputs, **arrays})


def _cut(asked: Asked, named: Mapping[str, str], axis: str) -> Iterator[Asked]:
    """One place along an axis alone, then all but one."""
    sizes = {asked.inputs[name].shape[axes.index(axis)] for name, axes in named.items() if axis in axes}
    size = max(sizes)
    if size < 2:
        return
    kept = [[place] for place in range(size)]
    if 2 < size <= _LONGEST:
        kept += [[other for other in range(size) if other != place] for place in range(size)]
    for places in kept:
        taken = {
            name: np.take(asked.inputs[name], places, axes.index(axis)) for name, axes in named.items() if axis in axes
        }
        yield _with(asked, **taken)


def _plainer(asked: Asked, name: str, array: Array) -> Iterator[Asked]:
    """One number of a small array made 0, or 1."""
    if array.size > _LONGEST:
        return
    for place, value in enumerate(array.ravel().tolist()):
        for plain in (0.0, 1.0):
            if value in {0.0, plain}:
                continue
            made = array.copy()
            made.flat[place] = plain
            yield _with(asked, **{name: made})
