"""How many independent samples a series of measurements is worth.

Measurements taken one after another resemble their neighbours: a machine has slow and fast stretches.  An interval
that takes them for independent is too narrow: at a correlation of 0.5 between neighbours it holds the true median 80
times in 100, not 95.  Ranks are correlated, not values, so that one huge outlier neither hides a drift nor feigns one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

_STRONGEST = 0.95
"""A higher correlation between neighbours cannot be told from a trend in series as short as these."""


def worth(samples: Sequence[float]) -> float:
    """The number of independent samples that would tell as much; the samples are given in the order of their time.

    A short series hides part of its correlation, on average (1 + 3r)/n of it, which is added again.  Two estimates
    are made and the larger correlation counts: neighbours alone, as if each forgot the past at one rate, and the sum
    over all distances as long as two in a row are positive, which sees slow drift below quick noise.
    """
    count = len(samples)
    centred = _ranks(samples)
    whole = sum(value * value for value in centred)
    if count < 4 or not whole:
        return float(count)
    first = _correlation(centred, 1, whole)
    first = min(max(first + (1 + 3 * first) / count, 0.0), _STRONGEST)
    return count / max((1 + first) / (1 - first), _summed(centred, whole))


def _summed(centred: Sequence[float], whole: float) -> float:
    """The length of time that a sample stands for, from the correlations over all distances."""
    count, total = len(centred), 1.0
    for distance in range(1, count // 3 - 1, 2):
        pair = sum(_correlation(centred, step, whole) + 1 / count for step in (distance, distance + 1))
        if pair <= 0:
            break
        total += 2 * pair
    return total


def _correlation(centred: Sequence[float], distance: int, whole: float) -> float:
    return sum(a * b for a, b in zip(centred, centred[distance:], strict=False)) / whole


def _ranks(samples: Sequence[float]) -> list[float]:
    """Ranks less their mean; equal samples share theirs."""
    order = sorted(range(len(samples)), key=samples.__getitem__)
    starts = [place for place, (a, b) in enumerate(pairwise(order), 1) if samples[a] != samples[b]]
    ranks = [0.0] * len(samples)
    for start, end in pairwise([0, *starts, len(samples)]):
        for place in order[start:end]:
            ranks[place] = (start + end - len(samples)) / 2
    return ranks
