"""Every hypothesis as an implementation of its own: its failing cases are called by its name, and by no other alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import prod
from typing import Any

import numpy as np
import pytest

from nnconform.adapters.numpy import NumPy
from nnconform.harness.diagnosis import NONE
from nnconform.harness.diagnosis.diagnose import by_operation, diagnose
from nnconform.harness.diagnosis.hypothesis import Otherwise
from nnconform.harness.diagnosis.problem import Problem
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.harness.verdict import Verdict
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped

Array = Any
KINDS = {"example", "special", "probe", "property"}
LARGEST = 4096
"""Elements of a case's inputs: it is asked for many hypotheses."""
ENOUGH = 3
"""So many cases called by the right name."""
CATALOGUE = {
    operation: [each for each in found if isinstance(each, Otherwise)] for operation, found in by_operation().items()
}


@cache
def lines(operation: str) -> list[dict[str, Any]]:
    """The cases of an operation in float32 and float64."""
    return list(_lines(operation))


def _lines(operation: str) -> Iterator[dict[str, Any]]:
    for path in shipped():
        frozen = FrozenFile(frozen_path(path).read_text("utf-8"))
        for case in frozen.cases:
            if case["kind"] in KINDS and operation in case["operations"]:
                for dtype in {"float32", "float64"}.intersection(case["dtypes"]):
                    line = frozen.line(case["id"], dtype)
                    if sum(int(prod(given["shape"])) for given in line["ask"]["inputs"].values()) <= LARGEST:
                        yield line


def implementation(hypothesis: Otherwise) -> NumPy:
    """The textbook with what the hypothesis says, computed in the dtype itself."""

    def call(self: NumPy, *arrays: Array, **attributes: Any) -> Array:
        dtype = arrays[0].dtype
        if getattr(hypothesis.function, "exact", False):
            arrays = tuple(array.astype(np.longdouble) for array in arrays)
        with np.errstate(all="ignore"):
            made = hypothesis.function(lambda values: np.asarray(values).astype(dtype), *arrays, **attributes)
            return np.asarray(made).astype(dtype)

    kind: type[NumPy] = type("Hypothetical", (NumPy,), {hypothesis.operation: call})
    return kind()


def told(hypothesis: Otherwise) -> Iterator[str]:
    """The diagnosis of each case that its implementation fails."""
    adapter = implementation(hypothesis)
    for line in lines(hypothesis.operation):
        transcript = interview(adapter, line["ask"])
        verdict = judge(line, transcript)
        if verdict.findings and "crash" not in verdict.facets:  # which is a matter of its own
            yield diagnose(line, transcript, verdict)


@pytest.mark.parametrize("operation", CATALOGUE)
def test_each_is_called_by_its_name(operation: str) -> None:
    for hypothesis in CATALOGUE[operation]:
        named = 0
        for diagnosis in told(hypothesis):
            assert diagnosis == NONE or hypothesis.name in diagnosis, f"{hypothesis.name} is called {diagnosis}"
            named += diagnosis == hypothesis.name
            if named == ENOUGH:
                break
        assert named, f"{operation}: {hypothesis.name}: no case shows it"


def test_names_say_what_it_looks_like() -> None:
    names = [each.name for found in CATALOGUE.values() for each in found]
    assert all(name.startswith("as if ") and not name.endswith(".") for name in names)
    for operation, found in CATALOGUE.items():
        own = [each.name for each in found]
        assert len(own) == len(set(own)), operation


@pytest.mark.parametrize("operation", CATALOGUE)
def test_a_right_answer_is_evidence_for_nothing(operation: str) -> None:
    for line in lines(operation):
        transcript = interview(NumPy(), line["ask"])
        assert judge(line, transcript).outcome == "passed"
        assert diagnose(line, transcript, Verdict(outcome="failed")) == NONE


@pytest.mark.parametrize("operation", CATALOGUE)
def test_the_textbook_in_more_precision_is_the_truth(operation: str) -> None:
    for line in lines(operation):
        problem = Problem(line, interview(NumPy(), line["ask"]))
        with np.errstate(all="ignore"):
            for part in problem.everything:
                made = problem.evaluate(problem.arrays(part.question))[part.output]
                assert made.shape == part.truth.shape
                off = np.abs(part.truth.difference(made.astype(part.truth.dtype)))
                bound = 0.0 if part.truth.error is None else part.truth.error
                fine = (off <= bound) | ~np.isfinite(part.truth.high)
                assert bool(np.all(fine)), f"{line['case']} in {line['dtype']}"
