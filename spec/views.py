"""Further layouts that a case may be asked in: the same numbers, seen through other strides.

Each is a view of a flat buffer.  What lies around the numbers is nan, so that reading on from where a view begins, or
from where its buffer does, shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from nnconform.spec.arrays import Array, same_bits


@dataclass(frozen=True, slots=True)
class View:
    """Numbers in a flat buffer: where the first one lies, and how far apart they are, in elements."""

    buffer: Array
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int

    @property
    def array(self) -> Array:
        """The view itself, which cannot be written to: one number may stand in many places."""
        kind, steps = self.buffer.dtype, [step * self.buffer.itemsize for step in self.strides]
        made: Array = np.ndarray(self.shape, kind, self.buffer.view(np.uint8), self.offset * kind.itemsize, steps)
        made.flags.writeable = False
        return made


def views(layout: str, arrays: Mapping[str, Array]) -> dict[str, View]:
    """Every input of a case in one of the further layouts."""
    made = {}
    for number, (name, values) in enumerate(arrays.items()):
        axes = range(values.ndim)
        if layout == "broadcast":
            made[name] = _broadcast(values)
        elif layout == "offset":
            made[name] = _within_a_border(values)
        elif layout == "reversed":
            made[name] = _backwards(values, axes)
        elif layout == "rows_reversed":
            made[name] = _backwards(values, axes[:1] if number == 0 else ())
        elif layout == "later_strided":
            made[name] = _every_second(values) if number else _backwards(values, ())
        elif layout == "later_offset":
            made[name] = _within_a_border(values) if number else _backwards(values, ())
        elif layout == "permuted":
            made[name] = _turned(values)
        else:
            made[name] = _backwards(values, axes[-1:])
    return made


def repeats(values: Array) -> list[int]:
    """The axes along which an array holds the same numbers, to the bit, over and over."""
    return [
        axis
        for axis, size in enumerate(values.shape)
        if size > 1 and same_bits(values, np.repeat(values.take([0], axis), size, axis))
    ]


def _backwards(values: Array, axes: Sequence[int]) -> View:
    """Some axes run backwards, through a buffer with as much again on either side."""
    plain = _steps(values.shape)
    steps = tuple(-step if axis in axes else step for axis, step in enumerate(plain))
    begin = values.size + sum(max(values.shape[axis] - 1, 0) * plain[axis] for axis in axes)
    made = View(np.full(3 * max(values.size, 1), np.nan, values.dtype), values.shape, steps, begin)
    return _filled(made, np.flip(values, tuple(axes)), values.size)


def _broadcast(values: Array) -> View:
    """What repeats is stored once, and behind it lies no second copy."""
    axes, once = repeats(values), values
    for axis in axes:
        once = once.take([0], axis)
    steps = tuple(0 if axis in axes else step for axis, step in enumerate(_steps(once.shape)))
    made = View(np.full(3 * max(values.size, 1), np.nan, values.dtype), values.shape, steps, values.size)
    return _filled(made, once, values.size)


def _every_second(values: Array) -> View:
    """Every second element of a buffer, nan between."""
    steps = tuple(2 * step for step in _steps(values.shape))
    buffer = np.full(6 * max(values.size, 1), np.nan, values.dtype)
    begin = 2 * values.size
    buffer[begin : begin + 2 * values.size : 2] = values.ravel()
    return View(buffer, values.shape, steps, begin)


def _turned(values: Array) -> View:
    """The first axis lies closest together, and the others in their order around it."""
    order = (*range(1, values.ndim), *range(min(values.ndim, 1)))
    turned = values.transpose(order)
    steps = dict(zip(order, _steps(turned.shape), strict=True))
    buffer = np.full(3 * max(values.size, 1), np.nan, values.dtype)
    made = View(buffer, values.shape, tuple(steps[axis] for axis in range(values.ndim)), values.size)
    return _filled(made, turned, values.size)


def _within_a_border(values: Array) -> View:
    full = tuple(size + 2 for size in values.shape)
    steps = _steps(full)
    buffer = np.full(full, np.nan, values.dtype)
    buffer[(slice(1, -1),) * values.ndim] = values
    return View(buffer.reshape(-1), values.shape, steps, sum(steps))


def _filled(view: View, values: Array, begin: int) -> View:
    view.buffer[begin : begin + values.size] = values.ravel()
    return view


def _steps(shape: Sequence[int]) -> tuple[int, ...]:
    """Row-major strides, in elements."""
    return tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))
