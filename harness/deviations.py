"""Known deviations: faults of a framework that were verified, kept as data beside its adapter.

A case is never deleted or loosened because a framework fails it; here its failure is expected, with the reason.
What is excused is stated as data and held against every wrong element; a failure that goes beyond it fails.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

import nnconform.adapters
from nnconform.adapters import registry
from nnconform.harness.details import asked_with
from nnconform.spec.formats import FORMATS

if TYPE_CHECKING:
    from nnconform.harness.subject import Subject
    from nnconform.harness.verdict import Finding, Verdict, Wrong
    from nnconform.spec.arrays import Array


class Judged(Protocol):
    """What was asked, as a verdict's item knows it."""

    case: dict[str, Any]
    dtype: str
    frozen_line: dict[str, Any] | None

    @property
    def nodeid(self) -> str:
        """The item's id."""


_ONE = Fraction(1)
FOLDER = Path(nnconform.adapters.__file__).parent / "deviations"


@dataclass(frozen=True, slots=True)
class Excuse:
    """What a failure may be; all that is given must hold for every wrong element, or for what else was found."""

    ulps: float | None = None
    """Largest error, in units in the last place at the exact value."""
    off: float | None = None
    """Largest error, in units in the last place at 1: of what cancels, or was approximated to so many decimals."""
    ratio: tuple[float, float] | None = None
    """Smallest and largest of what came, divided by the exact value."""
    got: float | tuple[float, float] | str | None = None
    """The one number that comes instead; or between which two it lies; or `input`, what stands there in an input."""
    inputs: tuple[float, ...] | None = None
    """Between which numbers the inputs of an element-by-element operation lie: lowest and highest, in pairs."""
    says: str | None = None
    """Pattern of the message of a finding that is not about values, or of how a process ended."""

    def __post_init__(self) -> None:
        if (*self._of_values, self.says) == (None,) * 5:
            raise ValueError("a known deviation must state what it excuses: ulps, off, ratio, got or says")

    @property
    def _of_values(self) -> tuple[Any, ...]:
        return self.ulps, self.off, self.ratio, self.got

    def covers(self, finding: Finding, inputs: Iterable[Array], dtype: str) -> bool:
        """Whether a finding is no more than this."""
        wrong = finding.wrong
        if wrong is None:
            return self.says is not None and fnmatchcase(finding.message, self.says)
        if self.got != "input" and self.inputs is None:
            return bool(self.holds(wrong, None, dtype).all())
        given = (array.flat[wrong.places] for array in inputs if array.size > wrong.places.max())
        return any(self.holds(wrong, each, dtype).all() for each in given)

    def holds(self, wrong: Wrong, given: Array | None, dtype: str) -> Array:
        """Which wrong elements are no more than this; `given` is what stood at their places in an input."""
        held: Array = np.full(wrong.got.shape, self._of_values != (None,) * 4)
        if self.ulps is not None:
            held &= wrong.ulps <= self.ulps
        if self.off is not None:
            held &= _away(wrong) <= self.off * float(FORMATS[dtype].spacing(_ONE))
        if self.ratio is not None:
            held &= _between(_quotients(wrong), self.ratio)
        if self.inputs is not None:
            held &= given is not None and _among(given, self.inputs)
        if isinstance(self.got, tuple):
            held &= _between(wrong.got, self.got)
        elif self.got is not None:
            held &= _same(wrong.got, given if self.got == "input" else self.got)
        return held


def _away(wrong: Wrong) -> Array:
    with np.errstate(all="ignore"):
        return abs(wrong.got - wrong.exact)


def _quotients(wrong: Wrong) -> Array:
    with np.errstate(all="ignore"):
        return wrong.got / wrong.exact


def _between(values: Array, limits: tuple[float, float]) -> Array:
    wide = values.astype(np.float64)  # a limit may lie beyond the dtype
    found: Array = (wide >= limits[0]) & (wide <= limits[1])
    return found


def _among(values: Array, limits: tuple[float, ...]) -> Array:
    pairs = zip(limits[::2], limits[1::2], strict=True)
    found: Array = np.any([_between(values, (low, high)) for low, high in pairs], axis=0)
    return found


