from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from shell import SIGMOID, pytest_in, records, results

ADAPTERS = ("TwoDevices", "FallsBack", "NeverWaits")
CASE = f"{SIGMOID}::around_zero"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("devices")
    asked = ",".join(f"fakes.two_devices:{name}" for name in ADAPTERS)
    done = pytest_in(folder, f"--adapter={asked}", "--device=fake:1", "--dtype=float32", CASE)
    assert done.status == 1, done.out + done.err
    assert {subject["device"] for subject in records(folder)[0]["subjects"]} == {"fake:1"}
    return {line["adapter"].partition(".")[2]: line for line in results(folder).values()}


def test_an_adapter_on_its_second_device_moves_waits_and_passes(found: dict[str, dict[str, Any]]) -> None:
    passed = found["two_devices.TwoDevices"]
    assert passed["outcome"] == "passed"
    assert passed["id"] == f"{CASE}/fakes.two_devices.TwoDevices/fake:1/float32/eager"
    assert passed["device"] == "fake:1"


def test_an_answer_on_the_wrong_device_fails_however_right_its_values(found: dict[str, dict[str, Any]]) -> None:
    wrong = found["two_devices.FallsBack"]
    assert wrong["outcome"] == "failed"
    assert {finding["facet"] for finding in wrong["findings"]} == {"device"}
    assert wrong["findings"][0]["line"] == "device: the answer lay on cpu, not on fake:1"


def test_an_answer_that_nobody_waited_for_cannot_be_read(found: dict[str, dict[str, Any]]) -> None:
    unread = found["two_devices.NeverWaits"]
    assert unread["outcome"] == "failed"
    assert unread["findings"][0]["line"].startswith("crash: IndexError at to numpy")


def test_the_same_adapter_on_its_first_device_is_another_item(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=fakes.two_devices:FallsBack", "--dtype=float32", CASE)
    assert done.status == 0, done.out + done.err
    assert list(results(tmp_path)) == [f"{CASE}/fakes.two_devices.FallsBack/cpu/float32/eager"]
    (newest,) = (tmp_path / "nnconform-results").glob("*.jsonl")
    assert newest.name.endswith("-fakes.two_devices.FallsBack-cpu.jsonl")


@pytest.mark.parametrize("mode", ["eager", "compiled"])
def test_jax_on_its_second_device_answers_there(tmp_path: Path, mode: str) -> None:
    """Each operation in its smallest case; JAX puts what has no array to follow onto its first device."""
    chosen = ["spec/models/parameter_count.toml", "spec/models/coffee.toml", "spec/data", "spec/layers/forms.toml"]
    asked = ["--adapter=fakes.second_device:Second", f"--mode={mode}", "--dtype=float32"]
    done = pytest_in(tmp_path, *asked, *chosen)
    assert done.status == 0, done.out + done.err
    found = results(tmp_path).values()
    assert {line["outcome"] for line in found} <= {"passed", "unsupported"}
    assert sum(line["outcome"] == "passed" for line in found) > 20
