"""Known deviations: what one excuses is stated, and nothing beyond it passes for it."""

from __future__ import annotations

import copy
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from shell import pytest_in, records, results

from nnconform.adapters.contract import describe
from nnconform.adapters.numpy import NumPy
from nnconform.harness import deviations
from nnconform.harness.collect import CaseItem
from nnconform.harness.deviations import Deviation, Excuse, Known
from nnconform.harness.examining import Examiner
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.harness.subject import Subject
from nnconform.harness.transcript import Transcript
from nnconform.harness.verdict import Finding, Verdict
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped, shown

FILES = {shown(path): FrozenFile(frozen_path(path).read_text("utf-8")) for path in shipped()}
RELU = ("spec/activations/relu.toml", "negative_subnormals", "float32")
SUBJECT = Subject("numpy", "numpy", "cpu", "eager")
CAUSE = Deviation(
    cause="relu passes what is below the smallest normal number",
    adapter="numpy",
    cases=("spec/activations/relu.toml::negative_subnormals/*",),
    facets=("value",),
    excuses=Excuse(got="input"),
    versions={"numpy": ">=1"},
    reason="it is so",
    witness="relu(-1e-40) is -1e-40",
    script="none.py",
)


@dataclass
class Item:
    """An item as far as judging knows one."""

    file: str
    case: dict[str, Any]
    dtype: str
    frozen_line: dict[str, Any] | None
    subject: Subject = SUBJECT

    @property
    def nodeid(self) -> str:
        return f"{self.file}::{self.case['id']}/numpy/cpu/{self.dtype}/eager"


def item(file: str = RELU[0], case: str = RELU[1], dtype: str = RELU[2]) -> Item:
    line = FILES[file].line(case, dtype)
    found = next(each for each in FILES[file].cases if each["id"] == case)
    return Item(file, found, dtype, line)


def known(monkeypatch: pytest.MonkeyPatch, cause: Deviation = CAUSE, kind: type[NumPy] = NumPy) -> Known:
    monkeypatch.setattr(deviations, "load", lambda: (cause,))
    return Known(SUBJECT, describe(kind()))


def passing(values: Any) -> Any:
    """A relu that gives back what is not below the smallest normal number by more."""

    class Passes(NumPy):
        """Named by what the test wants."""

        @staticmethod
        def relu(x: Any) -> Any:
            return values(x)

    return Passes


def keeps_first(x: Any) -> Any:
    """Right, but for the first element, which is returned as it came."""
    made = np.maximum(x, 0)
    made[..., :1] = x[..., :1]
    return made


def wrong_elsewhere(x: Any) -> Any:
    made = keeps_first(x)
    made[..., -1:] = -7
    return made


def verdict_of(asked: Item, kind: type[NumPy]) -> Verdict:
    assert asked.frozen_line is not None
    return judge(asked.frozen_line, interview(kind(), asked.frozen_line["ask"]))


def test_the_fault_that_is_listed_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = item()
    verdict = verdict_of(asked, passing(keeps_first))
    assert (verdict.outcome, verdict.facets) == ("failed", ("value",))
    known(monkeypatch).apply(asked, verdict)
    assert (verdict.outcome, verdict.deviation) == ("known deviation", CAUSE.cause)
    assert verdict.no_longer_deviates == ""


@pytest.mark.parametrize(
    "answers",
    [wrong_elsewhere, lambda x: np.full_like(x, -7), lambda x: x * 2, lambda x: np.full_like(x, np.nan), lambda x: x[:0]],
    ids=["one element more", "another number", "twice the input", "nan", "shape"],
)  # fmt: skip
def test_another_fault_of_the_same_case_fails(monkeypatch: pytest.MonkeyPatch, answers: Any) -> None:
    asked = item()
    verdict = verdict_of(asked, passing(answers))
    known(monkeypatch).apply(asked, verdict)
    assert (verdict.outcome, verdict.deviation) == ("failed", "")


