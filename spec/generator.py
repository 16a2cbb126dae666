"""Named inputs: arrays that a case names instead of storing, the same bits in every language.

The generator is counter-based, so that element i needs no other element.  All arithmetic is modulo 2**64:

    key(name):   h = 0xcbf29ce484222325; for each byte c of name in UTF-8: h = (h xor c) * 0x100000001b3
    word(k, i):  z = k + (i + 1) * 0x9e3779b97f4a7c15
                 z = (z xor (z >> 30)) * 0xbf58476d1ce4e5b9
                 z = (z xor (z >> 27)) * 0x94d049bb133111eb
                 return z xor (z >> 31)

(FNV-1a and the finalizer of SplitMix64.)  i counts the elements in row-major order from 0.  Each kind below turns
words into numbers that are exact in binary64 and are then rounded once to the case's dtype.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import isqrt, prod
from typing import Any

import numpy as np

from nnconform.spec.arrays import Array, dtype_of, fill
from nnconform.spec.formats import FORMATS

BLOCK = 2**14
"""Elements made at a time: their words, and what comes of them, fit a cache."""


_ROUNDS = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)


@lru_cache(maxsize=64)
def key(name: str) -> int:
    """The 64-bit key of a name (FNV-1a)."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def words_at(name: str, places: Any) -> Any:
    """The words of a name at `places`, an array of uint64, as uint64."""
    z = (places + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(key(name))
    for shift, factor in _ROUNDS:
        z ^= z >> shift
        z *= factor
    z ^= z >> np.uint64(31)
    return z


def words(name: str, count: int) -> Any:
    """The first `count` words of a name, as uint64."""
    return words_at(name, np.arange(count, dtype=np.uint64))


def integers(name: str, places: Any, dtype: str, low: int, high: int, scale: float = 1.0) -> Any:
    """Whole numbers from low to high, both included: low + floor((word >> 32) * (high - low + 1) / 2**32).

    Then times a power of two.
    """
    drawn = words_at(name, places)
    drawn >>= np.uint64(32)
    drawn *= np.uint64(high - low + 1)
    drawn >>= np.uint64(32)
    found = drawn.astype(np.float64)
    found += low
    found *= scale
    return found


def budget(name: str, places: Any, dtype: str, terms: int) -> Any:
    """Integers so large that a sum of `terms` products of two of them still is an integer of the dtype.

    Both ends are +-floor(sqrt(2**p / terms)), p the dtype's own precision: so the sum, and every part of it in any
    order, is exact in the dtype and in an accumulator that is wider.
    """
    precision = FORMATS[dtype].precision
    bound = isqrt(2**precision // terms)
    return integers(name, places, dtype, -bound, bound)


def dyadic(name: str, places: Any, dtype: str, scale: float = 1.0) -> Any:
    """Multiples of 2**-23 in [-1, 1), times a power of two: (word >> 40) * 2**-23 - 1."""
    return ((words_at(name, places) >> np.uint64(40)) * 2.0**-23 - 1.0) * scale


def significand(name: str, places: Any, dtype: str, scale: float = 1.0) -> Any:
    """Numbers in +-[1, 2) whose first and last significant bits are both set, times a power of two.

    With p the dtype's precision: m = 2**(p-1) + (word mod 2**(p-1)), made odd; m * 2**(1-p); negative where
    bit 63 of the word is set.
    """
    precision = FORMATS[dtype].precision
    drawn = words_at(name, places)
    odd = drawn & np.uint64(2 ** (precision - 1) - 1)
    odd |= np.uint64(2 ** (precision - 1) + 1)
    found = np.copysign(odd.astype(np.float64), drawn.view(np.float64))  # bit 63 is where a float64 has its sign
    found *= 2.0 ** (1 - precision)
    found *= scale
    return found


def log_uniform(name: str, places: Any, dtype: str, low: int, high: int) -> Any:
    """+-s * 2**e: e from low to high like `integers`, s = 1 + (word mod 2**23) * 2**-23, sign from bit 31."""
    drawn = words_at(name, places)
    exponent = low + (((drawn >> np.uint64(32)) * np.uint64(high - low + 1)) >> np.uint64(32)).astype(np.int64)
    fraction = 1.0 + (drawn & np.uint64(2**23 - 1)) * 2.0**-23
    sign = np.where(drawn & np.uint64(2**31), -1.0, 1.0)
    return sign * np.ldexp(fraction, exponent)


def normal(name: str, places: Any, dtype: str, scale: float = 1.0) -> Any:
    """Nearly normal, mean 0 and variance 1: the sum of 12 uniforms (word >> 40) * 2**-24, less 6.

    Element i takes words 12 i to 12 i + 11.  Never by a logarithm or a cosine, whose last bits differ.
    """
    first, total = places * np.uint64(12), np.zeros(places.shape, np.uint64)
    for j in range(12):
        total += words_at(name, first + np.uint64(j)) >> np.uint64(40)
    return (total.astype(np.float64) * 2.0**-24 - 6.0) * scale


def ramp(name: str, places: Any, dtype: str, start: float, step: float) -> Any:
    """Start + i * step."""
    return start + places.astype(np.float64) * step


def constant(name: str, places: Any, dtype: str, value: float) -> Any:
    """The same number everywhere."""
    return np.full(places.shape, value, dtype=np.float64)


def listed(name: str, places: Any, dtype: str, words: str) -> Any:
    """Numbers of a list, over and over: their binary64 words, big-endian, in hexadecimal digits."""
    numbers = np.frombuffer(bytes.fromhex(words), ">f8").astype(np.float64)
    return numbers[places % np.uint64(numbers.size)]


def one_hot(name: str, shape: Sequence[int], dtype: str, axis: int = -1) -> Any:
    """Zeros with a single 1 along `axis`: line j of the array has it at word(j) mod its length."""
    lines = [size for number, size in enumerate(shape) if number != axis % len(shape)]
    chosen = words(name, prod(lines)) % np.uint64(max(shape[axis], 1))
    hot = chosen[:, None] == np.arange(shape[axis], dtype=np.uint64)
    return np.moveaxis(hot.reshape(*lines, shape[axis]), -1, axis).astype(np.float64)


def wide_hot(name: str, shape: Sequence[int], dtype: str, axis: int = -1) -> Any:
    """As `one_hot`, with the number that `significand` has at that place instead of the 1."""
    return one_hot(name, shape, dtype, axis) * significand(
        name, np.arange(prod(shape), dtype=np.uint64), dtype
    ).reshape(shape)


def two_hot(name: str, shape: Sequence[int], dtype: str, axis: int = -1) -> Any:
    """As `one_hot`, with a second term: 2**-p at the next place around (none where the length is 1).

    p is the dtype's precision.  Against `significand` numbers the second term is more than half a unit in the last
    place of the first and less than one: whoever rounds to nearest must let it count, in any order of summation and
    with compensation too, and whoever truncates lets it drop.
    """
    first = one_hot(name, shape, dtype, axis)
    second = 2.0 ** -FORMATS[dtype].precision
    return first + second * np.roll(first, 1, axis) if shape[axis] > 1 else first


EACH: dict[str, Callable[..., Any]] = {
    made.__name__: made for made in (integers, budget, dyadic, significand, log_uniform, normal, ramp, constant, listed)
}
"""Kinds whose element i follows from i alone: functions of places.  With a `period`, i counts modulo that."""
LINES: dict[str, Callable[..., Any]] = {made.__name__: made for made in (one_hot, wide_hot, two_hot)}
"""Kinds that look along an axis: functions of a shape."""
KINDS = {**EACH, **LINES}


def generate(data: Mapping[str, Any], dtype: str, empty: Callable[..., Array] = np.empty) -> Array:
    """The array that `{"generate": kind, "name": ..., "shape": [...], ...}` names, in `dtype`.

    `empty` gives the memory: an array of a shape and a dtype, whatever stands in it.
    """
    shape = data["shape"]
    made: Array
    if data["generate"] in LINES:
        lines = LINES[data["generate"]](data["name"], shape, dtype, **_parameters(data))
        made = empty(tuple(shape), dtype_of(dtype))
        made[...] = np.asarray(lines).reshape(shape)
        return made
    count = prod(shape)
    made = empty((min(count, data.get("period", count)),), dtype_of(dtype))
    for first in range(0, made.size, BLOCK):
        places = np.arange(first, min(first + BLOCK, made.size), dtype=np.uint64)
        made[first : first + BLOCK] = EACH[data["generate"]](data["name"], places, dtype, **_parameters(data))
    return (made if made.size == count else fill(empty((count,), made.dtype), made)).reshape(shape)


def elements(data: Mapping[str, Any], dtype: str, places: Any) -> Array:
    """The elements of `generate` at row-major numbers `places`, of any shape; no others are made."""
    numbers = np.asarray(places, np.uint64)
    if "period" in data:
        numbers = numbers % np.uint64(data["period"])
    made: Array
    if data["generate"] in LINES:
        made = generate(data, dtype).ravel()[numbers]
    else:
        kind = EACH[data["generate"]]
        made = np.asarray(kind(data["name"], numbers, dtype, **_parameters(data)), np.float64).astype(dtype_of(dtype))
    return made


def other_elements(data: Mapping[str, Any], dtype: str, places: Any) -> Array:
    """The elements of `others` of the same array at `places`."""
    last = np.uint64(prod(data["shape"]) - 1)
    made: Array = elements(data, dtype, last - np.asarray(places, np.uint64)) * dtype_of(dtype).type(0.5)
    return np.asarray(made, dtype_of(dtype))


def _parameters(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in {"generate", "name", "shape", "period"}}


def others(array: Array, empty: Callable[..., Array] = np.empty) -> Array:
    """The second question's numbers: the first's in reverse row-major order, halved.

    Halving is exact (but for subnormals) and keeps signs, order of magnitude, zeros and exactness of probes;
    reversing tells apart what halving alone would not (an infinity halves to itself).
    """
    made = empty((array.size,), array.dtype)
    np.multiply(array.ravel()[::-1], array.dtype.type(0.5), out=made)  # reversed while it is multiplied: one copy
    return made.reshape(array.shape)
