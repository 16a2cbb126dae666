"""What records say of time, typed.  Times are in nanoseconds, so bytes a nanosecond are GB/s and operations GFLOP/s."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """The whole that a scaled case stands for."""

    what: str
    operations: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Work:
    """What one call of a timing case has to do, by formula, and where the case stands among others."""

    family: str
    series: str
    x: float
    x_name: str
    operands: str
    """Ordinary or special ones."""
    operations: int
    bytes: int
    operations_formula: str
    bytes_formula: str
    distribution: str
    memory: int
    """Bytes that inputs and outputs take."""
    estimate: Estimate | None

    @property
    def place(self) -> tuple[str, str, float, str]:
        """Where it stands in its family, the operands left aside."""
        return self.family, self.series, self.x, self.x_name


@dataclass(frozen=True, slots=True)
class Series:
    """One case measured over rounds, with a hot or a cold cache."""

    median_ns: float
    low_ns: float
    high_ns: float
    rounds: Mapping[int, float]
    """Time of a call by the number of its round: rows of one run share them."""
    dropped: int
    calls: int
    """Calls in a block."""
    cpu_ns: float
    kernel_ns: float | None
    stop: str
    half_width: float
    contended: bool


@dataclass(frozen=True, slots=True)
class Timing:
    """One timing row: what was measured, and whether it is to be trusted."""

    hot: Series
    cold: Series | None
    first_ns: int
    compile_ns: int | None
    threads: int
    untrusted: str
    """Why it is not to be trusted, or nothing."""

    @property
    def doubt(self) -> str:
        """Why it is not ranked, or nothing."""
        return self.untrusted or ("contended" if self.hot.contended else "")


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that one subject's device was seen to do."""

    place: tuple[str, str, str]
    dtype: str
    what: str
    """Copy or matrix."""
    value: float
    low: float
    high: float
    unit: str
    missing: str = ""
    """Why there is no value, where there is none."""


@dataclass(frozen=True, slots=True)
class Control:
    """One case measured against itself: the tool's own noise."""

    place: tuple[str, str, str]
    case: str
    ratio: float
    low: float
    high: float
    rounds: int

    @property
    def holds(self) -> bool:
        """Whether the interval holds 1.0, as it should in 95 of 100."""
        return self.low <= 1 <= self.high

    @property
    def noise(self) -> float:
        """How far from 1.0 the interval reaches, as a factor of at least 1."""
        return max(1.0, self.high, 1 / self.low)


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """Our median of one case over another tool's."""

    place: tuple[str, str, str]
    case: str
    tool: str
    ratio: float
    low: float
    high: float

    @property
    def near(self) -> bool:
        """Whether the two are within 3 % of each other."""
        return 0.97 <= self.ratio <= 1.03


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """Pairs of one case measured as two: how many have an interval that holds 1.0."""

    place: tuple[str, str, str]
    pairs: int
    held: int


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a run was measured under."""

    threads: int
    seed: int | None
    clock_resolution_ns: float | None
    load_before: tuple[float, ...]
    load_after: tuple[float, ...]
    sentinel_ns: tuple[float, ...]
    dropped_rounds: int
    governor: str
