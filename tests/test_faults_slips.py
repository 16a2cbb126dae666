"""A slip of an adapter's is told for what it is: here and in a process of its own, and of the case that it is in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import slips
from shell import FAKES, SIGMOID, pytest_in, records

from nnconform.adapters.contract import describe
from nnconform.harness.diagnosis.diagnose import diagnose
from nnconform.harness.interview import interview
from nnconform.harness.interviewers import Child
from nnconform.harness.judge import judge
from nnconform.harness.subject import Subject
from nnconform.harness.sweeps.answering import answer, question_of
from nnconform.harness.sweeps.memory import Shared
from nnconform.harness.sweeps.walk import Batch
from nnconform.harness.verdict import Verdict
from nnconform.reference.fingerprint.naming import _kept_bits
from nnconform.spec.frozen import ROOT, FrozenFile, frozen_path


def frozen(name: str, case: str) -> dict[str, Any]:
    return FrozenFile(frozen_path(ROOT / f"{name}.toml").read_text("utf-8")).line(case, "float32")


AROUND_ZERO = frozen("activations/sigmoid", "around_zero")
LONG = frozen("activations/sigmoid", "past_many_blocks")
PRODUCT = frozen("products/matmul", "uniform")
REFUSED = frozen("products/matmul", "unequal_inner_sizes")


def seen(adapter: Any, line: dict[str, Any]) -> Verdict:
    return judge(line, interview(adapter, line["ask"]))


def outcomes(folder: Path) -> dict[str, str]:
    """What became of each case in a folder's newest records."""
    return {line["case"]: line["outcome"] for line in records(folder) if line["record"] == "result"}


