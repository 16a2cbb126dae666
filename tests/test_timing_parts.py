"""Threads, memory, caches, samples, ceilings, conditions."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import timed

from nnconform.harness.timing import caches, ceilings, memory, threads
from nnconform.harness.timing.conditions import Conditions, governor, resolution
from nnconform.harness.timing.errors import BadClock, CallFailed, TooLarge, first_line, from_data, to_data
from nnconform.harness.timing.sampling import sampled
from nnconform.harness.timing.sentinel import Sentinel

GRID = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.parametrize(
    ("rows", "columns", "expected"),
    [
        (None, None, GRID),
        ([1], None, GRID[[1]]),
        (None, [0, 3], GRID[..., [0, 3]]),
        ([1], [3, 0], GRID[[1]][..., [3, 0]]),
    ],
)
def test_a_sample_is_taken_along_the_first_and_the_last_axis(rows: Any, columns: Any, expected: Any) -> None:
    assert np.array_equal(sampled(GRID, {"rows": rows, "columns": columns}), expected)


def test_a_vector_has_one_axis() -> None:
    assert np.array_equal(sampled(np.arange(9), {"rows": [2, 8], "columns": None}), [2, 8])
    assert np.array_equal(sampled(np.arange(9), {"rows": None, "columns": [2, 8]}), [2, 8])


@pytest.mark.parametrize("odd", [np.array(3.0), np.zeros((0, 4)), np.zeros((4, 0))])
def test_what_has_nothing_to_sample_comes_as_it_is(odd: Any) -> None:
    assert sampled(odd, {"rows": [0, 5], "columns": [1]}).shape == odd.shape


def test_an_answer_that_is_too_small_does_not_crash_the_worker() -> None:
    assert sampled(np.arange(3), {"rows": [0, 9], "columns": None}).shape == (2,)


def test_a_sample_is_no_view() -> None:
    assert not np.shares_memory(sampled(GRID, None), GRID)


def test_memory_that_is_available(tmp_path: Path) -> None:
    file = tmp_path / "meminfo"
    file.write_text("MemTotal: 99 kB\nMemAvailable:   2048 kB\n", "utf-8")
    assert memory.available(file) == 2 * 2**20
    assert memory.available(tmp_path / "none") is None


@pytest.mark.parametrize(("host", "device"), [(99, None), (None, 99), (10**9, 99), (99, 10**9)])
def test_a_case_must_fit_wherever_it_lies(host: int | None, device: int | None) -> None:
    with pytest.raises(TooLarge):
        memory.check(100, host, device)


def test_a_case_that_fits_or_whose_place_is_unknown_passes() -> None:
    memory.check(100, 400, None)
    memory.check(100, None, None)


def test_sizes_in_words() -> None:
    assert [memory.size(count) for count in (5, 2**10, 3 * 2**29, 2**50)] == [
        "5 bytes",
        "1 KiB",
        "1.5 GiB",
        "1.02e+03 TiB",
    ]


def test_the_largest_cache_counts(tmp_path: Path) -> None:
    for number, size in enumerate(("32K", "1M", "33792K")):
        (tmp_path / f"index{number}").mkdir()
        (tmp_path / f"index{number}" / "size").write_text(size + "\n", "utf-8")
    assert caches.last_level(tmp_path) == 33 * 2**20
    assert caches.last_level(tmp_path / "none") is None


def test_thread_counts_are_named_to_every_usual_pool() -> None:
    one, four = threads.environment(1), threads.environment(4)
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        assert (one[name], four[name]) == ("1", "4")
    assert "--xla_cpu_multi_thread_eigen=false" in one["XLA_FLAGS"]


def test_flags_of_the_user_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLA_FLAGS", "--xla_dump_to=here")
    assert threads.environment(1)["XLA_FLAGS"] == "--xla_dump_to=here --xla_cpu_multi_thread_eigen=false"
    assert threads.environment(2)["XLA_FLAGS"] == "--xla_dump_to=here"


def test_without_affinity_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert threads.choose(4) == ()
    assert threads.pin(()).startswith("not pinned: ")
    with threads.pinned(()):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a process on a CPU")
def test_this_thread_returns_to_its_cpus() -> None:
    before = os.sched_getaffinity(0)
    (last,) = threads.choose(1)
    with threads.pinned((last,)):
        assert os.sched_getaffinity(0) == {last}
    assert os.sched_getaffinity(0) == before
    with pytest.raises(ValueError, match="cannot be pinned"):
        threads.choose(len(before) + 1)


@pytest.mark.parametrize("error", [TooLarge("large", 7, 5), CallFailed("gone"), BadClock("back")])
def test_errors_pass_the_pipe(error: Any) -> None:
    again = from_data(to_data(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_an_error_is_one_line_whatever_it_says() -> None:
    class Unprintable(Exception):  # noqa: N818
        def __str__(self) -> str:
            raise RuntimeError

    assert [first_line(error) for error in (KeyError(), ValueError("a\nb"), Unprintable())] == [
        "KeyError",
        "ValueError: a",
        "Unprintable",
    ]


class Steps:
    """A clock on which each second look is 1 ms after the one before."""

    def __init__(self, step: int = 1_000_000) -> None:
        self.now, self.step, self.looks = 0, step, 0

    def __call__(self) -> int:
        self.looks += 1
        self.now += self.step if self.looks % 3 == 0 else 0
        return self.now


def test_ceilings_are_rates_with_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ceilings, "_COPIED", 2**20)
    monkeypatch.setattr(ceilings, "_SIDES", (16, 32))
    monkeypatch.setattr(ceilings, "last_level", lambda: None)
    copy, matrix = ceilings.ceilings(timed.Counting(), "float32")
    for found, unit in ((copy, "GB/s"), (matrix, "GFLOP/s")):
        assert found.value is not None
        assert found.low is not None
        assert found.high is not None
        assert 0 < found.low <= found.value <= found.high
        assert (found.unit, found.missing) == (unit, "")


def test_rates_are_bytes_both_ways_and_two_operations_a_product(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ceilings, "_series", lambda *_: [1000] * 6)
    monkeypatch.setattr(ceilings, "_COPIED", 2**20)
    monkeypatch.setattr(ceilings, "_SIDES", (16,))
    monkeypatch.setattr(ceilings, "last_level", lambda: None)
    copy, matrix = ceilings.ceilings(timed.Counting(), "float32")
    assert copy.value == 2 * 2**20 / 1000
    assert matrix.value == 2 * 16**3 / 1000


def test_a_missing_ceiling_is_one_line() -> None:
    copy, matrix = ceilings.ceilings(timed.Bare(), "float32")
    assert (copy.value, copy.missing) == (None, "no copy ceiling: good has no copy()")
    assert (matrix.value, matrix.missing) == (None, "no matrix ceiling: good has no matmul")


def test_a_clock_that_stands_still_leaves_a_ceiling_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ceilings, "_COPIED", 2**10)
    monkeypatch.setattr(ceilings, "_SIDES", (4,))
    monkeypatch.setattr(ceilings, "last_level", lambda: None)
    copy, _ = ceilings.ceilings(timed.Counting(), "float32", lambda: 5)
    assert copy.missing == "no copy ceiling: the clock stood still"


def test_the_sentinel_takes_the_best_of_three_and_judges_by_its_running_median() -> None:
    looks = iter([0, 1, 0, 100, 0, 90, 0, 300])
    sentinel = Sentinel(clock=lambda: next(looks))
    assert sentinel() == 90
    sentinel.recent.extend([100, 100, 100])
    assert not sentinel.drifted(104, 96, 0.05)
    assert sentinel.drifted(100, 106, 0.05)
    assert sentinel.drifted(94, 100, 0.05)
    assert sentinel.dropped == 2


def test_conditions_are_recorded() -> None:
    looks = iter(range(0, 8000, 1000))
    sentinel, conditions = Sentinel(clock=lambda: next(looks)), Conditions(2, 7)
    sentinel()
    found = conditions.record(sentinel)
    assert (found["record"], found["threads"], found["seed"], found["sentinel_ns"]) == ("conditions", 2, 7, 1000)
    assert found["clock_resolution_ns"] >= 1
    assert set(found) == {
        "record", "threads", "seed", "clock_resolution_ns", "load_before", "load_after", "sentinel_ns",
        "dropped_rounds", "governor",
    }  # fmt: skip


def test_a_governor_that_is_not_told_is_empty(tmp_path: Path) -> None:
    assert governor(tmp_path / "none") == ""
    (tmp_path / "governor").write_text("performance\n", "utf-8")
    assert governor(tmp_path / "governor") == "performance"
    assert resolution() < 1_000_000
