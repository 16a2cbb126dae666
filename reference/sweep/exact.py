"""Certified results and bounds of single inputs, for what float64 leaves open.  Needs python-flint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import inf, isinf, isnan
from typing import Any

import numpy as np
from flint import arb

from nnconform.reference.sweep.rounding import HUGE, Rounding
from nnconform.reference.truth.arithmetic import arithmetic
from nnconform.reference.truth.ball import SLACK, Ball, Value, middle
from nnconform.reference.truth.operations import apply

_VANISHES = arb(2) ** -1074


class Exact:
    """Certified results and bounds of one operation in one dtype, input by input."""

    def __init__(self, operation: str, attributes: Mapping[str, Any], dtype: str) -> None:
        self.operation, self.attributes = operation, dict(attributes)
        self.rounding, self.work = Rounding(dtype), arithmetic(dtype)
        self.format = self.rounding.format

    def values(self, inputs: Sequence[float]) -> list[Value]:
        """The exact result with its bound, for each input."""
        return [self.value(x) for x in inputs]

    def value(self, x: float) -> Value:
        """The same for one."""
        found: Value = apply(self.operation, [np.array([x])], self.attributes, self.work)[0]
        return found

    def rounded(self, value: Value) -> float:
        """Rounded correctly: decided by both ends of the enclosure, or a tie."""
        if isinstance(value, float):
            return value
        if abs(value.exact) > HUGE:
            return inf if value.exact > 0 else -inf
        low, high = middle(value.exact.lower()), middle(value.exact.upper())
        below, above = self.format.nearest(low), self.format.nearest(high)
        if below != above:
            # 250 bits could not part it from a tie: it is one, where the function is a quotient of short numbers
            below = self.format.nearest((_half(below, self.format.largest) + _half(above, self.format.largest)) / 2)
        return float(below)

    def off(self, got: float, value: Value) -> tuple[float, float, float]:
        """Error, error in ulps and bound of a finite answer where the exact result is a number."""
        assert isinstance(value, Ball)
        error = abs(arb(got) - value.exact)
        high = float(middle(value.exact)) if abs(value.exact) < HUGE else HUGE
        spacing = float(self.rounding.spacing(np.array([high]))[0])
        return float(error.mid()), float((error / spacing).mid()), bound_of(value)

    def allows(self, got: float, value: Value) -> bool:
        """Whether an answer is within the bound, on whichever side of zero."""
        if isnan(got) or isinstance(value, float):
            return isinstance(value, float) and (got == value or (isnan(got) and isnan(value)))
        if isinf(got):
            reach = value.exact if got > 0 else -value.exact
            return bool((reach + value.error * SLACK).upper() >= arb(self.rounding.overflow))
        return bool(abs(arb(got) - value.exact).lower() <= (value.error * SLACK).upper())


def sign_of(value: Ball) -> float:
    """-1, 0 or 1; 0 for what vanishes in float64, too."""
    return 0.0 if abs(value.exact) < _VANISHES else 1.0 if value.exact > 0 else -1.0


def bound_of(value: Ball) -> float:
    """How far an answer may be off."""
    return min(float((value.error * SLACK).mid()), HUGE) if value.error > 0 else 0.0


def _half(number: Fraction | float, largest: Fraction) -> Fraction:
    return number if isinstance(number, Fraction) else largest
