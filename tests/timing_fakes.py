"""A machine of make-believe: workers whose blocks take what they are told, and the clock that they move."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from nnconform.harness.timing.model import Block
from nnconform.harness.timing.sentinel import Sentinel

Cost = Callable[[int, bool], float]
"""Nanoseconds of a call, by the block's number and whether it is cold."""


class Machine:
    """Time passes only when somebody works."""

    def __init__(self) -> None:
        self.now = 1_000
        self.log: list[tuple[str, int, int, bool, int]] = []

    def clock(self) -> int:
        return self.now


class FakeWorker:
    """Each slot has its cost; what is raised for a block instead stands in `raises`."""

    def __init__(self, machine: Machine, name: str = "fake", **description: Any) -> None:
        self.machine, self.name = machine, name
        self.costs: dict[int, Cost] = {}
        self.raises: dict[tuple[int, int], Exception] = {}
        self.described: dict[str, Any] = {"threads": 1, "device": "cpu", "clock_resolution_ns": 50, "cold": True}
        self.described.update(description)
        self.share = 1.0
        """CPU time over wall time."""
        self.blocks: dict[int, int] = {}

    @property
    def description(self) -> Mapping[str, Any]:
        return self.described

    def block(self, slot: int, calls: int, *, cold: bool = False, lead: int = 0) -> Block:
        number = self.blocks[slot] = self.blocks.get(slot, -1) + 1
        self.machine.log.append((self.name, slot, calls, cold, lead))
        if (slot, number) in self.raises:
            raise self.raises[slot, number]
        wall = round(self.costs[slot](number, cold) * calls)
        self.machine.now += wall
        return Block(calls, wall, round(wall * self.share))


class FakeSentinel(Sentinel):
    """Says what it is told, round by round, and 100 when it runs out."""

    def __init__(self, *said: float) -> None:
        super().__init__()
        self.said = list(said)

    def _once(self) -> float:
        return 100.0

    def __call__(self) -> float:
        took = self.said.pop(0) if self.said else 100.0
        self.recent.append(took)
        self.all.append(took)
        return took


def steady(cost: float) -> Cost:
    """The same each time."""
    return lambda *_: cost


def noisy(cost: float, spread: float, seed: int, memory: float = 0.0) -> Cost:
    """Around a cost; `memory` is the correlation between neighbours."""
    random = Random(seed)
    state = random.gauss(0, 1)

    def drawn(number: int, cold: bool) -> float:
        nonlocal state
        state = memory * state + math.sqrt(1 - memory**2) * random.gauss(0, 1)
        return cost * (1 + spread * state)

    return drawn
