"""What a sweep has found so far of one adapter: counts, the worst inputs, the histogram; JSON-able at any time."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass(slots=True)
class Worst:
    """The largest error so far: its size in ulps, and the bits of its input and answer."""

    ulps: float = 0.0
    input: int = -1
    got: int = -1

    def take(self, ulps: float, given: int, got: int) -> None:
        """A larger one takes its place; of equal ones the first stays."""
        if ulps > self.ulps:
            self.ulps, self.input, self.got = ulps, given, got


@dataclass(slots=True)
class Excused:
    """Answers beyond their bound that are no more than a known deviation: how many, and the worst."""

    count: int = 0
    worst: Worst = field(default_factory=Worst)
    """`ulps` is the share of the bound."""


@dataclass(slots=True)
class Tally:
    """Counts of inputs, and witnesses by their bits."""

    inputs: int = 0
    not_correctly_rounded: int = 0
    flushed_inputs: int = 0
    flushed_results: int = 0
    nan_wrong: int = 0
    inf_wrong: int = 0
    zero_sign_wrong: int = 0
    beyond: int = 0
    """Answers that were found to be beyond their bound: at least so many, since one is enough."""
    normal: Worst = field(default_factory=Worst)
    """Among results that are normal numbers."""
    all: Worst = field(default_factory=Worst)
    wrong: Worst = field(default_factory=Worst)
    """Beyond its bound by most; `ulps` is the share of the bound."""
    zero_sign: int = -1
    """The first input whose zero has the wrong sign."""
    histogram: dict[str, list[float]] = field(default_factory=dict)
    """By sign and exponent of the input: its largest error in ulps, and how many were not correctly rounded."""
    excused: dict[str, Excused] = field(default_factory=dict)
    """By cause."""
    cpu_ns: int = 0
    """What the framework took."""
    ended: list[str] = field(default_factory=list)
    """Why it was not asked to the end: outcome or facet, and words."""

    def to_data(self) -> dict[str, Any]:
        """JSON-able data."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Tally:
        """What `to_data` gave.  Raises ValueError for anything else."""
        if not isinstance(data, dict) or set(data) != {each.name for each in fields(cls)}:
            raise ValueError("no tally")
        plain = cls()
        for name, value in data.items():
            own = getattr(plain, name)
            if isinstance(own, Worst):
                setattr(plain, name, _worst(value))
            elif name == "excused":
                plain.excused = {
                    cause: Excused(int(each["count"]), _worst(each["worst"])) for cause, each in value.items()
                }
            elif type(value) is not type(own):
                raise ValueError(f"{name} is no {type(own).__name__}")
            else:
                setattr(plain, name, value)
        return plain


def _worst(data: dict[str, Any]) -> Worst:
    return Worst(float(data["ulps"]), int(data["input"]), int(data["got"]))
