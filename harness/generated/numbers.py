"""Numbers of a dtype, each decoded from a kind and a whole number: the smaller both are, the plainer the number.

Hypothesis shrinks by making whole numbers smaller, and so a disagreement ends at the plainest numbers that show it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan

import numpy as np

from nnconform.spec.arrays import Array, dtype_of
from nnconform.spec.formats import FORMATS, Format

PAYLOAD = 2**62
"""Whole numbers that a number is decoded from lie below this."""


@dataclass(frozen=True, slots=True)
class Domain:
    """What an operation may be asked."""

    edges: tuple[float, ...] = (0.5, 1.0, 2.0, 3.0)
    """Where something changes; drawn with their neighbours."""
    special: tuple[float, ...] = (inf, -inf, nan, -0.0)
    """Special values for which the specification says what must come out."""
    positive: bool = False
    """Only numbers above 0, and 0 itself where `zero`."""
    zero: bool = True
    narrow: bool = False
    """Exponents so small that neither a product nor a sum of products overflows."""
    reach: int = 1024
    """The largest exponent, and less its sign the smallest, of numbers that are narrow."""


def number(kind: str, payload: int, dtype: str, domain: Domain) -> float:
    """A number of the dtype, as float64."""
    form = FORMATS[dtype]
    found = _KINDS[kind](payload, form, domain)
    made = float(np.asarray(found, np.float64).astype(dtype_of(dtype)))
    if domain.positive:
        made = abs(made)
        return made if made or domain.zero else 1.0
    return made


def stored(values: Sequence[float], dtype: str) -> Array:
    """Numbers of the dtype as an array of it."""
    return np.array(values, np.float64).astype(dtype_of(dtype))


def _signed(payload: int) -> tuple[int, int]:
    """The sign that the last bit says, and the rest."""
    return (-1 if payload & 1 else 1), payload >> 1


def _whole(payload: int, form: Format, domain: Domain) -> float:
    """A whole number within +-8: the sign comes from where it comes from in the others, so that these shrink to it."""
    sign, rest = _signed(payload)
    return sign * (1.0 + (rest - 1) % 8) if rest else 0.0


def _fraction(payload: int, form: Format, domain: Domain) -> float:
    """A multiple of 1/16 within +-8."""
    sign, rest = _signed(payload)
    return sign * (1 + (rest - 1) % 128) / 16 if rest else 0.0


def _full(payload: int, form: Format, domain: Domain) -> float:
    """All significant bits, and an exponent near 0."""
    return _of(payload, form, -6, 3)


def _wide(payload: int, form: Format, domain: Domain) -> float:
    """All significant bits, and any exponent."""
    if domain.narrow:
        reach = min(form.max_exponent // 2 - 5, domain.reach)
        return _of(payload, form, -reach, reach)
    return _of(payload, form, form.min_exponent, form.max_exponent)


def _of(payload: int, form: Format, low: int, high: int) -> float:
    sign, rest = _signed(payload)
    rest, exponent = divmod(rest, high - low + 1)
    exponent = _outwards(exponent, low, high)
    return float(sign * (1 + (rest % 2 ** (form.precision - 1)) * 2.0 ** (1 - form.precision)) * 2.0**exponent)


def _outwards(place: int, low: int, high: int) -> int:
    """Exponents by how far they are from 0: 0, 1, -1, ... as far as both reach, then the rest."""
    both = min(-low, high)
    if place <= 2 * both:
        return (place + 1) // 2 * (1 if place % 2 else -1)
    return place - both if high > -low else both - place


def _edge(payload: int, form: Format, domain: Domain) -> float:
    """An edge, or one of its neighbours up to the third."""
    sign, rest = _signed(payload)
    rest, steps = divmod(rest, 7)
    edges = (*domain.edges, *(() if domain.narrow else (float(form.largest), float(form.smallest_normal))))
    edge = Edge(edges[rest % len(edges)], form)
    return sign * edge.away(_outwards(steps, -3, 3))


@dataclass(frozen=True, slots=True)
class Edge:
    """A number above 0 and those around it."""

    value: float
    form: Format

    def away(self, steps: int) -> float:
        """So many numbers of the dtype up or down."""
        kind = dtype_of(self.form.name)
        near = np.asarray(min(self.value, float(self.form.largest)), np.float64).astype(kind)
        word = near.reshape(1).view(f"i{kind.itemsize}")
        found = float((word + word.dtype.type(steps)).view(kind)[0])
        return found if isfinite(found) else float(self.form.largest)


def _subnormal(payload: int, form: Format, domain: Domain) -> float:
    """A number between zero and the smallest normal one."""
    sign, rest = _signed(payload)
    if domain.narrow and form.flushes:  # its products would vanish
        return _fraction(payload, form, domain)
    return float(sign * (1 + rest % (2 ** (form.precision - 1) - 1)) * form.smallest_subnormal)


def _special(payload: int, form: Format, domain: Domain) -> float:
    return domain.special[payload % len(domain.special)] if domain.special else _whole(payload, form, domain)


_KINDS: dict[str, Callable[[int, Format, Domain], float]] = {
    "whole": _whole, "fraction": _fraction, "full": _full, "wide": _wide, "edge": _edge, "subnormal": _subnormal,
    "special": _special,
}  # fmt: skip

MIXTURES: tuple[tuple[str, ...], ...] = (
    ("whole",),
    ("whole", "fraction"),
    ("fraction", "full"),
    ("full",),
    ("full", "wide"),
    ("full", "edge"),
    ("whole", "fraction", "special"),
    ("fraction", "full", "edge", "subnormal"),
    ("fraction", "full", "wide", "edge", "special"),
)
"""Kinds that one array holds, the plainest first."""
