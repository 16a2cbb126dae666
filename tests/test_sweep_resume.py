"""A sweep over float32 within pytest, killed half-way and taken up again: it goes on, to the same result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shell import Done, pytest_in, results

FILE = "spec/sweeps/functions.toml"
ASKED = (f"{FILE}::relu_every_value", f"{FILE}::sqrt_every_value", "--adapter=wrong.py", "--dtype=float32")
WRONG = """import os
import time
from pathlib import Path

import numpy as np

COUNT = Path(__file__).with_name("batches")


def relu(z):
    count = int(COUNT.read_text()) if COUNT.exists() else 0
    COUNT.write_text(str(count + 1))
    if count == int(os.environ["SLEEPS_AT"]):
        time.sleep(2.1)
    if count == int(os.environ["DIES_AT"]):
        os._exit(9)
    out = np.maximum(z, 0)
    out[z == 3] = 2.5
    return out
"""
BATCHES = 256


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("whole", "broken"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "wrong.py").write_text(WRONG, "utf-8")
    return tmp_path / "whole", tmp_path / "broken"


def asked(folder: Path, monkeypatch: pytest.MonkeyPatch, *more: str, sleeps_at: int = -1, dies_at: int = -1) -> Done:
    monkeypatch.setenv("SLEEPS_AT", str(sleeps_at))
    monkeypatch.setenv("DIES_AT", str(dies_at))
    return pytest_in(folder, *ASKED, "--sweep=sample", *more)


def asked_so_often(folder: Path) -> int:
    """Batches since the last time."""
    path = folder / "batches"
    found = int(path.read_text("utf-8"))
    path.unlink()
    return found


def found(folder: Path) -> dict[str, dict[str, Any]]:
    """Results without times."""
    lines = results(folder)
    for line in lines.values():
        line.pop("elapsed_ns", None)
        line.pop("rerun", None)  # a run that is taken up is isolated
    return lines


def states(folder: Path) -> list[Path]:
    return list((folder / "nnconform-results").glob("*.sweep.json"))


def test_a_sweep_that_was_killed_goes_on_to_the_same_result(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, broken = folders
    assert asked(whole, monkeypatch).status == 1
    assert asked_so_often(whole) >= BATCHES
    assert not states(whole)

    assert asked(broken, monkeypatch, sleeps_at=180, dies_at=220).status == 9
    assert asked_so_often(broken) == 221
    (state,) = states(broken)
    done = json.loads(state.read_text("utf-8"))["done"]
    assert 181 <= done <= 220
    ended = asked(broken, monkeypatch, "--resume")
    assert ended.status == 1, ended.out + ended.err
    assert BATCHES - done <= asked_so_often(broken) < BATCHES - done + 30, "no more than what was left, and a witness"
    assert found(broken) == found(whole)
    assert not states(broken)


def test_a_state_of_another_sweep_is_not_gone_on_from(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, broken = folders
    assert asked(broken, monkeypatch, sleeps_at=20, dies_at=40).status == 9
    asked_so_often(broken)
    (state,) = states(broken)
    data = json.loads(state.read_text("utf-8"))
    truth = ["relu", {}, "exhaustive"]
    state.write_text(json.dumps(data | {"asked": data["asked"] | {"truth": truth}}), "utf-8")
    ended = asked(broken, monkeypatch, "--resume")
    assert ended.status == 1, ended.out + ended.err
    assert asked_so_often(broken) >= BATCHES
    (line,) = (line for line in found(broken).values() if line["case"] == "relu_every_value")
    assert (line["outcome"], line["sweep"]["inputs"]) == ("failed", 67_108_864)
