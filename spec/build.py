"""One raw TOML table into one typed case, or one a bucket, or a list of what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from nnconform.spec import buckets
from nnconform.spec.attributes import amiss
from nnconform.spec.catalogue import catalogue
from nnconform.spec.errors import nearest
from nnconform.spec.formats import DEFAULT_DTYPES, FORMATS
from nnconform.spec.model import (
    ARITHMETIC,
    FURTHER,
    KINDS,
    LEVELS,
    PRODUCTS,
    PROPERTIES,
    ROLES,
    SWEPT,
    Case,
    Input,
    Lengths,
    Property,
    Source,
    Step,
)
from nnconform.spec.timed import DTYPES as TIMED_DTYPES
from nnconform.spec.timed import TimingReader

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
SYSTEM = re.compile(r"S([1-9]|[12][0-9]|3[0-2])\Z")

_CASE_KEYS = (
    "id", "kind", "requirement", "source", "operation", "attributes", "steps", "outputs", "inputs", "systems", "level",
    "dtypes", "left_out", "erratum", "guards", "printed", "expected", "property", "refused", "trait", "buckets",
    "timing", "operations", "lengths", "layouts", "own_products",
)  # fmt: skip

EVERY_VALUE = "x"
"""What a sweep's input is called."""
_OWN_KEYS = {"property": "property", "refusal": "refused", "trait": "trait", "timing": "timing"}
"""Kinds with a key of their own, which says what is asserted."""
LAID_OUT = ("example", "property", "special", "probe")
"""Kinds that are asked all questions, and so may be asked in further layouts."""


