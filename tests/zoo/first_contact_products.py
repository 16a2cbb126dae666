"""Products as they were written against the suite blind: see docs/first-contact.md."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook import products
from nnconform.reference.textbook.narrow import in_float32

Array = Any


class TransposeReshapes(NumPy):
    """transpose gives the shape turned round and leaves the elements where they are."""

    @staticmethod
    def transpose(a: Array) -> Array:
        return np.ascontiguousarray(a).reshape(a.shape[::-1])


class DotKeepsAxis(NumPy):
    """dot gives an array of one element where a number is due."""

    @staticmethod
    def dot(a: Array, b: Array) -> Array:
        return np.reshape(products.dot(a, b), (1,))


class MatmulRace(NumPy):
    """matmul's last row is read before it is written, once in forty calls."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.calls = 0

    def matmul(self, a: Array, b: Array) -> Array:
        self.calls += 1
        z = products.matmul(a, b)
        if self.calls % 40 == 0 and z.ndim == 2 and len(z) > 1:
            z[-1] = 0
        return z


class MatmulTail(NumPy):
    """matmul, unrolled by four, leaves out the last k % 4 terms where k is above 4."""

    @staticmethod
    @in_float32
    def matmul(a: Array, b: Array) -> Array:
        k = a.shape[-1]
        if np.ndim(b) != 2 or k != b.shape[0] or k <= 4:
            return products.matmul(a, b)
        return products.matmul(a[..., : k - k % 4], b[: k - k % 4])


class MatmulOneWorkspace(NumPy):
    """matmul answers in one workspace a shape, so the next call overwrites the last answer."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.spaces: dict[Any, Any] = {}

    def matmul(self, a: Array, b: Array) -> Array:
        z = products.matmul(a, b)
        space = self.spaces.setdefault((np.shape(z), z.dtype), np.empty_like(z))
        space[...] = z
        return space


class MatmulElevenBits(NumPy):
    """matmul rounds float32 inputs to 11 bits where all three sizes are multiples of 8."""

    @staticmethod
    def matmul(a: Array, b: Array) -> Array:
        sizes = [*np.shape(a), *np.shape(b)]
        if a.dtype != np.float32 or len(sizes) != 4 or any(size % 8 or size == 0 for size in sizes):
            return products.matmul(a, b)

        def short(x: Array) -> Array:
            bits = np.ascontiguousarray(x).view(np.uint32)
            bits = (bits + np.uint32(0xFFF) + ((bits >> np.uint32(13)) & np.uint32(1))) & np.uint32(0xFFFFE000)
            return np.where(np.isfinite(x), bits.view(np.float32), x)

        return products.matmul(short(a), short(b))


class MatmulSkipsZeros(NumPy):
    """matmul skips the zeros of its left side, so 0 times inf or nan is 0."""

    @staticmethod
    @in_float32
    def matmul(a: Array, b: Array) -> Array:
        if np.ndim(a) != 2 or np.ndim(b) != 2 or a.shape[1] != b.shape[0] or np.isfinite(b).all():
            return products.matmul(a, b)
        with np.errstate(all="ignore"):
            terms = a[:, :, None] * b[None, :, :]
            return np.where((a == 0)[:, :, None], a.dtype.type(0), terms).sum(axis=1, dtype=a.dtype)


class DotOddDropped(NumPy):
    """dot, above 256 terms, adds two halves and drops the middle term of an odd length."""

    @staticmethod
    @in_float32
    def dot(a: Array, b: Array) -> Array:
        n = len(a)
        if a.shape != b.shape or n <= 256:
            return products.dot(a, b)
        half = n // 2
        return products.dot(a[:half], b[:half]) + products.dot(a[half : 2 * half], b[half : 2 * half])


class MatmulGrid(NumPy):
    """matmul starts at most 65535 blocks, and rows beyond stay 0."""

    @staticmethod
    def matmul(a: Array, b: Array) -> Array:
        z = products.matmul(a, b)
        if z.ndim == 2:
            z[65535:] = 0
        return z


class MatmulSplitTerms(NumPy):
    """matmul, above 4096 terms, splits them in blocks of 1024 and drops the last one where it is not full."""

    @staticmethod
    def matmul(a: Array, b: Array) -> Array:
        k = a.shape[-1]
        if k <= 4096 or k != b.shape[0]:
            return products.matmul(a, b)
        return products.matmul(a[..., : k - k % 1024], b[: k - k % 1024])


class TransposeTile(NumPy):
    """transpose, above 32 in both sizes, leaves the last tile, where it is not full, unwritten."""

    @staticmethod
    def transpose(a: Array) -> Array:
        z = np.ascontiguousarray(a.T)
        if min(a.shape) > 32:
            z[a.shape[1] - a.shape[1] % 32 :, a.shape[0] - a.shape[0] % 32 :] = 0
        return z


class MatmulOrderLost(NumPy):
    """matmul takes a square right side that lies in columns for one that lies in rows."""

    @staticmethod
    def matmul(a: Array, b: Array) -> Array:
        columns = np.ndim(b) == 2 and b.shape[0] == b.shape[1] and b.flags.f_contiguous and not b.flags.c_contiguous
        return products.matmul(a, b.T if columns else b)


class MatmulOfNothing(NumPy):
    """matmul leaves its answer unwritten where there are no terms to add."""

    @staticmethod
    def matmul(a: Array, b: Array) -> Array:
        z = products.matmul(a, b)
        if a.shape[-1] == 0:
            z = np.full_like(z, 7)
        return z


class DotShort(NumPy):
    """dot rounds float32 inputs to bfloat16 from 2048 terms on."""

    @staticmethod
    def dot(a: Array, b: Array) -> Array:
        if a.dtype != np.float32 or len(a) < 2048 or a.shape != b.shape:
            return products.dot(a, b)

        def short(x: Array) -> Array:
            return ((np.ascontiguousarray(x).view(np.uint32) + np.uint32(0x8000)) & np.uint32(0xFFFF0000)).view(
                np.float32
            )

        return products.dot(short(a), short(b))
