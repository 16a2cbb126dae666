"""What a worker process does: it keeps prepared cases in slots, and answers one question at a time."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from typing import Any

from nnconform.adapters.contract import Adapter, Unsupported
from nnconform.harness.free import free
from nnconform.harness.timing.caches import flusher
from nnconform.harness.timing.ceilings import BUDGET_S, ceilings
from nnconform.harness.timing.errors import CallFailed, TimingError, first_line
from nnconform.harness.timing.memory import check, taken
from nnconform.harness.timing.model import Block, Ceiling, Prepared
from nnconform.harness.timing.slot import Clocks, Slot
from nnconform.harness.transcript import Answer, Raised, Transcript

_SLOW_NS = 1_000_000_000


class Desk:
    """One adapter and its slots; what `Worker` asks through the pipe."""

    def __init__(self, adapter: Adapter, clocks: Clocks | None = None) -> None:
        self.adapter, self.clocks = adapter, clocks or Clocks()
        self.slots: dict[int, Slot] = {}
        self.made = 0
        self._flush: Callable[[], object] | None = None

    def prepare(self, ask: Mapping[str, Any], memory: int | None = None) -> Prepared:
        """A case made ready, and its first answer.  Raises TooLarge before anything is allocated."""
        device = self.adapter.free_memory()
        check(taken(ask) if memory is None else memory, free(), device)
        transcript = Transcript(device=self.adapter.device)
        stage = "to native"
        try:
            with self.adapter.scope():
                slot = Slot(self.adapter, ask, self.clocks, self.made)
                stage = "call"
                answer = transcript.answers["first"] = slot.answer()
                steady = self._steady(slot, answer.elapsed_ns)
        except Unsupported as error:
            transcript.unsupported = str(error) or f"{self.adapter.name} does not support this"
            return Prepared(None, 0, 0, None, transcript)
        except TimingError:
            raise
        except Exception as error:
            transcript.answers["first"] = _failed(error, stage)
            return Prepared(None, 0, 0, None, transcript)
        self.made += 1
        self.slots[self.made] = slot
        compiled = None if self.adapter.mode == "eager" else max(answer.elapsed_ns - steady, 0)
        return Prepared(self.made, answer.elapsed_ns, steady, compiled, transcript)

    def block(self, slot: int, calls: int, *, cold: bool = False, lead: int = 0) -> Block:
        """Timed calls.  Raises CallFailed, BadClock."""
        found = self.slots[slot]
        try:
            with self.adapter.scope():
                if not cold:
                    return found.hot(calls, lead)
                self._flush = self._flush or flusher(self.adapter)
                if self._flush is None:
                    raise CallFailed(f"{self.adapter.name} has no way to fill the cache of {self.adapter.device}")
                return found.cold(calls, lead, self._flush)
        except TimingError:
            raise
        except Exception as error:
            raise CallFailed(f"the call failed in a block: {first_line(error)}") from None

    def others(self, slot: int) -> Transcript:
        """The answer to the second question; the slot then keeps the second question's inputs."""
        transcript = Transcript(device=self.adapter.device)
        try:
            with self.adapter.scope():
                transcript.answers["others"] = self.slots[slot].others()
        except Exception as error:
            transcript.answers["others"] = _failed(error, "call")
        return transcript

    def release(self, slot: int) -> None:
        """Let go of a case's memory."""
        self.slots.pop(slot, None)
        gc.collect()

    def ceilings(self, dtype: str, budget_s: float = BUDGET_S) -> list[Ceiling]:
        """What the device does at best."""
        return ceilings(self.adapter, dtype, self.clocks.wall, budget_s)

    def cold(self) -> bool:
        """Whether a cold series can be measured."""
        return self.adapter.device == "cpu" or type(self.adapter).copy is not Adapter.copy

    def _steady(self, slot: Slot, first_ns: int) -> int:
        return min(slot.hot(1, 0).wall_ns for _ in range(1 if first_ns > _SLOW_NS else 3))


def _failed(error: Exception, stage: str) -> Answer:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return Answer(raised=Raised(kind, first_line(error), stage, by_framework=False))