def in_child(name: str, line: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Verdict:
    monkeypatch.setenv("PYTHONPATH", str(FAKES.parent))
    child = Child(Subject(f"fakes.slips:{name}", name, "cpu", "eager"))
    child.wait()
    try:
        return judge(line, child.ask(line["ask"]))
    finally:
        child.close()


def test_an_answer_of_another_byte_order_is_of_another_dtype_here_and_in_a_child(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = seen(slips.OfAnotherOrder(), AROUND_ZERO)
    there = in_child("OfAnotherOrder", AROUND_ZERO, monkeypatch)
    assert set(here.facets) == {"dtype"}
    assert here.record()["findings"] == there.record()["findings"]


@pytest.mark.parametrize("line", [AROUND_ZERO, LONG], ids=["short", "long"])
@pytest.mark.parametrize(("kind", "told"), [(slips.Hidden, "MaskedArray"), (slips.Wide, "array of ")])
def test_what_is_no_array_of_plain_numbers_is_told(kind: Any, told: str, line: dict[str, Any]) -> None:
    verdict = seen(kind(), line)
    assert set(verdict.facets) == {"type"}
    assert verdict.findings[0].line().startswith(f"type: {told}")


def test_a_sweep_takes_no_masked_array_either() -> None:
    question = question_of("sigmoid", {}, "float16", Batch(0, 1, 1, 8))
    found = answer(slips.Hidden(), question, np.zeros(8, np.uint16))
    assert found["amiss"] == ["type", "MaskedArray instead of an array"]


def test_an_input_that_a_later_call_changes_is_seen() -> None:
    assert "changes its inputs" in seen(slips.SpoilsLate(), AROUND_ZERO).facets


def test_an_input_that_takes_another_shape_is_changed_and_asked_with_no_more() -> None:
    transcript = interview(slips.Flattens(), PRODUCT["ask"])
    assert "mutated" not in transcript.answers
    assert judge(PRODUCT, transcript).facets == ("changes its inputs",)


def test_what_is_refused_comes_back_unchanged() -> None:
    assert seen(slips.SpoilsWhatItRefuses(), REFUSED).facets == ("changes its inputs",)


def test_an_operation_that_cannot_be_looked_up_fails_and_no_other(tmp_path: Path) -> None:
    for apart in ((), ("--isolate",)):
        done = pytest_in(
            tmp_path, "--adapter=fakes.slips:CannotLookUp", "--dtype=float32", *apart, f"{SIGMOID}::around_zero",
            "spec/activations/softsign.toml",
        )  # fmt: skip
        assert done.status == 1, done.out + done.err
        found = outcomes(tmp_path)
        assert found.pop("around_zero") == "failed"
        assert len(found) > 5
        assert set(found.values()) == {"passed"}
        assert "no attribute 'sigmoid'" in done.out


@pytest.mark.parametrize("name", ["CannotShow", "ShowsNothing"])
def test_a_source_that_cannot_be_shown_costs_no_other_case(tmp_path: Path, name: str) -> None:
    done = pytest_in(
        tmp_path, f"--adapter=fakes.slips:{name}", "--mode=compiled", "--dtype=float32", f"{SIGMOID}::around_zero",
        f"{SIGMOID}::infinities", "spec/activations/softsign.toml",
    )  # fmt: skip
    assert done.status == 1, done.out + done.err
    found = outcomes(tmp_path)
    assert [found.pop("around_zero"), found.pop("infinities")] == ["failed", "failed"]
    assert set(found.values()) == {"passed"}


def test_the_questions_are_not_what_a_program_beside_the_framework_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    assert in_child("StartsATool", AROUND_ZERO, monkeypatch).outcome == "passed"


@pytest.mark.parametrize("apart", [(), ("--isolate",)])
def test_what_an_adapter_says_of_itself_may_be_of_another_type(tmp_path: Path, apart: tuple[str, ...]) -> None:
    done = pytest_in(tmp_path, "--adapter=fakes.slips:SaysOddly", *apart, f"{SIGMOID}::around_zero")
    assert done.status == 0, done.out + done.err
    header, *_, footer = records(tmp_path)
    assert header["subjects"][0]["versions"] == describe(slips.SaysOddly())["versions"] == {"odd": "1.5"}
    assert footer["counters"]["fakes.slips.SaysOddly"]["calls"] == 3


def test_counters_that_raise_cost_nothing_else(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=fakes.slips:CannotCount", f"{SIGMOID}::around_zero")
    assert done.status == 0, done.out + done.err
    assert "counters() raised SystemExit" in done.out
    assert records(tmp_path)[-1]["complete"] is True


@pytest.mark.parametrize(
    ("kind", "line"),
    [(slips.WholeNumbers, AROUND_ZERO), (slips.Columns, frozen("traits/places", "places_sigmoid"))],
    ids=["whole numbers", "columns"],
)
def test_a_hint_is_given_of_whatever_fails(kind: Any, line: dict[str, Any]) -> None:
    transcript = interview(kind(), line["ask"])
    verdict = judge(line, transcript)
    assert verdict.outcome == "failed"
    assert diagnose(line, transcript, verdict)


def test_the_arithmetic_of_products_that_overflow_can_be_told(tmp_path: Path) -> None:
    assert _kept_bits(np.array([[np.inf]]), np.array([[1.0]])) == 0
    done = pytest_in(
        tmp_path, "--adapter=fakes.slips:SelectsInfinity", "--dtype=float32", "spec/products/own_products.toml"
    )
    assert "error" not in outcomes(tmp_path).values(), done.out


def test_memory_for_a_sweep_has_no_name_that_could_be_left_behind() -> None:
    shared = Shared(np.dtype("u2"), 8)
    path = Path(shared.name.partition("|")[0])
    other = np.memmap(path, np.dtype("u2"), "r+", shape=(8,))
    other[3] = 7
    assert shared.array[3] == 7
    if path.is_relative_to("/proc"):
        assert path == Path(f"/proc/{os.getpid()}/fd/{path.name}")
        assert not path.readlink().exists()
    name = shared.name
    shared.close()
    assert not path.exists()
    again = Shared(np.dtype("u2"), 8)  # in the first one's place, and not to be taken for it
    assert again.name != name
    again.close()


@pytest.mark.parametrize("apart", [(), ("--isolate",)], ids=["here", "in a child"])
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("NoVersions", "versions() gives None, and not a text for each of some names"),
        ("CannotDescribe", "RuntimeError: no flags"),
        ("EndsWhileDescribed", "SystemExit: 0"),
        ("CannotTellSettings", "RuntimeError: no settings"),
        ("NumberForName", "name is 5, which is no text"),
    ],
)
def test_an_adapter_that_cannot_be_described_is_one_line(
    tmp_path: Path, name: str, told: str, apart: tuple[str, ...]
) -> None:
    done = pytest_in(tmp_path, f"--adapter=fakes.slips:{name}", *apart, f"{SIGMOID}::around_zero")
    done.complains(f"the adapter 'fakes.slips:{name}' does not start", told)
    assert not list(tmp_path.rglob("*.jsonl"))
