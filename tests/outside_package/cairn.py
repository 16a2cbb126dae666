"""A framework without NumPy: numbers in a list, computed in double precision, rounded once to the array's dtype."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from struct import pack, unpack

__version__ = "0.1.0"
CODES = {"float16": "e", "float32": "f", "float64": "d"}


@dataclass(frozen=True)
class Heap:
    """Numbers in row-major order, their shape and their dtype."""

    numbers: tuple[float, ...]
    shape: tuple[int, ...]
    dtype: str


def heap(numbers: Iterable[float], shape: Sequence[int], dtype: str) -> Heap:
    """A new array, each number rounded to the dtype."""
    return Heap(tuple(_rounded(number, dtype) for number in numbers), tuple(shape), dtype)


def _rounded(number: float, dtype: str) -> float:
    code = CODES[dtype]
    try:
        found: float = unpack(code, pack(code, number))[0]
    except OverflowError:
        found = math.copysign(math.inf, number)
    return found


def each(function: Callable[[float], float], x: Heap) -> Heap:
    """A function of every number."""
    return heap(map(function, x.numbers), x.shape, x.dtype)


def relu(x: Heap) -> Heap:
    return each(lambda z: z if z > 0 or math.isnan(z) else 0.0, x)


def sigmoid(x: Heap) -> Heap:
    return each(_logistic, x)


def _logistic(z: float) -> float:
    if z < -709:
        return math.exp(max(z, -745.0)) if z > -746 else 0.0
    return 1 / (1 + math.exp(-z))


def transpose(x: Heap) -> Heap:
    rows, columns = x.shape
    return Heap(
        tuple(x.numbers[i * columns + j] for j in range(columns) for i in range(rows)), (columns, rows), x.dtype
    )


def matmul(a: Heap, b: Heap) -> Heap:
    (rows, inner), (other, columns) = a.shape, b.shape
    if inner != other:
        raise ValueError(f"inner sizes {inner} and {other} differ")
    sums = (
        sum(a.numbers[i * inner + k] * b.numbers[k * columns + j] for k in range(inner))
        for i in range(rows)
        for j in range(columns)
    )
    return heap(sums, (rows, columns), a.dtype)
