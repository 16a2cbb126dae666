"""Whether a case fits, told before anything of it is allocated."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

from nnconform.harness.timing.errors import TooLarge
from nnconform.spec.arrays import dtype_of

COPIES = 3
"""NumPy's arrays, the framework's, and an output that is being replaced or the second question's inputs."""
SHARE = 0.8
"""Of what is free: the rest is for the framework's own scratch and everybody else."""
_MEMINFO = Path("/proc/meminfo")
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def available(meminfo: Path = _MEMINFO) -> int | None:
    """Bytes of main memory that can be had without swapping; None where the system does not say."""
    try:
        lines = meminfo.read_text("utf-8").splitlines()
    except OSError:
        return None
    found = [line.split() for line in lines if line.startswith("MemAvailable:")]
    return int(found[0][1]) * 1024 if found else None


def taken(ask: Mapping[str, Any]) -> int:
    """Bytes of a case's inputs, and as much again for outputs: a guess, for a case that does not state its memory."""
    itemsize = dtype_of(ask["dtype"]).itemsize
    elements: int = sum(prod(data["shape"]) for data in ask["inputs"].values())
    return 2 * itemsize * elements


def check(memory: int, host: int | None, device: int | None) -> None:
    """Raise TooLarge where inputs and outputs of so many bytes do not fit; `device` is None where that is the host."""
    places = (("memory", host), ("device memory", device))
    for place, free in places:
        needed = COPIES * memory
        if free is not None and needed > SHARE * free:
            raise TooLarge(
                f"too large: its inputs and outputs take {size(memory)}, which with copies is {size(needed)}; "
                f"{size(free)} of {place} is free",
                needed,
                free,
            )


def size(count: float) -> str:
    """Bytes in words."""
    for unit in _UNITS[:-1]:
        if count < 1024:
            return f"{count:.3g} {unit}"
        count /= 1024
    return f"{count:.3g} {_UNITS[-1]}"
