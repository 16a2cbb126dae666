"""Reading record files, tolerantly: what cannot be used is listed, and the rest is used.

A file is JSON Lines: a header, a line a result, lines of what times were measured under, a footer,
and lines of how the timing itself was tried, if it was;
`schema/record.schema.json` has the fields.  A merged file holds several such runs, one after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nnconform.reports.arithmetic import fingerprint_of
from nnconform.reports.atlas.model import sweep_of
from nnconform.reports.details import details_of, finding_of, seen_of, witness_of
from nnconform.reports.fields import Fields, parse
from nnconform.reports.model import Footer, Problem, Result, Run, Subject
from nnconform.reports.outcomes import BY_NAME
from nnconform.reports.repeated import repeated_of
from nnconform.reports.timing.model import Ceiling, Conditions, Control, CrossCheck, SelfCheck
from nnconform.reports.timing.reading import ceiling_of, conditions_of, control_of, cross_check_of, timing_of, work_of

SCHEMA = 2
"""The newest schema number that is understood here; 1 had no times that are to be trusted."""
_MACHINE = ("python", "system", "machine", "processor", "numpy")
"""What of a run's environment makes two subjects different."""
_TEXTS = ("id", "file", "case", "outcome", "adapter", "device", "dtype", "mode", "kind", "level")
"""The texts that every result has."""
_RARE = frozenset({
    "reason", "should_missed", "deviation", "diagnosis", "findings", "traits", "witnesses", "steps", "work", "timing",
    "sweep", "fingerprint", "repeated", "case_digest",
})  # fmt: skip


class RecordError(ValueError):
    """A file that is no record; the message is one line that says why."""


def read_records(paths: Sequence[Path]) -> list[Run]:
    """Every run of some files, in order; a run that was read already is left out.  Raises RecordError."""
    if not paths:
        raise RecordError("no record files were given")
    runs: dict[tuple[str, ...], Run] = {}
    for path in paths:
        for run in read(path):
            runs.setdefault(run.texts, run)
    return list(runs.values())


