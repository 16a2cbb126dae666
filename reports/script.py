"""A finding as a stand-alone script in the framework's own API, made from the record alone.

It holds what was asked and how the adapter asks it: import lines, the inputs, the adapter's own functions, a call of
each step, and the answer beside the exact value.  Nothing here runs what it writes.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from typing import Any

from nnconform.reports import literals
from nnconform.reports.literals import NoScript, number
from nnconform.reports.model import Details, Finding, Result, Shown, Step, Subject
from nnconform.reports.sources import Source, apart, functions_given, is_annotated, missing_names, read_source
from nnconform.reports.words import one_line, shortened

_NAMESPACE = "from types import SimpleNamespace"
_OURS = frozenset({
    "print", "float", "got", "exact", "allowed", "adapter", "np", "ml_dtypes", "generate", "others", "SimpleNamespace",
})  # fmt: skip
_WHY = 300
_LAYOUTS = {
    "fortran": "column-major", "strided": "strided", "readonly": "read-only", "reversed": "reversed",
    "rows_reversed": "row-reversed", "columns_reversed": "column-reversed", "broadcast": "broadcast (strides of 0)",
    "offset": "offset (beginning within a buffer)", "later_strided": "strided (all but the first)",
    "later_offset": "offset (all but the first)", "permuted": "permuted (first axis closest together)",
}  # fmt: skip


def stand_alone(subject: Subject, result: Result) -> str:
    """The script.  Raises NoScript where the record cannot tell one."""
    if result.details is None:
        raise NoScript("the record holds no details of this case")
    return _Writer(subject, result, result.details).text()


class _Writer:
    def __init__(self, subject: Subject, result: Result, details: Details) -> None:
        self.subject, self.result, self.details = subject, result, details
        self.finding: Finding | None = result.findings[0] if result.findings else None
        self.imports: set[str] = set()
        self.sources = apart({name: read_source(name, details.functions.get(name, "")) for name in _asked(details)})
        self.names = self._names()

    def text(self) -> str:
        """All of it."""
        if not self.details.steps:
            raise NoScript("the record does not hold the steps")
        body = [*self._asking(), *self._telling()]
        functions = dict.fromkeys(piece for source in self.sources.values() for piece in source.pieces)
        script = self._imports() + "\n\n\n" + "\n\n\n".join(functions) + "\n\n\n" + "\n".join(body) + "\n"
        try:
            lacking = missing_names(script)
            future = "from __future__ import annotations\n\n" if is_annotated(script) else ""
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise NoScript("what the record holds makes no script") from None
        return "\n".join(self._head(lacking)) + "\n" + future + script

    def _imports(self) -> str:
        """The framework's own lines as they stand, then what else is needed."""
        theirs = self.subject.script.strip().splitlines()
        needed = self.imports.union(*(source.imports for source in self.sources.values()))
        return "\n".join([*theirs, *sorted(needed.difference(theirs))])

    def _head(self, lacking: list[str]) -> list[str]:
        versions = ", ".join(f"{name} {version}" for name, version in self.subject.versions)
        why = shortened(self.result.why, _WHY)
        lines = [self.result.id, self.details.requirement, why, self.result.diagnosis, versions, *self._notes()]
        if lacking:
            lines.append(f"The record does not hold: {', '.join(lacking)}")
        return [f"# {one_line(line)}" for line in lines if line]

    def _notes(self) -> list[str]:
        """What the script cannot show, said."""
        notes = []
        question = self.finding.question if self.finding else "first"
        if question in _LAYOUTS:
            notes.append(
                f"Found with {_LAYOUTS[question]} inputs, which this script does not make: see the rerun line."
            )
        plain = [operation for operation, source in self.sources.items() if not source.rebound]
        if self.subject.mode != "eager" and plain:
            which = "" if len(plain) == len(self.sources) else f" for {', '.join(plain)}"
            notes.append(f"Found in mode {self.subject.mode}, which is not set here{which}: see the rerun line.")
        return notes

    def _names(self) -> Mapping[str, str]:
        """A variable for each input and step, apart from every name that the script needs."""
        taken = {*_OURS, *keyword.kwlist, *(name for source in self.sources.values() for name in source.defines)}
        taken |= {word for line in self.subject.script.split("\n") for word in line.replace(",", " ").split()}
        found: dict[str, str] = {}
        for name in [*self.details.inputs, *(step.name for step in self.details.steps)]:
            plain = "".join(letter if letter.isalnum() else "_" for letter in name)
            plain = plain if plain.isidentifier() else f"v_{plain}"
            while plain in taken:
                plain += "_"
            taken.add(plain)
            found[name] = plain
        return found

    # ---------------------------------------------------------------- asking

    def _asking(self) -> list[str]:
        lines = []
        if any(source.method for source in self.sources.values()):
            self.imports.add(_NAMESPACE)
            lines.append(f"adapter = SimpleNamespace(device={self.subject.device!r}, mode={self.subject.mode!r})")
        if self.finding and self.finding.facet == "stale" and self.details.before:
            lines += ["# First other numbers of the same shapes, whose answer must not come back.",
                      *self._inputs(self.details.before), *self._calls(), ""]  # fmt: skip
        return [*lines, *self._inputs(self.details.inputs), "", *self._calls()]

    def _inputs(self, arrays: Mapping[str, Shown]) -> list[str]:
        if not self.subject.array_source:
            raise NoScript("the record does not say how the framework writes an array")
        return [
            f"{self.names[name]} = "
            + literals.array(self.subject.array_source, shown, self.result.dtype, self.subject.device, self.imports)
            for name, shown in arrays.items()
            if name in self.names
        ]

    def _calls(self) -> list[str]:
        return [f"{self.names[step.name]} = {self._call(step)}" for step in self.details.steps]

    def _call(self, step: Step) -> str:
        source = self.sources[step.operation]
        try:
            inputs = [self.names[name] for name in step.inputs]
        except KeyError as missing:
            raise NoScript(f"the record does not hold the input {missing}") from None
        given = ["adapter"] if source.method else []
        kinds = step.attributes.get("activations")
        if isinstance(kinds, list):
            return f"{source.name}({', '.join([*given, *_with_layers(source, inputs, kinds)])})"
        attributes = [f"{name}={_literal(value)}" for name, value in step.attributes.items() if source.takes(name)]
        kind = step.attributes.get("activation")
        if isinstance(kind, str) and source.takes_function:
            attributes.append(f"g={self._function(kind)}")
        if not all(name.isidentifier() for name in step.attributes):
            raise NoScript("the record holds an attribute that is not known here")
        return f"{source.name}({', '.join([*given, *inputs, *attributes])})"

    def _function(self, operation: str) -> str:
        """What stands for an operation that is given to a layer; nobody writes the identity down."""
        if operation in self.sources:
            return self.sources[operation].name
        if not operation.isidentifier():
            raise NoScript("the record holds an attribute that is not known here")
        return "lambda z: z" if operation == "linear" else operation

    # --------------------------------------------------------------- telling

    def _telling(self) -> list[str]:
        found = self.finding
        if found and found.witness:
            return self._witness(found)
        if found and found.facet == "not refused":
            return ['print("accepted, where it must be refused:", ' + self._last() + ")"]
        name = self.names.get(found.output, self._last()) if found else self._last()
        what = f"{name}.{found.facet}" if found and found.facet in {"dtype", "shape"} else name
        return [f'print("{what}:", {what})']

    def _witness(self, found: Finding) -> list[str]:
        seen = found.witness
        assert seen is not None
        name = self.names.get(seen.output, self._last())
        place = f"[{', '.join(map(str, seen.index))}]" if seen.index else ""
        return [
            "",
            f"got = float({name}{place})",
            f"exact = {number(seen.exact)}",
            f"allowed = {number(seen.bound)}",
            f'print(f"{name}{place} is {{got!r}}, exact {{exact!r}}, off by {{abs(got - exact):.3g}}")',
            'print(f"allowed: {allowed:.3g}")',
        ]

    def _last(self) -> str:
        return self.names[self.details.steps[-1].name]


def _asked(details: Details) -> list[str]:
    """The operations of the steps, and those that are given to their functions."""
    found = dict.fromkeys(step.operation for step in details.steps)
    for step in details.steps:
        given = functions_given(step.operation, details.functions.get(step.operation, ""), step.attributes)
        found |= dict.fromkeys(name for name in given if details.functions.get(name))
    return list(found)


def _with_layers(source: Source, inputs: list[str], kinds: list[Any]) -> list[str]:
    """Weights and biases as one list of layers, or one by one where a student's function takes them so."""
    lead = len(inputs) - 2 * len(kinds)
    if lead < 0:
        raise NoScript("the record's layers do not match its inputs")
    if len(source.parameters) not in {0, lead + 1}:
        return inputs
    pairs = zip(inputs[lead::2], inputs[lead + 1 :: 2], kinds, strict=True)
    layers = ", ".join(f"({w}, {b}, {_literal(kind)})" for w, b, kind in pairs)
    return [*inputs[:lead], f"[{layers}]"]


def _literal(value: Any) -> str:
    if isinstance(value, str | bool | int | float | list):
        return repr(value)
    raise NoScript("the record holds an attribute that is not known here")
