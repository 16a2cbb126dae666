"""The one thing that a failing case looks like, if there is one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from math import prod
from typing import Any

import numpy as np

from nnconform.harness.diagnosis import anywhere, elementary, functions, products, rows, smooth
from nnconform.harness.diagnosis.hypothesis import SURE, Hypothesis
from nnconform.harness.diagnosis.problem import Problem
from nnconform.harness.transcript import Transcript
from nnconform.harness.verdict import Verdict

NONE = "no known defect fits"
CONTIGUOUS = ", where the elements lie together"
_MOST = 2
"""So many names are told; a case that does not tell more of them apart says nothing."""
LARGEST = 2**15
"""Elements of all inputs together; larger cases are not held against anything."""
_KINDS = frozenset({"example", "property", "special", "probe"})
_SEEN = {
    frozenset({"overwritten"}): "as if answers shared one buffer",
    frozenset({"changes its inputs"}): "as if it worked in its input's own memory",
}
"""What such facets, alone, are by themselves."""


def diagnose(frozen: Mapping[str, Any], transcript: Transcript, verdict: Verdict) -> str:
    """What a failing case looks like, as `as if ...`; or that nothing known fits.

    A hypothesis must agree everywhere, in all questions, and be sure; if another is as sure, and no better or worse,
    both are named, for then the case cannot tell them apart.
    """
    facets = frozenset(verdict.facets)
    if facets in _SEEN:
        return _SEEN[facets]
    if frozen["kind"] not in _KINDS or not _readable(frozen, transcript):
        return NONE
    problem = Problem(frozen, transcript)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _told(fitting(problem)) or _told(_where_contiguous(problem), CONTIGUOUS) or NONE


def fitting(problem: Problem) -> list[str]:
    """The names of all hypotheses that are sure."""
    return list(dict.fromkeys(each.name for each in candidates(problem) if (each.fit(problem) or 0.0) >= SURE))


def _where_contiguous(problem: Problem) -> list[str]:
    """The same, where other layouts are spared: frameworks have kernels of their own for arrays in one piece."""
    problem.spared = problem.right_layouts
    return fitting(problem) if "strided" in problem.spared else []


def _told(names: list[str], where: str = "") -> str:
    return ", or ".join(names) + where if 0 < len(names) <= _MOST else ""


def candidates(problem: Problem) -> Iterator[Hypothesis]:
    """Hypotheses about the operations that were asked, and about all."""
    for operation in sorted(problem.operations):
        yield from by_operation().get(operation, ())
    yield from anywhere.hypotheses(problem)


@cache
def by_operation() -> Mapping[str, list[Hypothesis]]:
    """The catalogue."""
    found: dict[str, list[Hypothesis]] = {}
    assert elementary  # these two add their own to those of `functions`
    assert smooth
    for module in (products, rows, functions):
        for each in module.hypotheses():
            found.setdefault(each.operation, []).append(each)
    return found


def _readable(frozen: Mapping[str, Any], transcript: Transcript) -> bool:
    """Whether every question has an answer of arrays, and the inputs are few enough."""
    size = sum(int(prod(data["shape"])) for data in frozen["ask"]["inputs"].values())
    outputs = set(frozen["expect"].get("outputs", {}))
    return size <= LARGEST and all(
        answer.unsupported or (not (answer.raised or answer.odd or answer.whole) and set(answer.values) == outputs)
        for answer in transcript.answers.values()
    )
