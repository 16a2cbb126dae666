"""Beside the framework: slots, blocks, answers, with clocks that say what they are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from typing import Any

import numpy as np
import pytest
from fakes import timed

from nnconform.harness.timing.desk import Desk
from nnconform.harness.timing.errors import BadClock, CallFailed, TooLarge
from nnconform.harness.timing.slot import Clocks
from nnconform.spec.generator import generate, others

NAMED = {"generate": "normal", "name": "timed", "shape": [6, 5], "scale": 1.0}


def ask(shape: list[int] | None = None, **sample: Any) -> dict[str, Any]:
    return {
        "kind": "timing",
        "dtype": "float32",
        "steps": [{"name": "result", "operation": "sigmoid", "inputs": ["x"], "attributes": {}}],
        "outputs": ["result"],
        "inputs": {"x": {**NAMED, "shape": shape or [6, 5]}},
        "sample": {"result": {"rows": [0, 3], "columns": None, **sample}},
    }


class Ticks:
    """A clock that moves by the same step at each look, but for what `next` holds."""

    def __init__(self, step: int = 100, *following: int) -> None:
        self.now, self.step, self.following = 0, step, list(following)

    def __call__(self) -> int:
        self.now += self.following.pop(0) if self.following else self.step
        return self.now


def desk(kind: type[timed.Counting] = timed.Counting, **options: Any) -> Any:
    return Desk(kind(**options), Clocks(Ticks(), Ticks(90)))


def truth(second: bool = False) -> np.ndarray[Any, Any]:
    x = generate(NAMED, "float32")
    x = others(x) if second else x
    made: np.ndarray[Any, Any] = 1 / (1 + np.exp(-x))
    return made


def test_the_first_answer_is_sampled_and_its_full_shape_told() -> None:
    prepared = desk().prepare(ask(columns=[4]))
    answer = prepared.transcript.answers["first"]
    assert prepared.slot == 1
    assert (prepared.first_ns, prepared.steady_ns, prepared.compile_ns) == (100, 100, None)
    assert answer.whole == {"result": [6, 5]}
    assert np.array_equal(answer.values["result"], truth()[[0, 3]][:, [4]])
    assert answer.places == {"result": "cpu"}
    assert not answer.changed


def test_the_second_answer_is_of_other_numbers() -> None:
    made = desk()
    slot = made.prepare(ask()).slot
    answer = made.others(slot).answers["others"]
    assert np.array_equal(answer.values["result"], truth(second=True)[[0, 3]])


def test_a_block_calls_as_often_as_it_says_and_leads_in_besides() -> None:
    made = desk()
    slot = made.prepare(ask()).slot
    before = made.adapter.calls
    block = made.block(slot, 7, lead=3)
    assert (block.calls, block.wall_ns, block.cpu_ns, block.kernel_ns) == (7, 100, 90, None)
    assert made.adapter.calls - before == 10


def test_a_cold_block_fills_the_cache_before_each_call_and_times_the_calls_alone() -> None:
    made = desk()
    slot = made.prepare(ask()).slot
    flushed: list[int] = []
    made._flush = lambda: flushed.append(made.adapter.calls)
    before = made.adapter.calls
    block = made.block(slot, 3, cold=True, lead=1)
    assert (block.calls, block.wall_ns, block.cpu_ns) == (3, 300, 270)
    assert flushed == [before + 1, before + 2, before + 3]


def test_the_buffer_that_fills_the_cache_is_larger_than_the_cache() -> None:
    from nnconform.harness.timing.caches import flusher, last_level

    flush: Any = flusher(timed.Counting())
    (buffer, _), before = flush.args, flush.args[0].sum()
    flush()
    assert buffer.nbytes > (last_level() or 0)
    assert buffer.sum() == before + buffer.size


def test_small_inputs_move_within_a_page_so_that_no_series_keeps_bad_luck() -> None:
    made = desk()
    slot = made.prepare(ask()).slot
    for _ in range(40):
        made.block(slot, 1)
    assert len(made.adapter.starts) > 20
    assert all(start % 64 == 0 for start in made.adapter.starts)


def test_large_inputs_stay() -> None:
    made = desk()
    slot = made.prepare(ask([1024, 4096])).slot
    for _ in range(3):
        made.block(slot, 1)
    assert made.adapter.starts == {2048}


def test_what_is_asynchronous_is_waited_for_after_each_call() -> None:
    made = desk(timed.Lazy)
    slot = made.prepare(ask()).slot
    before = made.adapter.waited
    made.block(slot, 5)
    assert made.adapter.waited - before >= 5


def test_events_of_the_device_give_the_kernels_time_of_one_call() -> None:
    made = desk(timed.Events)
    slot = made.prepare(ask()).slot
    assert made.block(slot, 500).kernel_ns == 7


def test_compile_time_is_the_first_call_less_a_later_one() -> None:
    adapter = timed.Compiled(mode="compiled")
    made = Desk(adapter, Clocks(Ticks(100, 0, 900), Ticks()))
    prepared = made.prepare(ask())
    assert (prepared.first_ns, prepared.compile_ns) == (900, 800)


@pytest.mark.parametrize(("step", "line"), [(0, "the clock stood still"), (-4, "the clock went back by 4 ns")])
def test_a_clock_that_does_not_move_on_gives_no_figure(step: int, line: str) -> None:
    made = desk()
    slot = made.prepare(ask()).slot
    made.clocks.wall.step = made.slots[slot].clocks.wall.step = step
    for cold in (False, True):
        made._flush = list
        with pytest.raises(BadClock, match=line):
            made.block(slot, 1, cold=cold)


def test_a_device_that_vanishes_is_one_line() -> None:
    made = desk(timed.Vanishes)
    slot = made.prepare(ask()).slot
    with pytest.raises(CallFailed, match=r"^the call failed in a block: RuntimeError: CUDA error: device is lost$"):
        made.block(slot, 30)


def test_what_is_unsupported_has_no_slot_and_says_so() -> None:
    prepared = desk(timed.Refuses).prepare(ask())
    assert prepared.slot is None
    assert prepared.transcript.unsupported == "no sigmoid on Sundays"


def test_an_operation_that_an_adapter_lacks_is_unsupported() -> None:
    wanted = ask()
    wanted["steps"][0]["operation"] = "tanh"
    assert desk().prepare(wanted).transcript.unsupported == "good has no tanh"


def test_an_adapter_that_raises_at_once_has_no_slot_and_the_answer_says_why() -> None:
    adapter = timed.Vanishes()
    adapter.calls = 99
    prepared = Desk(adapter).prepare(ask())
    raised = prepared.transcript.answers["first"].raised
    assert prepared.slot is None
    assert raised
    assert (raised.type, raised.stage) == ("RuntimeError", "call")


def test_a_call_that_changes_its_inputs_is_told() -> None:
    assert desk(timed.Spoils).prepare(ask()).transcript.answers["first"].changed == ["x"]


def test_what_does_not_fit_is_left_out_with_its_size_before_anything_is_allocated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*given: object) -> None:
        raise AssertionError("allocated")

    monkeypatch.setattr("nnconform.harness.timing.slot.materialize", never)
    with pytest.raises(TooLarge, match=r"^too large: its inputs and outputs take 8 TiB") as told:
        desk().prepare(ask([2**20, 2**20]))
    assert told.value.needed == 3 * 2**43
    assert 0 < told.value.available < 2**43
    with pytest.raises(TooLarge, match="1 KiB of device memory is free"):
        desk(timed.Small).prepare(ask(), 2**10)


def test_a_released_slot_is_gone() -> None:
    made = desk()
    slot = made.prepare(ask()).slot
    made.release(slot)
    assert not made.slots


def test_several_steps_and_outputs_are_one_call() -> None:
    wanted = ask()
    second = {"name": "again", "operation": "sigmoid", "inputs": ["result"], "attributes": {}}
    wanted["steps"].append(second)
    wanted["outputs"] = ["result", "again"]
    made = desk(timed.Lazy)
    prepared = made.prepare(wanted)
    first = prepared.transcript.answers["first"]
    assert np.array_equal(first.values["again"], 1 / (1 + np.exp(-truth())))
    before = made.adapter.calls
    made.block(prepared.slot, 4, lead=1)
    assert made.adapter.calls - before == 10


def test_layers_come_as_one_list() -> None:
    seen: list[Any] = []

    class Models(timed.Counting):
        def sequential(self, x: Any, layers: Any) -> Any:
            seen.append([(w.shape, b.shape, kind) for w, b, kind in layers])
            return x

    wanted = ask()
    wanted["inputs"] |= {"w": {**NAMED, "shape": [5, 2]}, "b": {**NAMED, "shape": [1, 2]}}
    wanted["steps"] = [
        {
            "name": "result",
            "operation": "sequential",
            "inputs": ["x", "w", "b"],
            "attributes": {"activations": ["relu"]},
        }
    ]
    assert Desk(Models()).prepare(wanted).slot
    assert seen[0] == [((5, 2), (1, 2), "relu")]


def test_what_an_adapter_does_on_each_call_is_passed_by_where_it_shows_a_way() -> None:
    class Wraps(timed.Counting):
        entered = wrapped = 0

        def scope(self) -> Any:
            self.entered += 1
            return nullcontext()

        def function(self, operation: str) -> Any:
            plain: Any = super().function(operation)

            def call(*inputs: Any, **attributes: Any) -> Any:
                self.wrapped += 1
                return plain(*inputs, **attributes)

            vars(call)["ready"] = lambda *inputs: partial(plain, *inputs)
            return call

    adapter = Wraps()
    made = Desk(adapter)
    slot = made.prepare(ask()).slot
    assert slot
    entered, calls = adapter.entered, adapter.calls
    made.block(slot, 9, lead=1)
    assert (adapter.calls - calls, adapter.wrapped, adapter.entered - entered) == (10, 0, 1)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with np.errstate(all="ignore"):
        yield
