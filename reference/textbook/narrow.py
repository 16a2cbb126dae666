"""What 16-bit types do: everything inside is float32, and the result is rounded once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import numpy as np

Array = Any
Made = TypeVar("Made", bound=Callable[..., Any])


def in_float32(function: Made) -> Made:
    """A function that computes 16-bit arrays in float32 and gives 16-bit results; others as they are."""

    @wraps(function)
    def widened(*arrays: Array, **attributes: Any) -> Array:
        first = arrays[0].dtype
        if first.itemsize > 2:
            return function(*arrays, **attributes)
        with np.errstate(over="ignore", under="ignore"):  # the one rounding at the end
            given = (each.astype(np.float32) if isinstance(each, np.ndarray) else each for each in arrays)
            return function(*given, **attributes).astype(first)

    return widened  # type: ignore[return-value]  # the same signature
