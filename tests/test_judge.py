"""Judging is a pure function of a frozen case and a transcript: each facet, from made-up answers."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest

from nnconform.adapters.numpy import NumPy
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.harness.transcript import Raised, Transcript, from_data, to_data
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped

FILES = {path.stem: FrozenFile(frozen_path(path).read_text("utf-8")) for path in shipped()}


def frozen(file: str, case: str, dtype: str = "float32") -> dict[str, Any]:
    return FILES[file].line(case, dtype)


@pytest.fixture
def coffee() -> tuple[dict[str, Any], Transcript]:
    """The first layer's sums and activations, asked of the textbook."""
    line = frozen("dense", "coffee_vectorized")
    return line, interview(NumPy(), line["ask"])


def facets(line: dict[str, Any], transcript: Transcript) -> set[str]:
    return set(judge(line, transcript).facets)


def test_right_answers_pass(coffee: tuple[dict[str, Any], Transcript]) -> None:
    verdict = judge(*coffee)
    assert verdict.outcome == "passed"
    assert verdict.share <= 1
    assert verdict.elapsed_ns > 0


def test_a_transcript_survives_the_pipe(coffee: tuple[dict[str, Any], Transcript]) -> None:
    line, transcript = coffee
    again = from_data(json.loads(json.dumps(to_data(transcript))))
    assert judge(line, again).record() == judge(line, transcript).record()


def test_judging_leaves_the_transcript_alone(coffee: tuple[dict[str, Any], Transcript]) -> None:
    line, transcript = coffee
    before = json.dumps(to_data(transcript))
    judge(line, transcript)
    assert json.dumps(to_data(transcript)) == before


@pytest.mark.parametrize(
    ("wrong", "facet"),
    [
        (lambda v: v + np.float32(1e-3), "value"),
        (lambda v: np.full_like(v, np.nan), "nan"),
        (lambda v: np.full_like(v, np.inf), "inf"),
        (lambda v: v.astype(np.float64), "dtype"),
        (lambda v: v.astype(np.int64), "dtype"),
        (lambda v: v[0], "shape"),
        (lambda v: v.T, "shape"),
        (lambda v: v[:, :1], "shape"),
        (lambda v: v[0, 0].reshape(()), "shape"),
    ],
)
def test_a_wrong_array_has_its_facet(coffee: tuple[dict[str, Any], Transcript], wrong: Any, facet: str) -> None:
    line, transcript = coffee
    transcript.answers["first"].values["a"] = wrong(transcript.answers["first"].values["a"])
    assert facets(line, transcript) == {facet}


def test_state_has_facets_of_its_own(coffee: tuple[dict[str, Any], Transcript]) -> None:
    line, transcript = coffee
    stale = copy.deepcopy(transcript)
    stale.answers["mutated"].values["z"] = transcript.answers["first"].values["z"]
    assert facets(line, stale) == {"stale"}
    overwritten = copy.deepcopy(transcript)
    overwritten.overwritten.append(("others", "z"))
    (found,) = judge(line, overwritten).findings
    assert (found.facet, found.question, found.output) == ("overwritten", "others", "z")
    assert "the second answer changed" in found.line()
    again = from_data(json.loads(json.dumps(to_data(overwritten))))
    assert again.overwritten == overwritten.overwritten
    changed = copy.deepcopy(transcript)
    changed.answers["strided"].changed.append("x")
    assert facets(line, changed) == {"changes its inputs"}


def test_no_array_and_no_answer(coffee: tuple[dict[str, Any], Transcript]) -> None:
    line, transcript = coffee
    listed = copy.deepcopy(transcript)
    del listed.answers["first"].values["z"]
    listed.answers["first"].odd["z"] = "list"
    assert facets(line, listed) == {"type"}
    crashed = copy.deepcopy(transcript)
    crashed.answers["others"].raised = Raised("RuntimeError", "no kernel", "call", by_framework=True)
    assert facets(line, crashed) == {"crash"}


