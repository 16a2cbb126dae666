"""What may go wrong in exponentials, logarithms and roots."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.harness.diagnosis.functions import defect
from nnconform.harness.diagnosis.problem import Rounding
from nnconform.reference.textbook import elementary

Array = Any


@defect("as if it were of base 2", "exp")
def _exp_of_two(own: Rounding, x: Array) -> Array:
    return np.exp2(x)


@defect("as if the 1 were not taken off", "expm1")
def _expm1_without_minus(own: Rounding, x: Array) -> Array:
    return np.exp(x)


@defect("as if it were of base 2", "log")
def _log_of_two(own: Rounding, x: Array) -> Array:
    return np.log2(x)


@defect("as if it were of base 10", "log")
def _log_of_ten(own: Rounding, x: Array) -> Array:
    return np.log10(x)


@defect("as if 1e-7 were added first", "log")
def _log_with_epsilon(own: Rounding, x: Array) -> Array:
    return np.log(own(x + own(np.asarray(1e-7))))


@defect("as if -0 were below 0", "log")
def _log_of_minus_zero(own: Rounding, x: Array) -> Array:
    return np.where(np.signbit(x), np.nan, np.log(x))


@defect("as if -0 were below 0", "sqrt")
def _root_of_minus_zero(own: Rounding, x: Array) -> Array:
    return np.where(np.signbit(x), np.nan, np.sqrt(x))


@defect("as if it were log(1 + x)", "log1p")
def _log1p_naive(own: Rounding, x: Array) -> Array:
    return np.log(own(1 + x))


@defect("as if the 1 were not added", "log1p")
def _log1p_without_one(own: Rounding, x: Array) -> Array:
    return np.log(x)


@defect("as if it were nan at -1", "log1p")
def _log1p_nan(own: Rounding, x: Array) -> Array:
    return np.where(x == -1, np.nan, np.log1p(x))


@defect("as if it were 1 from 4 on", "erf")
def _erf_saturates(own: Rounding, x: Array) -> Array:
    return np.where(np.abs(x) >= 4, np.sign(x), elementary.erf(x))


@defect("as if the square of its argument overflowed", "erf")
def _erf_of_squares(own: Rounding, x: Array) -> Array:
    return np.where(np.isinf(own(x * x)), np.nan, elementary.erf(x))


@defect("as if it were the approximation 7.1.26 of Abramowitz and Stegun", "erf")
def _handbook_erf(own: Rounding, x: Array) -> Array:
    size = np.abs(x)
    t = 1 / (1 + 0.3275911 * size)
    factors = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
    series = np.zeros_like(x)
    for factor in factors:
        series = t * (factor + series)
    made: Array = np.sign(x) * (1 - series * np.exp(-size * size))
    return made


@defect("as if numbers below 0 were 0", "sqrt")
def _clamped_root(own: Rounding, x: Array) -> Array:
    return np.sqrt(np.maximum(x, 0))


@defect("as if it were x times the reciprocal root", "sqrt")
def _root_by_rsqrt(own: Rounding, x: Array) -> Array:
    return np.where(np.isfinite(x) & (x != 0), np.sqrt(x), x * (1 / np.sqrt(x)))


@defect("as if it were the root itself", "rsqrt")
def _root(own: Rounding, x: Array) -> Array:
    return np.sqrt(x)


@defect("as if an estimate were refined by Newton's step, which is nan at 0 and at inf", "rsqrt")
def _refined_rsqrt(own: Rounding, x: Array) -> Array:
    return np.where((x == 0) | np.isinf(x), np.nan, 1 / np.sqrt(x))
