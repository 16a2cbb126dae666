"""How much main memory a process can still have before the system ends it: the machine's, or its container's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from nnconform.harness.timing.memory import available

_OWN_GROUPS = Path("/proc/self/cgroup")
_GROUPS = Path("/sys/fs/cgroup")
_SECOND = ("memory.max", "memory.current", "inactive_file")
_FIRST = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
"""The limit, what is taken of it, and what of that is given back on demand: version 2 of control groups, and 1."""


def free() -> int | None:
    """Bytes of main memory that this process can have; None where the system does not say.

    Workers beside each other (`-n`) have a share each: two of them may ask for a large case at once.
    """
    known = [*left_in_groups(), *([each] if (each := available()) is not None else [])]
    return min(known) // _workers() if known else None


def _workers() -> int:
    found = os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
    return max(1, int(found)) if found.isdecimal() else 1


def left_in_groups(own: Path = _OWN_GROUPS, groups: Path = _GROUPS) -> Iterator[int]:
    """What the limit of each control group around this process leaves: a container's, as a rule."""
    with suppress(OSError, ValueError):
        for line in own.read_text("utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if not controllers:
                yield from _up(groups, path, _SECOND)
            elif "memory" in controllers.split(","):
                yield from _up(groups / "memory", path, _FIRST)


def _up(root: Path, path: str, names: tuple[str, str, str]) -> Iterator[int]:
    """A group's own limit, and those of the groups around it.  A container may see its own group as the root."""
    here = root / path.lstrip("/")
    for folder in (here, *here.parents):
        if folder.is_relative_to(root) and (left := _left(folder, *names)) is not None:
            yield left


def _left(folder: Path, limit: str, used: str, given_back: str) -> int | None:
    try:
        most, taken = (int((folder / name).read_text("utf-8")) for name in (limit, used))
        lines = (folder / "memory.stat").read_text("utf-8").splitlines()
    except (OSError, ValueError):  # no such group; or no limit, which is the word `max`
        return None
    cached = sum(int(count) for name, _, count in (line.partition(" ") for line in lines) if name == given_back)
    return max(0, most - taken + cached)
