"""One time held against another, where both were measured in the same rounds."""

from __future__ import annotations

from dataclasses import dataclass

from nnconform.reports.statistics import FEWEST, ratio, ratio_independent
from nnconform.reports.timing.model import Series
from nnconform.reports.words import significant


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of times with its interval, or why there is none."""

    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    missing: str = ""

    @property
    def same(self) -> bool:
        """Whether the interval holds 1.0: then the two cannot be told apart."""
        return not self.missing and self.low <= 1 <= self.high

    @property
    def told(self) -> str:
        """Such as `0.52`; where nothing can be told, in a word."""
        return self.missing or ("same" if self.same else self._text(self.value))

    @property
    def range(self) -> str:
        """Its interval, such as `0.51\u20130.53`; nothing where no ratio is told."""
        return "" if self.missing or self.same else f"{self._text(self.low)}\u2013{self._text(self.high)}"

    def _text(self, value: float) -> str:
        """Three digits; more where the interval is so near to 1 that it would read as if it held it."""
        digits = next((digits for digits in (3, 4, 5) if self._apart(digits)), 6)
        return significant(value, digits)

    def _apart(self, digits: int) -> bool:
        return "1" not in {significant(end, digits).rstrip("0").rstrip(".") for end in (self.low, self.high)}


def against(one: Series | None, other: Series | None) -> Ratio:
    """How many times the other's time the one takes, over the rounds that both have."""
    if one is None or other is None:
        return Ratio(missing="not measured")
    found = ratio(one.rounds, other.rounds)
    return Ratio(*found) if found else Ratio(missing=f"under {FEWEST} shared rounds")


def apart(one: Series | None, other: Series | None) -> Ratio:
    """The ratio of two medians that share too few rounds, each drawn by itself."""
    if one is None or other is None or min(len(one.rounds), len(other.rounds)) < FEWEST:
        return Ratio(missing=f"under {FEWEST} rounds")
    first, second = ([times.rounds[number] for number in sorted(times.rounds)] for times in (one, other))
    return Ratio(*ratio_independent(first, second))
