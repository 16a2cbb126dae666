"""xdist's workers die: each costs its case, replacements are told of the rest, and nothing goes on for ever."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell import SIGMOID, pytest_in, records, results

from nnconform.reports.records import read

RELU = "spec/activations/relu.toml"
DIES = """
import os

from nnconform.adapters import Adapter


class Dies(Adapter):
    name = "dies"

    def sigmoid(self, x):
        os.kill(os.getpid(), 9)

    relu = sigmoid
"""
LOADS = """
import os

from nnconform.adapters import Adapter

if "PYTEST_XDIST_WORKER" in os.environ:
    os.kill(os.getpid(), 11)


class Loads(Adapter):
    name = "loads"

    def sigmoid(self, x):
        return x
"""
FEW = ("-k", "zero or rows_and_columns", "--dtype=float32", SIGMOID, RELU, "-p", "no:cacheprovider")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_every_worker_dies_and_every_case_has_its_result(tmp_path: Path, workers: str) -> None:
    (tmp_path / "dies.py").write_text(DIES, "utf-8")
    done = pytest_in(tmp_path, "--adapter=dies.py", "-n", workers, "--max-worker-restart=20", *FEW)
    assert "INTERNALERROR" not in done.out + done.err
    assert done.status == 1, done.out + done.err
    found = results(tmp_path)
    assert len(found) > 3
    assert {name.partition("::")[0] for name in found} == {SIGMOID, RELU}
    assert {line["outcome"] for line in found.values()} <= {"crashed", "passed"}
    assert sum(line["outcome"] == "crashed" for line in found.values()) > 3
    assert records(tmp_path)[-1]["complete"] is True


def test_where_no_more_are_replaced_the_run_says_that_it_is_incomplete(tmp_path: Path) -> None:
    (tmp_path / "dies.py").write_text(DIES, "utf-8")
    done = pytest_in(tmp_path, "--adapter=dies.py", "-n", "1", "--max-worker-restart=1", *FEW)
    assert "INTERNALERROR" not in done.out + done.err
    assert done.status in {1, 2}, done.out + done.err
    assert "maximum crashed workers reached: 1" in done.out
    (run,) = read(next(tmp_path.rglob("*.jsonl")))
    assert run.unfinished.startswith("2 of ")


def test_a_framework_that_dies_while_it_loads_is_told_before_there_is_a_worker(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("import ctypes\n\nctypes.string_at(0)\n", "utf-8")
    done = pytest_in(tmp_path, "--adapter=bad.py", "-n", "2", *FEW)
    done.complains("bad.py: its process ended while loading: SIGSEGV")
    assert "gw0" not in done.out


def test_workers_that_die_while_they_load_are_not_replaced_for_ever(tmp_path: Path) -> None:
    (tmp_path / "loads.py").write_text(LOADS, "utf-8")
    done = pytest_in(tmp_path, "--adapter=loads.py", "-n", "2", "--max-worker-restart=1000", *FEW)
    assert "INTERNALERROR" not in done.out + done.err
    assert "3 workers died before they could be asked anything" in done.out
    assert done.status == 2, done.out + done.err
    assert records(tmp_path)[-1]["complete"] is False
