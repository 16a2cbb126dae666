"""Which inputs a sweep asks, in which order.

An input is a bit pattern.  16-bit dtypes are asked whole, in one batch.  float32 is asked in batches of 2**18: the
whole of it, all 4,294,967,296 patterns in order; or the sample: of each 65,536 consecutive patterns the first 512 and
the last 512, so that both sides of every power of two, of zero and of the infinities are in it, 67,108,864 in all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

Array = Any
DTYPES = ("float16", "bfloat16", "float32")
RUN = 2**16
BATCH = 2**18
EDGE = 512
"""Of each run, so many patterns at either end are in the sample."""
ALL = {"float16": 2**16, "bfloat16": 2**16, "float32": 2**32}


@dataclass(frozen=True, slots=True)
class Batch:
    """`blocks` runs of `length` consecutive patterns, `step` apart."""

    start: int
    step: int
    blocks: int
    length: int

    @property
    def count(self) -> int:
        """How many inputs it has."""
        return self.blocks * self.length

    def starts(self, word: np.dtype[Any]) -> Array:
        """The first pattern of each run."""
        return (self.start + np.arange(self.blocks, dtype=np.uint64) * np.uint64(self.step)).astype(word)

    def patterns(self, word: np.dtype[Any]) -> Array:
        """All of its inputs' bits, a run a row."""
        return self.starts(word)[:, None] + np.arange(self.length, dtype=word)

    def named(self) -> dict[str, int]:
        """JSON-able."""
        return asdict(self)


def walk(dtype: str, *, exhaustive: bool, shard: tuple[int, int] = (1, 1)) -> Sequence[Batch]:
    """The batches of a sweep; of a shard (2, 8), the second eighth of them."""
    batches = _walk(dtype, exhaustive=exhaustive)
    number, shards = shard
    return batches[(number - 1) * len(batches) // shards : number * len(batches) // shards]


def _walk(dtype: str, *, exhaustive: bool) -> list[Batch]:
    if ALL[dtype] == RUN:
        return [Batch(0, RUN, 1, RUN)]
    if exhaustive:
        return [Batch(start, RUN, BATCH // RUN, RUN) for start in range(0, ALL[dtype], BATCH)]
    blocks = BATCH // EDGE
    ends = (0, RUN - EDGE)
    return [Batch(start + end, RUN, blocks, EDGE) for start in range(0, ALL[dtype], RUN * blocks) for end in ends]
