"""Inner products, and the layers made of them.

Two bounds, both for any order of summation, fused or not.  Where every term is a multiple of one power of two, and
the sum of their absolute values is no more than 2**p of it, every partial sum is representable and nothing is
rounded: no error at all.  Elsewhere gamma_n over the sum of absolute products, n the number of terms that are not
zero: adding a zero rounds nothing (Higham, section 3.1).

In a 16-bit dtype both hold of float32, which the sum accumulates in.  The sum is then rounded to the dtype, before the
bias and again after it, since the formula's `+ b` is a step of its own; a sum that takes the bias in is within.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import arb

from nnconform.reference.truth.arithmetic import Arithmetic, certain
from nnconform.reference.truth.ball import ZERO, Ball, Value, balls, doubles, float_of, special, special_sum
from nnconform.reference.truth.tensor_float import carried, read

Values = Any
"""A NumPy object array of `Value`, or a float64 array of numbers without error."""
_INTEGER_BITS = 62
_FAR = 4096
"""The exponent of an array of zeros: above every other, so that it decides nothing."""


def matmul(a: Values, b: Values, work: Arithmetic, bias: Values | None = None) -> Values:
    """(m, k) by (k, n), plus a bias that broadcasts to (m, n)."""
    made = _accumulated(a, b, work.sums, bias)
    return _stored(made, balls(np.zeros(1) if bias is None else bias), work) if work.narrow else made


def _accumulated(a: Values, b: Values, work: Arithmetic, bias: Values | None) -> Values:
    """Sums of products and bias, in any order."""
    if a.shape[1] != b.shape[0]:
        raise ValueError(f"inner sizes {a.shape[1]} and {b.shape[0]} do not agree")
    given = np.zeros(1) if bias is None else bias
    spread: Values = np.broadcast_to(given, (a.shape[0], b.shape[1]))
    numbers = [doubles(a), doubles(b), doubles(given)]
    if all(item is not None for item in numbers):
        return _of_numbers(numbers[0], numbers[1], np.broadcast_to(numbers[2], spread.shape), work)
    out = np.empty(spread.shape, object)
    left, right, extra = balls(a), balls(b), balls(spread)
    if work.tensor_float:
        left, right = read(left, work), read(right, work)
    for i, j in np.ndindex(out.shape):
        out[i, j] = _inner(left[i], right[:, j], extra[i, j], work)
    return out


def _stored(made: Values, bias: Values, work: Arithmetic) -> Values:
    """Accumulated sums as a narrower dtype holds them."""
    out = np.empty(made.shape, object)
    for place, added in zip(np.ndindex(made.shape), np.broadcast_to(bias, made.shape).ravel(), strict=True):
        total = made[place]
        if isinstance(total, Ball) and _counts(added):
            product = work.store(Ball(total.exact - added.exact, total.error))
            total = Ball(total.exact, certain(product, work, "a product").error)
        out[place] = certain(work.store(total), work, "a sum") if isinstance(total, Ball) else total
    return out


def _inner(left: Sequence[Value], right: Sequence[Value], bias: Value, work: Arithmetic) -> Value:
    """sum(left * right) + bias of values that carry errors."""
    if any(special(value) for value in (*left, *right, bias)):
        return _special_inner(left, right, bias)
    exact, magnitude, carried, terms = ZERO, ZERO, ZERO, 0
    pairs: Any = zip(left, right, strict=True)  # all balls from here on
    for a, b in pairs:
        product = a.exact * b.exact
        exact += product
        magnitude += abs(product)
        terms += _counts(a) and _counts(b)
        if a.error > 0 or b.error > 0:
            carried += a.magnitude * b.magnitude - abs(product)
    assert isinstance(bias, Ball)
    exact, magnitude, carried = exact + bias.exact, magnitude + abs(bias.exact), carried + bias.error
    return Ball(exact, (carried + _rounding(magnitude + carried, terms + _counts(bias), work)).upper())


def _counts(ball: Ball) -> bool:
    """Whether a term may be other than zero."""
    return bool(ball.magnitude > 0)


def _rounding(magnitude: Any, terms: int, work: Arithmetic) -> Any:
    """What a sum of products rounds away: each product and each sum may also underflow by itself."""
    if not magnitude < work.largest:
        raise ValueError(f"a sum may overflow {work.format.name} on its way: leave that dtype out, with the reason")
    return work.gamma(terms) * magnitude + 2 * terms * work.tiny


def _special_inner(left: Sequence[Value], right: Sequence[Value], bias: Value) -> float:
    """A sum with an infinity or nan in it: only the signs of the finite factors matter."""
    pairs = list(zip(left, right, strict=True))
    for a, b in pairs:
        for ball, other in ((a, b), (b, a)):
            if isinstance(ball, Ball) and special(other) and ball.error > 0 and not (ball.low > 0 or ball.high < 0):
                raise ValueError("an infinity meets a factor whose sign is not certain: no verdict would be")
    terms = [float_of(a) * float_of(b) for a, b in pairs if special(a) or special(b)]
    return special_sum([*terms, *([float_of(bias)] if special(bias) else [])])


def _of_numbers(a: Any, b: Any, bias: Any, work: Arithmetic) -> Values:
    """The products of numbers without error, summed as integers."""
    (left, low), (right, other), (extra, bias_low) = _integers(a), _integers(b), _integers(bias)
    unit = min(low + other, bias_low)
    up, bias_up = 1 << (low + other - unit), 1 << (bias_low - unit)
    exact = _product(left, right) * up + extra.astype(object) * bias_up
    size = _product(abs(left), abs(right)) * up + abs(extra).astype(object) * bias_up
    terms = (a != 0).astype(np.int64) @ (b != 0).astype(np.int64) + (bias != 0)
    odd_row, odd_column, odd = (~np.isfinite(a).all(axis=1), ~np.isfinite(b).all(axis=0), ~np.isfinite(bias))
    fits = 2**work.format.precision if unit >= work.format.min_exponent else 0
    away = carried(a, b) if work.tensor_float else None
    out = np.empty(bias.shape, object)
    for i, j in np.ndindex(out.shape):
        if odd_row[i] or odd_column[j] or odd[i, j]:
            out[i, j] = _special_inner(balls(a[i]), balls(b[:, j]), balls(bias[i, j])[()])
        else:
            reading = ZERO if away is None else arb(away[i, j])
            rounding = _rounding(arb((size[i, j], unit)) + reading, int(terms[i, j]), work)
            rounding = ZERO if size[i, j] <= fits and reading == 0 else rounding
            out[i, j] = Ball(arb((exact[i, j], unit)), (rounding + reading).upper())
    return out


def _integers(values: Any) -> tuple[Any, int]:
    """Whole numbers, and the power of two that they count; what is not finite counts as zero."""
    fraction, exponent = np.frexp(np.where(np.isfinite(values), values, 0.0))
    whole = (fraction * 2.0**53).astype(np.int64)
    there = whole != 0
    if not there.any():
        return np.zeros(values.shape, object), _FAR
    last = exponent - 53 + np.frexp((whole & -whole).astype(np.float64))[1] - 1
    least = int(last[there].min())
    if int(exponent[there].max()) - least <= _INTEGER_BITS:
        return np.ldexp(fraction, exponent - least).astype(np.int64), least
    pairs = zip(whole.ravel().tolist(), (exponent - least).ravel().tolist(), strict=True)
    return np.array([(number << max(up, 0)) >> 53 for number, up in pairs], object).reshape(values.shape), least


def _product(left: Any, right: Any) -> Any:
    """An exact product of integer matrices, as Python's integers; in 64 bits where they suffice."""
    widest = sum(int(abs(side).max(initial=0)).bit_length() for side in (left, right))
    narrow = left.dtype == right.dtype == np.int64 and widest + left.shape[1].bit_length() <= _INTEGER_BITS
    made = left @ right if narrow else left.astype(object) @ right.astype(object)
    return made.astype(object)
