"""Known deviations: faults of a framework that were verified, kept as data beside its adapter.

A case is never deleted or loosened because a framework fails it; here its failure is expected, with the reason.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nnconform.adapters

if TYPE_CHECKING:
    from nnconform.harness.collect import CaseItem
    from nnconform.harness.options import Subject
    from nnconform.harness.verdict import Verdict

FOLDER = Path(nnconform.adapters.__file__).parent / "deviations"


@dataclass(frozen=True, slots=True)
class Deviation:
    """One cause."""

    cause: str
    adapter: str
    cases: tuple[str, ...]
    """Patterns of `file::case/dtype`."""
    facets: tuple[str, ...]
    versions: Mapping[str, str]
    """Package to version specifier."""
    reason: str
    witness: str
    script: str
    upstream: str = ""
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

    def matches_case(self, file: str, case: str, dtype: str) -> bool:
        """Whether a case is one of those that show it."""
        return any(fnmatchcase(f"{file}::{case}/{dtype}", pattern) for pattern in self.cases)


@cache
def load() -> tuple[Deviation, ...]:
    """Every known deviation of every adapter."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        for raw in tomllib.loads(path.read_text("utf-8")).get("deviation", []):
            values: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()
            }
            found.append(Deviation(adapter=path.stem, **values))
    return tuple(found)


class Known:
    """The deviations that one subject is expected to show."""

    def __init__(self, subject: Subject, description: Mapping[str, Any]) -> None:
        name = description.get("adapter")
        self.expected = [
            item for item in load() if item.adapter == name and item.matches_environment(subject, description)
        ]

    def apply(self, item: CaseItem, verdict: Verdict) -> None:
        """Mark a failure that is expected; note an expected failure that did not come."""
        file = item.nodeid.partition("::")[0]
        for known in self.expected:
            if not known.matches_case(file, item.case["id"], item.dtype):
                continue
            facets = {"crashed"} if verdict.outcome == "crashed" else set(verdict.facets)
            if verdict.outcome in {"failed", "crashed"} and facets and facets <= set(known.facets):
                verdict.outcome, verdict.deviation = "known deviation", known.cause
            elif verdict.outcome == "passed":
                verdict.traits["no longer deviates"] = known.cause
