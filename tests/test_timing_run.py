"""`pytest --timing` and `nnconform time`: collected apart, judged, measured together, recorded line by line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from shell import environment, heeding_ctrl_c, ids, nnconform_in, pytest_in, records
from test_bad_input_interrupt import until_some_results

CASE = "spec/timing/activations.toml::sigmoid_4096"
QUICK = ("--timing", "--time-limit=0.05")


def test_timing_cases_are_collected_only_when_asked_for(tmp_path: Path) -> None:
    usual = ids(pytest_in(tmp_path, "--adapter=numpy", "--collect-only", "-q"))
    timed = ids(pytest_in(tmp_path, "--adapter=numpy,torch", "--timing", "--collect-only", "-q"))
    assert usual
    assert not [item for item in usual if item.startswith("spec/timing/")]
    assert timed
    assert not [item for item in timed if not item.startswith("spec/timing/")]
    first, second = timed[:2]  # one case's rows stand together
    assert (first.replace("/numpy/", "/torch/"), "/numpy/" in first) == (second, True)


def test_a_run_records_figures_beside_verdicts(tmp_path: Path) -> None:
    done = nnconform_in(tmp_path, "time", CASE, "--adapter=numpy,fakes.timed:Counting", "--time-limit=0.5")
    assert done.status == 0, done.out + done.err
    lines = records(tmp_path)
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        by_kind.setdefault(line["record"], []).append(line)
    rows = by_kind["result"]
    assert [row["adapter"] for row in rows] == ["numpy", "fakes.timed.Counting"]
    for row in rows:
        hot = row["timing"]["hot"]
        assert row["outcome"] == "passed"
        assert hot["low_ns"] <= hot["median_ns"] <= hot["high_ns"]
        assert len(hot["rounds"]) >= 5
        assert row["elapsed_ns"] == round(hot["median_ns"])
        assert row["work"]["operations"] == 4096
    shared = [{number for number, _ in row["timing"]["hot"]["rounds"]} for row in rows]
    assert shared[0] & shared[1], "no rounds in common: they were not interleaved"
    assert {line["what"] for line in by_kind["ceiling"]} == {"copy", "matrix"}
    assert [line["case"] for line in by_kind["control"]] == [CASE, CASE]
    (conditions,) = by_kind["conditions"]
    assert conditions["threads"] == 1
    assert lines[-1]["complete"] is True
    assert "Timing" in next((tmp_path / "nnconform-results").glob("*.html")).read_text("utf-8")


def test_a_wrong_answer_is_timed_and_fails(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(
        "from fakes.timed import Counting\n\n\nclass Wrong(Counting):\n"
        "    def sigmoid(self, x):\n        return super().sigmoid(x) * x.dtype.type(1.001)\n",
        "utf-8",
    )
    done = pytest_in(tmp_path, "--adapter=wrong.py:Wrong", *QUICK, CASE)
    assert done.status == 1, done.out + done.err
    (row,) = (line for line in records(tmp_path) if line["record"] == "result")
    assert row["outcome"] == "failed"
    assert row["timing"]["hot"]["median_ns"] > 0
    assert "--nnconform-timing" in row["rerun"]


def test_an_answer_that_goes_stale_once_nobody_looks_fails(tmp_path: Path) -> None:
    (tmp_path / "stale.py").write_text(
        "from fakes.timed import Counting\n\n\nclass Stale(Counting):\n    kept = None\n\n"
        "    def sigmoid(self, x):\n        if self.kept is None or self.kept.shape != x.shape:\n"
        "            self.kept = super().sigmoid(x)\n        return self.kept\n",
        "utf-8",
    )
    done = pytest_in(tmp_path, "--adapter=stale.py:Stale", *QUICK, CASE)
    assert done.status == 1, done.out + done.err
    (row,) = (line for line in records(tmp_path) if line["record"] == "result")
    assert [found["facet"] for found in row["findings"]] == ["stale"]


@pytest.mark.parametrize(
    ("adapter", "outcome", "words"),
    [
        ("Vanishes", "failed", "device is lost"),
        ("Dies", "crashed", "SIGKILL"),
    ],
)
def test_a_device_that_vanishes_costs_its_own_row_only(tmp_path: Path, adapter: str, outcome: str, words: str) -> None:
    done = pytest_in(tmp_path, f"--adapter=fakes.timed:{adapter},numpy", *QUICK, CASE)
    assert done.status == 1, done.out + done.err
    rows = {line["adapter"]: line for line in records(tmp_path) if line["record"] == "result"}
    broken, sound = rows[f"fakes.timed.{adapter}"], rows["numpy"]
    assert (broken["outcome"], sound["outcome"]) == (outcome, "passed")
    assert words in str(broken)
    assert "timing" in sound


def test_a_worker_that_died_is_replaced_for_the_next_case(tmp_path: Path) -> None:
    second = CASE.replace("_4096", "_of_subnormals")
    done = pytest_in(tmp_path, "--adapter=fakes.timed:Dies", *QUICK, CASE, second)
    assert done.status == 1, done.out + done.err
    assert [line["outcome"] for line in records(tmp_path) if line["record"] == "result"] == ["crashed", "crashed"]
    reasons = [line["reason"] for line in records(tmp_path) if line["record"] == "result"]
    assert all("SIGKILL" in reason for reason in reasons), reasons


def test_ctrl_c_leaves_records_marked_incomplete(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "--adapter=numpy", "--timing", "--time-limit=2", "-k", "sigmoid"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, preexec_fn=heeding_ctrl_c,
    )  # fmt: skip
    until_some_results(tmp_path, process)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2, out + err
    assert "Traceback" not in err
    assert records(tmp_path)[-1]["complete"] is False


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--timing", "-n", "2"), ("-n", "disturb")),
        (("--timing", "--threads=4096"), ("4096 threads", "may use")),
        (("--timing", "--threads=two"), ("number", "'two'")),
        (("--timing", "--threads=1.5"), ("whole number",)),
        (("--timing", "--time-limit=0"), ("number from 0.01",)),
        (("--threads=1",), ("--timing",)),
        (("--timing", "--mode=compiled"), ("no mode 'compiled'", "eager")),
        (("--timing", "--dtype=float64"), ("float64", "float32")),
    ],
)
def test_bad_input(tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    done = pytest_in(tmp_path, "--adapter=numpy", *arguments)
    said = [line.removeprefix("ERROR: ") for line in done.said]
    assert done.status == 4, done.out + done.err
    assert len(said) == 1, done.err
    for word in words:
        assert word in said[0]
    assert not list(tmp_path.rglob("*.jsonl"))
