"""Adapters with one fault each, side by side in one run: each is blamed for its own fault, and none spoils the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from shell import DENSE, SIGMOID, pytest_in, records, results

CASE = f"{SIGMOID}::lengths_9"
"""Nine elements, in single and in double precision."""
LINES = {
    "GivesList": "type: list instead of an array",
    "GivesObjects": "type: array of object instead of an array",
    "GivesGenerator": "type: generator instead of an array",
    "GivesNan": "nan: ",
    "GivesNone": "type: None instead of an array",
    "WrongDtype": "dtype: float64 instead of float32",
    "WrongShape": "shape: [1, 9] instead of [9]",
    "Scalar": "shape: [] instead of [9]",
    "ChangesInputs": "changes its inputs: input 'x' came back changed",
    "RaisesOddly": "crash: fakes.odd.Unprintable at call: (its own text raises RuntimeError)",
}
OTHERS = ("Exits", "Prints", "Dies", "Lacks", "LacksSome")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Results by adapter, in single precision, all from one run, each adapter in a process of its own."""
    folder = tmp_path_factory.mktemp("odd")
    asked = ",".join(f"fakes.odd:{name}" for name in (*LINES, *OTHERS))
    done = pytest_in(folder, f"--adapter={asked},fakes.good:Good", "--dtype=float32", CASE)
    assert done.status == 1, done.out + done.err
    assert "INTERNALERROR" not in done.out + done.err
    assert records(folder)[-1]["complete"] is True
    return {line["adapter"].rpartition(".")[2]: line for line in results(folder).values()}


@pytest.mark.parametrize("name", LINES)
def test_the_fault_is_named(found: dict[str, dict[str, Any]], name: str) -> None:
    assert found[name]["outcome"] == "failed"
    assert found[name]["findings"][0]["line"].startswith(LINES[name])


def test_a_process_that_ends_costs_its_case_and_nothing_else(found: dict[str, dict[str, Any]]) -> None:
    assert found["Dies"]["outcome"] == "crashed"
    assert found["Dies"]["reason"] == "its process ended with SIGKILL"
    assert found["Exits"]["outcome"] == "crashed"
    assert found["Good"]["outcome"] == "passed"


def test_prints_do_not_reach_the_pipe(found: dict[str, dict[str, Any]]) -> None:
    assert found["Prints"]["outcome"] == "passed"


def test_what_is_lacking_is_unsupported_and_no_failure(found: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    assert (found["Lacks"]["outcome"], found["Lacks"]["reason"]) == ("unsupported", "lacks has no sigmoid")
    assert found["LacksSome"]["outcome"] == "passed"
    done = pytest_in(tmp_path, "--adapter=fakes.odd:LacksSome", "-rs", CASE)
    assert done.status == 0
    assert "1 passed, 1 skipped" in done.out
    assert "unsupported: no double precision" in done.out


def test_after_a_crash_the_adapter_is_asked_again(tmp_path: Path) -> None:
    done = pytest_in(
        tmp_path, "--adapter=fakes.odd:Dies,numpy", "--dtype=float32", "-k", "around_zero or coffee_vectorized"
    )
    assert done.status == 1, done.out + done.err
    dies = [line for line in results(tmp_path).values() if line["adapter"] == "fakes.odd.Dies"]
    outcomes = {line["operations"][0]: line["outcome"] for line in dies}
    assert outcomes["sigmoid"] == "crashed"
    assert outcomes["dense"] == "passed"


@pytest.mark.parametrize(
    ("name", "status", "outcome"),
    [("Exits", 1, "crashed"), ("RaisesOddly", 1, "failed"), ("Prints", 0, "passed"), ("Lacks", 0, "unsupported")],
)
def test_in_process_the_same_is_found(tmp_path: Path, name: str, status: int, outcome: str) -> None:
    done = pytest_in(tmp_path, f"--adapter=fakes.odd:{name}", "--dtype=float32", CASE)
    assert done.status == status, done.out + done.err
    assert [line["outcome"] for line in results(tmp_path).values()] == [outcome]


def test_a_worker_that_dies_costs_its_case_and_nothing_else(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=fakes.odd:Dies", "-n", "1", CASE, f"{DENSE}::bias_row_for_more_units")
    assert done.status == 1, done.out + done.err
    found = results(tmp_path)
    assert {line["case"]: line["outcome"] for line in found.values()} == {
        "lengths_9": "crashed",
        "bias_row_for_more_units": "passed",
    }
    crashed = next(line for line in found.values() if line["outcome"] == "crashed")
    assert crashed["requirement"]
    dies = "--nnconform-adapter=fakes.odd:Dies --nnconform-device=cpu --nnconform-isolate"
    assert crashed["rerun"] == f"pytest {crashed['id']} {dies}"
    assert len(found) == 4
    assert records(tmp_path)[-1]["complete"] is True
