"""Products in other arithmetics than the dtype's own, each to be named by the fingerprint, and honest ones beside them."""

from __future__ import annotations

from functools import reduce
from typing import Any, ClassVar

import ml_dtypes
import numpy as np

from zoo.base import Products
from zoo.wrong_products import rounded_to

Array = Any
BRAIN = ml_dtypes.bfloat16


class _Arithmetic(Products):
    """Every inner product goes through `product`."""

    named: ClassVar[str]
    """What the fingerprint must say of float32 products."""

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return self.dense(x[None, :], w, b, activation)[0]


def cut_to(values: Array, bits: int) -> Array:
    """Values cut off after so many significant bits."""
    fraction, exponent = np.frexp(values)
    return np.ldexp(np.trunc(np.ldexp(fraction, bits)), exponent - bits).astype(values.dtype)


def in_order(a: Array, b: Array, dtype: Any) -> Array:
    """Sums term by term, each rounded to a dtype."""
    total = np.zeros((a.shape[0], b.shape[1]), dtype)
    for k in range(a.shape[1]):
        total = (total + (a[:, k, None] * b[None, k]).astype(dtype)).astype(dtype)
    return total


def cut_off(exact: Array) -> Array:
    """The float32 at or next towards zero."""
    nearest = exact.astype(np.float32)
    return np.where(np.abs(nearest.astype(np.float64)) > np.abs(exact), np.nextafter(nearest, np.float32(0)), nearest)


class TF32(_Arithmetic):
    """Inputs are rounded to 11 bits."""

    named = "TF32 inputs"

    def product(self, a: Array, b: Array) -> Array:
        return rounded_to(a, 11) @ rounded_to(b, 11)


class TF32CutOff(_Arithmetic):
    """Inputs are cut off after 11 bits, as hardware does that reads float32 as it lies."""

    named = "TF32 inputs, cut off"

    def product(self, a: Array, b: Array) -> Array:
        return cut_to(a, 11) @ cut_to(b, 11)


class Float16Inputs(_Arithmetic):
    """Inputs are converted to float16, with its range."""

    named = "float16 inputs"

    def product(self, a: Array, b: Array) -> Array:
        return (a.astype(np.float16).astype(a.dtype)) @ (b.astype(np.float16).astype(b.dtype))


class BFloat16Inputs(_Arithmetic):
    """Inputs are converted to bfloat16."""

    named = "bfloat16 inputs"

    def product(self, a: Array, b: Array) -> Array:
        return (a.astype(BRAIN).astype(a.dtype)) @ (b.astype(BRAIN).astype(b.dtype))


class BFloat16Weights(_Arithmetic):
    """Only what stands on the right is kept in bfloat16."""

    named = "bfloat16 inputs on the right"

    def product(self, a: Array, b: Array) -> Array:
        return a @ (b.astype(BRAIN).astype(b.dtype))


class ThreePasses(_Arithmetic):
    """Each input is the sum of two bfloat16 numbers, and the product of the two small ones is left out."""

    named = "bfloat16 in three passes"

    def product(self, a: Array, b: Array) -> Array:
        high_a, high_b = (each.astype(BRAIN).astype(each.dtype) for each in (a, b))
        low_a, low_b = ((each - high).astype(BRAIN).astype(each.dtype) for each, high in ((a, high_a), (b, high_b)))
        return high_a @ low_b + low_a @ high_b + high_a @ high_b


class HalfSums(_Arithmetic):
    """Sums are kept in float16."""

    named = "float16 accumulation"

    def product(self, a: Array, b: Array) -> Array:
        return in_order(a, b, np.float16).astype(a.dtype)


class HalfSumsInBlocks(_Arithmetic):
    """Blocks of 64 terms are summed in float16, the blocks in float32."""

    named = "float16 accumulation"

    def product(self, a: Array, b: Array) -> Array:
        blocks = [in_order(a[:, k : k + 64], b[k : k + 64], np.float16) for k in range(0, a.shape[1], 64)]
        return reduce(np.add, [block.astype(a.dtype) for block in blocks])


class BrainSums(_Arithmetic):
    """Sums are kept in bfloat16."""

    named = "bfloat16 accumulation"

    def product(self, a: Array, b: Array) -> Array:
        return in_order(a, b, BRAIN).astype(a.dtype)


class HalfResults(_Arithmetic):
    """Sums in float32 are given as float16."""

    named = "float16 results"

    def product(self, a: Array, b: Array) -> Array:
        return (a @ b).astype(np.float16).astype(a.dtype)


class Truncating(_Arithmetic):
    """Each partial sum is rounded towards zero."""

    named = "truncating accumulation"

    def product(self, a: Array, b: Array) -> Array:
        total = np.zeros((a.shape[0], b.shape[1]), np.float32)
        for k in range(a.shape[1]):
            total = cut_off(total.astype(np.float64) + a[:, k, None].astype(np.float64) * b[None, k])
        return total.astype(a.dtype)


class TruncatingBlocks(_Arithmetic):
    """Eight products are summed exactly and added to the rest towards zero, as matrix units do."""

    named = "truncating accumulation"

    def product(self, a: Array, b: Array) -> Array:
        total = np.zeros((a.shape[0], b.shape[1]), np.float32)
        for k in range(0, a.shape[1], 8):
            block = a[:, k : k + 8].astype(np.float64) @ b[k : k + 8].astype(np.float64)
            total = cut_off(total.astype(np.float64) + block)
        return total.astype(a.dtype)


class TruncatingTF32(_Arithmetic):
    """Inputs are rounded to 11 bits and sums towards zero."""

    named = "TF32 inputs, truncating accumulation"

    def product(self, a: Array, b: Array) -> Array:
        return TruncatingBlocks.product(self, rounded_to(a, 11), rounded_to(b, 11))  # type: ignore[arg-type]


class Fused(_Arithmetic):
    """Each product is added with a single rounding, by fours."""

    named = "float32"

    def product(self, a: Array, b: Array) -> Array:
        lanes = [np.zeros((a.shape[0], b.shape[1]), a.dtype) for _ in range(4)]
        for k in range(a.shape[1]):
            exact = lanes[k % 4].astype(np.longdouble) + a[:, k, None].astype(np.longdouble) * b[None, k]
            lanes[k % 4] = exact.astype(a.dtype)
        return reduce(np.add, lanes)


class SixPasses(_Arithmetic):
    """Each input is the sum of three bfloat16 numbers: as good as float32."""

    named = "float32"

    def product(self, a: Array, b: Array) -> Array:
        def parts(values: Array) -> list[Array]:
            found, rest = [], values
            for _ in range(3):
                found.append(rest.astype(BRAIN).astype(values.dtype))
                rest = rest - found[-1]
            return found

        left, right = parts(a), parts(b)
        pairs = [(2, 0), (1, 1), (0, 2), (1, 0), (0, 1), (0, 0)]
        return reduce(np.add, [left[i] @ right[j] for i, j in pairs])


class SingleInside(_Arithmetic):
    """Everything in float32, given in the dtype."""

    named = "float32"

    def product(self, a: Array, b: Array) -> Array:
        return (a.astype(np.float32) @ b.astype(np.float32)).astype(a.dtype)
