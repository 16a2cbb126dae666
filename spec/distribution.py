"""Which random numbers a case's inputs are, in words, from what its author asked the generator for."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from nnconform.spec.formats import FORMATS
from nnconform.spec.model import Generated, Input

_WORDS = {
    "integers": "whole numbers from {low} to {high}",
    "budget": "whole numbers as large as a sum of {terms} products can hold exactly",
    "dyadic": "uniform from -1 to 1",
    "significand": "from 1 to 2, with either sign, to the last bit",
    "log_uniform": "log-uniform from 2**{low} to 2**{above}, with either sign",
    "normal": "normal, mean 0, variance 1",
}
RANDOM = tuple(_WORDS)
"""Kinds of the generator that give fresh random numbers, which is what a timing case must take."""


def distribution(inputs: Mapping[str, Input], dtype: str) -> str:
    """Each input's distribution; inputs of the same one together."""
    groups: dict[str, list[str]] = {}
    for name, made in inputs.items():
        if not isinstance(made, Generated) or made.generate not in _WORDS:
            raise ValueError(f"timing: input {name!r} must be random numbers, generated: {', '.join(RANDOM)}")
        groups.setdefault(_told(made, dtype), []).append(name)
    return "; ".join(f"{', '.join(names)}: {told}" for told, names in groups.items())


def _told(made: Generated, dtype: str) -> str:
    given = made.parameters
    above = int(given.get("high", 0)) + 1
    told = _WORDS[made.generate].format(**given, above=above)
    if made.generate == "log_uniform" and Fraction(2) ** above <= FORMATS[dtype].smallest_normal:
        told += ", all subnormal"
    scale = Fraction(given.get("scale", 1))
    return told if scale == 1 else f"{told}, times {_power(scale)}"


def _power(scale: Fraction) -> str:
    for number, sign in ((scale.denominator, "-"), (scale.numerator, "")):
        if scale > 0 and Fraction(number) in {scale, 1 / scale} and number & (number - 1) == 0:
            return f"2**{sign}{number.bit_length() - 1}"
    return f"{float(scale):g}"