@pytest.mark.parametrize(
    ("excuse", "outcome"),
    [
        (Excuse(ulps=1e5), "known deviation"),
        (Excuse(ulps=1e3), "failed"),
        (Excuse(got=-9.99994610111476e-41), "failed"),
        (Excuse(got=(-1e-40, -1e-41)), "known deviation"),
        (Excuse(got=(-1e-40, -1e-41), ulps=1e3), "failed"),
        (Excuse(off=1e-32), "known deviation"),
        (Excuse(off=1e-35), "failed"),
        (Excuse(ratio=(0.5, 2)), "failed"),
        (Excuse(says="*"), "failed"),
    ],
    ids=str,
)
def test_every_limit_is_held_against_every_wrong_element(
    monkeypatch: pytest.MonkeyPatch, excuse: Excuse, outcome: str
) -> None:
    asked = item()
    verdict = verdict_of(asked, passing(keeps_first))
    known(monkeypatch, replace(CAUSE, excuses=excuse)).apply(asked, verdict)
    assert verdict.outcome == outcome


def test_a_ratio_to_the_exact_value() -> None:
    asked = item("spec/activations/relu.toml", "negative_subnormals")
    asked.frozen_line = line = FILES["spec/activations/tanh.toml"].line("around_zero", "float64")
    answers = interview(NumPy(), line["ask"])
    (name,) = answers.answers["first"].values
    answers.answers["first"].values[name] *= 0.5
    (found,) = judge(line, answers).findings
    assert Excuse(ratio=(0.4, 0.6)).covers(found, (), "float32")
    assert not Excuse(ratio=(0.6, 1)).covers(found, (), "float32")


def test_what_has_no_values_is_excused_by_its_words() -> None:
    found = Finding("crash", "first", "", "ValueError at call: no kernel for 3 terms", None)
    assert Excuse(says="ValueError at call: no kernel*").covers(found, (), "float32")
    assert not Excuse(says="TypeError*").covers(found, (), "float32")
    assert not Excuse(got=0, ulps=float("inf")).covers(found, (), "float32")


@pytest.mark.parametrize(("how", "outcome"), [("SIGABRT", "known deviation"), ("SIGSEGV", "crashed")])
def test_a_process_that_ends_is_excused_by_how(monkeypatch: pytest.MonkeyPatch, how: str, outcome: str) -> None:
    crashes = replace(CAUSE, facets=("crashed",), excuses=Excuse(says="its process ended with SIGABRT*"))
    verdict = Verdict(outcome="crashed", reason=f"its process ended with {how} (it said: dnnl)")
    known(monkeypatch, crashes).apply(item(), verdict)
    assert verdict.outcome == outcome
    verdict = Verdict(outcome="crashed", reason="its process ended with SIGABRT")
    known(monkeypatch, replace(crashes, facets=("value",))).apply(item(), verdict)
    assert verdict.outcome == "crashed"


