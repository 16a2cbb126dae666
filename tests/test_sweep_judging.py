"""Answers that are wrong at one input of 65,536, and what a sweep says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise
from math import isnan
from typing import Any

import numpy as np
import pytest

from nnconform.adapters import Adapter
from nnconform.harness.subject import SubjectCrashed
from nnconform.harness.sweeps import compare
from nnconform.harness.sweeps.answering import answer, question_of
from nnconform.harness.sweeps.figures import table, verdict
from nnconform.harness.sweeps.memory import Shared
from nnconform.harness.sweeps.sweep import Asked, Entry, Sweep
from nnconform.harness.sweeps.truths import truth
from nnconform.harness.sweeps.walk import Batch, walk
from nnconform.harness.verdict import Verdict
from nnconform.reference.sweep.engine import Engine
from nnconform.spec.catalogue import catalogue

Array = Any
ONE = {"float16": 0x3C00, "bfloat16": 0x3F80}
LARGEST_SUBNORMAL = {"float16": 0x03FF, "bfloat16": 0x007F}


@cache
def right(operation: str, dtype: str) -> Array:
    made = Engine(operation, catalogue()[operation].attributes, dtype)
    with np.errstate(all="ignore"):
        return made.rounded(made.rounding.wide(np.arange(2**16, dtype=np.uint16)))


class Spoiled(Asked):
    """Answers correctly rounded, but for what `spoil` does to the bits."""

    def __init__(self, spoil: Callable[[Array], None]) -> None:
        self.apart, self.spoil = False, spoil

    def answered(self, question: Mapping[str, Any], memory: Shared, count: int) -> Mapping[str, Any]:
        bits = right(question["operation"], question["dtype"]).copy()
        self.spoil(bits)
        memory.array[:count] = bits
        return {"cpu_ns": 1}


def sweep(operation: str, dtype: str, spoil: Callable[[Array], None]) -> tuple[Verdict, dict[str, Any]]:
    made = Sweep(truth(operation, catalogue()[operation].attributes, dtype), walk(dtype, exhaustive=False))
    entry = Entry(Spoiled(spoil))
    made.run([entry])
    return verdict(entry.tally, made.engine), table(entry.tally, made.engine)


def nothing(bits: Array) -> None:
    """Spoil nothing."""


def putting(place: int, bits: int) -> Callable[[Array], None]:
    def spoil(answers: Array) -> None:
        answers[place] = bits

    return spoil


def test_parts_of_a_batch_make_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    def next_ones(bits: Array) -> None:
        bits[1:0x7000:2] += 1

    whole = sweep("softplus", "float16", next_ones)
    assert whole[1]["not_correctly_rounded"] > 10_000
    monkeypatch.setattr(compare, "_PART", 1000)
    assert sweep("softplus", "float16", next_ones) == whole


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("operation", ["relu", "sigmoid", "tanh", "exp", "log", "gelu"])
def test_correctly_rounded_answers_pass(operation: str, dtype: str) -> None:
    found, figures = sweep(operation, dtype, nothing)
    assert found.outcome == "passed"
    assert figures["proof"]
    assert figures["inputs"] == 65_536
    assert figures["not_correctly_rounded"] == 0
    assert figures["worst_ulps"] == (0.0 if operation == "relu" else 0.5)
    assert figures["histogram"] == []


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("operation", ["relu", "sigmoid", "tanh", "exp"])
def test_one_answer_beyond_its_bound_is_found(operation: str, dtype: str) -> None:
    place = ONE[dtype] + 5
    true = int(right(operation, dtype)[place])
    found, figures = sweep(operation, dtype, putting(place, true + 6))
    assert found.outcome == "failed"
    assert found.witness
    assert found.witness["index"] == [place]
    assert found.share > 1
    assert figures["worst_input"] == figures["worst_normal_input"] == f"{place:04x}"
    assert 5.4 < figures["worst_ulps"] < 6.6
    assert figures["not_correctly_rounded"] == 1
    assert [line[2] for line in figures["histogram"]] == [1]
    assert figures["histogram"][0][0] == 1.0, "the bin's lowest input"


def test_an_error_within_the_bound_is_reported_and_passes() -> None:
    exact = Engine("exp", {}, "bfloat16")
    bits = right("exp", "bfloat16")
    x = exact.rounding.wide(np.arange(2**16, dtype=np.uint16))
    for place in range(ONE["bfloat16"], ONE["bfloat16"] + 200):
        value = exact.exact.value(float(x[place]))
        got = int(bits[place]) + 1
        if exact.exact.allows(float(exact.rounding.wide(np.array([got], np.uint16))[0]), value):
            break
    else:
        raise AssertionError("no bound reaches a neighbour: the test has nothing to show")
    found, figures = sweep("exp", "bfloat16", putting(place, got))
    assert found.outcome == "passed"
    assert figures["not_correctly_rounded"] == 1
    assert figures["worst_input"] == f"{place:04x}"
    assert 0.5 < figures["worst_ulps"] < 1.6
    assert 0 < found.share <= 1


def test_a_nan_that_is_swallowed() -> None:
    found, figures = sweep("relu", "float16", putting(0x7E00, 0))
    assert found.facets == ("nan",)
    assert figures["nan_wrong"] == 1
    assert found.witness
    assert found.witness["index"] == [0x7E00]
    assert isnan(found.witness["exact"])


def test_a_nan_and_an_infinity_that_should_not_be() -> None:
    found, figures = sweep("tanh", "float16", putting(0x7C00, 0x7E00))
    assert (found.facets, figures["nan_wrong"], figures["inf_wrong"]) == (("nan",), 1, 0)
    found, figures = sweep("tanh", "float16", putting(0x5000, 0x7C00))
    assert (found.facets, figures["nan_wrong"], figures["inf_wrong"]) == (("inf",), 0, 1)


def test_near_overflow_the_largest_number_and_infinity_are_both_right() -> None:
    bits = right("exp", "float16")
    last = int(np.flatnonzero(bits[:0x7C00] == 0x7C00)[0]) - 1  # the last finite result
    found, figures = sweep("exp", "float16", putting(last - 40, 0x7C00))
    assert (found.outcome, figures["inf_wrong"]) == ("failed", 1)


@pytest.mark.parametrize(("dtype", "outcome"), [("bfloat16", "passed"), ("float16", "failed")])
def test_flushed_results_are_counted_and_float16_may_not(dtype: str, outcome: str) -> None:
    def flush(bits: Array) -> None:
        magnitude = bits & 0x7FFF
        bits[(magnitude > 0) & (magnitude <= LARGEST_SUBNORMAL[dtype])] &= 0x8000

    found, figures = sweep("exp", dtype, flush)
    made = Engine("exp", {}, dtype)
    with np.errstate(all="ignore"):
        exact = made.fast(made.rounding.wide(np.arange(2**16, dtype=np.uint16)))
    count = int(np.count_nonzero((exact >= made.rounding.least) & (exact < made.rounding.normal)))
    assert found.outcome == outcome
    assert count - 1 <= figures["flushed_results"] <= count, "the largest may round to the smallest normal number"
    assert count > 8
    assert figures["worst_normal_ulps"] == 0.5


def test_flushed_inputs_are_excused_and_counted() -> None:
    def flush(bits: Array) -> None:
        bits[1 : LARGEST_SUBNORMAL["bfloat16"] + 1] = 0

    found, figures = sweep("relu", "bfloat16", flush)
    assert found.outcome == "passed"
    assert figures["flushed_inputs"] == 0x7F
    assert found.traits == {"flushes inputs": 0x7F}
    found, figures = sweep("log", "bfloat16", flush_log)
    assert (found.outcome, figures["flushed_inputs"], figures["inf_wrong"]) == ("passed", 0x7F, 0)


def flush_log(bits: Array) -> None:
    bits[1:0x80] = 0xFF80  # -inf


def test_the_sign_of_zero_is_told_and_passes() -> None:
    found, figures = sweep("tanh", "float16", putting(0x8000, 0))
    assert found.outcome == "passed"
    assert figures["zero_sign_wrong"] == 1
    assert figures["zero_sign_input"] == "8000"
    assert figures["not_correctly_rounded"] == 0
    _, figures = sweep("relu", "float16", putting(0x8000, 0x8000))
    assert figures["zero_sign_wrong"] == 0


# ------------------------------------------------------------- beside the framework


class Plain(Adapter):
    name = "plain"

    def relu(self, x: Any) -> Any:
        return np.maximum(x, 0)


class Widens(Plain):
    def relu(self, x: Any) -> Any:
        return np.maximum(x, 0).astype(np.float64)


class Shortens(Plain):
    def relu(self, x: Any) -> Any:
        return np.maximum(x, 0)[1:]


class Elsewhere(Plain):
    def device_of(self, value: Any) -> str:
        return "cpu:1"


class Raises(Plain):
    def relu(self, x: Any) -> Any:
        raise ValueError("no\nmore")


class Slips(Plain):
    def to_native(self, array: Any) -> Any:
        raise AttributeError("a slip of the adapter's own")


class LacksHalf(Plain):
    def to_native(self, array: Any) -> Any:
        raise TypeError("no float16 here")


@pytest.mark.parametrize(
    ("adapter", "told"),
    [
        (Widens, {"amiss": ["dtype", "float64 instead of float16"]}),
        (Shortens, {"amiss": ["shape", "[65535] instead of [65536]"]}),
        (Elsewhere, {"amiss": ["device", "the answer lay on cpu:1, not on cpu"]}),
        (Raises, {"amiss": ["crash", "ValueError: no at call"]}),
        (Slips, {"amiss": ["crash", "AttributeError: a slip of the adapter's own at to native"]}),
        (LacksHalf, {"unsupported": "plain on cpu lacks it: TypeError: no float16 here"}),
    ],
)
def test_answers_that_are_amiss_as_a_whole(adapter: type[Adapter], told: dict[str, Any]) -> None:
    question = question_of("relu", {}, "float16", Batch(0, 2**16, 1, 2**16))
    found = dict(answer(adapter(), question, np.empty(2**16, np.uint16)))
    found.pop("cpu_ns", None)
    assert found == told
    assert answer(adapter(), {**question, "operation": "erf"}, np.empty(2**16, np.uint16)) == {
        "unsupported": "plain has no erf",
        "lacks": "erf",
    }


def test_answers_are_bits_of_the_batch() -> None:
    batch = Batch(2**16 - 512, 2**16, 3, 512)
    out = np.empty(batch.count, np.uint32)
    answer(Plain(), question_of("relu", {}, "float32", batch), out)
    with np.errstate(all="ignore"):
        expected = np.maximum(batch.patterns(np.dtype("u4")).ravel().view(np.float32), 0)
    assert (out == expected.view(np.uint32)).all()


def test_a_crash_ends_one_and_leaves_the_other() -> None:
    class Crashes(Spoiled):
        def answered(self, question: Mapping[str, Any], memory: Shared, count: int) -> Mapping[str, Any]:
            raise SubjectCrashed("its process ended with SIGSEGV")

    made = Sweep(truth("relu", {}, "float16"), walk("float16", exhaustive=False))
    entries = [Entry(Crashes(nothing)), Entry(Spoiled(nothing))]
    made.run(entries)
    outcomes = [verdict(entry.tally, made.engine).outcome for entry in entries]
    assert outcomes == ["crashed", "passed"]
    assert not table(entries[0].tally, made.engine)["proof"]


def test_a_walk_has_every_pattern_once() -> None:
    batches = walk("float32", exhaustive=True)
    assert sum(batch.count for batch in batches) == 2**32
    assert all(one.start + one.count == other.start for one, other in pairwise(batches))
    parts = [batch for number in range(1, 8) for batch in walk("float32", exhaustive=True, shard=(number, 7))]
    assert parts == list(batches)
    sampled = walk("float32", exhaustive=False)
    starts = {int(start) for batch in sampled for start in batch.starts(np.dtype("u4"))}
    assert len(starts) * 512 == sum(batch.count for batch in sampled) == 2**26
    assert {0, 0x7F800000, 0x7F800000 - 512, 0x80000000, 0xFFFFFFFF - 511} <= starts
