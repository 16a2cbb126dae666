"""What can go wrong while timing: one line each, and never a figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class TimingError(Exception):
    """A case, a series or a worker that gives no figure; the message is one line."""


class TooLarge(TimingError):  # noqa: N818 - an observation
    """A case that does not fit in memory, found before anything was allocated."""

    def __init__(self, line: str, needed: int = 0, available: int = 0) -> None:
        super().__init__(line)
        self.needed, self.available = needed, available
        """Bytes."""


class CallFailed(TimingError):  # noqa: N818 - an observation
    """The framework raised in a block: the device is gone, or the call does not bear repeating."""


class WorkerLost(TimingError):  # noqa: N818 - an observation
    """The process beside the framework ended or hangs; nothing more can be asked of it."""


class BadClock(TimingError):  # noqa: N818 - an observation
    """The clock went backwards or stood still in a block, which is thrown away."""


KINDS = {kind.__name__: kind for kind in (TooLarge, CallFailed, BadClock, TimingError)}


def to_data(error: TimingError) -> dict[str, Any]:
    """JSON-able data."""
    return {"error": {"kind": type(error).__name__, "line": str(error), **vars(error)}}


def from_data(data: Mapping[str, Any]) -> TimingError:
    """The error that `to_data` was given."""
    found = data["error"]
    rest = {name: value for name, value in found.items() if name not in {"kind", "line"}}
    return KINDS[found["kind"]](found["line"], **rest)


def first_line(error: BaseException) -> str:
    """An exception as one line, whatever its own text does."""
    try:
        text = str(error).strip().splitlines()
    except Exception:
        text = []
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__


def forward(wall: int) -> int:
    """A time between two readings of a clock.  Raises BadClock."""
    if wall <= 0:
        raise BadClock("the clock stood still" if wall == 0 else f"the clock went back by {-wall} ns")
    return wall
