"""The last-level cache, and how to fill it with something else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from nnconform.adapters.contract import Adapter

_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
_UNKNOWN = 64 * 2**20
"""Where the system does not say: more than most have."""
_DEVICE = 256 * 2**20
"""More than any accelerator's second-level cache."""
_MARGIN = 1.25
_UNITS = {"K": 2**10, "M": 2**20, "G": 2**30}


def last_level(caches: Path = _CACHES) -> int | None:
    """Bytes of the largest cache; None where the system does not say."""
    sizes = []
    for file in caches.glob("index*/size"):
        text = file.read_text("utf-8").strip()
        sizes.append(int(text.rstrip("KMG")) * _UNITS.get(text[-1:], 1))
    return max(sizes, default=None)


def flusher(adapter: Adapter) -> Callable[[], object] | None:
    """A call after which the cache before the adapter's device holds other data; None where there is no way."""
    if adapter.device == "cpu":
        buffer = np.zeros(int((last_level() or _UNKNOWN) * _MARGIN) // 8, np.uint64)
        # Read and written: a plain fill may be streamed past the cache.
        return partial(np.add, buffer, np.uint64(1), out=buffer)
    return _copied(adapter)


def _copied(adapter: Adapter) -> Callable[[], object] | None:
    native = adapter.to_native(np.zeros(_DEVICE // 4, np.float32))
    into = adapter.copy(native)
    if into is None:
        return None

    def flush() -> None:
        adapter.synchronize(adapter.copy(native, into))

    return flush
