"""What passes between a worker and the rounds, and what the rounds make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from nnconform.harness.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Prepared:
    """A case that a worker is ready to repeat."""

    slot: int | None
    """None where there is nothing to repeat: the transcript says why."""
    first_ns: int
    """The first call, waited for."""
    steady_ns: int
    """A later call: a guess at how many fill a block."""
    compile_ns: int | None
    """What the first call took beyond a later one; None where nothing is compiled."""
    transcript: Transcript
    """The first answer, sampled."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some calls, one after another, each waited for."""

    calls: int
    wall_ns: int
    cpu_ns: int
    """CPU time of all threads of the process."""
    kernel_ns: float | None = None
    """By the device's own events, of one call; None where it has none."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What the device can do at best; or why that is not known."""

    what: str
    """`copy` or `matrix`."""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    missing: str = ""
    """One line, where there is no value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How long to measure, and what counts as good."""

    seed: int = 0
    interval: float = 0.01
    """The half-width of the 95 % interval to reach, as a share of the median."""
    rounds: int = 30
    """No fewer, unless the time limit comes first."""
    fewest: int = 6
    """No fewer even then: five values say nothing at 95 %."""
    limit_s: float = 10.0
    """Of one series' own blocks."""
    cold_limit_s: float = 3.0
    """The same for a cold series: most of its time goes into filling the cache."""
    block_ns: int = 1_000_000
    """A block of cheap calls lasts so long, or a thousand times the clock's resolution if that is longer."""
    cold: bool = True
    """A second series, each of whose calls finds the cache full of other data."""
    cold_calls: int = 3
    """Calls in a block of it."""
    agreement: float = 0.05
    """Warm-up ends when three blocks in a row lie so close together."""
    warm_up_s: float = 3.0
    """Or after so long, and that is said."""
    drift: float = 0.05
    """A round is dropped where the sentinel is so far from its running median."""
    contention: float = 1.1
    """Wall time over CPU time, of one thread on a CPU, from which a round counts as contended."""


@dataclass(frozen=True, slots=True)
class Series:
    """One entry's figures, the cache hot or cold.  All times are of one call."""

    median_ns: float
    low_ns: float
    high_ns: float
    rounds: list[list[float]]
    """Round number and nanoseconds, of the rounds that were kept."""
    dropped: int
    calls: int
    """Calls in a block."""
    cpu_ns: float
    kernel_ns: float | None
    stop: str
    """`interval` or `time limit`."""
    half_width: float
    contended: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """What the rounds found of one entry."""

    hot: Series | None
    cold: Series | None
    untrusted: str = ""
    """Why it must not be ranked."""
    failed: str = ""
    """Why there are no figures, or why they end early: one line."""
    notes: list[str] = field(default_factory=list)
    """Lines worth printing."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the rounds stand."""

    round: int
    finished: int
    """Series."""
    total: int


class Timed(Protocol):
    """Whatever can repeat a prepared case; a worker, or a fake."""

    @property
    def description(self) -> Mapping[str, Any]:
        """Threads, device, resolution of the clock, and whether there can be a cold series."""

    def block(self, slot: int, calls: int, *, cold: bool = False, lead: int = 0) -> Block:
        """`calls` calls, timed, after `lead` calls that are not.  Raises TimingError."""
