"""One raw TOML table into one typed case, or one a bucket, or a list of what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from math import prod
from typing import Any, NoReturn

from nnconform.spec import buckets
from nnconform.spec.catalogue import catalogue
from nnconform.spec.errors import Problem, SpecError, nearest
from nnconform.spec.formats import DEFAULT_DTYPES, FORMATS
from nnconform.spec.model import (
    KINDS,
    LEVELS,
    PROPERTIES,
    Case,
    Generated,
    Input,
    Literal,
    Property,
    Source,
    Step,
)

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
SYSTEM = re.compile(r"S([1-9]|[12][0-9]|3[0-2])\Z")
LARGEST_INPUT = 2**26
"""Elements one input may have, so that a line of text cannot ask for a terabyte."""

_CASE_KEYS = (
    "id", "kind", "requirement", "source", "operation", "attributes", "steps", "outputs", "inputs", "systems", "level",
    "dtypes", "left_out", "erratum", "guards", "printed", "property", "refused", "trait", "buckets",
)  # fmt: skip
_GENERATORS = {
    "integers": ({"low", "high"}, set()),
    "budget": ({"terms"}, set()),
    "dyadic": (set(), {"scale"}),
    "significand": (set(), {"scale"}),
    "log_uniform": ({"low", "high"}, set()),
    "normal": (set(), {"scale"}),
    "one_hot": (set(), {"axis"}),
    "two_hot": (set(), {"axis"}),
    "ramp": ({"start", "step"}, set()),
    "constant": ({"value"}, set()),
}


class CaseBuilder:
    """Reads one `[[case]]`; `build` gives one case, or one for each shape of its bucket."""

    def __init__(self, raw: dict[str, Any], path: str, line: int) -> None:
        self.raw, self.path, self.line = raw, path, line
        self.sizes: Mapping[str, int] = {}

    def build(self) -> list[Case]:
        self._keys(self.raw, _CASE_KEYS, "key")
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

    def _case(self, name: str) -> Case:
        kind = self._one_of("kind", KINDS)
        inputs = self._inputs("inputs", name)
        steps = self._steps()
        self._wires(steps, inputs)
        outputs = tuple(self._texts("outputs", [steps[-1].name]))
        case = Case(
            id=name, path=self.path, line=self.line, kind=kind, requirement=self._text("requirement"),
            source=self._source(), steps=steps, outputs=outputs, inputs=inputs,
            systems=self._systems(), level=self._one_of("level", LEVELS, "must"),
            dtypes=self._dtypes(), left_out=self._left_out(), erratum=self.raw.get("erratum"),
            guards=tuple(self._texts("guards", [])), printed=self.raw.get("printed", {}),
            claim=self._property(kind, steps), refused=self._inputs("refused", name, required=False),
            trait=self.raw.get("trait"),
        )  # fmt: skip
        self._consistent(case)
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
        return Source(str(raw["document"]), str(raw["heading"]))

    def _systems(self) -> tuple[str, ...]:
        found = tuple(self._texts("systems", []))
        for system in found:
            if not SYSTEM.match(system):
                self._fail(f"unknown system {system!r}: S1 to S32")
        return found

    def _dtypes(self) -> tuple[str, ...]:
        found = tuple(self._texts("dtypes", list(DEFAULT_DTYPES)))
        for dtype in found:
            if dtype not in FORMATS:
                self._fail(f"unknown dtype {dtype!r}{nearest(dtype, FORMATS)}")
        return found

    def _left_out(self) -> Mapping[str, str]:
        found = self._table("left_out")
        for dtype, reason in found.items():
            if dtype not in FORMATS or not isinstance(reason, str):
                self._fail(f"left_out: {dtype!r} must be a dtype, with its reason")
        for dtype in DEFAULT_DTYPES:
            if dtype not in self._dtypes() and dtype not in found:
                self._fail(f"leaves out {dtype} without a reason in left_out")
        return found

    def _steps(self) -> tuple[Step, ...]:
        if ("operation" in self.raw) == ("steps" in self.raw):
            self._fail("needs either an operation or steps")
        if "operation" in self.raw:
            names = list(self._table("inputs"))
            whole = {"name": "result", "operation": self.raw["operation"], "inputs": names}
            return (self._step({**whole, "attributes": self._table("attributes")}),)
        raw = self.raw["steps"]
        if not isinstance(raw, list) or not raw or not all(isinstance(step, dict) for step in raw):
            self._fail("steps must be a list of tables")
        return tuple(self._step(step) for step in raw)

    def _step(self, raw: dict[str, Any]) -> Step:
        self._keys(raw, ("name", "operation", "inputs", "attributes"), "key of a step")
        known = catalogue()
        operation = raw.get("operation")
        if operation not in known:
            self._fail(f"unknown operation {operation!r}{nearest(operation, known)}")
        entry = known[operation]
        attributes = {**entry.attributes, **raw.get("attributes", {})}
        self._keys(attributes, tuple(entry.attributes), f"attribute of {operation}")
        given = tuple(raw.get("inputs", ()))
        if len(given) != len(entry.arguments) and not entry.layers:
            self._fail(f"{operation} takes {', '.join(entry.arguments)}: {len(given)} inputs given")
        if not IDENTIFIER.match(str(raw.get("name"))):
            self._fail(f"a step's name must be an identifier: {raw.get('name')!r}")
        plain = {name: float(value) if isinstance(value, Decimal) else value for name, value in attributes.items()}
        return Step(raw["name"], operation, given, plain)

    def _wires(self, steps: tuple[Step, ...], inputs: Mapping[str, Input]) -> None:
        known = set(inputs)
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

    def _consistent(self, case: Case) -> None:
        if case.kind == "refusal" and not case.refused:
            self._fail("a refusal needs `refused`: the inputs that must be refused")
        if case.kind == "trait" and not case.trait:
            self._fail("a trait needs `trait`: its name")
        if unknown := set(case.refused) - set(case.inputs):
            self._fail(f"refused names no input: {sorted(unknown)}")
        if unknown := set(case.printed) - {step.name for step in case.steps}:
            self._fail(f"printed names no step: {sorted(unknown)}")

    # ----------------------------------------------------------------- inputs

    def _inputs(self, table: str, case: str, *, required: bool = True) -> Mapping[str, Input]:
        raw = self._table(table)
        if required and not raw:
            self._fail("needs inputs")
        return {name: self._input(f"{case}/{name}", name, value) for name, value in raw.items()}

    def _input(self, full: str, name: str, raw: Any) -> Input:
        if isinstance(raw, dict) and "generate" in raw:
            return self._generated(full, raw)
        if isinstance(raw, dict):
            self._keys(raw, ("values", "shape"), f"key of input {name!r}")
            return self._sized(
                Literal(tuple(self._number(value, name) for value in raw["values"]), self._shape(raw["shape"])), name
            )
        values: list[Any] = []
        shape = self._flatten(raw, values, name, 0)
        return Literal(tuple(values), shape)

    def _sized(self, made: Literal, name: str) -> Literal:
        if len(made.values) != prod(made.shape):
            self._fail(f"input {name!r}: {len(made.values)} values for shape {list(made.shape)}")
        return made

    def _flatten(self, raw: Any, values: list[Any], name: str, depth: int) -> tuple[int, ...]:
        if depth > 8:
            self._fail(f"input {name!r}: nested too deeply")
        if not isinstance(raw, list):
            values.append(self._number(raw, name))
            return ()
        shapes = {self._flatten(item, values, name, depth + 1) for item in raw}
        if len(shapes) > 1:
            self._fail(f"input {name!r}: rows of unequal length")
        return (len(raw), *(shapes.pop() if shapes else ()))

    def _generated(self, full: str, raw: dict[str, Any]) -> Generated:
        kind = raw["generate"]
        if kind not in _GENERATORS:
            self._fail(f"unknown generator {kind!r}{nearest(kind, _GENERATORS)}")
        needed, allowed = _GENERATORS[kind]
        given = set(raw) - {"generate", "shape", "name"}
        if wrong := (needed - given) | (given - needed - allowed):
            self._fail(f"generator {kind!r}: missing or unknown {', '.join(sorted(wrong))}")
        parameters = {name: self._parameter(raw[name], name) for name in sorted(given)}
        return Generated(kind, raw.get("name", full), self._shape(raw.get("shape")), parameters)

    def _parameter(self, raw: Any, name: str) -> int | float:
        if isinstance(raw, str):
            return self._size(raw)
        return raw if isinstance(raw, int) else self._finite(raw, name)

    def _shape(self, raw: Any) -> tuple[int, ...]:
        if not isinstance(raw, list):
            self._fail(f"shape must be a list of sizes: {raw!r}")
        shape = tuple(self._size(size) for size in raw)
        if prod(shape) > LARGEST_INPUT:
            self._fail(f"shape {list(shape)}: more than {LARGEST_INPUT} elements")
        return shape

    def _size(self, raw: Any) -> int:
        size = self.sizes.get(raw, raw) if isinstance(raw, str) else raw
        if isinstance(size, bool) or not isinstance(size, int) or size < 0:
            self._fail(
                f"size {raw!r}: a whole number, or a letter of the bucket ({', '.join(self.sizes) or 'none here'})"
            )
        return size

    def _number(self, raw: Any, name: str) -> int | Decimal:
        if isinstance(raw, str):  # a hexadecimal float, for numbers that no short decimal names
            try:
                return Decimal(float.fromhex(raw))
            except (ValueError, OverflowError):
                self._fail(f"input {name!r}: {raw!r} is no number")
        if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
            self._fail(f"input {name!r}: {raw!r} is no number")
        if isinstance(raw, Decimal) and raw.is_finite() and raw.adjusted() > 308:
            self._fail(f"input {name!r}: {raw} is out of range; write inf for an infinity")
        return raw

    # ------------------------------------------------------------------ checks

    def _finite(self, raw: Any, name: str) -> float:
        if (
            isinstance(raw, bool)
            or not isinstance(raw, int | Decimal)
            or not Decimal(raw).is_finite()
            or Decimal(raw).adjusted() > 308
        ):
            self._fail(f"{name}: {raw} is no finite number, and a bound must be one")
        return float(raw)

    def _keys(self, raw: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
        for name in raw:
            if name not in known:
                self._fail(f"unknown {what} {name!r}{nearest(name, known)}")

    def _table(self, name: str) -> dict[str, Any]:
        found = self.raw.get(name, {})
        if not isinstance(found, dict):
            self._fail(f"{name} must be a table")
        return found

    def _text(self, name: str) -> str:
        found = self.raw.get(name)
        if not isinstance(found, str) or not found.strip():
            self._fail(f"needs {name}, a text")
        return found

    def _texts(self, name: str, default: list[str]) -> list[str]:
        found = self.raw.get(name, default)
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            self._fail(f"{name} must be a list of texts")
        return found

    def _one_of(self, name: str, known: tuple[str, ...], default: str | None = None) -> str:
        found = self.raw.get(name, default)
        if found not in known:
            self._fail(f"{name} {found!r} is none of {', '.join(known)}{nearest(found, known)}")
        return str(found)

    def _fail(self, message: str) -> NoReturn:
        raise SpecError([Problem(self.path, self.line, f"case {self.raw.get('id')!r}: {message}")])
