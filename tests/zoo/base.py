"""What members are made of."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook.activations import ACTIVATIONS
from nnconform.spec.catalogue import catalogue

Array = Any
_AS_THEY_ARE = {"decision"}
"""Operations whose attributes are rounded to the arrays' own dtype."""


class Member(NumPy):
    """The textbook, of which a member replaces an operation or two.

    Their 16-bit arrays reach it as float32 and leave it rounded once, so that its defect is the one that it names.
    """

    narrow: ClassVar[bool] = False
    """Whether 16-bit arrays reach the operations as they are."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, value in list(vars(cls).items()):
            if name in catalogue() and name not in _AS_THEY_ARE and inspect.isfunction(value) and not cls.narrow:
                setattr(cls, name, widened(value))


def widened(method: Callable[..., Array]) -> Callable[..., Array]:
    """A method that gets float32 for 16-bit arrays, and whose float32 result is rounded to theirs."""

    @wraps(method)
    def call(self: Any, *given: Any, **attributes: Any) -> Array:
        dtype = first_dtype(given)
        if dtype is None or dtype.itemsize != 2:
            return method(self, *given, **attributes)
        result = method(self, *map(wide, given), **attributes)
        return result.astype(dtype) if getattr(result, "dtype", None) == np.float32 else result

    return call


def first_dtype(given: Any) -> Any:
    """That of the first array, also of a model's first layer."""
    for value in given:
        if isinstance(value, np.ndarray | np.generic):
            return value.dtype
        if isinstance(value, list | tuple):
            return first_dtype(value)
    return None


def wide(value: Any) -> Any:
    """Arrays in float32, also those of a model's layers; a view's layout is kept."""
    if isinstance(value, np.ndarray | np.generic):
        return value.astype(np.float32)
    if isinstance(value, list | tuple):
        return type(value)(map(wide, value))
    return value


class Products(Member):
    """All products and layers go through `product`."""

    checks: ClassVar[bool] = True
    """Whether sizes that do not agree are refused before."""

    def product(self, a: Array, b: Array) -> Array:
        return a @ b

    def matmul(self, a: Array, b: Array) -> Array:
        self._check(a, b)
        if a.dtype == np.float16:  # 16-bit types accumulate in float32
            return self.product(a.astype(np.float32), b.astype(np.float32)).astype(np.float16)
        return self.product(a, b)

    def dot(self, a: Array, b: Array) -> Array:
        self._check(a, b)
        return self.product(a[None, :], b[:, None])[0, 0]

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return ACTIVATIONS[activation](self.matmul(x, w) + b)

    def dense_column(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return ACTIVATIONS[activation]((self.matmul(w, x) + b).T).T

    def sequential(self, x: Array, layers: Any) -> Array:
        for w, b, activation in layers:
            x = self.dense(x, w, b, activation)
        return x

    def _check(self, a: Array, b: Array) -> None:
        if self.checks and a.shape[-1] != b.shape[0]:
            raise ValueError(f"inner sizes {a.shape[-1]} and {b.shape[0]} differ")
