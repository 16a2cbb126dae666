"""Right, each with another way to take views: none may fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnconform.adapters.contract import Unsupported
from zoo.base import Member

Array = Any


class NoNegativeSteps(Member):
    """Refuses views that run backwards, as a framework without negative strides does."""

    largest = 5_000

    def to_native_view(self, buffer: Array, shape: Sequence[int], strides: Sequence[int], offset: int) -> Array:
        if min(strides, default=0) < 0:
            raise ValueError("negative strides are not supported")
        return super().to_native_view(buffer, shape, strides, offset)


class NoViews(Member):
    """Has no views, and says so."""

    largest = 5_000

    def to_native_view(self, buffer: Array, shape: Sequence[int], strides: Sequence[int], offset: int) -> Array:
        raise Unsupported("there are no views")


class CopiesWhatItIsGiven(Member):
    """Every array is copied row by row first, as a framework without strides does."""

    largest = 5_000

    def to_native(self, array: Array) -> Array:
        return np.array(array, order="C")

    def strides(self, value: Array) -> None:
        return None


class BuffersOnTheDevice(Member):
    """A view is made of a copy of its buffer, place by place."""

    largest = 5_000

    def to_native_view(self, buffer: Array, shape: Sequence[int], strides: Sequence[int], offset: int) -> Array:
        places = np.full(tuple(shape), offset)
        for axis, step in enumerate(strides):
            along = [1] * len(shape)
            along[axis] = shape[axis]
            places = places + (np.arange(shape[axis]) * step).reshape(along)
        return buffer.copy()[places]
