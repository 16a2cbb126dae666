"""Memory for large arrays, taken again once nothing holds it.

A case of a million numbers is asked in seven sets of arrays and more.  In memory of its own each set costs several
times what copying the numbers does, since the system hands out every page anew.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import prod
from typing import Any, Literal

import numpy as np

from nnconform.spec.arrays import Array

_LEAST, _TOO_LARGE = 2**19, 2**24
"""Bytes: smaller arrays cost little anywhere, and memory for these is too much to keep in store."""
_WITH_GAPS = 2
"""A strided array takes twice as much; memory that nobody has written to yet costs nothing."""
_FITS = 4
"""A block that is larger by more than this is left to larger arrays."""


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
        self._taken = False

    def empty(self, shape: Sequence[int], dtype: np.dtype[Any], order: Literal["C", "F"] = "C") -> Array:
        """An array of whatever numbers."""
        size = prod(shape) * dtype.itemsize
        if not _LEAST <= size < _TOO_LARGE:
            return np.empty(shape, dtype, order)
        self._taken = True
        found = next(
            (block for block in self._blocks if size <= block.memory.size <= _FITS * size and block.free), None
        )
        if found is None:
            found = _Block(_WITH_GAPS * size)
            self._blocks.append(found)
        return np.ndarray(shape, dtype, found.memory, order=order)

    def copy(self, values: Array, order: Literal["C", "F"] = "C") -> Array:
        """The same numbers."""
        if values.nbytes < _LEAST:
            return values.copy(order)
        made = self.empty(values.shape, values.dtype, order)
        made[...] = values
        return made

    def after_case(self) -> None:
        """Keep nothing in store once a case has taken nothing from it; who holds a block keeps it."""
        if not self._taken:
            self._blocks.clear()
        self._taken = False


BUFFERS = Buffers()
"""This process's."""
