"""The name of the arithmetic that explains a product's results, with the figures that speak for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from math import floor, isfinite, log2, sqrt
from typing import Any

import numpy as np

from nnconform.reference.fingerprint.reading import (
    BRAIN_FLOAT,
    DOUBLE,
    FORMAT_NAMES,
    SINGLE,
    TENSOR_FLOAT,
    WHOLE,
    Reading,
    readings,
    significant_bits,
)
from nnconform.reference.fingerprint.sums import Expected, Many, Sums, drift, spread
from nnconform.spec.arrays import Array
from nnconform.spec.formats import FORMATS

SIGMA = 8.0
"""So many standard deviations are no chance."""


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """One way to compute a product."""

    reading: Reading
    accumulator: int
    results: int
    """Significant bits of what is given."""
    cut: bool = False
    """Each sum is cut off instead of rounded to nearest."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What the results say."""

    name: str
    own: bool
    """Whether that is the dtype's own arithmetic, or a wider one."""
    terms: int = 0
    sums: int = 0
    rms: float = 0.0
    """Root mean square error over that of summation term after term in the dtype's own arithmetic."""
    sigmas: float = 0.0
    """The same in standard deviations beyond it."""
    drift: float = 0.0
    """The mean error of sums of one sign, in standard deviations."""
    explained: float = 0.0
    """Standard deviations that remain where the named arithmetic is taken into account."""
    result_bits: int = 0
    left_bits: int = 0
    """Significant bits that a single selected number keeps, if it stands on the left, and on the right."""
    right_bits: int = 0
    dropped: int = 0
    """Sums of two terms that lost the second one, of `pairs`."""
    pairs: int = 0

    def data(self) -> dict[str, Any]:
        """JSON-able."""
        return {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(self).items()}


