"""Rounds: who is timed when, when it is enough, and what becomes of those that fail."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from timing_fakes import FakeSentinel, FakeWorker, Machine, noisy, steady

from nnconform.harness.timing.engine import measure
from nnconform.harness.timing.errors import BadClock, CallFailed, WorkerLost
from nnconform.harness.timing.model import Measured, Progress, Series, Settings
from nnconform.harness.timing.ratios import ratio

HOT = Settings(cold=False)
GONE = CallFailed("the call failed in a block: RuntimeError: device lost")


def hot(found: Measured) -> Series:
    assert found.hot, found.failed
    return found.hot


def one(worker: FakeWorker, settings: Settings = HOT, *said: float) -> Measured:
    return measure({"it": (worker, 0)}, settings, worker.machine.clock, sentinel=FakeSentinel(*said))["it"]


def made(*costs: float, **description: Any) -> FakeWorker:
    worker = FakeWorker(Machine(), **description)
    worker.costs = {slot: steady(cost) for slot, cost in enumerate(costs)}
    return worker


def test_a_steady_call_takes_the_fewest_rounds_and_says_why_it_stopped() -> None:
    found = hot(one(made(2_000)))
    assert (found.median_ns, found.low_ns, found.high_ns) == (2_000, 2_000, 2_000)
    assert (len(found.rounds), found.stop, found.half_width, found.dropped) == (30, "interval", 0, 0)


def test_blocks_of_cheap_calls_last_a_millisecond() -> None:
    assert hot(one(made(2_000))).calls == 500


def test_blocks_last_a_thousand_times_the_clocks_resolution() -> None:
    assert hot(one(made(2_000, clock_resolution_ns=15_000))).calls == 7_500


def test_a_long_call_is_a_block() -> None:
    assert hot(one(made(30_000_000))).calls == 1


def test_warm_up_lasts_until_three_blocks_agree_and_counts_for_nothing() -> None:
    worker = made(0)
    worker.costs[0] = lambda number, _: [9e6, 5e6, 2e6, 1.04e6, 1e6, 1e6][min(number, 5)]
    found = one(worker)
    assert hot(found).median_ns == 1e6
    assert hot(found).rounds[0] == [6, 1e6]  # 9, 5, 2 do not agree; 1.04, 1 and 1 do
    assert not found.notes


def test_warm_up_that_never_agrees_ends_and_is_told() -> None:
    worker = made(0)
    worker.costs[0] = lambda number, _: 1e6 if number % 2 else 2e6
    found = one(worker, Settings(cold=False, warm_up_s=0.1, limit_s=0.2))
    assert found.hot
    assert "never agreed" in found.notes[0]


def test_noise_ends_at_the_time_limit_and_says_so() -> None:
    worker = made(0)
    worker.costs[0] = noisy(3e6, 0.3, seed=1)
    found = hot(one(worker, Settings(cold=False, warm_up_s=0.05, limit_s=0.9)))
    assert found.stop == "time limit"
    assert found.half_width > 0.01
    assert 250 <= len(found.rounds) <= 350


def test_a_call_longer_than_the_time_limit_still_gets_six_rounds() -> None:
    found = hot(one(made(20e9)))
    assert (found.stop, len(found.rounds)) == ("time limit", 6)


def test_rounds_are_interleaved_in_an_order_that_chance_sets_and_the_seed_repeats() -> None:
    logs = []
    for seed in (1, 1, 2):
        worker = made(1e6, 1e6, 1e6)
        entries = {slot: (worker, slot) for slot in worker.costs}
        measure(entries, Settings(seed=seed, cold=False), worker.machine.clock, sentinel=FakeSentinel())
        logs.append([slot for _, slot, *_ in worker.machine.log])
    rounds = [tuple(logs[0][start : start + 3]) for start in range(0, len(logs[0]), 3)]
    assert all(sorted(each) == [0, 1, 2] for each in rounds)
    assert len(set(rounds)) == 6
    assert logs[0] == logs[1] != logs[2]


def test_calls_lead_in_where_others_used_the_cache() -> None:
    worker = made(1e6, 2_000)
    entries = {slot: (worker, slot) for slot in worker.costs}
    measure(entries, HOT, worker.machine.clock, sentinel=FakeSentinel())
    log = worker.machine.log
    assert {lead for (_, before, *_), (_, slot, _, _, lead) in pairwise(log) if slot == 0 != before} == {1}
    assert {lead for _, slot, calls, _, lead in log[10:] if slot == 1} == {25}


def test_hot_and_cold_are_series_of_their_own() -> None:
    worker = made(0)
    worker.costs[0] = lambda _, cold: 5e6 if cold else 1e6
    found = one(worker, Settings())
    assert hot(found).median_ns == 1e6
    assert found.cold
    assert (found.cold.median_ns, found.cold.calls) == (5e6, Settings().cold_calls)


def test_where_no_cache_can_be_filled_there_is_no_cold_series() -> None:
    found = one(made(1e6, cold=False), Settings())
    assert found.hot
    assert found.cold is None
    assert not found.failed


def test_a_round_in_which_the_sentinel_drifts_is_dropped_and_counted() -> None:
    said = [100.0] * 10 + [110.0] + [100.0] * 40
    found = hot(one(made(1e6), HOT, *said))
    assert found.dropped == 2  # the drift lies at the end of one round and the start of the next
    assert not {9, 10} & {int(number) for number, _ in found.rounds}


def test_a_lasting_drift_becomes_usual() -> None:
    sentinel = FakeSentinel(*[100.0] * 10, *[120.0] * 100)
    worker = made(1e6)
    found = measure({0: (worker, 0)}, HOT, worker.machine.clock, sentinel=sentinel)[0]
    assert len(hot(found).rounds) == 30
    assert 0 < hot(found).dropped < 15
    assert sentinel.dropped == hot(found).dropped


def test_a_machine_that_always_drifts_is_too_busy_to_rank() -> None:
    said = [80.0, 120.0] * 5_000
    found = one(made(1e6), Settings(cold=False, limit_s=0.1), *said)
    assert found.untrusted.startswith("too busy to rank: ")
    assert found.hot


def test_wall_time_without_cpu_time_is_contention() -> None:
    worker = made(1e6)
    worker.share = 0.8
    found = one(worker)
    assert hot(found).contended
    assert found.untrusted == "too busy to rank: 30 of 30 rounds were dropped or contended"


@pytest.mark.parametrize("description", [{"threads": 4}, {"device": "cuda"}])
def test_contention_is_not_judged_where_wall_and_cpu_time_differ_anyway(description: dict[str, object]) -> None:
    worker = made(1e6, **description)
    worker.share = 0.2
    found = one(worker)
    assert not hot(found).contended
    assert not found.untrusted


def test_a_ratio_is_taken_within_rounds_so_that_common_drift_cancels() -> None:
    worker = made(0, 0)
    worker.costs = {0: lambda number, _: 1e6 + 2e4 * number, 1: lambda number, _: 2e6 + 4e4 * number}
    entries = {slot: (worker, slot) for slot in worker.costs}
    settings = Settings(cold=False, warm_up_s=0.1, limit_s=0.1)
    found = measure(entries, settings, worker.machine.clock, sentinel=FakeSentinel())
    between = ratio(hot(found[1]), hot(found[0]))
    assert between is not None
    assert between == pytest.approx((2, 2, 2), rel=1e-6)


def test_a_device_that_vanishes_ends_its_entry_and_no_other() -> None:
    worker = made(1e6, 1e6)
    worker.raises[0, 12] = GONE
    entries = {slot: (worker, slot) for slot in worker.costs}
    found = measure(entries, HOT, worker.machine.clock, sentinel=FakeSentinel())
    assert found[0].failed == str(GONE)
    assert found[0].hot is None
    assert len(hot(found[1]).rounds) == 30


def test_a_worker_that_is_lost_takes_its_entries_with_it_and_others_go_on() -> None:
    machine = Machine()
    dying, living = FakeWorker(machine, "dying"), FakeWorker(machine, "living")
    dying.costs, living.costs = {0: steady(1e6), 1: steady(1e6)}, {0: steady(1e6)}
    dying.raises[0, 7] = WorkerLost("its process ended with SIGKILL")
    entries = {"a": (dying, 0), "b": (dying, 1), "c": (living, 0)}
    found = measure(entries, HOT, machine.clock, sentinel=FakeSentinel())
    assert found["a"].failed == found["b"].failed == "its process ended with SIGKILL"
    assert len(hot(found["c"]).rounds) == 30
    assert Counter(name for name, *_ in machine.log)["dying"] <= 16


def test_a_block_in_which_the_clock_goes_back_is_thrown_away() -> None:
    worker = made(1e6)
    worker.raises[0, 9] = BadClock("the clock went back by 5 ns")
    found = one(worker)
    assert len(hot(found).rounds) == 30
    assert hot(found).dropped == 1
    assert found.notes == ["1 blocks thrown away: the clock went back or stood still"]


def test_a_clock_that_stands_still_is_one_line() -> None:
    worker = made(1e6)
    worker.raises = {(0, number): BadClock("the clock stood still") for number in range(99)}
    found = one(worker)
    assert found.failed == "the clock stood still, 3 blocks in a row"
    assert found.hot is None


def test_progress_is_told_each_round() -> None:
    worker, told = made(1e6), list[Progress]()
    measure({0: (worker, 0)}, HOT, worker.machine.clock, sentinel=FakeSentinel(), watch=told.append)
    assert [each.round for each in told] == list(range(1, len(told) + 1))
    assert (told[0].finished, told[-1].finished, told[-1].total) == (0, 1, 1)


def test_nothing_to_measure_is_nothing() -> None:
    assert measure({}, HOT, Machine().clock, sentinel=FakeSentinel()) == {}
