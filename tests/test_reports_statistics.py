"""Intervals hold what they say, and agree with the bootstrap that throws dice."""

from __future__ import annotations

import random
from math import inf, nan

import numpy as np
import pytest

from nnconform.reports import statistics
from nnconform.reports.statistics import chance, interval, median, ratio, ratio_independent


def drawn(seed: int, count: int, middle: float = 1.0) -> list[float]:
    source = random.Random(seed)
    return [source.lognormvariate(0, 0.2) * middle for _ in range(count)]


def test_a_median_and_its_interval() -> None:
    assert interval([3.0] * 9) == (3.0, 3.0, 3.0)
    assert median([4.0, 1.0, 3.0, 2.0]) == 2.5
    middle, low, high = interval(drawn(1, 60))
    assert low < middle < high


@pytest.mark.parametrize("count", [30, 41, 200])
def test_it_agrees_with_a_bootstrap_that_throws_dice(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "worth", len)  # dice know nothing of neighbours
    samples = np.array(drawn(count, count))
    dice = np.random.default_rng(0)
    medians = np.median(samples[dice.integers(0, count, (20_000, count))], axis=1)
    ordered = np.sort(samples)
    for mine, theirs in zip(interval(samples.tolist())[1:], np.quantile(medians, [0.025, 0.975]), strict=True):
        places = np.searchsorted(ordered, [mine, theirs])
        assert abs(int(places[0]) - int(places[1])) <= 2, "they are at most two samples apart"


@pytest.mark.parametrize("count", [6, 11, 30, 100])
def test_an_interval_holds_the_truth_as_often_as_it_says(count: int) -> None:
    found = [interval(drawn(seed, count)) for seed in range(600)]
    share = sum(low <= 1 <= high for _, low, high in found) / len(found)
    assert share >= 0.93


def test_an_interval_is_no_wider_than_it_must_be() -> None:
    found = [interval(drawn(seed, 100)) for seed in range(200)]
    wide = sum((high - low) / middle for middle, low, high in found) / len(found)
    theory = 2 * 1.96 * 1.2533 * 0.2 / 10
    assert wide < 1.35 * theory


def test_more_confidence_is_a_wider_interval() -> None:
    samples = drawn(3, 50)
    _, low, high = interval(samples, 0.95)
    _, lower, higher = interval(samples, 0.999)
    assert lower < low < high < higher


def test_a_ratio_is_taken_within_rounds() -> None:
    slow = dict(enumerate(drawn(1, 40)))
    twice = {number: 2 * value for number, value in slow.items()}
    assert ratio(twice, slow) == pytest.approx((2.0, 2.0, 2.0))
    assert ratio(twice, {number + 36: value for number, value in slow.items()}) is None
    assert ratio(twice, {number + 35: value for number, value in slow.items()}) is not None


def test_two_runs_that_share_no_rounds() -> None:
    middle, low, high = ratio_independent(drawn(1, 60, 3.0), drawn(2, 60))
    assert low < 3 < high
    assert low < middle < high
    holds = 0
    for seed in range(300):
        _, low, high = ratio_independent(drawn(seed, 40), drawn(seed + 1000, 40))
        holds += low <= 1 <= high
    assert 0.93 <= holds / 300 <= 1


def test_chance_is_small_only_where_something_changed() -> None:
    assert chance(drawn(1, 40), drawn(1, 40)) > 0.5
    assert chance(drawn(1, 40, 1.5), drawn(2, 40)) < 1e-4
    assert chance(drawn(1, 40, 1.5), drawn(2, 40), margin=1.5) > 0.05
    assert chance(drawn(1, 5, 9.0), drawn(2, 5)) >= 2 / 252, "five and five samples cannot tell more"
    called = sum(chance(drawn(seed, 30), drawn(seed + 500, 30)) < 0.05 for seed in range(400))
    assert called <= 28, "5 of 100 is what is said, and 7 what chance makes of it in 400"


@pytest.mark.parametrize("samples", [[], [1.0, nan], [1.0, inf]])
def test_what_is_no_sample_is_refused(samples: list[float]) -> None:
    with pytest.raises(ValueError, match="sample"):
        interval(samples)


def test_many_samples_take_no_time() -> None:
    middle, low, high = interval(drawn(5, 20_000))
    assert low < middle < high
    assert high / low < 1.02
