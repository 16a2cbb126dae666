"""The catalogue: one TOML file an operation: what it takes, what it may spend, and what its cases must cover.

`nnconform list --grid` holds `absent` against the cases, kind by kind.  `summary`, `formula`, `source`,
`should_source`, `refusals`, `probes` and `gradient` are for people: the tests see only that refusals and probes are
listed where there are such cases, and that sources are headings that exist.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation costs, by formula.  A model has the cost of each of its layers."""

    operations: str
    """A formula over the named axes."""
    counts: str
    """What is counted as one operation."""
    axes: Mapping[str, tuple[str, ...]]
    """The names of each argument's axes, and of the `result`'s; equal names are equal sizes."""
    ties: tuple[str, ...] = ()
    """Axes along which the elements of the result depend on each other."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What an operation is, what it takes, and what an implementation of it may spend."""

    operation: str
    summary: str
    formula: str
    arguments: tuple[str, ...]
    source: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Attribute names with their defaults."""
    grants: tuple[str, ...] = ()
    """Elementary functions of the published table that the formula uses."""
    layers: bool = False
    """The arguments after those named are weights and biases in pairs, one pair a layer."""
    batch: str | None = None
    """The argument whose rows are independent of each other, if there is one."""
    batch_axis: int = 0
    """The axis that counts those rows, in the argument and in the result."""
    elementwise: bool = False
    exact: bool = False
    """Nothing is rounded: every bit is determined."""
    sign: str = ""
    """What the sign of a result is, where no rounding of the formula can change it: `positive` (never below 0, whatever
    it is given) or `exact` (that of the exact result of the numbers given, or the result is 0)."""
    should_ulps: int | None = None
    should_source: str = ""
    refusals: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    gradient: str = ""
    absent: Mapping[str, str] = field(default_factory=dict)
    """Kind, or kind.dtype, to the reason why the grid has no case there."""
    cost: Cost | None = None
    """Where the operation is timed."""


@cache
def catalogue() -> Mapping[str, Operation]:
    """All operations by name, in alphabetical order."""
    return {entry.operation: entry for entry in map(_read, sorted(FOLDER.glob("*.toml")))}


def _read(path: Path) -> Operation:
    data = tomllib.loads(path.read_text("utf-8"))
    if data.get("operation") != path.stem:
        raise ValueError(f"{path.name}: operation must be {path.stem!r}, the file's name")
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
    if "cost" in data:
        cost = dict(data["cost"])
        axes = {name: tuple(names) for name, names in cost.pop("axes").items()}
        fields["cost"] = Cost(axes=axes, ties=tuple(cost.pop("ties", ())), **cost)
    return Operation(**fields)