def test_an_answer_elsewhere_is_no_answer(coffee: tuple[dict[str, Any], Transcript]) -> None:
    line, transcript = coffee
    transcript.answers["first"].places["z"] = "cuda:1"
    assert facets(line, transcript) == {"device"}


def test_unsupported_is_neither_pass_nor_failure(coffee: tuple[dict[str, Any], Transcript]) -> None:
    verdict = judge(coffee[0], Transcript(device="cpu", unsupported="no dense"))
    assert verdict.outcome == "unsupported"


def test_other_bits_of_right_answers_are_traits(coffee: tuple[dict[str, Any], Transcript]) -> None:
    line, transcript = coffee
    value = transcript.answers["again"].values["a"]
    transcript.answers["again"].values["a"] = np.nextafter(value, np.float32(0.5))
    verdict = judge(line, transcript)
    assert verdict.outcome == "passed"
    assert verdict.traits["not repeatable"] == 3


def refusal_case() -> dict[str, Any]:
    for file in FILES.values():
        for case in file.cases:
            if case["kind"] == "refusal" and case["operations"] == ["matmul"]:
                return file.line(case["id"], "float32")
    raise AssertionError("the spec has no refusal of matmul")


def test_a_refusal_counts_only_from_the_framework() -> None:
    line = refusal_case()
    asked = interview(NumPy(), line["ask"])
    assert judge(line, asked).outcome == "passed"

    accepted = copy.deepcopy(asked)
    accepted.answers["refused"] = accepted.answers["first"]
    assert facets(line, accepted) == {"not refused"}

    adapters_own = copy.deepcopy(asked)
    adapters_own.answers["refused"].raised = Raised("TypeError", "two arguments", "call", by_framework=False)
    assert facets(line, adapters_own) == {"not refused"}

    twin_wrong = copy.deepcopy(asked)
    twin_wrong.answers["first"].raised = Raised("ValueError", "no", "call", by_framework=True)
    assert "crash" in facets(line, twin_wrong)


class Checks(NumPy):
    """Refuses on the framework's behalf."""

    owned = False

    def matmul(self, a: Any, b: Any) -> Any:
        if a.shape[-1] != b.shape[0]:
            raise ValueError("the adapter looked itself")
        return a @ b


class Passes(Checks):
    """Lets NumPy refuse."""

    def matmul(self, a: Any, b: Any) -> Any:
        return a @ b


def test_an_adapter_may_not_refuse_on_the_frameworks_behalf() -> None:
    line = refusal_case()
    assert facets(line, interview(Checks(), line["ask"])) == {"not refused"}
    assert facets(line, interview(Passes(), line["ask"])) == set()


@pytest.mark.parametrize("missing", ["others", "again"])
def test_a_question_without_an_answer_is_no_pass(missing: str, coffee: tuple[dict[str, Any], Transcript]) -> None:
    line, transcript = coffee
    del transcript.answers[missing]
    (found,) = judge(line, transcript).findings
    assert found.line() == "crash: not answered: " + missing


@pytest.mark.parametrize("question", ["first", "others", "mutated", "again", "fortran", "strided"])
def test_an_output_that_did_not_come_is_no_pass(question: str, coffee: tuple[dict[str, Any], Transcript]) -> None:
    line, transcript = coffee
    name = next(iter(transcript.answers[question].values))
    del transcript.answers[question].values[name]
    (found,) = judge(line, transcript).findings
    assert (found.facet, found.question, found.output) == ("type", question, name)
    assert "no answer" in found.line()


def test_a_refusal_needs_both_answers() -> None:
    line = frozen("matmul", "unequal_inner_sizes")
    transcript = interview(NumPy(), line["ask"])
    assert judge(line, transcript).outcome == "passed"
    del transcript.answers["refused"]
    assert judge(line, transcript).outcome == "failed"
