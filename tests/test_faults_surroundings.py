"""What all code of a process shares: an adapter that leaves it changed is told on, and it is put back."""

from __future__ import annotations

import os
import random
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import faulty
from fakes.good import Good
from shell import SIGMOID, pytest_in, results
from test_faults_process import RIGHT, WRONG, subject

from nnconform.harness.interviewers import InProcess
from nnconform.harness.judge import judge
from nnconform.harness.surroundings import Surroundings

ALL = [
    "warning filters", "NumPy's error state", "the folder",
    "environment variables (HOME, LANGUAGE, LEFT_BY_A_CASE)", "Python's random state", "NumPy's random state",
    "a mode of its own",
]  # fmt: skip
TINY = np.float32(1e-40)


def seen() -> dict[str, Any]:
    """All of it, through the front doors."""
    return {
        "folder": Path.cwd(),
        "variables": {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"},
        "errors": np.geterr(),
        "warnings": list(warnings.filters),
        "python": random.getstate(),
        "numpy": repr(np.random.get_state()),  # noqa: NPY002 - the shared one
        "mode": faulty.Leaves.mode_of_its_own,
        "subnormal": float(TINY * np.float32(1)),
        "rounds": 1.0 + float(np.float64(2.0**-54)),
    }


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever these tests do, the others' process is as it was."""
    monkeypatch.setenv("LANGUAGE", "eo")
    monkeypatch.setenv("HOME", "/home/\udcff")  # no text in any encoding
    monkeypatch.delenv("LEFT_BY_A_CASE", raising=False)
    folder, python, state = Path.cwd(), random.getstate(), np.random.get_state()  # noqa: NPY002
    yield
    os.chdir(folder)
    random.setstate(python)
    np.random.set_state(state)  # noqa: NPY002
    faulty.Leaves.mode_of_its_own = "right"


def test_everything_that_is_left_changed_is_told_and_put_back() -> None:
    here, before = InProcess(subject("Leaves")), seen()
    found = here.ask(WRONG["ask"])
    assert found.left == ALL
    assert seen() == before
    verdict = judge(WRONG, found)
    assert verdict.outcome == "passed", "it is told, and fails nothing"
    assert verdict.traits["leaves changed"] == ", ".join(ALL)
    assert here.ask(RIGHT["ask"]).left == []


@pytest.mark.parametrize("times", [1, 700])
def test_one_number_drawn_shows_wherever_the_source_stands(times: int) -> None:
    here, before = InProcess(subject("Draws")), seen()
    for _ in range(times):
        random.random()
        np.random.random_sample()  # noqa: NPY002
        middle = seen()
        assert middle != before
        assert here.ask(WRONG["ask"]).left == ["Python's random state", "NumPy's random state"]
        assert seen() == middle
        if times > 1:
            random.seed(times)


@pytest.mark.parametrize(("name", "told"), [("Flushes", "subnormals are flushed"), ("RoundsUp", "the rounding mode")])
def test_arithmetic_is_put_back_before_anything_is_judged(name: str, told: str) -> None:
    here, before = InProcess(subject(name)), seen()
    assert before["subnormal"] > 0
    assert before["rounds"] == 1.0
    assert here.ask(WRONG["ask"]).left == [told]
    assert seen() == before
    assert here.ask(RIGHT["ask"]).left == []


def test_what_others_change_between_cases_is_not_blamed_on_the_adapter(tmp_path: Path) -> None:
    here = InProcess(subject("Hangs"))
    assert here.ask(RIGHT["ask"]).left == []
    os.chdir(tmp_path)
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    before = seen()
    assert here.ask(RIGHT["ask"]).left == []
    assert seen() == before


def test_a_source_that_is_no_usual_twister_is_watched_too(monkeypatch: pytest.MonkeyPatch) -> None:
    shared: Any = np.random  # whose stubs forget some of it
    kept = shared.get_bit_generator()
    shared.set_bit_generator(np.random.PCG64(3))
    monkeypatch.setattr(random, "_inst", None)
    try:
        watch = Surroundings(Good())
        watch.mark()
        assert watch.restored() == []
        random.random()
        np.random.random_sample()  # noqa: NPY002
        assert watch.restored() == ["Python's random state", "NumPy's random state"]
        assert watch.restored() == []
    finally:
        shared.set_bit_generator(kept)


def test_a_folder_that_is_gone_is_told_and_the_run_goes_on(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    os.chdir(tmp_path / "here")
    watch = Surroundings(Good())
    watch.mark()
    os.chdir(tmp_path)
    (tmp_path / "here").rmdir()
    assert watch.restored() == ["the folder"]


def test_what_others_set_between_cases_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    here = InProcess(subject("Hangs"))
    assert here.ask(RIGHT["ask"]).left == []
    monkeypatch.setenv("LEFT_BY_SOMEBODY_ELSE", "1")
    assert here.ask(RIGHT["ask"]).left == []
    assert os.environ["LEFT_BY_SOMEBODY_ELSE"] == "1"


@pytest.mark.parametrize("more", [[], ["--isolate"]], ids=["in process", "isolated"])
def test_a_run_tells_it_once(tmp_path: Path, more: list[str]) -> None:
    done = pytest_in(
        tmp_path, "--adapter=fakes.faulty:Leaves", "--dtype=float32,float64", f"{SIGMOID}::around_zero", *more
    )
    assert done.status == 0, done.out + done.err
    told = ", ".join(ALL)
    assert {line["traits"]["leaves changed"] for line in results(tmp_path).values()} == {told}
    line = f"fakes.faulty.Leaves left changed, and it was put back: {told} (2 cases, the first: around_zero in float32)"
    assert done.out.count(line) == 1, done.out
