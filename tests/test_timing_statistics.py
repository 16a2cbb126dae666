"""An interval holds the true median as often as it says, also where neighbours resemble each other."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from timing_fakes import FakeSentinel, FakeWorker, Machine, noisy

from nnconform.harness.timing.engine import measure
from nnconform.harness.timing.model import Settings
from nnconform.harness.timing.ratios import ratio
from nnconform.reports.statistics import interval
from nnconform.reports.worth import worth

TRIES = 400
LEAST = 0.93
Draw = Callable[[Random, int], list[float]]


def independent(random: Random, count: int) -> list[float]:
    return [random.gauss(0, 1) for _ in range(count)]


def skewed(random: Random, count: int) -> list[float]:
    return [random.lognormvariate(0, 1) - 1 for _ in range(count)]


def wild(random: Random, count: int) -> list[float]:
    """Cauchy: a median, and no mean."""
    return [random.gauss(0, 1) / random.gauss(0, 1) for _ in range(count)]


def remembering(memory: float) -> Draw:
    def drawn(random: Random, count: int) -> list[float]:
        state, found = random.gauss(0, 1), []
        for _ in range(count):
            state = memory * state + (1 - memory**2) ** 0.5 * random.gauss(0, 1)
            found.append(state)
        return found

    return drawn


DRAWS: dict[str, Draw] = {
    "independent": independent,
    "skewed": skewed,
    "wild": wild,
    "correlated 0.3": remembering(0.3),
    "correlated 0.5": remembering(0.5),
}


def coverage(draw: Draw, count: int, how: Callable[[list[float]], tuple[float, float, float]]) -> float:
    random = Random(count)
    found = [how(draw(random, count)) for _ in range(TRIES)]
    return sum(low <= 0 <= high for _, low, high in found) / TRIES


@pytest.mark.parametrize("count", [30, 100])
@pytest.mark.parametrize("name", DRAWS)
def test_an_interval_holds_the_true_median(name: str, count: int) -> None:
    assert coverage(DRAWS[name], count, interval) >= LEAST


def test_without_counting_what_samples_are_worth_it_would_not() -> None:
    def naive(samples: list[float]) -> tuple[float, float, float]:
        shuffled = samples[:]
        Random(0).shuffle(shuffled)  # hides the order, and so the correlation
        return interval(shuffled)

    assert coverage(DRAWS["correlated 0.5"], 100, naive) < LEAST - 0.05


def test_independent_samples_are_worth_nearly_their_number() -> None:
    random = Random(1)
    found = sorted(worth(independent(random, 100)) for _ in range(101))
    assert 80 <= found[50] <= 100


def test_correlated_samples_are_worth_less() -> None:
    random = Random(1)
    found = sorted(worth(remembering(0.5)(random, 300)) for _ in range(51))
    assert 50 <= found[25] <= 130  # 300 / 3 is the truth


def test_one_huge_outlier_changes_no_worth() -> None:
    samples = remembering(0.5)(Random(2), 100)
    highest = samples.index(max(samples))
    assert worth(samples) == worth([*samples[:highest], 1e9, *samples[highest + 1 :]])


@pytest.mark.parametrize("samples", [[1.0], [2.0, 2.0, 2.0, 2.0, 2.0], [1.0, 2.0, 3.0]])
def test_few_or_equal_samples_are_worth_their_number(samples: list[float]) -> None:
    assert worth(samples) == len(samples)


def pair(seed: int, memory: float) -> tuple[float, float, float]:
    machine = Machine()
    worker = FakeWorker(machine)
    worker.costs = {0: noisy(50_000, 0.02, 2 * seed, memory), 1: noisy(50_000, 0.02, 2 * seed + 1, memory)}
    entries = {0: (worker, 0), 1: (worker, 1)}
    settings = Settings(seed=seed, cold=False, warm_up_s=0.01, limit_s=2.0)
    found = measure(entries, settings, machine.clock, sentinel=FakeSentinel())
    assert found[0].hot
    assert found[1].hot
    between = ratio(found[0].hot, found[1].hot)
    assert between
    return between


@pytest.mark.parametrize("memory", [0.0, 0.5])
def test_of_two_hundred_pairs_of_one_thing_enough_hold_one_though_each_stops_when_it_likes(memory: float) -> None:
    held = sum(low <= 1 <= high for _, low, high in (pair(seed, memory) for seed in range(200)))
    assert held / 200 >= LEAST
