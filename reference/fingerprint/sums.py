"""Errors of sums of products beside what rounding each step of a sum, term after term, leads one to expect.

A rounding to nearest is off by a number of mean 0 and variance ulp^2 / 12.  Any other order of summation, fewer
roundings, compensation or a wider accumulator has smaller errors on independent data: so the sequential sum's
variance is the most that honest arithmetic of a precision has.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import fsum, sqrt

import numpy as np

from nnconform.reference.fingerprint.reading import DOUBLE, Reading
from nnconform.spec.arrays import Array

_EXPONENT = np.int64(0x7FF0000000000000)
"""The exponent bits of a float64: kept alone, they are the power of two at or below its size."""
_FRACTION, _PART = 52, 18
_EXACT_TERMS = 2**15
"""The products of two parts have at most 36 bits: so many of them, and three such sums, add up exactly in 53."""
_FAR = 1024
"""An error so many times float64's own noise is known well enough."""


@dataclass(frozen=True)
class Expected:
    """What a precision's roundings make of the error of each sum."""

    variance: Array
    """Where every step is rounded to nearest."""
    lost: Array
    """Half a unit for every step: the mean of what is lost where each is cut off."""


class Sums:
    """Matrix products `left @ right` in a dtype of `precision`, and what came."""

    def __init__(self, left: Array, right: Array, got: Array, precision: int) -> None:
        self.left, self.right, self.got = (each.astype(np.float64) for each in (left, right, got))
        self.precision = precision
        self._errors: dict[Reading, Array] = {}

    @property
    def terms(self) -> int:
        """Products a sum."""
        return int(self.left.shape[1])

    def error(self, reading: Reading) -> Array:
        """The answers less the exact sums of what was read."""
        if reading not in self._errors:
            self._errors[reading] = self._error(reading)
        return self._errors[reading]

    def _error(self, reading: Reading) -> Array:
        pairs = list(reading.pairs(self.left, self.right))
        if (
            self.precision < DOUBLE
        ):  # a product of two such numbers is exact in float64, and so is the sum but for 2^-45
            total: Array = self.got - np.sum([a @ b for a, b in pairs], axis=0)
            return total
        ((left, right),) = pairs
        near: Array = self.got - left @ right
        noise = self.terms * 2.0**-DOUBLE * (np.abs(left) @ np.abs(right))  # what float64 itself may be off by
        if (near**2).sum() > _FAR**2 * (noise**2).sum():
            return near
        return _less(self.got, left, right)

    @cached_property
    def _steps(self) -> tuple[tuple[Array, Array], tuple[Array, Array], Array]:
        """Spacings at 1 bit: of the products and of the partial sums after the first, summed and squared and summed.

        And of each whole sum.
        """
        rows = [_row_steps(row, self.right) for row in self.left]  # one at a time fits a cache
        one, two, three, four, last = (np.array(each) for each in zip(*rows, strict=True))
        return (one, two), (three, four), last

    def expected(self, accumulator: int, results: int) -> Expected:
        """For an accumulator of so many bits, whose sums are then given in a format of `results` bits."""
        products, partial, whole = self._steps
        counted = [partial] if 2 * self.precision <= accumulator else [partial, products]  # else products are exact
        unit = 2.0 ** (1 - accumulator)
        variance: Array = np.sum([squares for _, squares in counted], axis=0) * unit**2 / 12
        lost: Array = np.sum([each for each, _ in counted], axis=0) * unit / 2
        if results < accumulator:
            variance, lost = variance + (whole * 2.0 ** (1 - results)) ** 2 / 12, lost + whole * 2.0**-results
        return Expected(variance, lost)

    @cached_property
    def rounded_once(self) -> bool:
        """Whether no answer is further off than one rounding of a sum that had eight bits more."""
        half = _power(self.left @ self.right) * 2.0**-self.precision
        before = self.expected(self.precision + 8, self.precision + 8).variance
        return bool((np.abs(self.error(Reading())) <= half + 8 * np.sqrt(before)).all())


