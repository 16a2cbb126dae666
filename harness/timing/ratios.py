"""How many times the time of one series another takes."""

from __future__ import annotations

from nnconform.harness.timing.model import Series
from nnconform.reports import statistics


def ratio(a: Series, b: Series) -> statistics.Interval | None:
    """The median of the ratios within shared rounds, with its 95 % interval; None where these are too few."""
    return statistics.ratio(_by_round(a), _by_round(b))


def _by_round(series: Series) -> dict[int, float]:
    return {int(number): time for number, time in series.rounds}
