"""Memory for large arrays, taken again once nothing holds it.

A case of a million numbers is asked in seven sets of arrays and more.  In memory of its own each set costs several times
what copying the numbers does, since the system hands out every page anew.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import prod
from typing import Any, Literal

import numpy as np

from nnconform.spec.arrays import Array

_LEAST, _MOST = 2**19, 2**26
"""Bytes: smaller arrays cost little anywhere, and larger ones are not kept in store."""


class _Block:
    """Memory that one array has at a time.  Whatever looks into it, a framework's array too, holds it."""

    def __init__(self, size: int) -> None:
        self.memory: Array = np.empty(size, np.uint8)
        self._alone = self._holders()

    def _holders(self) -> int:
        return sys.getrefcount(self.memory)

    @property
    def free(self) -> bool:
        return self._holders() == self._alone


class Buffers:
    """Blocks of memory in store."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []

    def empty(self, shape: Sequence[int], dtype: np.dtype[Any], order: Literal["C", "F"] = "C") -> Array:
        """An array of whatever numbers."""
        size = prod(shape) * dtype.itemsize
        if not _LEAST <= size <= _MOST:
            return np.empty(shape, dtype, order)
        found = next((block for block in self._blocks if size <= block.memory.size <= 2 * size and block.free), None)
        if found is None:
            found = _Block(size)
            self._blocks.append(found)
        return np.ndarray(shape, dtype, found.memory, order=order)

    def copy(self, values: Array, order: Literal["C", "F"] = "C") -> Array:
        """The same numbers."""
        if values.nbytes < _LEAST:
            return values.copy(order)
        made = self.empty(values.shape, values.dtype, order)
        made[...] = values
        return made

    def drop(self) -> None:
        """Keep nothing in store; who holds a block keeps it."""
        self._blocks.clear()


BUFFERS = Buffers()
"""This process's."""