class Products:
    """The answers of one case by role: each a list of left and right matrices with what came."""

    def __init__(self, dtype: str, roles: Mapping[str, list[Sums]]) -> None:
        self.dtype, self.roles = dtype, roles
        self.precision = FORMATS[dtype].precision
        self.accumulator = FORMATS[FORMATS[dtype].accumulator].precision
        self.independent = Many(roles["independent"])
        self.same_sign = Many(roles["same_sign"]) if "same_sign" in roles else None
        bits = max(significant_bits(self.independent.got), 1)
        self.result_bits = min(bit for bit in (BRAIN_FLOAT, TENSOR_FLOAT, SINGLE, DOUBLE) if bit >= bits)

    def fingerprint(self) -> Fingerprint:
        """The first arithmetic that explains the answers, own before others."""
        if not np.isfinite(self.independent.got).all():
            return Fingerprint("not told: not all sums are finite", own=False)
        own = Arithmetic(WHOLE, self.accumulator, self.precision)
        found = next((each for each in self._known() if self._explains(each)), None)
        error = self.independent.error(WHOLE)
        variance = self.independent.expected(own.accumulator, own.results).variance
        rms = sqrt(float(error @ error) / float(variance.sum()))
        name = self._name(found) if found else f"unknown: {rms:.3g} times the error of the dtype's own sums"
        made = Fingerprint(name, found == own, self.independent.sums[0].terms, error.size, rms, spread(error, variance))
        if found:
            made = replace(made, explained=self._remains(found))
        if self.same_sign:
            variance = self.same_sign.expected(own.accumulator, own.results).variance
            made = replace(made, drift=drift(self.same_sign.error(WHOLE), variance))
        return replace(self._probed(made), result_bits=self.result_bits)

    def _known(self) -> Iterator[Arithmetic]:
        """From the dtype's own downwards: narrower inputs first, then sums cut off, results, and narrower sums last."""
        narrower = [bits for bits in (SINGLE, TENSOR_FLOAT, BRAIN_FLOAT) if bits < self.accumulator]
        for accumulator in (self.accumulator, *narrower):
            for results in dict.fromkeys((self.precision, min(self.result_bits, self.precision))):
                if accumulator < self.accumulator and accumulator != SINGLE:
                    yield Arithmetic(WHOLE, accumulator, results)  # such errors hide what the inputs lost
                    continue
                for cut in (False, True):
                    for reading in readings(self.precision):
                        yield Arithmetic(reading, accumulator, results, cut)

    def _explains(self, each: Arithmetic) -> bool:
        if not self._remains(each) <= SIGMA:
            return False
        if each.accumulator < self.accumulator:  # same-sign sums in few bits stand still: their mean says nothing
            return not each.cut and self._is_rough(each)
        if not self.same_sign:
            return not each.cut
        error, expected = self.same_sign.error(each.reading), self._expected(self.same_sign, each)
        off = drift(error, expected.variance)
        if not each.cut:
            return abs(off) <= SIGMA
        most = float(expected.lost.sum()) + SIGMA * sqrt(float(expected.variance.sum()))
        return off < -SIGMA and -float(error.sum()) <= most

    def _is_rough(self, each: Arithmetic) -> bool:
        """Whether errors are nearer to these narrow sums' than to those of the next wider format."""
        if each.accumulator == self.precision:
            return True  # one rounding to the dtype was too little
        wider = min(bits for bits in (TENSOR_FLOAT, SINGLE, DOUBLE) if bits > each.accumulator)
        error = self.independent.error(each.reading)
        likely = [self.independent.expected(bits, each.results).variance.sum() for bits in (each.accumulator, wider)]
        return float(error @ error) ** 2 >= float(likely[0]) * float(likely[1])

    def _remains(self, each: Arithmetic) -> float:
        expected = self._expected(self.independent, each)
        # Sums of changing sign lose now on one side, now on the other: at most as if all were on one.
        variance = expected.variance + expected.lost**2 if each.cut else expected.variance
        return spread(self.independent.error(each.reading), variance)

    def _expected(self, many: Many, each: Arithmetic) -> Expected:
        return many.expected(each.accumulator, each.results)

    # ---------------------------------------------------------------- in words

    def _name(self, found: Arithmetic) -> str:
        inputs, whole = _inputs(found.reading, narrow=self._small_vanish), found.results >= self.precision
        sums = "" if found.accumulator == self.accumulator else f"{FORMAT_NAMES[found.accumulator]} accumulation"
        if self.accumulator > self.precision and not sums:
            sums = f"{FORMAT_NAMES[self.accumulator]} accumulation"
        if found.cut:
            sums = "truncating accumulation" if found.accumulator == self.accumulator else f"truncating {sums}"
        gives = "" if whole or found.results == found.accumulator else f"{FORMAT_NAMES[found.results]} results"
        if parts := [part for part in (inputs, sums, gives) if part]:
            return ", ".join(parts)
        wider = all(each.rounded_once for each in self.independent.sums)
        return f"wider than {self.dtype}" if wider and self.precision == self.accumulator else self.dtype

    @property
    def _small_vanish(self) -> bool:
        """Whether numbers below float16's smallest came out as zero: what tells it from TF32."""
        return any(bool((each.got == 0).any()) for each in self.roles.get("small", []))

    def _probed(self, made: Fingerprint) -> Fingerprint:
        left, right = self._bits("left_selected"), self._bits("right_selected")
        pairs = self.roles.get("pair", [])
        errors = [np.abs(each.error(WHOLE)) > np.abs(each.left @ each.right) * 2.0**-self.precision for each in pairs]
        dropped, asked = sum(int(wrong.sum()) for wrong in errors), sum(wrong.size for wrong in errors)
        return replace(made, left_bits=left, right_bits=right, dropped=dropped, pairs=asked)

    def _bits(self, role: str) -> int:
        """Significant bits that selected numbers kept; 0 where none was selected."""
        found = [_kept_bits(each.got, each.left @ each.right) for each in self.roles.get(role, [])]
        return max(found, default=0)


def _kept_bits(got: Array, exact: Array) -> int:
    """Of what came, if nothing beyond them was lost; else of what came right."""
    off = float((np.abs(got - exact) / np.ldexp(1.0, np.frexp(exact)[1] - 1)).max())
    if not isfinite(off):
        return 0
    bits = significant_bits(got)
    right = max(0, floor(-log2(off))) if off > 0 else DOUBLE
    return bits if bits <= right + 1 else right


def _inputs(reading: Reading, *, narrow: bool) -> str:
    cut = ", cut off" if reading.cut else ""
    if reading.three_passes:
        return f"bfloat16 in three passes{cut}"
    names = {**FORMAT_NAMES, TENSOR_FLOAT: "float16" if narrow else "TF32"}
    left, right = (names.get(bits, "") for bits in (reading.left, reading.right))
    if left == right:
        return f"{left} inputs{cut}" if left else ""
    sides = [f"{name} inputs on the {side}" for name, side in ((left, "left"), (right, "right")) if name]
    return f"{' and '.join(sides)}{cut}"
