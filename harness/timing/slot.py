"""A prepared case, beside the framework: its inputs, its call, its blocks, its sampled answers."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from time import perf_counter_ns, process_time_ns
from typing import Any
from zlib import crc32

import numpy as np

from nnconform.adapters.contract import Adapter
from nnconform.harness.given import materialize
from nnconform.harness.timing.calls import bind, listed, repeater
from nnconform.harness.timing.errors import forward
from nnconform.harness.timing.model import Block
from nnconform.harness.timing.sampling import sample_of, sampled
from nnconform.harness.transcript import Answer
from nnconform.spec.arrays import Array
from nnconform.spec.generator import others

Clock = Callable[[], int]
_ALIGNMENT = 64
"""Bytes: a cache line, and the widest vector."""
_PAGE = 4096
_MIDDLE = 2048
"""Where large inputs lie in a page: outputs of their size begin near a page's start."""
_MOVED = 2 * 2**20
"""Inputs of no more bytes move before each block; larger ones wait for memory whatever their place in a page."""
_QUEUED = 32
"""Calls timed by the device's own events in a block."""


@dataclass(frozen=True)
class Clocks:
    """What time is told by."""

    wall: Clock = perf_counter_ns
    cpu: Clock = process_time_ns


@dataclass(frozen=True)
class Place:
    """The inputs, somewhere in memory, and the call over them."""

    arrays: Mapping[str, Array]
    natives: Mapping[str, Any]
    call: Callable[[], Any]
    run: Callable[[int], None]


class Slot:
    """One case's inputs on the device, and the call that is repeated.

    Where in a page an input happens to lie can cost a fifth: a processor takes a load for one that waits for a store
    to the same place of another page.  So small inputs are moved by chance before each block, and bad luck is rare in
    every series, where otherwise all of one would have it and none of another.
    """

    def __init__(self, adapter: Adapter, ask: Mapping[str, Any], clocks: Clocks, seed: int = 0) -> None:
        self.adapter, self.ask, self.clocks = adapter, ask, clocks
        self.chance = Random(seed)
        given = {name: materialize(data, ask["dtype"]) for name, data in ask["inputs"].items()}
        model = any("activations" in step["attributes"] for step in ask["steps"])  # made of these very arrays
        small = sum(array.nbytes for array in given.values()) <= _MOVED
        self.moves = small and adapter.device == "cpu" and not model
        self.place = self._place(given)

    def _place(self, given: Mapping[str, Array]) -> Place:
        offsets = [self.chance.randrange(0, _PAGE, _ALIGNMENT) if self.moves else _MIDDLE for _ in given]
        arrays = {name: placed(array, offset) for (name, array), offset in zip(given.items(), offsets, strict=True)}
        natives = {name: self.adapter.to_native(array) for name, array in arrays.items()}
        call = bind(self.adapter, self.ask, natives)
        return Place(arrays, natives, call, repeater(self.adapter, self.ask, call))

    def answer(self) -> Answer:
        """One call, waited for, and the sampled bits of what it gave."""
        answer = Answer()
        place = self.place
        before = {name: _checksum(array) for name, array in place.arrays.items()}
        start = self.clocks.wall()
        outputs = listed(self.ask, place.call())
        for value in outputs:
            self.adapter.synchronize(value)
        answer.elapsed_ns = self.clocks.wall() - start
        for name, value in zip(self.ask["outputs"], outputs, strict=True):
            self._read(name, value, answer)
        for name, native in place.natives.items():
            after = _checksum(np.asarray(self.adapter.to_numpy(native)))
            if {after, _checksum(place.arrays[name])} != {before[name]}:
                answer.changed.append(name)
        return answer

    def others(self) -> Answer:
        """The second question, of other numbers in the same shapes; the slot keeps them."""
        self.place = Place({}, {}, _nothing, _nothing)  # so that both never lie in memory at once
        given = {name: materialize(data, self.ask["dtype"]) for name, data in self.ask["inputs"].items()}
        self.place = self._place({name: others(given.pop(name)) for name in list(given)})
        return self.answer()

    def hot(self, calls: int, lead: int) -> Block:
        """Calls whose data are where the calls before left them."""
        place = self._led(lead)
        with _undisturbed():
            cpu, start = self.clocks.cpu(), self.clocks.wall()
            place.run(calls)
            wall, cpu = self.clocks.wall() - start, self.clocks.cpu() - cpu
        return Block(calls, forward(wall), cpu, self._kernel(place, calls))

    def cold(self, calls: int, lead: int, flush: Callable[[], object]) -> Block:
        """Calls before each of which the cache was filled with other data; only the calls are timed."""
        place = self._led(lead)
        total = used = 0
        with _undisturbed():
            for _ in range(calls):
                flush()
                cpu, start = self.clocks.cpu(), self.clocks.wall()
                place.run(1)
                wall, cpu = self.clocks.wall() - start, self.clocks.cpu() - cpu
                total, used = total + forward(wall), used + cpu
        return Block(calls, total, used)

    def _led(self, lead: int) -> Place:
        """Where the next block's inputs lie, after `lead` calls: at least one where they have moved."""
        if self.moves:
            self.place = self._place(self.place.arrays)
        self.place.run(max(lead, 1) if self.moves else lead)
        return self.place

    def _kernel(self, place: Place, calls: int) -> float | None:
        count = min(calls, _QUEUED)

        def queue() -> None:
            for _ in range(count):
                place.call()

        found = self.adapter.device_time(queue)
        return None if found is None else found / count

    def _read(self, name: str, value: Any, answer: Answer) -> None:
        answer.places[name] = self.adapter.device_of(value)
        raw = self.adapter.to_numpy(value)
        if not isinstance(raw, np.ndarray | np.generic):
            answer.odd[name] = type(raw).__name__
            return
        array = np.asarray(raw)
        answer.whole[name] = list(array.shape)
        answer.values[name] = sampled(array, sample_of(self.ask, name))


def placed(array: Array, offset: int) -> Array:
    """A copy that starts so many bytes into a page."""
    room = np.empty(array.nbytes + _PAGE, np.uint8)
    start = (offset - room.ctypes.data) % _PAGE
    made: Array = room[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    made[...] = array
    return made


def _checksum(array: Array) -> int:
    return crc32(np.ascontiguousarray(array).view(np.uint8).data) if array.size else 0


def _nothing(count: int = 0) -> None:
    """Nothing to call while inputs change."""


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Without the garbage collector, whose turn comes at anybody's expense."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