def _same(got: Array, other: Any) -> Array:
    """Equal numbers, or both nan."""
    found: Array = (got == other) | ((got != got) & (other != other))  # noqa: PLR0124 - what nan is
    return found


@dataclass(frozen=True, slots=True)
class Deviation:
    """One cause."""

    cause: str
    adapter: str
    cases: tuple[str, ...]
    """Patterns of `file::case/dtype`."""
    facets: tuple[str, ...]
    excuses: Excuse
    versions: Mapping[str, str]
    """Package to version specifier."""
    reason: str
    witness: str
    script: str
    upstream: str = ""
    since: str = ""
    """From which version on, where that is known."""
    devices: tuple[str, ...] = ("*",)
    modes: tuple[str, ...] = ("*",)
    flags: Mapping[str, str] = field(default_factory=dict)
    """Flag to pattern, such as the CPU capability."""

    def matches_environment(self, subject: Subject, description: Mapping[str, Any]) -> bool:
        """Whether this was seen in an environment like this one."""
        from packaging.specifiers import SpecifierSet

        versions, flags = description.get("versions", {}), description.get("flags", {})
        return (
            any(fnmatchcase(subject.device, pattern) for pattern in self.devices)
            and any(fnmatchcase(subject.mode, pattern) for pattern in self.modes)
            and all(
                name in versions and SpecifierSet(wanted).contains(versions[name], prereleases=True)
                for name, wanted in self.versions.items()
            )
            and all(fnmatchcase(flags.get(name, ""), pattern) for name, pattern in self.flags.items())
        )

    def matches_file(self, file: str) -> bool:
        """Whether a file may have such cases."""
        heads = (pattern.partition("::") for pattern in self.cases)
        return any(not colons or fnmatchcase(file, head) for head, colons, _ in heads)

    def matches_case(self, file: str, case: str, dtype: str) -> bool:
        """Whether a case is one of those that show it."""
        return any(fnmatchcase(f"{file}::{case}/{dtype}", pattern) for pattern in self.cases)


@cache
def load() -> tuple[Deviation, ...]:
    """Every known deviation of every adapter."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        for raw in tomllib.loads(path.read_text("utf-8")).get("deviation", []):
            values = _tuples(raw) | {"excuses": Excuse(**_tuples(raw["excuses"]))}
            found.append(Deviation(adapter=path.stem, **values))
    return tuple(found)


def _tuples(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}


class Known:
    """The deviations that one subject is expected to show: of a registered adapter itself, not of one made from it."""

    def __init__(self, subject: Subject, description: Mapping[str, Any]) -> None:
        points = registry.installed()
        self.expected = [
            item
            for item in load()
            if item.adapter in points
            and points[item.adapter].value == description["class"]
            and item.matches_environment(subject, description)
        ]
        self._of_file: dict[str, list[Deviation]] = {}

    def listed(self, file: str, case: str, dtype: str) -> list[Deviation]:
        """Those that a case is expected to show."""
        if file not in self._of_file:
            self._of_file[file] = [known for known in self.expected if known.matches_file(file)]
        return [known for known in self._of_file[file] if known.matches_case(file, case, dtype)]

    def apply(self, item: Judged, verdict: Verdict) -> None:
        """Mark a failure that is expected; note an expected failure that did not come."""
        for known in self.listed(item.nodeid.partition("::")[0], item.case["id"], item.dtype):
            if verdict.outcome == "passed":
                verdict.no_longer_deviates = known.cause
            elif _is(known, item, verdict):
                verdict.outcome, verdict.deviation = "known deviation", known.cause


def _is(known: Deviation, item: Judged, verdict: Verdict) -> bool:
    """Whether a failure is this deviation and nothing more."""
    if verdict.outcome == "crashed":
        says = known.excuses.says
        return "crashed" in known.facets and says is not None and fnmatchcase(verdict.reason, says)
    if verdict.outcome != "failed" or not verdict.findings or not set(verdict.facets) <= set(known.facets):
        return False
    assert item.frozen_line is not None
    asked = item.frozen_line
    return all(known.excuses.covers(found, asked_with(asked, found.question), item.dtype) for found in verdict.findings)
