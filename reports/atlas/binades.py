"""The inputs of a dtype along a line: negative ones, zero, positive ones, a binade as wide as any other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import frexp, isfinite, log2

_NORMAL = {"float16": -14, "bfloat16": -126, "float32": -126}
"""Exponents of the smallest normal numbers."""
_EDGE = 18.0
"""Infinities stand so far outside of all numbers, and zero so far inside."""
_PAD = 2
"""Binades that are shown beyond those where anything is wrong."""
_CLOSEST = 46.0
"""Ticks stand so far apart at least."""
_STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 50, 100)
_LETTER, _GAP = 7.4, 7.0
"""The width of a tick's letter, and the least between two ticks."""

Tick = tuple[float, str]


@dataclass(frozen=True, slots=True)
class Side:
    """The numbers of one sign that are shown, as exponents of the smallest and the largest binade."""

    sign: int
    low: int
    high: int
    infinite: bool
    """Whether there is anything at the infinity."""
    start: float
    """Where the smallest binade begins."""
    width: float
    """How wide a binade is."""

    def place(self, exponent: float) -> float:
        """Where a power of two stands; outside of what is shown, at its end."""
        return self.start + self.sign * min(max(exponent - self.low, 0.0), self.high + 1 - self.low) * self.width

    @property
    def end(self) -> float:
        """Where the infinity stands."""
        return self.place(self.high + 1) + self.sign * (_EDGE if self.infinite else 0.0)


@dataclass(frozen=True, slots=True)
class Binades:
    """Which binades are shown, and where they stand between two places of a picture."""

    sides: tuple[Side, ...]
    floor: int
    """The exponent that stands for all subnormal numbers."""

    @property
    def width(self) -> float:
        """How wide a binade is."""
        return self.sides[0].width

    def centre(self, lowest: float) -> float:
        """Where the binade stands whose lowest number is given."""
        side = next(side for side in self.sides if side.sign == _sign(lowest))
        return side.place(_exponent(lowest, self.floor) + 0.5) if isfinite(lowest) else side.end

    def ticks(self) -> list[Tick]:
        """Round numbers with their places, none on another."""
        step = next((step for step in _STEPS if self.width * step * log2(10) >= _CLOSEST), _STEPS[-1])
        found = [((self.sides[0].start + self.sides[1].start) / 2, "0")] if len(self.sides) > 1 else []
        found += [(side.end, "-inf" if side.sign < 0 else "inf") for side in self.sides if side.infinite]
        for side in self.sides:
            found += self._powers(side, step)
        kept: list[Tick] = []
        for tick in found:
            if all(abs(tick[0] - other[0]) >= (len(tick[1]) + len(other[1])) / 2 * _LETTER + _GAP for other in kept):
                kept.append(tick)
        return kept

    def _powers(self, side: Side, step: int) -> Iterator[Tick]:
        """The powers of ten that fall on one side, from the outside inwards; one of two where none does."""
        low = max(side.low, self.floor)
        powers = [power for power in range(-330, 330, step) if low <= power * log2(10) <= side.high + 1]
        for power in reversed(powers):
            yield side.place(power * log2(10)), _told(side.sign, power)
        if not powers:
            yield side.place(side.high), ("-" if side.sign < 0 else "") + f"{2.0**side.high:.2g}"


def shown(dtype: str, lowest: Iterable[float], start: float, end: float) -> Binades:
    """All binades from the smallest to the largest of some on each side, each given by its lowest number."""
    found = list(lowest)
    floor = _NORMAL.get(dtype, -1022) - 1
    signs = sorted({_sign(value) for value in found})
    limits = {sign: _limits([value for value in found if _sign(value) == sign], floor) for sign in signs}
    infinite = {sign: any(not isfinite(value) for value in found if _sign(value) == sign) for sign in signs}
    middle = _EDGE if len(signs) > 1 else 0.0
    count = sum(high + 1 - low for low, high in limits.values())
    width = (end - start - middle - _EDGE * sum(infinite.values())) / count
    zero = start
    if -1 in signs:
        zero += _EDGE * infinite[-1] + (limits[-1][1] + 1 - limits[-1][0]) * width
    return Binades(
        tuple(Side(sign, *limits[sign], infinite[sign], zero + (middle if sign > 0 else 0), width) for sign in signs),
        floor,
    )


def _limits(values: Iterable[float], floor: int) -> tuple[int, int]:
    exponents = [_exponent(value, floor) for value in values if isfinite(value)] or [0]
    low = max(min(exponents) - _PAD, floor)
    return low, max(max(exponents) + _PAD, low)


def _sign(value: float) -> int:
    return -1 if str(value).startswith("-") else 1


def _exponent(value: float, floor: int) -> int:
    """The exponent of a binade; of numbers below the smallest normal one, one less than that one's."""
    return max(frexp(value)[1] - 1, floor) if value else floor


def _told(sign: int, power: int) -> str:
    number = f"{10.0**power:g}" if -4 < power < 5 else f"1e{power}"
    return f"-{number}" if sign < 0 else number
