"""A few easy questions to a new adapter: the short examples of each operation that it has.

Only what an adapter's author can mend is told; how close the numbers are is for a run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator
from functools import cache
from json import loads
from typing import Any

from nnconform.adapters.contract import Adapter
from nnconform.adapters.homework import Adapted
from nnconform.harness.diagnosis import NONE
from nnconform.harness.diagnosis.crashes import WRITES
from nnconform.harness.diagnosis.diagnose import diagnose
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.harness.raising import line
from nnconform.spec.catalogue import catalogue
from nnconform.spec.frozen import FrozenFile, read_current, shipped

SHORT = 4096
"""Bytes of a frozen line that is quick to ask."""
ADVICE = {
    "crash": "call it as `nnconform list --operations` shows; raise Unsupported for what the framework lacks",
    "type": "return one native array, which to_numpy turns into a numpy.ndarray",
    "dtype": "answer in the dtype of the inputs: convert nothing on the way",
    "shape": "answer in the shape that the formula gives: reshape nothing on the way",
    "device": "compute on self.device, and let device_of say where a value really lies",
    "changes its inputs": "work on a copy, or use the call that does not write in place",
    "stale": "compute afresh at each call: a cache by identity answers with old numbers",
    "overwritten": "give each answer memory of its own",
    "value": "see whether arguments are swapped or a transpose is missing",
    "nan": "see whether arguments are swapped or a buffer is read before it is filled",
    "inf": "see whether arguments are swapped or a buffer is read before it is filled",
}
FORMULA = "see whether it is the formula that `nnconform list --operations` prints, or less exact: a run tells more"
"""Of wrong numbers, where there is one argument, which nobody can swap."""
PLAIN = {
    "crash": "call it as `nnconform list --operations` shows; what it lacks it may refuse: raise "
    "nnconform.adapters.Unsupported",
    "type": "return a NumPy array",
}
"""Of a file of plain functions, which has no framework and no to_numpy."""
_NUMBERS = frozenset({"value", "nan", "inf"})


def ask_each(adapter: Adapter, operations: Container[str]) -> Iterator[tuple[str, str, str]]:
    """Operation, what is amiss, advice: the first finding of each of these operations."""
    for operation, lines in sorted(_easy().items()):
        if operation not in operations:
            continue
        told = ((frozen, _asked(adapter, frozen)) for frozen in map(loads, lines))
        if wrong := next(((frozen, found) for frozen, found in told if found), None):
            frozen, (facet, message, looks_like) = wrong
            asked = f"{message} (asked in {frozen['dtype']}, case {frozen['case']})"
            yield operation, asked, _advice(adapter, operation, facet, looks_like)


def has_question(operation: str) -> bool:
    """Whether there is anything easy to ask of it."""
    return operation in _easy()


def _advice(adapter: Adapter, operation: str, facet: str, looks_like: str) -> str:
    """The suite's own diagnosis, where one fits, and what helps in general."""
    if looks_like == WRITES:
        facet = "changes its inputs"
    plain = isinstance(adapter.plain(operation), Adapted)
    if looks_like and (facet in _NUMBERS or (plain and facet == "crash")):
        return f"it looks {looks_like}"
    advice = ADVICE.get(facet, "see the report of a run")
    advice = PLAIN.get(facet, advice) if plain else advice
    if facet in _NUMBERS and len(catalogue()[operation].arguments) == 1 and not catalogue()[operation].layers:
        advice = FORMULA
    return f"it looks {looks_like}: {advice}" if looks_like else advice


def _asked(adapter: Adapter, frozen: dict[str, Any]) -> tuple[str, str, str] | None:
    """Facet, words and looks of the first finding.

    An operation that ends the process would end the check without a word.
    """
    try:
        transcript = interview(adapter, frozen["ask"])
        verdict = judge(frozen, transcript)
        if not verdict.findings:
            return None
        looks_like = diagnose(frozen, transcript, verdict)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return "crash", f"crash: it raises {line(error)}, which ends the process", ""
    first = verdict.findings[0]
    return first.facet, first.line(), "" if looks_like == NONE else looks_like


@cache
def _easy() -> dict[str, list[str]]:
    """The short frozen examples of each operation by itself, the shortest first."""
    found = defaultdict(list)
    for made in filter(None, map(read_current, shipped())):
        for operation, text in _examples(made):
            if len(text) <= SHORT:
                found[operation].append(text)
    return {operation: sorted(lines, key=len) for operation, lines in found.items()}


def _examples(made: FrozenFile) -> Iterator[tuple[str, str]]:
    for case in made.cases:
        if case["kind"] == "example" and case["level"] == "must" and len(case["operations"]) == 1:
            dtype = "float32" if "float32" in case["dtypes"] else case["dtypes"][0]
            yield case["operations"][0], made.text(case["id"], dtype)
