"""Medians with their intervals, and ratios of medians with theirs.

The bootstrap of a median needs no dice: a resample of n values puts its median at or below the k-th smallest of them
with the chance that n draws, each at most the k-th with chance k/n, give at least half.  So the distribution is known
exactly, the same samples give the same interval on every machine, and thousands of rows take no time.  For an even n
the lower of the two middle values stands for the lower end and the upper for the upper.  Where the interval of few
samples would hold the true median too seldom, whatever their distribution, its ends move out by one sample.

Samples come in the order of their time, and where neighbours resemble each other a resample draws only as many values
as the samples are worth.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import ceil, comb, erfc, exp, fsum, isfinite, lgamma, log, log1p, sqrt
from typing import TYPE_CHECKING

from nnconform.reports.worth import worth

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[tuple[int], np.dtype[np.float64]]

Interval = tuple[float, float, float]
"""A median, and the lower and the upper end of its interval."""
CONFIDENCE = 0.95
FEWEST = 5
"""With fewer rounds no ratio is told: even the widest interval that they give would hold too seldom."""
_MANY = 500
"""From so many samples on, binomial chances are as good as normal ones."""
_NEGLIGIBLE = 1e-12


def median(samples: Sequence[float]) -> float:
    """The middle value; of two the mean."""
    ordered = _checked(samples)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def interval(samples: Sequence[float], confidence: float = CONFIDENCE, seed: int = 0) -> Interval:
    """The median of samples in the order of their time, with its bootstrap interval (`seed`: kept for its callers)."""
    ordered = _checked(samples)
    low, high = _ends(len(ordered), _draws(samples), confidence)
    return median(ordered), ordered[low], ordered[high]


def ratio(a: Mapping[int, float], b: Mapping[int, float], confidence: float = CONFIDENCE) -> Interval | None:
    """How many times b's time a takes: the median over the rounds that both have; None where these are too few."""
    shared = [a[number] / b[number] for number in sorted(a.keys() & b.keys())]
    return interval(shared, confidence) if len(shared) >= FEWEST else None


def ratio_independent(a: Sequence[float], b: Sequence[float], confidence: float = CONFIDENCE) -> Interval:
    """The ratio of two medians that share no rounds, with the bootstrap interval of both drawn apart."""
    middle = median(a) / median(b)
    tail = (1 - confidence) / 2
    low = _quantile(*_quotients(a, b, upper=False), tail)
    high = _quantile(*_quotients(a, b, upper=True), 1 - tail)
    return middle, min(low, middle), max(high, middle)


def chance(a: Sequence[float], b: Sequence[float], margin: float = 1.0) -> float:
    """How probable it is, both ways, that the ratio of two medians is no farther from 1.0 than `margin`.

    It is how far an interval's confidence may rise before it reaches the margin, and never less than the chance that
    equal samples fall so far apart by their order alone.
    """
    values, masses = _quotients(a, b, upper=True)
    below = float(masses[values <= margin].sum())
    values, masses = _quotients(a, b, upper=False)
    above = float(masses[values >= 1 / margin].sum())
    first, second = _draws(a), _draws(b)
    least = 2 / comb(first + second, first)
    return min(1.0, max(least, 2 * min(below, above)))


def _checked(samples: Sequence[float]) -> list[float]:
    if not samples:
        raise ValueError("there are no samples")
    if not all(isfinite(value) for value in samples):
        raise ValueError("a sample is not finite")
    return sorted(samples)


def _draws(samples: Sequence[float]) -> int:
    """How many independent samples these are worth, so many a resample draws."""
    return max(1, int(worth(samples)))


@lru_cache(maxsize=4096)
def _ends(count: int, draws: int, confidence: float) -> tuple[int, int]:
    """Which of so many ordered samples bound the interval, where a resample draws `draws` of them."""
    tail = (1 - confidence) / 2
    low = bisect_right(range(1, count + 1), tail, key=lambda place: _below(count, place, (draws + 1) // 2, draws))
    high = bisect_left(range(1, count + 1), 1 - tail, key=lambda place: _below(count, place, draws // 2 + 1, draws))
    high = min(high, count - 1)
    while draws <= _MANY and (low > 0 or high < count - 1) and _holds(count, draws, low, high) < confidence:
        low, high = max(0, low - 1), min(count - 1, high + 1)
    return low, high


def _holds(count: int, draws: int, low: int, high: int) -> float:
    """How often two of so many ordered samples have the true median between them, of whatever distribution."""
    least, most = ceil((low + 1) * draws / count), high * draws // count
    return float(sum(comb(draws, below) for below in range(least, most + 1)) / 2**draws)


@lru_cache(maxsize=65536)
def _below(count: int, place: int, needed: int, draws: int) -> float:
    """The chance that at least `needed` of `draws` draws from `count` samples are among the `place` smallest."""
    if place >= count:
        return 1.0
    if draws > _MANY:
        mean = draws * place / count
        return erfc((needed - 0.5 - mean) / sqrt(mean * (1 - place / count)) / sqrt(2)) / 2
    inside, outside = log(place / count), log1p(-place / count)
    whole = lgamma(draws + 1)
    return min(1.0, fsum(
        exp(whole - lgamma(hits + 1) - lgamma(draws - hits + 1) + hits * inside + (draws - hits) * outside)
        for hits in range(needed, draws + 1)
    ))  # fmt: skip


@lru_cache(maxsize=1024)
def _masses(count: int, draws: int, upper: bool) -> tuple[tuple[int, float], ...]:
    """How often each of so many ordered samples is a resample's median; what hardly ever is, is left out."""
    needed = draws // 2 + 1 if upper else (draws + 1) // 2
    reached = [0.0, *(_below(count, place, needed, draws) for place in range(1, count + 1))]
    steps = ((place, reached[place + 1] - reached[place]) for place in range(count))
    return tuple((place, mass) for place, mass in steps if mass > _NEGLIGIBLE)


def _quotients(a: Sequence[float], b: Sequence[float], upper: bool) -> tuple[Numbers, Numbers]:
    """Every ratio of the two medians, and how often it is drawn."""
    import numpy as np

    parts = []
    for samples, side in ((a, upper), (b, not upper)):
        places, masses = zip(*_masses(len(samples), _draws(samples), side), strict=True)
        parts.append((np.array(_checked(samples))[list(places)], np.array(masses)))
    (above, mass), (below, other) = parts
    return np.divide.outer(above, below).ravel(), np.multiply.outer(mass, other).ravel()


def _quantile(values: Numbers, masses: Numbers, share: float) -> float:
    """The smallest value that so large a share of the mass does not exceed."""
    order = values.argsort()
    place = int(masses[order].cumsum().searchsorted(share, side="right"))
    return float(values[order[min(place, len(order) - 1)]])
