"""From a case to its frozen lines: input bits, exact results, bounds, and how the bounds came about.

A frozen file is JSON Lines beside its TOML.  Line 1 is an index: what a collector needs to know.  Each line after it
is one case in one dtype, in the index's order, in two parts: `ask` is all that an implementation is ever shown,
`expect` is what it is judged by.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from nnconform.reference import repeated, sampled
from nnconform.reference.printed import check_printed
from nnconform.reference.results import evaluate, judged_by, should, values_of
from nnconform.spec import SPEC_VERSION
from nnconform.spec.arrays import Array, dtype_of, encode
from nnconform.spec.catalogue import catalogue
from nnconform.spec.errors import Problem, SpecError
from nnconform.spec.formats import FORMATS
from nnconform.spec.generator import generate, others
from nnconform.spec.loader import load
from nnconform.spec.model import Case, Generated, Input, Literal
from nnconform.spec.size import large
from nnconform.spec.views import repeats

FORM = 1
"""Version of the frozen form."""
INLINE = 512
"""A generated input of at most so many elements is stored; larger ones stay named."""


def freeze_file(path: Path, shown: str) -> str:
    """The frozen form of one TOML file, as text.  Raises SpecError with every finding."""
    cases = load(path, shown)
    problems: list[Problem] = []
    lines: list[str] = []
    for case in cases:
        try:
            lines += [_dump(freeze(case, dtype)) for dtype in case.dtypes]
            check_printed(case)
        except (ValueError, ArithmeticError) as error:
            problems.append(Problem(case.path, case.line, f"case {case.id!r}: {error}"))
        except (TypeError, LookupError, AttributeError) as error:  # an attribute or an axis that makes no sense
            what = f"case {case.id!r}: malformed: {type(error).__name__}: {error}"
            problems.append(Problem(case.path, case.line, what))
    if problems:
        raise SpecError(problems)
    return "\n".join([_dump(_index(cases, path)), *lines]) + "\n"


def _index(cases: Iterable[Case], path: Path) -> dict[str, Any]:
    return {
        "nnconform": SPEC_VERSION,
        "frozen": FORM,
        "source_sha256": sha256(path.read_bytes()).hexdigest(),
        "cases": [
            {
                "id": case.id, "line": case.line, "kind": case.kind, "level": case.level,
                "operations": case.operations, "systems": case.systems, "dtypes": case.dtypes,
                **({"elements": elements} if (elements := large(case)) else {}),
            }
            for case in cases
        ],
    }  # fmt: skip


def freeze(case: Case, dtype: str) -> dict[str, Any]:
    """One case in one dtype."""
    about: dict[str, Any] = {
        "case": case.id, "dtype": dtype, "kind": case.kind, "level": case.level, "requirement": case.requirement,
        "source": {"document": case.source.document, "heading": case.source.heading}, "systems": case.systems,
    }  # fmt: skip
    about |= {name: value for name in ("erratum", "guards", "left_out") if (value := getattr(case, name))}
    if case.kind == "sweep":
        return about | {"ask": {**_question(case, dtype), "inputs": {}}, "expect": {"sweep": _kept(case, dtype)}}
    if case.timing:
        return about | {"ask": {**_question(case, dtype), **sampled.ask(case)}, **sampled.expect(case, dtype)}
    arrays = {name: array(made, dtype) for name, made in case.inputs.items()}
    return about | {"ask": _ask(case, dtype, arrays), "expect": _expect(case, dtype, arrays)}


def _kept(case: Case, dtype: str) -> dict[str, Any] | None:
    """What a sweep over a 16-bit dtype is judged by; a longer one is certified while it runs."""
    from nnconform.reference.sweep.functions import known
    from nnconform.reference.sweep.keeping import keep

    (step,) = case.steps
    if step.operation not in known():
        raise ValueError(f"{step.operation} cannot be swept; those that can are {', '.join(known())}")
    return keep(step.operation, step.attributes, dtype) if FORMATS[dtype].bits == 16 else None


def _question(case: Case, dtype: str) -> dict[str, Any]:
    return {
        "kind": case.kind,
        "dtype": dtype,
        "steps": [
            {"name": step.name, "operation": step.operation, "inputs": step.inputs, "attributes": dict(step.attributes)}
            for step in case.steps
        ],
        "outputs": case.outputs,
    }


def _ask(case: Case, dtype: str, arrays: Mapping[str, Array]) -> dict[str, Any]:
    ask = _question(case, dtype)
    ask["inputs"] = {name: _input(made, arrays[name]) for name, made in case.inputs.items()}
    if case.refused:
        refused = {name: array(made, dtype) for name, made in case.refused.items()}
        _must_not_fit(case, dtype, {**arrays, **refused})
        ask["refused"] = {name: _input(made, refused[name]) for name, made in case.refused.items()}
    if case.lengths:
        ask["lengths"] = lengths(case)
    if case.layouts:
        ask["layouts"] = _layouts(case, arrays)
    axes = batch_axes(case)
    if axes and all(arrays[name].shape[axis] > 1 for name, axis in axes[0].items()):
        ask["alone"] = axes[0]
    return ask


def _must_not_fit(case: Case, dtype: str, arrays: Mapping[str, Array]) -> None:
    """Raises where the operation takes what it is to refuse: every right implementation would fail."""
    try:
        evaluate(case, dtype, {name: values_of(given) for name, given in arrays.items()})
    except (ValueError, IndexError, TypeError, ArithmeticError):
        return
    raise ValueError(f"{', '.join(case.refused)} of table 'refused' can be taken: nothing here is to be refused")


def _layouts(case: Case, arrays: Mapping[str, Array]) -> tuple[str, ...]:
    """Raises where nothing repeats that a stride of 0 could stand for."""
    if "broadcast" in case.layouts and not any(map(repeats, arrays.values())):
        raise ValueError("the layout 'broadcast' needs an input whose rows or columns are all the same")
    return case.layouts


def _input(made: Input, values: Array) -> dict[str, Any]:
    if isinstance(made, Literal) or values.size <= INLINE:
        return encode(values)
    return made.named


def _expect(case: Case, dtype: str, arrays: Mapping[str, Array]) -> dict[str, Any]:
    if case.kind == "trait":
        return {"trait": case.trait}
    second = {name: others(values) for name, values in arrays.items()}
    axes = batch_axes(case)
    if repeated.period(case):
        one, other = (repeated.leading(case, numbers, axes) for numbers in (arrays, second))
        expect = repeated.named(case, judged_by(case, dtype, one, other, repeated.first_period(case, axes)), axes)
    else:
        expect = judged_by(case, dtype, arrays, second)
    if axes:
        expect["batch"] = axes[1]
    if case.claim:
        held = case.claim
        expect["property"] = {name: value for name in held.__slots__ if (value := getattr(held, name)) is not None}
    return expect | should(case)


def array(made: Input, dtype: str) -> Array:
    """An input in a dtype, each number rounded once from what its author wrote."""
    if isinstance(made, Generated):
        return generate(made.named, dtype)
    values = [_number(value, dtype) for value in made.values]
    return np.array(values, np.float64).astype(dtype_of(dtype)).reshape(made.shape)


def _number(value: Any, dtype: str) -> float:
    if value == 0 or not _finite(value):
        return float(value)  # keeps the sign of zero
    return float(FORMATS[dtype].nearest(Fraction(value)))


def _finite(value: Any) -> bool:
    return isinstance(value, int) or bool(value.is_finite())


def batch_axes(case: Case) -> tuple[dict[str, int], dict[str, int]] | None:
    """Which inputs carry independent rows, and along which axis each output counts them; None where rows mix."""
    entries = catalogue()
    carried: dict[str, int] = {}
    source: dict[str, int] = {}
    mixed: set[str] = set()
    ranks = {name: len(made.shape) for name, made in case.inputs.items()}
    for step in case.steps:
        entry = entries[step.operation]
        place = entry.arguments.index(entry.batch) if entry.batch else None
        mixed.update(name for number, name in enumerate(step.inputs) if number != place)
        if place is None:
            continue
        rows, axis = step.inputs[place], entry.batch_axis
        ranks[step.name] = ranks.get(rows, 2)
        if "axis" in step.attributes and step.attributes["axis"] % max(ranks[step.name], 1) == axis:
            return None  # softmax along the rows' own axis
        if rows in case.inputs:
            source.setdefault(rows, axis)
            carried.setdefault(rows, axis)
        if rows in carried:
            if carried[rows] != axis:
                return None
            carried[step.name] = axis
    outputs = {name: carried[name] for name in case.outputs if name in carried}
    one_dimensional = any(ranks[name] <= axis for name, axis in source.items())
    if len(source) != 1 or len(outputs) != len(case.outputs) or one_dimensional or mixed & set(carried):
        return None
    return source, outputs


def lengths(case: Case) -> dict[str, Any]:
    """Which lengths are asked, and along which axis of each input and output they are counted."""
    held = case.lengths
    assert held is not None
    found: dict[str, Any] = {"asked": held.asked, "among": held.among, "repeats": held.repeats}
    if held.repeats:
        last = {name: len(made.shape) - 1 for name, made in case.inputs.items()}
        return found | {"inputs": last, "outputs": dict.fromkeys(case.outputs, *last.values())}
    axes = batch_axes(case)
    if axes is None:
        raise ValueError("lengths need rows that are independent of each other, or values that repeat")
    rows = {case.inputs[name].shape[axis] for name, axis in axes[0].items()}
    if min(rows) < max(held.asked):
        raise ValueError(f"there are {min(rows)} rows, and {max(held.asked)} are asked at once")
    return found | {"inputs": axes[0], "outputs": axes[1]}


def _dump(data: Any) -> str:
    return json.dumps(data, allow_nan=False, separators=(",", ":"))
