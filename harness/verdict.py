"""What was found of one case: typed, and JSON-able by `record`."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

from nnconform.harness.diagnosis import NONE
from nnconform.reports.words import in_ulps

if TYPE_CHECKING:
    from nnconform.spec.arrays import Array


@dataclass(frozen=True, slots=True)
class Wrong:
    """Every wrong element of one answer."""

    places: Array
    """Flat indices."""
    got: Array
    exact: Array
    ulps: Array
    """By how much each is off; nan where that is no number."""


@dataclass(slots=True)
class Finding:
    """One thing that is wrong."""

    facet: str
    question: str
    output: str
    message: str
    witness: dict[str, Any] | None
    wrong: Wrong | None = None
    """What is held against known deviations; None where the fault is not in values."""

    def line(self) -> str:
        """One line of why."""
        if not self.witness:
            return f"{self.facet}: {self.message}"
        seen = self.witness
        place = "".join(f"[{number}]" for number in seen["index"])
        told = f"{seen['output']}{place} is {seen['got']!r}, exact {seen['exact']!r}"
        if self.facet in {"value", "stale"}:
            told += f", off by {seen['off_by']:.3g}"
            if in_ulps(seen["ulps"], seen["exact"]):
                told += f" ({seen['ulps']:.3g} ulps)"
            told += f" where {seen['bound']:.3g} is allowed"
        return f"{self.facet}: {self.message}: {told}"


_FAILURES = frozenset({"failed", "known deviation", "crashed", "timeout", "out of memory", "error"})
_TOLD = (
    "digest", "reason", "lacks", "witness", "traits", "witnesses", "fingerprint", "should_missed", "deviation",
    "no_longer_deviates",
)  # fmt: skip
"""Parts of a verdict that a record has where there is something to say."""


@dataclass(slots=True)
class Verdict:
    """Passed unless something was found."""

    outcome: str = "passed"
    reason: str = ""
    findings: list[Finding] = field(default_factory=list)
    ulps: float = 0.0
    """Largest error over all questions, in units in the last place at the exact value."""
    share: float = 0.0
    """Largest error as a share of its bound: above 1 fails."""
    witness: dict[str, Any] | None = None
    traits: dict[str, Any] = field(default_factory=dict)
    witnesses: dict[str, dict[str, Any]] = field(default_factory=dict)
    """One place where a trait can be seen, by trait."""
    digest: str = ""
    """Of the bits of the first answer."""
    fingerprint: dict[str, Any] = field(default_factory=dict)
    """The arithmetic of a product, with its evidence: see `nnconform.harness.fingerprint`."""
    should_missed: str = ""
    elapsed_ns: int = 0
    deviation: str = ""
    diagnosis: str = ""
    """Of a case with findings: the known defect that it looks like, or that none fits."""
    no_longer_deviates: str = ""
    """The cause of a known deviation that did not come."""
    lacks: str = ""
    """The operation that the adapter has no function for, if nothing was asked because of that."""

    @property
    def facets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(finding.facet for finding in self.findings))

    @property
    def looks_like(self) -> str:
        """Its diagnosis; of a failure without findings, such as a crash, that none fits."""
        return self.diagnosis or (NONE if self.outcome in _FAILURES else "")

    def note(self, trait: str, count: int, witness: dict[str, Any] | None = None) -> None:
        """Keep a trait's count where it is not nothing."""
        if count:
            self.traits[trait] = max(count, self.traits.get(trait, 0))
            if witness:
                self.witnesses.setdefault(trait, witness)

    def record(self) -> dict[str, Any]:
        """JSON-able data; numbers that JSON lacks become strings."""
        data: dict[str, Any] = {
            "outcome": self.outcome,
            "ulps": self.ulps,
            "share": self.share,
            "elapsed_ns": self.elapsed_ns,
        }
        for name in _TOLD:
            if getattr(self, name):
                data[name] = getattr(self, name)
        if self.looks_like:
            data["diagnosis"] = self.looks_like
        if self.findings:
            data["findings"] = [
                {
                    "facet": f.facet,
                    "question": f.question,
                    "output": f.output,
                    "message": f.message,
                    "line": f.line(),
                    "witness": f.witness,
                }
                for f in self.findings
            ]
        return data


def plain(data: Any) -> Any:
    """Data with every non-finite number as a string: 'nan', 'inf', '-inf'."""
    if isinstance(data, float) and not isfinite(data):
        return str(data)
    if isinstance(data, dict):
        return {str(name): plain(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [plain(value) for value in data]
    return data
