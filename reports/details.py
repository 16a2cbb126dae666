"""Reading what a record tells of findings, witnesses and cases that did not pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nnconform.reports.fields import Fields, as_pairs, is_number
from nnconform.reports.model import Details, Finding, Shown, Step, Term, Witness


def witness_of(data: Any) -> Witness:
    """One element of one answer.  Raises ValueError."""
    fields = Fields(data)
    question, output = fields.text("question"), fields.text("output")
    got, exact, bound, off_by, ulps = fields.all_numbers(("got", "exact", "bound", "off_by", "ulps"))
    inputs = fields.table("inputs")
    given = tuple(zip(inputs, map(Fields(inputs).number, inputs), strict=True)) if inputs else ()
    return Witness(question, output, fields.wholes("index"), got, exact, bound, off_by, ulps, given)


def seen_of(data: Any) -> Mapping[str, Any]:
    """One place where a trait can be seen, with what `traits.sentence` tells of it.  Raises ValueError."""
    fields = Fields(data)
    found: dict[str, Any] = {
        "output": fields.text("output"), "index": fields.wholes("index"), "got": fields.number("got"),
        "how": fields.text("how"), "size": fields.whole("size", 0), "values": fields.whole("values", 0),
    }  # fmt: skip
    if "of" in fields.data:
        found["of"] = fields.whole("of")
    if "other" in fields.data:
        found["other"] = fields.number("other")
    inputs = Fields(fields.table("inputs"))
    return found | {"inputs": {name: inputs.number(name) for name in inputs.data}}


def finding_of(data: Any) -> Finding:
    """One thing that is wrong.  Raises ValueError."""
    fields = Fields(data)
    facet, question, output, message, line = fields.all_texts(("facet", "question", "output", "message", "line"))
    witness = witness_of(fields.data["witness"]) if fields.data.get("witness") else None
    return Finding(facet, question, output, message, line, witness)


def details_of(data: Fields) -> Details:
    """What stands beside a verdict that is no pass.  Raises ValueError."""
    source, arrays = Fields(data.table("source")), Fields(data.table("arrays"))
    functions = Fields(data.table("functions"))
    return Details(
        requirement=data.text("requirement", ""),
        document=source.text("document", ""),
        heading=source.text("heading", ""),
        erratum=data.text("erratum", ""),
        rerun=data.text("rerun", ""),
        question=arrays.text("question", "first"),
        steps=tuple(_step(Fields(item)) for item in data.items("steps")),
        terms=tuple(_term(Fields(item)) for item in data.items("terms")),
        inputs=_arrays(arrays.table("inputs")),
        before=_arrays(arrays.table("before")),
        refused=_arrays(arrays.table("refused")),
        exact=_arrays(arrays.table("exact")),
        functions={name: functions.text(name) for name in functions.data},
    )


def _step(data: Fields) -> Step:
    return Step(data.text("name"), data.text("operation"), data.texts("inputs"), data.table("attributes"))


def _term(data: Fields) -> Term:
    facts = as_pairs({name: value for name, value in data.data.items() if name not in {"step", "operation"}})
    return Term(data.text("step"), data.text("operation"), facts)


def _arrays(data: Mapping[str, Any]) -> Mapping[str, Shown]:
    return {name: _shown(Fields(item)) for name, item in data.items()}


def _shown(data: Fields) -> Shown:
    values = data.data.get("values")
    if values is not None and not _numbers(values, len(data.wholes("shape"))):
        raise ValueError("an array holds something that is no number")
    generate = data.table("generate") or None
    return Shown(data.wholes("shape"), values, data.text("bits", ""), generate, data.text("then", ""))


def _numbers(values: Any, depth: int) -> bool:
    if depth == 0:
        return is_number(values)
    return isinstance(values, list) and all(_numbers(item, depth - 1) for item in values)
