"""A suite with one part taken away: a question, a kind of case or probe, or three quarters of a bound's strictness."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nnconform.adapters import Adapter
from nnconform.adapters.numpy import NumPy
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.harness.score import cases, zoo
from nnconform.harness.score.cases import Line
from nnconform.spec.arrays import decode_bits, encode
from nnconform.spec.frozen import shipped, shown
from nnconform.spec.loader import load_all
from nnconform.spec.model import Case, Generated

CASES: Mapping[str, Case] = {
    f"{Path(case.path).stem}::{case.id}": case for case in load_all((path, shown(path)) for path in shipped())
}
"""Every case, by `file::case`."""


def lines_of(kind: type[Adapter], lines: Iterable[Line]) -> list[Line]:
    """What a score asks a member."""
    return cases.asked_of(lines, kind, zoo.touched(kind))


def caught(kind: type[Adapter], lines: Iterable[Line]) -> bool:
    """Whether the suite catches a member."""
    return any(failed(line.frozen, kind) for line in lines_of(kind, lines))


def caught_without_question(kind: type[Adapter], lines: Iterable[Line], questions: Collection[str]) -> bool:
    """Whether it does so if nobody looks at the answers to some questions: the textbook's stand in their place."""
    return any(_failed_elsewhere(line.frozen, kind, questions) for line in lines_of(kind, lines))


def caught_with_wide_bounds(kind: type[Adapter], lines: Iterable[Line], factor: float) -> bool:
    """Whether it does so if every bound is so many times as wide."""
    return any(failed(widened(line.frozen, factor), kind) for line in lines_of(kind, lines))


def failed(frozen: Mapping[str, Any], kind: type[Adapter]) -> bool:
    return bool(judge(frozen, interview(kind(), frozen["ask"])).findings)


def _failed_elsewhere(frozen: Mapping[str, Any], kind: type[Adapter], questions: Collection[str]) -> bool:
    transcript = interview(kind(), frozen["ask"])
    right = interview(NumPy(), frozen["ask"])
    for question in transcript.answers.keys() & set(questions):
        transcript.answers[question] = right.answers[question]
    if "others" in questions:
        transcript.overwritten = []
    return bool(judge(frozen, transcript).findings)


def widened(frozen: Mapping[str, Any], factor: float) -> dict[str, Any]:
    """A case whose bounds are so many times as wide; what is exact stays so."""
    expect = dict(frozen["expect"])
    for key in ("outputs", "others", "flushed", "flushed_others"):
        if key in expect:
            expect[key] = {name: _wide(truth, factor) for name, truth in expect[key].items()}
    return {**frozen, "expect": expect}


def _wide(truth: Mapping[str, Any], factor: float) -> dict[str, Any]:
    if "error" not in truth:
        return dict(truth)
    error = decode_bits(truth["error"], (len(truth["error"]) // 16,), "float64")
    return {**truth, "error": encode(error * factor)["bits"]}


def without(lines: Iterable[Line], unwanted: Callable[[Line], bool]) -> Iterator[Line]:
    return (line for line in lines if not unwanted(line))


def is_kind(kind: str) -> Callable[[Line], bool]:
    return lambda line: CASES[line.place].kind == kind


def is_probe(*generators: str) -> Callable[[Line], bool]:
    """A probe with an input of one of these kinds."""

    def found(line: Line) -> bool:
        case = CASES[line.place]
        made = {given.generate for given in case.inputs.values() if isinstance(given, Generated)}
        return case.kind == "probe" and not made.isdisjoint(generators)

    return found