class CaseBuilder(TimingReader):
    """Reads one `[[case]]`; `build` gives one case, or one for each shape of its bucket."""

    def build(self) -> list[Case]:
        self._keys(self.raw, _CASE_KEYS, "key")
        if "operations" in self.raw:
            return self._each_operation()
        if "buckets" not in self.raw:
            return [self._case(self._id())]
        name = self.raw["buckets"]
        known = buckets.load()
        if name not in known:
            self._fail(f"unknown buckets {name!r}{nearest(name, known)}")
        cases = []
        for sizes in known[name]:
            self.sizes = sizes
            cases.append(self._case(f"{self._id()}_{'x'.join(str(size) for size in sizes.values())}"))
        return cases

    def _each_operation(self) -> list[Case]:
        """The same case for several operations."""
        name, operations = self._id(), self._texts("operations", [])
        if not operations or {"operation", "steps", "buckets"} & set(self.raw):
            self._fail("operations lists one or more, instead of an operation, steps or buckets")
        raw = {key: value for key, value in self.raw.items() if key != "operations"}
        cases = []
        for operation in operations:
            self.raw = {**raw, "operation": operation}
            cases.append(self._case(f"{name}_{operation}"))
        return cases

    def _case(self, name: str) -> Case:
        kind = self._one_of("kind", KINDS)
        inputs = self._inputs("inputs", name, required=kind != "sweep")
        steps = self._steps()
        self._wires(steps, inputs)
        if kind == "sweep":
            self._sweeps(steps)
        outputs = tuple(self._texts("outputs", [steps[-1].name]))
        case = Case(
            id=name, path=self.path, line=self.line, kind=kind, requirement=self._text("requirement"),
            source=self._source(), steps=steps, outputs=outputs, inputs=inputs,
            systems=self._systems(), level=self._one_of("level", LEVELS, "must"),
            dtypes=self._dtypes(), left_out=self._left_out(), erratum=self.raw.get("erratum"),
            guards=tuple(self._texts("guards", [])), printed=self.raw.get("printed", {}),
            expected=self.raw.get("expected", {}),
            claim=self._property(kind, steps), refused=self._inputs("refused", name, required="refused" in self.raw),
            trait=self.raw.get("trait"), lengths=self._lengths(inputs), timing=self._timing(kind),
            layouts=self._layouts(kind),
            own_products=self._demands(steps),
        )  # fmt: skip
        self._consistent(case)
        if case.timing:
            self._adds_up(case)
        return case

    # ------------------------------------------------------------------ parts

    def _id(self) -> str:
        name = self.raw.get("id")
        if not isinstance(name, str) or not IDENTIFIER.match(name):
            self._fail(f"id {name!r}: needs lower-case letters, digits and underscores, a letter first, at most 64")
        return name

    def _source(self) -> Source:
        raw = self.raw.get("source")
        if not isinstance(raw, dict) or set(raw) != {"document", "heading"}:
            self._fail("needs source = { document = ..., heading = ... }")
        if not all(isinstance(text, str) for text in raw.values()):
            self._fail("source: document and heading are texts")
        return Source(raw["document"], raw["heading"])

    def _systems(self) -> tuple[str, ...]:
        found = tuple(self._texts("systems", []))
        for system in found:
            if not SYSTEM.match(system):
                self._fail(f"unknown system {system!r}: S1 to S32")
        return found

    def _dtypes(self) -> tuple[str, ...]:
        found = tuple(self._texts("dtypes", list(self._usual())))
        for dtype in found:
            if dtype not in FORMATS:
                self._fail(f"unknown dtype {dtype!r}{nearest(dtype, FORMATS)}")
        if not found:
            self._fail("dtypes must name at least one, or nothing is asked")
        return found

    def _usual(self) -> tuple[str, ...]:
        return {"timing": TIMED_DTYPES, "sweep": SWEPT}.get(self.raw.get("kind", ""), DEFAULT_DTYPES)

    def _left_out(self) -> Mapping[str, str]:
        found = self._table("left_out")
        for dtype, reason in found.items():
            if dtype not in FORMATS or not isinstance(reason, str):
                self._fail(f"left_out: {dtype!r} must be a dtype, with its reason")
        for dtype in self._usual():
            if dtype not in self._dtypes() and dtype not in found:
                self._fail(f"leaves out {dtype} without a reason in left_out")
        return found

    def _steps(self) -> tuple[Step, ...]:
        if ("operation" in self.raw) == ("steps" in self.raw):
            self._fail("needs either an operation or steps")
        if "operation" in self.raw:
            names = list(self._table("inputs")) or self._swept()
            whole = {"name": "result", "operation": self.raw["operation"], "inputs": names}
            return (self._step({**whole, "attributes": self._table("attributes")}),)
        raw = self.raw["steps"]
        if not isinstance(raw, list) or not raw or not all(isinstance(step, dict) for step in raw):
            self._fail("steps must be a list of tables")
        return tuple(self._step(step) for step in raw)

    def _step(self, raw: dict[str, Any]) -> Step:
        self._keys(raw, ("name", "operation", "inputs", "attributes"), "key of a step")
        known = catalogue()
        operation = str(raw.get("operation"))
        if operation not in known:
            self._fail(f"unknown operation {operation!r}{nearest(operation, known)}")
        entry = known[operation]
        attributes = {**entry.attributes, **raw.get("attributes", {})}
        self._keys(attributes, tuple(entry.attributes), f"attribute of {operation}")
        for attribute, value in attributes.items():
            for words in amiss(attribute, value, entry.attributes[attribute]):
                self._fail(words)
        given = tuple(raw.get("inputs", ()))
        if len(given) != len(entry.arguments) and not entry.layers:
            self._fail(f"{operation} takes {', '.join(entry.arguments)}: {len(given)} inputs given")
        if entry.layers:
            self._layers(operation, len(given) - len(entry.arguments), attributes["activations"])
        elif "steps" not in self.raw and given != entry.arguments and set(given) == set(entry.arguments):
            self._fail(f"{operation} takes {', '.join(entry.arguments)}, in this order: {', '.join(given)} given")
        name = str(raw.get("name"))
        if not IDENTIFIER.match(name):
            self._fail(f"a step's name must be an identifier: {raw.get('name')!r}")
        plain = {name: float(value) if isinstance(value, Decimal) else value for name, value in attributes.items()}
        return Step(name, operation, given, plain)

    def _layers(self, operation: str, given: int, activations: list[str]) -> None:
        """Raise where weights, biases and activations are not as many."""
        layers, rest = divmod(given, 2)
        if rest or layers < 1:
            self._fail(f"{operation} takes a weight and a bias for each layer: {given} inputs given for them")
        if len(activations) != layers:
            self._fail(f"{operation}: weights and biases of {layers}, activations of {len(activations)}")

    def _wires(self, steps: tuple[Step, ...], inputs: Mapping[str, Input]) -> None:
        known = {*inputs, *self._swept()}
        for step in steps:
            for name in step.inputs:
                if name not in known:
                    self._fail(
                        f"step {step.name!r} takes {name!r}, which is no input or earlier step{nearest(name, known)}"
                    )
            if step.name in known:
                self._fail(f"the name {step.name!r} is taken already")
            known.add(step.name)
        names = {step.name for step in steps}
        for name in self._texts("outputs", []):
            if name not in names:
                self._fail(f"output {name!r} is no step{nearest(name, names)}")

    def _property(self, kind: str, steps: tuple[Step, ...]) -> Property | None:
        if kind != "property":
            return None
        raw = self._table("property")
        self._keys(raw, ("name", "of", "other", "low", "high"), "key of a property")
        if raw.get("name") not in PROPERTIES:
            self._fail(f"unknown property {raw.get('name')!r}{nearest(raw.get('name'), PROPERTIES)}")
        bounds = {side: self._finite(raw[side], side) for side in ("low", "high") if side in raw}
        return Property(raw["name"], raw.get("of", steps[-1].name), raw.get("other"), **bounds)

    def _lengths(self, inputs: Mapping[str, Input]) -> Lengths | None:
        if "lengths" not in self.raw:
            return None
        raw = self._table("lengths")
        self._keys(raw, ("asked", "among", "repeats"), "key of lengths")
        asked = raw.get("asked")
        if self.raw.get("kind") != "trait" or not isinstance(asked, list) or not asked:
            self._fail("lengths = { asked = [...], among = ... } belongs to a trait")
        sizes = tuple(self._size(size) for size in [*asked, raw.get("among")])
        if min(sizes) < 1:
            self._fail("lengths start from 1")
        if raw.get("repeats", False) and len(inputs) != 1:
            self._fail("lengths: one input alone repeats its values")
        return Lengths(sizes[:-1], sizes[-1], bool(raw.get("repeats", False)))

    def _demands(self, steps: tuple[Step, ...]) -> bool:
        """Whether this is the case that fails where products are not in the dtype's own arithmetic."""
        found = self.raw.get("own_products", False)
        if not isinstance(found, bool) or (found and len({step.operation for step in steps} & set(PRODUCTS)) != 1):
            self._fail("own_products = true belongs to a case of one product, and is what blames its arithmetic")
        return found

    def _layouts(self, kind: str) -> tuple[str, ...]:
        found = tuple(self._texts("layouts", []))
        for layout in found:
            if layout not in FURTHER:
                self._fail(f"unknown layout {layout!r}{nearest(layout, FURTHER)}; there are {', '.join(FURTHER)}")
        if "layouts" in self.raw and (kind not in LAID_OUT or not found or len(set(found)) < len(found)):
            self._fail(f"layouts lists one or more, each once, of a case of kind {', '.join(LAID_OUT)}")
        return found

    def _swept(self) -> list[str]:
        """The input that a sweep goes through, which its author need not name."""
        return [EVERY_VALUE] if self.raw.get("kind") == "sweep" else []

    def _sweeps(self, steps: tuple[Step, ...]) -> None:
        """Raise where a sweep is of no single function of one number, or brings inputs of its own."""
        if "steps" in self.raw or "outputs" in self.raw or not catalogue()[steps[0].operation].elementwise:
            self._fail("a sweep is of one operation that works element by element")
        if "inputs" in self.raw:
            self._fail("a sweep takes every value of its dtype: leave out inputs")
        if strange := [dtype for dtype in self._dtypes() if dtype not in SWEPT]:
            self._fail(f"{strange[0]} has too many values to be swept: {', '.join(SWEPT)}")

    def _fingerprints(self, case: Case) -> None:
        """Raise where a step has no role, or none is what errors are measured on."""
        roles = [step.name.rstrip("0123456789").rstrip("_") for step in case.steps]
        if unknown := [role for role in roles if role not in ROLES]:
            self._fail(f"a fingerprint's step is one of {', '.join(ROLES)}, not {unknown[0]!r}")
        if "independent" not in roles or set(case.outputs) != {step.name for step in case.steps}:
            self._fail("a fingerprint has a step `independent`, and gives what every step gives")
        for step in case.steps:
            if step.operation not in PRODUCTS or not set(step.inputs) <= set(case.inputs):
                self._fail(f"a fingerprint's steps are products ({', '.join(PRODUCTS)}) of its inputs: {step.name!r}")

    def _consistent(self, case: Case) -> None:
        for kind, key in _OWN_KEYS.items():
            if (case.kind == kind) != (key in self.raw):
                self._fail(f"kind {kind!r} and the key {key!r} go together: this is kind {case.kind!r}")
        if "attributes" in self.raw and "steps" in self.raw:
            self._fail("attributes belong to the steps that take them")
        for name in ("erratum", "trait"):
            if name in self.raw:
                self._text(name)
        if case.trait == ARITHMETIC:
            self._fingerprints(case)
        for output in (case.claim.of, case.claim.other) if case.claim else ():
            if output is not None and output not in case.outputs:
                self._fail(f"property of {output!r}, which is no output{nearest(output, case.outputs)}")
        if unknown := set(case.refused) - set(case.inputs):
            self._fail(f"refused names no input: {sorted(unknown)}")
        for key, figures in (("printed", case.printed), ("expected", case.expected)):
            if unknown := set(figures) - {step.name for step in case.steps}:
                self._fail(f"{key} names no step: {sorted(unknown)}")
