"""The numbers of one question: as the arrays that are asked with, and as what must have become of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nnconform.harness.buffers import BUFFERS
from nnconform.harness.transcript import Answer
from nnconform.spec.arrays import Array, decode_bits, same_bits
from nnconform.spec.generator import generate

Arrays = dict[str, Array]

_PLAIN = frozenset("fiub")
_WIDEST = 8
"""Bytes."""
_LARGE = 4096
"""Arrays of more elements are compared where they lie, not as copies of their bytes."""


class Given:
    """One set of numbers, with the bytes that inputs must still have after a call."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self._bytes = {name: values.tobytes() for name, values in arrays.items() if values.size < _LARGE}

    def copies(self) -> Arrays:
        """Fresh arrays to ask with."""
        return {name: BUFFERS.copy(values) for name, values in self.arrays.items()}

    def intact(self, name: str, array: Array) -> bool:
        """Whether an array has still these numbers, to the bit."""
        own, kept = self.arrays[name], self._bytes.get(name)
        if kept is None:
            return same_bits(array, own)
        return array.tobytes() == kept and array.shape == own.shape and array.dtype == own.dtype


def materialize(data: Mapping[str, Any], dtype: str, empty: Callable[..., Array] = np.empty) -> Array:
    """The array that a frozen input stores or names; `empty` gives memory for what is only named."""
    if "bits" in data:
        return decode_bits(data["bits"], data["shape"], dtype)
    return generate(data, dtype, empty)


def first_row(values: Array, axis: int | None) -> Array:
    """The first example of a batch along an axis; all of an array that has no such axis."""
    return values if axis is None else values[(slice(None),) * axis + (slice(0, 1),)]


def compare_inputs(answer: Answer, arrays: Arrays, given: Given) -> None:
    """Note which inputs came back changed, and what they hold now."""
    changed = [name for name in arrays if name not in answer.changed and not given.intact(name, arrays[name])]
    answer.changed += changed
    if changed:
        answer.left |= plain({name: arrays[name] for name in changed})


def can_take(array: Array, numbers: Array) -> bool:
    """Whether an array that was asked with may be asked with again, changed in place: it may itself be another now."""
    return array.flags.writeable and array.shape == numbers.shape and array.dtype == numbers.dtype


def no_array(raw: Any) -> str:
    """What came in place of an array, by its type; nothing where an array did.  A masked one hides its numbers."""
    if isinstance(raw, np.ndarray | np.generic) and not np.ma.is_masked(raw):
        return ""
    return "None" if raw is None else type(raw).__name__


def of_numbers(dtype: np.dtype[Any]) -> bool:
    """Whether there are bits to hold against others: wider types than float64 have some that mean nothing."""
    return (dtype.kind in _PLAIN and dtype.itemsize <= _WIDEST) or dtype.name == "bfloat16"


def plain(found: Mapping[str, Any]) -> Arrays:
    """Copies of what are arrays of numbers."""
    arrays = {name: np.array(value) for name, value in found.items()}
    return {name: array for name, array in arrays.items() if of_numbers(array.dtype)}
