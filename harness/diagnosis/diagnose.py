"""The one thing that a failing case looks like, if there is one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np

from nnconform.harness.diagnosis import (
    NONE,
    anywhere,
    crashes,
    elementary,
    forms,
    functions,
    large,
    places,
    products,
    refusals,
    rows,
    smooth,
    state,
)
from nnconform.harness.diagnosis.fit import SURE
from nnconform.harness.diagnosis.hypothesis import Hypothesis
from nnconform.harness.diagnosis.problem import Problem
from nnconform.harness.transcript import Transcript
from nnconform.harness.verdict import Verdict

CONTIGUOUS = ", where the elements lie together"
_MOST = 2
"""So many names are told; a case that does not tell more of them apart says nothing."""
SMALL = 2**13
"""Elements; of larger cases it is worth while to look whether their numbers repeat."""
LARGEST = 2**15
"""Elements of all inputs together; larger cases are sampled, or held against what went wrong in places."""
LARGER, WORK = 2**17, 2**20
"""Elements, and products of two numbers, of cases that are held against everything nevertheless, if not at once."""
_KINDS = frozenset({"example", "property", "special", "probe", "refusal"})
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
    if facets in _SEEN and not any(answer.left for answer in transcript.answers.values()):
        return _SEEN[facets]
    if frozen["kind"] not in _KINDS and not (frozen["kind"] == "trait" and facets == {"crash"}):
        return NONE
    problem = Problem(frozen, transcript)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return next((name for name in map(told, _steps(problem, facets)) if name), NONE)


def _steps(problem: Problem, facets: frozenset[str]) -> Iterator[list[str]]:
    """All that may be said, the most telling first: by the kind of failure, then by the numbers."""
    if facets & {"changes its inputs", "overwritten"}:
        yield state.fitting(problem, facets)
        return
    if problem.frozen["kind"] == "refusal":
        yield _of_refusal(problem)
        return
    if facets == {"device"}:
        yield ["as if answers were left on another device"]
        return
    if facets & {"crash"}:
        yield crashes.fitting(problem)
        return
    if not problem.readable:
        yield forms.fitting(problem)
        return
    once = large.once_each(problem) if problem.size > SMALL else problem
    if once.size <= LARGEST or (once.size <= LARGER and once.work <= WORK):
        yield fitting(once)
        yield [name + CONTIGUOUS for name in _where_contiguous(once)]
    elif large.can_be_sampled(problem):
        yield fitting(large.Sampled(problem))
    yield forms.fitting(problem)
    yield places.fitting(problem)


def _of_refusal(problem: Problem) -> list[str]:
    answer = problem.transcript.answers.get("refused")
    if problem.transcript.answers["first"].raised:
        return crashes.fitting(problem)
    if answer is None or answer.unsupported or problem.wrong_questions:
        return ["as if the adapter refused, and not the framework"] if answer and answer.unsupported else []
    if answer.raised:
        return [each for each in [crashes.of_a_refusal(answer.raised, problem)] if each]
    return refusals.fitting(problem)


def fitting(problem: Problem) -> list[str]:
    """The names of all hypotheses that are sure."""
    return list(dict.fromkeys(each.name for each in candidates(problem) if (each.fit(problem) or 0.0) >= SURE))


def _where_contiguous(problem: Problem) -> list[str]:
    """The same, where other layouts are spared: frameworks have kernels of their own for arrays in one piece."""
    problem.spared = problem.right_layouts
    found = fitting(problem) if "strided" in problem.spared else []
    problem.spared = frozenset()
    return found


def told(names: list[str]) -> str:
    """All that fit, in one line; nothing where they are too many."""
    return ", or ".join(names) if 0 < len(names) <= _MOST else ""


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
