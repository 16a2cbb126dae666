"""Arrays as text: a shape, and the bits of every element as hexadecimal words in row-major order.

Decimal digits would leave the rounding to the reader, and JSON has no infinity; bits leave nothing open.
A word is big-endian, so that 3f800000 is 1.0 in float32, and all words have the same width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_LARGE = 4096


@cache
def dtype_of(name: str) -> np.dtype[Any]:
    """The NumPy dtype of a format's name, bfloat16 included."""
    return np.dtype(ml_dtypes.bfloat16) if name == "bfloat16" else np.dtype(name)


def encode(array: Array) -> dict[str, Any]:
    """An array as JSON-able data, without loss."""
    plain = np.ascontiguousarray(array)
    words = plain.view(f"u{plain.dtype.itemsize}").astype(f">u{plain.dtype.itemsize}", copy=False)
    return {"shape": list(array.shape), "bits": words.tobytes().hex()}


def decode(data: Mapping[str, Any], dtype: str) -> Array:
    """A fresh, writable, row-major array from what `encode` wrote."""
    return decode_bits(data["bits"], data["shape"], dtype)


def decode_bits(bits: str, shape: Sequence[int], dtype: str) -> Array:
    """The same from its parts."""
    stored, own, kind = _words(dtype)
    return np.frombuffer(bytes.fromhex(bits), stored).astype(own).view(kind).reshape(shape)


@cache
def _words(dtype: str) -> tuple[np.dtype[Any], np.dtype[Any], np.dtype[Any]]:
    """Words as they are stored, words as this machine has them, and the dtype they stand for."""
    kind = dtype_of(dtype)
    return np.dtype(f">u{kind.itemsize}"), np.dtype(f"u{kind.itemsize}"), kind


def fill(made: Array, rows: Array) -> Array:
    """Rows over and over into an array of as many as it has, the first ones again after the last."""
    if len(rows):
        whole = len(made) - len(made) % len(rows)
        made[:whole].reshape(-1, *rows.shape)[...] = rows
        made[whole:] = rows[: len(made) - whole]
    return made


def same_bits(left: Array, right: Array) -> bool:
    """Whether two arrays agree in dtype, shape and every bit (a nan equals itself here)."""
    if left.dtype != right.dtype or left.shape != right.shape:
        return False
    if left.size < _LARGE:
        return left.tobytes() == right.tobytes()
    word = f"u{left.dtype.itemsize}"
    return bool((left.view(word) == right.view(word)).all())  # copies neither