class Many:
    """Products of one kind, taken together."""

    def __init__(self, sums: list[Sums]) -> None:
        self.sums = sums
        self._expected: dict[tuple[int, int], Expected] = {}

    def error(self, reading: Reading) -> Array:
        """Of every sum."""
        return np.concatenate([each.error(reading).ravel() for each in self.sums])

    def expected(self, accumulator: int, results: int) -> Expected:
        """Of every sum."""
        if (accumulator, results) not in self._expected:
            found = [each.expected(accumulator, results) for each in self.sums]
            self._expected[accumulator, results] = Expected(
                np.concatenate([each.variance.ravel() for each in found]),
                np.concatenate([each.lost.ravel() for each in found]),
            )
        return self._expected[accumulator, results]

    @property
    def got(self) -> Array:
        """Every answer."""
        return np.concatenate([each.got.ravel() for each in self.sums])


def spread(error: Array, variance: Array) -> float:
    """By how many standard deviations the sum of squared errors lies above its expectation."""
    return float((error @ error - variance.sum()) / sqrt(2 * float(variance @ variance)))


def drift(error: Array, variance: Array) -> float:
    """By how many standard deviations the sum of errors lies away from zero."""
    return float(error.sum() / sqrt(variance.sum()))


def _row_steps(row: Array, right: Array) -> tuple[Array, ...]:
    """Of one row: the spacings of products, summed, and squared and summed; the same of partial sums; of whole ones."""
    products = row[:, None] * right
    sums = np.cumsum(products, axis=0)
    of_products, of_sums = _power(products), _power(sums)
    last, of_sums = of_sums[-1], of_sums[1:]
    squares = (np.einsum("kj,kj->j", each, each) for each in (of_products, of_sums))
    return of_products.sum(axis=0), next(squares), of_sums.sum(axis=0), next(squares), last


def _power(values: Array) -> Array:
    """The power of two at or below the size of each number: a float64 without sign and fraction."""
    made: Array = (values.view(np.int64) & _EXPONENT).view(np.float64)
    return made


def _less(got: Array, left: Array, right: Array) -> Array:
    """The answers less the exact products of float64 numbers, rounded once at the end."""
    rows, columns = _parts(left), _parts(right)
    if rows and columns and left.shape[1] <= _EXACT_TERMS:
        exact = _whole(rows, columns)
        made = [_apart(one, number) for one, number in zip(got.ravel().tolist(), exact, strict=True)]
    else:
        made = [each for one, row in zip(got, left, strict=True) for each in _inner(one, row, right)]
    return np.array(made, np.float64).reshape(got.shape)


def _whole(rows: list[Array], columns: list[Array]) -> list[int]:
    """The products of matrices in parts, in units of 2^-104: each part's is exact in float64, however it is summed."""
    by_power = [np.zeros((len(rows[0]), columns[0].shape[1]))] * (len(rows) + len(columns) - 1)
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            by_power[i + j] = by_power[i + j] + row @ column
    numbers = [each.ravel().astype(np.int64).tolist() for each in by_power]
    return [sum(part << _PART * power for power, part in enumerate(parts)) for parts in zip(*numbers, strict=True)]


def _apart(got: float, exact: int) -> float:
    """A float64 less so many 2^-104, rounded once."""
    numerator, denominator = got.as_integer_ratio()
    scale: int = 4**_FRACTION
    if denominator <= scale:
        return (numerator * (scale // denominator) - exact) / scale
    return (numerator - exact * (denominator // scale)) / denominator


def _inner(got: Array, row: Array, right: Array) -> list[float]:
    """Float64 numbers less a row's products, rounded once: each term in two parts, which must not underflow."""
    there = np.flatnonzero(row)
    a, b = row[there, None], right[there]
    product = a * b
    (a_high, a_low), (b_high, b_low) = _halves(a), _halves(b)
    rest = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    terms = np.concatenate([got[None], -product, -rest])
    return [fsum(column) for column in terms.T.tolist()]


def _halves(values: Array) -> tuple[Array, Array]:
    """Numbers as sums of two of 26 bits, whose products are exact (Veltkamp; Dekker 1971)."""
    spread = values * (2.0**27 + 1)
    high = spread - (spread - values)
    return high, values - high


def _parts(values: Array) -> list[Array]:
    """Multiples of 2^-52 up to 2 as whole numbers in three parts, the lowest first; nothing for other numbers."""
    whole = values * 2.0**_FRACTION
    if not ((np.abs(values) <= 2) & (whole == np.rint(whole))).all():
        return []
    numbers = whole.astype(np.int64)
    low, middle = numbers & (2**_PART - 1), (numbers >> _PART) & (2**_PART - 1)
    return [part.astype(np.float64) for part in (low, middle, numbers >> 2 * _PART)]