def read(path: Path) -> list[Run]:
    """The runs of one file.  Raises RecordError where it holds none."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror}") from None
    if not raw.strip():
        raise RecordError(f"{path}: is empty: its run ended before it wrote anything")
    builders: list[_Builder] = []
    for number, line in enumerate(raw.split(b"\n"), 1):
        if line.strip():
            _take(path, number, line, builders)
    if raw[-1:] != b"\n" and builders[-1].problems and builders[-1].problems[-1].line == raw.count(b"\n") + 1:
        builders[-1].problems[-1] = Problem(raw.count(b"\n") + 1, "the file breaks off in the middle of this line")
    return [builder.build() for builder in builders]


def _take(path: Path, number: int, line: bytes, builders: list[_Builder]) -> None:
    try:
        text = line.decode()
        data = Fields(parse(text))
        kind = data.text("record")
        if kind == "header":
            _check_schema(path, data)
            builders.append(_Builder(path, data, text))
        elif builders:
            builders[-1].add(kind, data, text)
        else:
            raise ValueError(f"is a {kind}, not a header")
    except RecordError:
        raise
    except ValueError as error:
        message = "is no UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        if not builders:
            raise RecordError(f"{path}: is no nnconform record: line {number} {message}") from None
        builders[-1].problems.append(Problem(number, message))


def _check_schema(path: Path, data: Fields) -> None:
    found = data.whole("schema")
    if found > SCHEMA:
        raise RecordError(
            f"{path}: has record schema {found}, and this nnconform reads up to {SCHEMA}: upgrade nnconform"
        )


class _Builder:
    """One run while it is read."""

    def __init__(self, path: Path, header: Fields, text: str) -> None:
        self.path = path
        self.texts = [text]
        self.environment = header.pairs("environment")
        self.subjects = [self._subject(Fields(item)) for item in header.items("subjects")]
        self.places = {subject.place for subject in self.subjects}
        self.results: list[Result] = []
        self.ceilings: list[Ceiling] = []
        self.controls: list[Control] = []
        self.conditions: list[Conditions] = []
        self.cross_checks: list[CrossCheck | SelfCheck] = []
        self.footer: Footer | None = None
        self.problems: list[Problem] = []
        self.told = header.text("suite", ""), header.text("spec", ""), header.text("started")
        self.asked = header.texts("arguments"), header.text("level", "must")

    def _subject(self, data: Fields) -> Subject:
        machine = {name: value for name, value in self.environment if name in _MACHINE}
        machine["python"] = data.text("python", machine.get("python", ""))
        label = data.text("label", data.text("adapter"))
        return Subject(
            label, data.text("adapter"), data.text("device"), data.text("mode"), data.pairs("versions"),
            data.pairs("flags"), tuple(machine.items()), data.text("script", ""),
            data.flag("strides") if "strides" in data.data else None, data.text("array_source", ""),
            data.pairs("sources"),
        )  # fmt: skip

    def add(self, kind: str, data: Fields, text: str) -> None:
        """One more line."""
        if kind == "result":
            result = _result(data)
            self.results.append(result)
            if result.place not in self.places:
                self.places.add(result.place)
                self.subjects.append(Subject(result.adapter, result.adapter, result.device, result.mode))
        elif kind == "footer":
            self.footer = _footer(data)
        elif kind == "ceiling":
            self.ceilings.append(ceiling_of(data))
        elif kind == "control":
            self.controls.append(control_of(data))
        elif kind == "conditions":
            self.conditions.append(conditions_of(data))
        elif kind == "cross-check":
            self.cross_checks.append(cross_check_of(data))
        else:
            raise ValueError(f"is of kind {kind!r}, which is not known here")
        self.texts.append(text)

    def build(self) -> Run:
        """The run, typed."""
        return Run(
            self.path.name, *self.told, *self.asked, self.environment, tuple(self.subjects),
            tuple(self.results), self.footer, tuple(self.problems), tuple(self.texts), tuple(self.ceilings),
            tuple(self.controls), tuple(self.conditions), tuple(self.cross_checks),
        )  # fmt: skip


def _footer(data: Fields) -> Footer:
    return Footer(
        data.text("finished"), data.whole("exit_status"), data.flag("complete"), data.whole("collected"),
        data.whole("results"),
    )  # fmt: skip


def _result(data: Fields) -> Result:
    name, file, case, outcome, adapter, device, dtype, mode, kind, level = data.all_texts(_TEXTS)
    if outcome not in BY_NAME:
        raise ValueError(f"has the outcome {outcome!r}, which is not known here")
    witness = data.data.get("witness")
    more = {} if _RARE.isdisjoint(data.data) else _rare(data)
    return Result(
        name, file, case, data.whole("line", 0), adapter, device, dtype, mode, kind, level, data.texts("operations"),
        data.texts("systems"), BY_NAME[outcome].name, data.number("ulps"), data.number("share"),
        data.whole("elapsed_ns"), digest=data.text("digest", ""),
        witness=witness_of(witness) if witness else None, **more,
    )  # fmt: skip


def _rare(data: Fields) -> dict[str, Any]:
    """What most results do not have."""
    work, timing, sweep, told, again = map(data.data.get, ("work", "timing", "sweep", "fingerprint", "repeated"))
    return {
        "reason": data.text("reason", ""),
        "should_missed": data.text("should_missed", ""),
        "deviation": data.text("deviation", ""),
        "diagnosis": data.text("diagnosis", ""),
        "findings": tuple(map(finding_of, data.items("findings"))),
        "traits": tuple(
            (name, value if isinstance(value, int | str) else str(value))
            for name, value in data.table("traits").items()
        ),
        "witnesses": tuple((name, seen_of(seen)) for name, seen in data.table("witnesses").items()),
        "details": details_of(data) if "steps" in data.data else None,
        "work": None if work is None else work_of(Fields(work)),
        "timing": None if timing is None else timing_of(Fields(timing)),
        "sweep": None if sweep is None else sweep_of(Fields(sweep)),
        "fingerprint": None if told is None else fingerprint_of(Fields(told)),
        "case_digest": data.text("case_digest", ""),
        "toml": Fields(data.table("generated")).text("toml", ""),
        "repeated": None if again is None else repeated_of(Fields(again)),
    }
