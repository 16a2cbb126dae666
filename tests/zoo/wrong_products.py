"""Wrong products, layers and models: each has one realistic defect, named in its docstring, and must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.reference.textbook.activations import ACTIVATIONS
from zoo.base import Member, Products

Array = Any


def rounded_to(values: Array, bits: int) -> Array:
    """Values rounded to a number of significant bits, as narrow multipliers read them."""
    mantissa, exponent = np.frexp(values)
    return np.ldexp(np.round(np.ldexp(mantissa, bits)), exponent - bits).astype(values.dtype)


class TransposedSquareWeights(Products):
    """A dense layer transposes its weights where they are square."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return super().dense(x, w.T if w.shape[0] == w.shape[1] else w, b, activation)


class DoubledBias(Products):
    """A dense layer adds its bias twice."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return super().dense(x, w, b + b, activation)


class ForgottenBias(Products):
    """A dense layer forgets its bias."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return super().dense(x, w, np.zeros_like(b), activation)


class HalfAccumulation(Products):
    """Products are summed in float16."""

    def product(self, a: Array, b: Array) -> Array:
        if a.shape[-1] != b.shape[0]:
            raise ValueError("inner sizes differ")
        total = np.zeros((a.shape[0], b.shape[1]), np.float16)
        for k in range(a.shape[1]):
            total += (a[:, k, None] * b[None, k]).astype(np.float16)
        return total.astype(a.dtype)


class TensorFloat32(Products):
    """Products read their inputs with 11 significant bits, as TF32 units do."""

    def product(self, a: Array, b: Array) -> Array:
        return rounded_to(a, 11) @ rounded_to(b, 11)


class BFloat16Products(Products):
    """Products read their inputs with 8 significant bits."""

    def product(self, a: Array, b: Array) -> Array:
        return rounded_to(a, 8) @ rounded_to(b, 8)


class TruncatingAccumulation(Products):
    """Each partial sum is rounded towards zero."""

    def product(self, a: Array, b: Array) -> Array:
        if a.shape[-1] != b.shape[0]:
            raise ValueError("inner sizes differ")
        wide = np.longdouble if a.dtype == np.float64 else np.float64
        total = np.zeros((a.shape[0], b.shape[1]), a.dtype)
        for k in range(a.shape[1]):
            exact = total.astype(wide) + a[:, k, None].astype(wide) * b[None, k].astype(wide)
            nearest = exact.astype(a.dtype)
            above = np.abs(nearest.astype(wide)) > np.abs(exact)
            total = np.where(above, np.nextafter(nearest, a.dtype.type(0)), nearest)
        return total


class TruncatesPairs(Products):
    """Sums of two terms go through a unit that rounds towards zero."""

    def matmul(self, a: Array, b: Array) -> Array:
        made = np.matmul(a, b)
        pairs = np.matmul((a != 0).astype(np.float64), (b != 0).astype(np.float64)) == 2
        if not pairs.any() or not np.isfinite(made).all():
            return made
        exact = a.astype(np.longdouble) @ b.astype(np.longdouble)
        nearest = exact.astype(a.dtype)
        cut = np.where(np.abs(nearest) > np.abs(exact), np.nextafter(nearest, a.dtype.type(0)), nearest)
        return np.where(pairs, cut, made)


class CacheByIdentity(Member):
    """Answers are kept by the array's identity, although its numbers may change in place."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.kept: dict[int, tuple[Array, Array]] = {}

    def matmul(self, a: Array, b: Array) -> Array:
        found = self.kept.get(id(a))
        if found is None or found[0] is not a:
            found = self.kept[id(a)] = (a, a @ b)
        return found[1].copy()


class OneRowFastPath(Products):
    """A batch of one row takes a fast path that forgets the bias."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return super().dense(x, w, np.zeros_like(b) if x.shape[0] == 1 else b, activation)


class LostTail(Products):
    """Columns past 64 are left at zero (pytorch#116769)."""

    def product(self, a: Array, b: Array) -> Array:
        made = a @ b
        made[:, 64:] = 0
        return made


class NormalizesByVariance(Member):
    """Normalization divides by the variance instead of its root."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        return (x - mean) / variance


class SampleVariance(Member):
    """The adapted variance divides by n - 1 (keras#10443)."""

    def normalization_adapted(self, x: Array, data: Array) -> Array:
        return (x - data.mean(axis=0)) / data.std(axis=0, ddof=1)


class LoopSkipsLastUnit(Member):
    """The loop over the units stops one short."""

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        z = np.zeros(w.shape[1], x.dtype)
        for j in range(w.shape[1] - 1):
            z[j] = w[:, j] @ x + b[j]
        return ACTIVATIONS[activation](z)


class BroadcastsBadBias(Products):
    """A bias of another length is cut or repeated until it fits."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return super().dense(x, w, np.resize(b, w.shape[1]), activation)


class TruncatesInnerSizes(Products):
    """A product of unequal inner sizes uses the smaller."""

    checks = False

    def product(self, a: Array, b: Array) -> Array:
        least = min(a.shape[-1], b.shape[0])
        return a[:, :least] @ b[:least]


class TensorFloat32InTiles(Products):
    """Only products that fill the tiles of a matrix unit read their inputs with 11 significant bits."""

    def product(self, a: Array, b: Array) -> Array:
        if min(a.shape[0], a.shape[1], b.shape[1]) >= 16:
            return rounded_to(a, 11) @ rounded_to(b, 11)
        return a @ b


class Strassen(Products):
    """Large even squares are multiplied by Strassen's seven products, whose error is not bounded element by element."""

    def product(self, a: Array, b: Array) -> Array:
        n = a.shape[0]
        if a.shape != b.shape or a.shape != (n, n) or n % 2 or n < 32:
            return a @ b
        h = n // 2
        (p, q), (r, s) = (np.split(half, 2, axis=1) for half in np.split(a, 2))
        (t, u), (v, w) = (np.split(half, 2, axis=1) for half in np.split(b, 2))
        m1, m2, m3, m4 = (p + s) @ (t + w), (r + s) @ t, p @ (u - w), s @ (v - t)
        m5, m6, m7 = (p + q) @ w, (r - p) @ (t + u), (q - s) @ (v + w)
        made = np.empty_like(a)
        made[:h, :h], made[:h, h:] = m1 + m4 - m5 + m7, m3 + m5
        made[h:, :h], made[h:, h:] = m2 + m4, m1 - m2 + m3 + m6
        return made


class WholeNumbersInInt32(Products):
    """Products of whole numbers are taken in int32, which wraps around."""

    def matmul(self, a: Array, b: Array) -> Array:
        made = np.matmul(a, b)
        whole = all((np.abs(x) < 2**31).all() and (x == np.round(x)).all() for x in (a, b))
        if not whole:
            return made
        return np.matmul(a.astype(np.int32), b.astype(np.int32)).astype(a.dtype)


class VanishingProducts(Products):
    """Products below 1e-30 count as zero, far above the smallest normal number."""

    def product(self, a: Array, b: Array) -> Array:
        made = a @ b
        return np.where(np.abs(made) < 1e-30, made * 0, made)


class SharedLayers(Products):
    """A model keeps its layers by shape, so that two of one shape share their weights."""

    def sequential(self, x: Array, layers: Any) -> Array:
        kept: dict[Any, Any] = {}
        for w, b, activation in layers:
            shared, bias = kept.setdefault(w.shape, (w, b))
            x = self.dense(x, shared, bias, activation)
        return x
