"""Where a diagnosis is told: in the record, in the line of why, on the page, in the script; and where none is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shell import DENSE, pytest_in, results
from zoo import base, right, right_smooth

from nnconform.adapters import Adapter
from nnconform.harness.diagnosis import NONE
from nnconform.harness.diagnosis.diagnose import diagnose
from nnconform.harness.diagnosis.problem import Problem
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.harness.verdict import Verdict
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped

TWICE = "as if the bias were added twice"
HOMEWORK = """
import numpy as np


def dense(a_in, W, b):
    return 1 / (1 + np.exp(-(np.matmul(a_in, W) + {bias})))
"""


def line_of(stem: str, case: str, dtype: str = "float32") -> dict[str, Any]:
    path = next(path for path in shipped() if path.stem == stem)
    return FrozenFile(frozen_path(path).read_text("utf-8")).line(case, dtype)


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A run of a layer that adds its bias twice."""
    folder = tmp_path_factory.mktemp("twice")
    (folder / "homework.py").write_text(HOMEWORK.format(bias="2 * b"), "utf-8")
    done = pytest_in(folder, "--adapter=homework.py", "--dtype=float64", DENSE)
    assert done.status == 1, done.out + done.err
    return folder, done.out


def diagnosed(folder: Path) -> list[dict[str, Any]]:
    return [found for found in results(folder).values() if found.get("diagnosis") == TWICE]


def test_the_record_has_it(failed: tuple[Path, str]) -> None:
    assert diagnosed(failed[0])
    for found in results(failed[0]).values():
        assert bool(found.get("findings")) == ("diagnosis" in found), found["id"]


def test_the_terminal_tells_it(failed: tuple[Path, str]) -> None:
    assert f"allowed: {TWICE}" in failed[1]
    assert f"  diagnosis:   {TWICE}" in failed[1]


def test_the_page_and_its_script_tell_it(failed: tuple[Path, str]) -> None:
    page = next((failed[0] / "nnconform-results").glob("*.html")).read_text("utf-8")
    assert f"<b>Diagnosis</b> {TWICE}" in page
    assert f"# {TWICE}" in page


def test_an_answer_like_nothing_known(tmp_path: Path) -> None:
    (tmp_path / "homework.py").write_text(HOMEWORK.format(bias="b + 0.001 * np.sqrt(np.abs(b))"), "utf-8")
    done = pytest_in(tmp_path, "--adapter=homework.py", "--dtype=float64", DENSE)
    found = [each for each in results(tmp_path).values() if each["outcome"] == "failed"]
    assert found
    assert {each["diagnosis"] for each in found} == {NONE}
    assert f"  diagnosis:   {NONE}" in done.out
    assert f": {NONE}\n" not in done.out.replace(f"diagnosis:   {NONE}", "")


@pytest.mark.parametrize(
    "kind", [each for module in (right, right_smooth) for each in vars(module).values() if isinstance(each, type)
             and issubclass(each, Adapter) and each.__module__ == module.__name__], ids=lambda kind: kind.__name__,
)  # fmt: skip
def test_what_is_right_looks_like_nothing(kind: type[Adapter]) -> None:
    own = {name for base in kind.__mro__ for name in vars(base) if base.__module__.startswith("zoo")}
    for operation, stem, case in (
        ("matmul", "matmul", "uniform"), ("dense", "dense", "activations"), ("softmax", "softmax", "rows"),
        ("sigmoid", "sigmoid", "around_zero"), ("gelu", "gelu", "moderate"), ("softplus", "softplus", "moderate"),
        ("sequential", "forward_propagation", "twins"), ("normalization_adapted", "normalization_adapted", "small_set"),
    ):  # fmt: skip
        if operation in own:
            line = line_of(stem, case)
            assert diagnose(line, interview(kind(), line["ask"]), Verdict(outcome="failed")) == NONE


class Nearly(base.Products):
    """A product that is off by some 40 times what is allowed, in no way that has a name."""

    def product(self, a: Any, b: Any) -> Any:
        made = a @ b
        return made * (1 + 40 * np.finfo(a.dtype).eps * np.arange(1, 1 + made.shape[-1], dtype=a.dtype)).astype(a.dtype)


def test_a_small_error_fits_nothing() -> None:
    line = line_of("matmul", "uniform")
    transcript = interview(Nearly(), line["ask"])
    verdict = judge(line, transcript)
    assert verdict.findings
    assert diagnose(line, transcript, verdict) == NONE


def test_one_wrong_question_needs_all_the_others_right() -> None:
    line = line_of("sigmoid", "around_zero")
    transcript = interview(base.Products(), line["ask"])
    transcript.answers["mutated"].values = transcript.answers["first"].values
    verdict = judge(line, transcript)
    kept = "as if the first answer were kept, known by the identity of its arrays"
    assert diagnose(line, transcript, verdict) == kept
    transcript.answers["again"].values = transcript.answers["others"].values
    assert diagnose(line, transcript, judge(line, transcript)) == NONE


def test_questions_that_it_does_not_know_are_left_alone() -> None:
    line = line_of("sigmoid", "around_zero")
    transcript = interview(base.Products(), line["ask"])
    transcript.answers["of another kind"] = transcript.answers["others"]
    assert "of another kind" not in {part.question for part in Problem(line, transcript).everything}
