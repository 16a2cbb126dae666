"""Cairn, as nnconform asks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cairn
import numpy as np

from nnconform.adapters import Adapter, Unsupported


def relu(x: cairn.Heap) -> cairn.Heap:
    return cairn.relu(x)


def sigmoid(x: cairn.Heap) -> cairn.Heap:
    return cairn.sigmoid(x)


def transpose(a: cairn.Heap) -> cairn.Heap:
    if len(a.shape) != 2:
        raise Unsupported("cairn transposes matrices only")
    return cairn.transpose(a)


def matmul(a: cairn.Heap, b: cairn.Heap) -> cairn.Heap:
    if len(a.shape) != 2 or len(b.shape) != 2:
        raise Unsupported("cairn multiplies matrices only")
    return cairn.matmul(a, b)


class Cairn(Adapter):
    """Cairn on the one device it has."""

    name = "cairn"

    def to_native(self, array: Any) -> cairn.Heap:
        if array.dtype.name not in cairn.CODES:
            raise Unsupported(f"cairn has no {array.dtype}")
        return cairn.heap(array.ravel().tolist(), array.shape, array.dtype.name)

    def to_numpy(self, value: cairn.Heap) -> Any:
        return np.array(value.numbers, value.dtype).reshape(value.shape)

    def versions(self) -> Mapping[str, str]:
        return {"cairn": cairn.__version__}