def test_a_deviation_that_is_gone_is_told_apart_from_traits(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = item()
    verdict = verdict_of(asked, NumPy)
    before = copy.deepcopy(verdict.traits)
    known(monkeypatch).apply(asked, verdict)
    assert (verdict.outcome, verdict.no_longer_deviates, verdict.traits) == ("passed", CAUSE.cause, before)
    assert verdict.record()["no_longer_deviates"] == CAUSE.cause


def test_another_case_or_environment_is_none_of_its_business(monkeypatch: pytest.MonkeyPatch) -> None:
    other = item("spec/activations/relu.toml", "rows_and_columns")
    verdict = verdict_of(other, NumPy)
    known(monkeypatch).apply(other, verdict)
    assert verdict.no_longer_deviates == ""
    for change in (
        {"versions": {"numpy": "<1"}},
        {"devices": ("cuda*",)},
        {"modes": ("compiled",)},
        {"flags": {"f": "1"}},
    ):
        assert known(monkeypatch, replace(CAUSE, **change)).expected == []


def test_who_inherits_a_registered_adapter_is_excused_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = passing(keeps_first)
    assert kind.name == "numpy"
    assert known(monkeypatch).expected == [CAUSE]
    assert known(monkeypatch, kind=kind).expected == []


def test_an_entry_that_excuses_anything_is_no_entry() -> None:
    with pytest.raises(ValueError, match="must state what it excuses"):
        Excuse()


@pytest.mark.parametrize("entry", deviations.load(), ids=lambda entry: entry.cause)
def test_every_pattern_matches_a_shipped_case(entry: Deviation) -> None:
    names = [
        (file, case["id"], dtype) for file, made in FILES.items() for case in made.cases for dtype in case["dtypes"]
    ]
    for pattern in entry.cases:
        assert any(replace(entry, cases=(pattern,)).matches_case(*name) for name in names), pattern
    assert (deviations.FOLDER / entry.script).is_file()


# ------------------------------------------------------------------ levels


def graded(asked: Item, verdict: Verdict, level: str, monkeypatch: pytest.MonkeyPatch) -> Verdict:
    run = SimpleNamespace(options=SimpleNamespace(level=level))
    examiner: Any = SimpleNamespace(
        run=run,
        known={SUBJECT: known(monkeypatch, replace(CAUSE, cases=()))},
        traits=SimpleNamespace(grade=lambda *_: None),
    )
    return Examiner.graded(examiner, asked, verdict)  # type: ignore[arg-type]


def failed() -> Verdict:
    return Verdict(outcome="failed", findings=[Finding("value", "first", "y", "1 of 2 values", None)])


def test_a_should_that_fails_is_passed_with_a_mark_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = item()
    asked.case = {**asked.case, "level": "should"}
    lenient = graded(asked, failed(), "must", monkeypatch)
    assert (lenient.outcome, lenient.should_missed) == ("passed", "value: 1 of 2 values")
    assert graded(asked, failed(), "should", monkeypatch).outcome == "failed"
    asked.case = {**asked.case, "level": "must"}
    assert graded(asked, failed(), "must", monkeypatch).outcome == "failed"


def test_a_missed_precision_fails_only_where_should_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    missed = Verdict(should_missed="9 ulps, where a good implementation stays within 4")
    assert graded(item(), copy.deepcopy(missed), "must", monkeypatch).outcome == "passed"
    strict = graded(item(), missed, "should", monkeypatch)
    assert (strict.outcome, strict.reason) == ("failed", f"should: {missed.should_missed}")


COARSE = """
import numpy as np

def sigmoid(x):
    y = 1 / (1 + np.exp(-x))
    return y + 6 * np.spacing(y) * (y < 0.1)
"""


def test_level_should_fails_what_level_must_only_marks(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(COARSE, "utf-8")
    asked = ["--adapter=mine.py", "spec/activations/sigmoid.toml::around_zero", "--dtype=float32"]
    done = pytest_in(tmp_path, *asked)
    assert done.status == 0, done.out + done.err
    (line,) = results(tmp_path).values()
    assert line["outcome"] == "passed"
    assert "where a good implementation stays within" in line["should_missed"]
    assert "1 passed but missed a `should` (--level=should fails them)" in done.out
    strict = pytest_in(tmp_path, *asked, "--level=should")
    assert strict.status == 1, strict.out + strict.err
    assert records(tmp_path)[0]["level"] == "should"
    (line,) = results(tmp_path).values()
    assert line["outcome"] == "failed"
    assert line["reason"].startswith("should: ")
    assert f"should: {line['should_missed']}" in strict.out
    assert "(--level=should fails them)" not in strict.out  # it did
    again = shlex.split(line["rerun"])
    assert again[-1] == "--nnconform-level=should"
    assert pytest_in(tmp_path, *again[1:]).status == 1


def test_nothing_answered_is_not_excused(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = item()
    assert asked.frozen_line is not None
    verdict = judge(asked.frozen_line, Transcript(device="cpu", unsupported="no relu", lacks="relu"))
    known(monkeypatch).apply(asked, verdict)
    assert (verdict.outcome, verdict.lacks) == ("unsupported", "relu")


def test_what_is_known_is_told_without_a_traceback() -> None:
    with pytest.raises(pytest.xfail.Exception) as caught:
        pytest.xfail(CAUSE.cause)
    shown: Any = CaseItem.repr_failure(SimpleNamespace(verdict=None), caught)  # type: ignore[arg-type]
    assert shown == CAUSE.cause
