"""A run that was ended, taken up again: nothing is asked twice, nothing is lost, and nothing old passes for new."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from shell import SIGMOID, Done, environment, pytest_in

from nnconform.reports.records import read

CASES = (f"{SIGMOID}::around_zero", f"{SIGMOID}::half_at_zero", "spec/layers/dense.toml::coffee_vectorized")
SEGFAULTS = ("--adapter=fakes.faulty:SegfaultsInDouble", "--dtype=float32,float64")
GOOD = ("--adapter=fakes.good:Good", "--dtype=float32,float64")


def again(folder: Path, *arguments: str) -> Done:
    return pytest_in(folder, *arguments, *CASES)


def lines(folder: Path) -> list[dict[str, Any]]:
    (path,) = (folder / "nnconform-results").glob("*.jsonl")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def outcomes(folder: Path) -> list[tuple[str, str, str]]:
    return [(line["case"], line["dtype"], line["outcome"]) for line in lines(folder) if line["record"] == "result"]


def cut(folder: Path, keep: int) -> Path:
    """Leave so many lines of the records, and half of the next."""
    (path,) = (folder / "nnconform-results").glob("*.jsonl")
    told = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(told[:keep]) + told[keep][: len(told[keep]) // 2])
    path.with_suffix(".html").unlink(missing_ok=True)
    return path


def test_a_segfault_in_process_is_found_and_passed_when_the_run_is_taken_up_again(tmp_path: Path) -> None:
    ended = again(tmp_path, *SEGFAULTS)
    assert ended.status == -signal.SIGSEGV
    assert outcomes(tmp_path) == [("around_zero", "float32", "passed")]
    done = again(tmp_path, *SEGFAULTS, "--resume")
    assert done.status == 1, done.out + done.err
    assert sorted(outcomes(tmp_path)) == [
        ("around_zero", "float32", "passed"), ("around_zero", "float64", "crashed"),
        ("coffee_vectorized", "float32", "passed"), ("coffee_vectorized", "float64", "passed"),
        ("half_at_zero", "float32", "passed"), ("half_at_zero", "float64", "crashed"),
    ]  # fmt: skip
    assert "fakes.faulty.SegfaultsInDouble: 2 crashed, 4 passed" in done.out
    (run,) = read(next((tmp_path / "nnconform-results").glob("*.jsonl")))
    assert (run.unfinished, run.problems) == ("", ())
    again(tmp_path, *SEGFAULTS, "--resume", "--level=should").complains("--level was must, and is should")


@pytest.mark.parametrize("keep", [1, 4])
def test_a_file_that_breaks_off_is_whole_again(tmp_path: Path, keep: int) -> None:
    assert again(tmp_path, *GOOD).status == 0
    whole = outcomes(tmp_path)
    path = cut(tmp_path, keep)
    before = path.read_text("utf-8").splitlines()[:keep]
    done = again(tmp_path, *GOOD, "--resume")
    assert done.status == 0, done.out + done.err
    assert f"{7 - keep} passed, {keep - 1} deselected" in done.out if keep > 1 else "6 passed" in done.out
    assert path.read_text("utf-8").splitlines()[:keep] == before, "what was found is kept as it stood"
    assert outcomes(tmp_path) == whole
    footer = lines(tmp_path)[-1]
    assert (footer["complete"], footer["collected"], footer["results"], footer["resumed"]) == (True, 6, 6, True)
    assert path.with_suffix(".html").is_file()


def test_where_only_the_end_is_missing_nothing_is_asked_and_failures_still_count(tmp_path: Path) -> None:
    wrong = ("--adapter=fakes.odd:WrongDtype", "--dtype=float32,float64")
    assert again(tmp_path, *wrong).status == 1
    whole = outcomes(tmp_path)
    cut(tmp_path, 7)
    done = again(tmp_path, *wrong, "--resume")
    assert done.status == 1, done.out + done.err
    assert outcomes(tmp_path) == whole
    assert lines(tmp_path)[-1]["complete"] is True
    assert "fakes.odd.WrongDtype: 4 failed, 2 passed" in done.out


def test_what_nobody_could_ask_and_what_changed_since_is_asked_again(tmp_path: Path) -> None:
    from test_bad_input_spec import GOOD as SPEC

    own = tmp_path / "own.toml"
    own.write_text(SPEC, "utf-8")
    asked = ("--adapter=numpy", "own.toml", CASES[0], "--dtype=float32,float64")
    assert pytest_in(tmp_path, *asked).status == 0
    path = cut(tmp_path, 5)
    told = path.read_text("utf-8").splitlines()
    found = json.loads(told[3]) | {"outcome": "error", "reason": "not asked"}
    path.write_text("\n".join([*told[:3], json.dumps(found), *told[4:]]), "utf-8")
    done = pytest_in(tmp_path, *asked, "--resume")
    assert "1 passed, 3 deselected" in done.out, done.out + done.err
    assert done.status == 0
    cut(tmp_path, 5)
    later = time.time() + 60
    os.utime(own, (later, later))
    done = pytest_in(tmp_path, *asked, "--resume")
    assert "2 passed, 2 deselected" in done.out, done.out + done.err
    assert [outcome for *_, outcome in outcomes(tmp_path)] == ["passed"] * 4


def test_ctrl_c_and_on(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "--adapter=fakes.odd:Slow", "--dtype=float32,float64", *CASES]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    while not any(path.read_text("utf-8").count("\n") > 2 for path in tmp_path.rglob("*.jsonl")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 2
    assert lines(tmp_path)[-1]["complete"] is False
    done = again(tmp_path, "--adapter=fakes.odd:Slow", "--dtype=float32,float64", "--resume")
    assert done.status == 0, done.out + done.err
    assert [outcome for *_, outcome in outcomes(tmp_path)] == ["passed"] * 6
    assert [line["record"] for line in lines(tmp_path)] == ["header", *["result"] * 6, "footer"]


def test_what_cannot_be_taken_up_is_told(tmp_path: Path) -> None:
    again(tmp_path, *GOOD, "--resume").complains("--resume: no run of fakes.good.Good that was ended is in")
    again(tmp_path, *GOOD, "--resume", "-n", "2").complains("--resume and -n do not go together")
    assert again(tmp_path, *GOOD).status == 0
    path = cut(tmp_path, 3)
    again(tmp_path, *GOOD, "--resume", "--level=should").complains("--level was must, and is should: begin a new run")
    header, *rest = path.read_text("utf-8").split("\n")
    data = json.loads(header)
    data["subjects"][0]["versions"]["numpy"] = "1.0"
    path.write_text("\n".join([json.dumps(data), *rest]), "utf-8")
    again(tmp_path, *GOOD, "--resume").complains("fakes.good.Good's version was numpy 1.0, and is numpy ")
    path.write_text("\n".join([json.dumps(data | {"schema": 99}), *rest]), "utf-8")
    again(tmp_path, *GOOD, "--resume").complains("--resume: no run of fakes.good.Good that was ended is in")


def test_a_run_that_still_goes_on_is_left_alone(tmp_path: Path) -> None:
    import fcntl

    assert again(tmp_path, *GOOD).status == 0
    path = cut(tmp_path, 3)
    before = path.read_bytes()
    with path.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        again(tmp_path, *GOOD, "--resume").complains("is still being written by another run")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--strict",), "--strict was not said, and is yes: begin a new run"),
        (("--traits=full",), "--traits was usual, and is full: begin a new run"),
        (("-k", "zero"), "-k was not said, and is zero: begin a new run"),
        (("--dtype=float32",), "--dtype was float32,float64, and is float32: begin a new run"),
    ],
    ids=["strict", "traits", "k", "dtype"],
)
def test_one_record_is_of_one_selection_graded_in_one_way(
    tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    assert again(tmp_path, *GOOD).status == 0
    cut(tmp_path, 3)
    again(tmp_path, *GOOD, *arguments, "--resume").complains(told)
    assert again(tmp_path, *GOOD, "--resume").status == 0


@pytest.mark.parametrize(("adapter", "status"), [(GOOD, 0), (("--adapter=fakes.odd:WrongDtype", GOOD[1]), 1)])
def test_of_a_run_that_is_complete_nothing_is_left_and_it_ends_as_it_did(
    tmp_path: Path, adapter: tuple[str, ...], status: int
) -> None:
    assert again(tmp_path, *adapter).status == status
    (path,) = (tmp_path / "nnconform-results").glob("*.jsonl")
    before = path.read_bytes()
    done = again(tmp_path, *adapter, "--resume")
    assert done.status == status, done.out + done.err
    assert "is complete: nothing is left to ask" in done.out
    assert path.read_bytes() == before
    path.write_text(path.read_text("utf-8").replace('"outcome": "passed"', '"outcome": "error"', 1), "utf-8")
    told = "is complete, and 1 of its cases have changed since, or could not be asked: begin a new run"
    again(tmp_path, *adapter, "--resume").complains(told)


MINE = "from helper import Base\n\n\nclass Mine(Base):\n    pass\n"
HELPER = "from nnconform.adapters.numpy import NumPy\n\n\nclass Base(NumPy):\n    pass\n"


@pytest.mark.parametrize("edited", ["mine.py", "helper.py"])
def test_an_adapter_that_was_edited_begins_anew_whatever_its_time(tmp_path: Path, edited: str) -> None:
    (tmp_path / "mine.py").write_text(MINE, "utf-8")
    (tmp_path / "helper.py").write_text(HELPER, "utf-8")
    mine = ("--adapter=mine.py:Mine", "--dtype=float32")
    assert again(tmp_path, *mine).status == 0
    cut(tmp_path, 2)
    file = tmp_path / edited
    before = file.read_text("utf-8")
    file.write_text(before + "\nX = 1\n", "utf-8")
    os.utime(file, (0, 0))
    again(tmp_path, *mine, "--resume").complains(f"{edited} has changed since: begin a new run")
    file.write_text(before, "utf-8")
    os.utime(file, (time.time() + 60, time.time() + 60))
    assert again(tmp_path, *mine, "--resume").status == 0, "touched, and the same"


def test_an_older_record_knows_the_time_of_an_adapter_alone(tmp_path: Path) -> None:
    adapter = tmp_path / "mine.py"
    adapter.write_text("from nnconform.adapters.numpy import NumPy\n\n\nclass Mine(NumPy):\n    pass\n", "utf-8")
    os.utime(adapter, (0, 0))
    mine = ("--adapter=mine.py:Mine", "--dtype=float32")
    assert again(tmp_path, *mine).status == 0
    path = cut(tmp_path, 2)
    header, rest = path.read_text("utf-8").split("\n", 1)
    data = json.loads(header)
    del data["subjects"][0]["sources"]
    path.write_text(f"{json.dumps(data)}\n{rest}", "utf-8")
    os.utime(adapter, (time.time() + 60, time.time() + 60))
    again(tmp_path, *mine, "--resume").complains("mine.py has changed since: begin a new run")
    os.utime(adapter, (0, 0))
    assert again(tmp_path, *mine, "--resume").status == 0


def test_a_case_that_asks_something_else_is_asked_again_whatever_its_files_time(tmp_path: Path) -> None:
    from test_bad_input_spec import GOOD as SPEC

    own = tmp_path / "own.toml"
    own.write_text(SPEC, "utf-8")
    asked = ("--adapter=numpy", "own.toml", CASES[0], "--dtype=float32")
    assert pytest_in(tmp_path, *asked).status == 0
    cut(tmp_path, 3)
    own.write_text(SPEC.replace("[1, 2]", "[1, 3]"), "utf-8")
    os.utime(own, (0, 0))
    done = pytest_in(tmp_path, *asked, "--resume")
    assert "1 passed, 1 deselected" in done.out, done.out + done.err
