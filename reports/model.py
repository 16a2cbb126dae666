"""What records say, typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from nnconform.reports.arithmetic import Fingerprint
from nnconform.reports.atlas.model import Sweep
from nnconform.reports.fields import Pairs
from nnconform.reports.repeated import Repeated
from nnconform.reports.timing.model import Ceiling, Conditions, Control, CrossCheck, SelfCheck, Timing, Work

Place = tuple[str, str, str]
"""What a result line calls a subject by: label, device and mode."""


@dataclass(frozen=True)
class Subject:
    """One adapter on one device in one mode, in one environment: equal where two runs can be joined."""

    label: str
    """The adapter's name in ids and columns."""
    adapter: str
    device: str
    mode: str
    versions: Pairs = ()
    flags: Pairs = ()
    machine: Pairs = ()
    script: str = ""
    """Import lines of a stand-alone script."""
    strides: bool | None = field(default=None, compare=False)
    """Whether the framework's kernels see strides, so that a layout can make a difference; None where nobody said."""
    array_source: str = ""
    """How such a script writes an array: a template with `{values}`, `{dtype}` and `{device!r}`."""
    sources: Pairs = ()
    """The files of the adapter's own code, each with its digest; none where nobody said."""

    @property
    def place(self) -> Place:
        """What a result line calls it by."""
        return self.label, self.device, self.mode


@dataclass(frozen=True, slots=True)
class Witness:
    """One element of one answer: what came, and what is true."""

    question: str
    output: str
    index: tuple[int, ...]
    got: float
    exact: float
    bound: float
    off_by: float
    ulps: float
    inputs: tuple[tuple[str, float], ...] = ()
    """The inputs at that element, where an operation works element by element."""

    @property
    def where(self) -> str:
        """Such as `result[0][2]`."""
        return self.output + "".join(f"[{number}]" for number in self.index)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    facet: str
    question: str
    output: str
    message: str
    line: str
    witness: Witness | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An array as a record tells it: its values, or its bits, or the name under which it can be made again."""

    shape: tuple[int, ...]
    values: Any = None
    """Nested lists of numbers; a non-finite one is a string."""
    bits: str = ""
    generate: Mapping[str, Any] | None = None
    then: str = ""
    """What was done to a generated array before it was asked: an expression on `array`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of the graph that was asked."""

    name: str
    operation: str
    inputs: tuple[str, ...]
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Term:
    """What the bound of one step is made of."""

    step: str
    operation: str
    facts: Pairs


@dataclass(frozen=True, slots=True)
class Details:
    """What a record tells of a case that did not pass."""

    requirement: str
    document: str
    heading: str
    erratum: str
    rerun: str
    question: str
    """The question whose inputs are shown."""
    steps: tuple[Step, ...]
    terms: tuple[Term, ...]
    inputs: Mapping[str, Shown]
    before: Mapping[str, Shown]
    """The first question's inputs, where the shown ones came after them."""
    refused: Mapping[str, Shown]
    exact: Mapping[str, Shown]
    functions: Mapping[str, str]


class Result(NamedTuple):
    """One case in one dtype, asked of one subject."""

    id: str
    file: str
    case: str
    line: int
    adapter: str
    device: str
    dtype: str
    mode: str
    kind: str
    level: str
    operations: tuple[str, ...]
    systems: tuple[str, ...]
    outcome: str
    ulps: float
    share: float
    elapsed_ns: int
    reason: str = ""
    should_missed: str = ""
    deviation: str = ""
    diagnosis: str = ""
    """The known defect that it looks like, or that none fits."""
    witness: Witness | None = None
    findings: tuple[Finding, ...] = ()
    traits: tuple[tuple[str, int | str], ...] = ()
    witnesses: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    """One place where a trait can be seen, by trait."""
    digest: str = ""
    """Of the bits of the first answer, to hold modes against each other."""
    details: Details | None = None
    work: Work | None = None
    timing: Timing | None = None
    sweep: Sweep | None = None
    fingerprint: Fingerprint | None = None
    repeated: Repeated | None = None
    toml: str = ""
    """Of a generated case: the example as a spec file."""
    case_digest: str = ""
    """Of what a case of somebody's own asks and expects; those that ship are told by the spec's version."""

    @property
    def timed(self) -> bool:
        """Whether it was asked for its time, whatever came of it."""
        return self.kind == "timing" or self.timing is not None

    @property
    def place(self) -> Place:
        """The subject's label, device and mode."""
        return self.adapter, self.device, self.mode

    @property
    def key(self) -> tuple[str, str, str]:
        """What one subject was asked: file, case, dtype."""
        return self.file, self.case, self.dtype

    @property
    def why(self) -> str:
        """One line of why it did not pass."""
        return self.findings[0].line if self.findings else self.reason

    @property
    def looks(self) -> str:
        """The known defect that it looks like; '' where none fits."""
        return self.diagnosis if self.diagnosis.startswith("as if") else ""


@dataclass(frozen=True, slots=True)
class Footer:
    """How a run ended."""

    finished: str
    exit_status: int
    complete: bool
    collected: int
    results: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that could not be used."""

    line: int
    message: str


@dataclass(frozen=True)
class Run:
    """One run: a header, its results, and a footer if it got that far."""

    file: str
    suite: str
    spec: str
    started: str
    arguments: tuple[str, ...]
    level: str
    environment: Pairs
    subjects: tuple[Subject, ...]
    results: tuple[Result, ...]
    footer: Footer | None
    problems: tuple[Problem, ...]
    texts: tuple[str, ...]
    """Its usable lines as they stand in the file."""
    ceilings: tuple[Ceiling, ...] = ()
    controls: tuple[Control, ...] = ()
    conditions: tuple[Conditions, ...] = ()
    cross_checks: tuple[CrossCheck | SelfCheck, ...] = ()
    """How the timing itself was tried; they stand after the footer."""

    @cached_property
    def by_place(self) -> Mapping[Place, Sequence[Result]]:
        """What each subject was asked, in order."""
        found: dict[Place, list[Result]] = {}
        for result in self.results:
            found.setdefault(result.place, []).append(result)
        return found

    @cached_property
    def unfinished(self) -> str:
        """Why the run is incomplete, or nothing."""
        if self.footer is None:
            return "it has no footer: it was ended from outside, or is still going on"
        if len(self.results) != self.footer.results:
            return f"its footer counts {self.footer.results} results, {len(self.results)} could be read"
        if not self.footer.complete:
            asked, collected = self.footer.results, self.footer.collected
            return f"{asked} of {collected} cases were asked before it ended (exit status {self.footer.exit_status})"
        return ""
