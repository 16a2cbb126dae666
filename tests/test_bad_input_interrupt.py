"""Ctrl-C in the middle: records that can be read and say that they are incomplete, exit code 2, nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from shell import SIGMOID, environment, heeding_ctrl_c, records

PATIENCE = 60.0


def processes_of(marker: str) -> list[str]:
    """Command lines of processes that carry a marker in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if marker.encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text("utf-8").replace("\0", " "))
        except OSError:
            continue  # ended meanwhile, or somebody else's
    return found


def until_some_results(folder: Path, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        if any(path.read_text("utf-8").count("\n") > 2 for path in folder.rglob("*.jsonl")):
            return
        time.sleep(0.05)
    raise AssertionError(f"no results: {process.communicate()}")


@pytest.mark.parametrize("adapters", ["fakes.odd:Slow", "fakes.odd:Slow,fakes.good:Good"])
def test_ctrl_c(tmp_path: Path, adapters: str) -> None:
    marker = f"NNCONFORM_TEST={tmp_path}"
    command = [sys.executable, "-m", "pytest", f"--adapter={adapters}", SIGMOID]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment() | {"NNCONFORM_TEST": str(tmp_path)}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=heeding_ctrl_c,
    )  # fmt: skip
    until_some_results(tmp_path, process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2, out + err
    assert "Traceback" not in err
    lines = records(tmp_path)
    assert [lines[0]["record"], lines[-1]["record"]] == ["header", "footer"]
    assert lines[-1]["complete"] is False
    assert lines[-1]["exit_status"] == 2
    assert lines[-1]["results"] == len(lines) - 2 < lines[-1]["collected"]
    assert all(isinstance(count, int) for counts in lines[-1]["counters"].values() for count in counts.values())
    assert processes_of(marker) == []


def test_a_run_that_is_killed_leaves_every_finished_case(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "--adapter=fakes.odd:Slow", SIGMOID]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until_some_results(tmp_path, process)
    process.kill()
    process.communicate()
    lines = records(tmp_path)
    assert lines[0]["record"] == "header"
    assert {line["record"] for line in lines[1:]} == {"result"}


def test_ctrl_c_while_frameworks_load_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text("import time\nopen('loading', 'w').close()\ntime.sleep(60)\n", "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "--adapter=late.py,numpy", SIGMOID], cwd=tmp_path,
        env=environment() | {"NNCONFORM_TEST": str(tmp_path)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True, preexec_fn=heeding_ctrl_c,
    )  # fmt: skip
    end = time.monotonic() + PATIENCE
    while not (tmp_path / "loading").exists() and time.monotonic() < end:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2, out + err
    assert processes_of(f"NNCONFORM_TEST={tmp_path}") == []
    assert not list(tmp_path.rglob("*.jsonl"))
