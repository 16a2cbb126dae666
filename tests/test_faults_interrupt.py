"""Ctrl-C, and again at once: records that are whole, exit code 2, nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from shell import SIGMOID, environment, heeding_ctrl_c, pytest_in, records
from test_bad_input_interrupt import PATIENCE, processes_of, until_some_results

from nnconform.harness.interrupts import Interrupts
from nnconform.reports.records import read


@pytest.mark.parametrize("pause_s", [0.0, 0.02, 0.2])
@pytest.mark.parametrize("adapters", ["fakes.odd:Slow", "fakes.odd:Slow,fakes.good:Good"], ids=["here", "in children"])
def test_ctrl_c_twice(tmp_path: Path, adapters: str, pause_s: float) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--adapter={adapters}", SIGMOID], cwd=tmp_path,
        env=environment() | {"NNCONFORM_TEST": str(tmp_path)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, preexec_fn=heeding_ctrl_c,
    )  # fmt: skip
    until_some_results(tmp_path, process)
    for _ in range(2):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(pause_s)
    out, err = process.communicate(timeout=PATIENCE)
    assert "INTERNALERROR" not in out + err
    assert process.returncode == 2, out + err
    lines = records(tmp_path)
    assert lines[-1]["record"] == "footer"
    assert lines[-1]["complete"] is False
    (run,) = read(next((tmp_path / "nnconform-results").glob("*.jsonl")))
    assert not run.problems
    assert processes_of(f"NNCONFORM_TEST={tmp_path}") == []


@pytest.fixture
def interrupts() -> Iterator[Interrupts]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    made = Interrupts()
    made.watch()
    yield made
    made.leave()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_ends_a_run_and_what_is_short_is_whole(interrupts: Interrupts) -> None:
    with pytest.raises(KeyboardInterrupt):
        press()
    interrupts.ending = True
    press()
    with pytest.raises(KeyboardInterrupt), interrupts.skippable():
        raise AssertionError("somebody does not want to wait for what may be left out")


def test_one_interrupt_never_overtakes_another(interrupts: Interrupts) -> None:
    with pytest.raises(KeyboardInterrupt):
        press()
    press()  # the first is still on its way to whoever ends the run
    interrupts.ending = True
    with pytest.raises(KeyboardInterrupt), interrupts.skippable():
        raise AssertionError("pressed twice: the page is left out")


def test_an_interrupt_that_somebody_swallowed_is_raised_again(
    interrupts: Interrupts, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    for later in (0.0, 10.0):
        monkeypatch.setattr(time, "monotonic", lambda later=later: now + later)
        with pytest.raises(KeyboardInterrupt):
            press()
    interrupts.ending = True
    with interrupts.skippable():
        """Neither was pressed while the run was ending."""


def test_what_may_be_left_out_is(interrupts: Interrupts) -> None:
    interrupts.ending = True
    with pytest.raises(KeyboardInterrupt), interrupts.skippable():
        press()
    with pytest.raises(KeyboardInterrupt), interrupts.skippable():
        raise AssertionError


def test_the_third_time_ends_at_once(interrupts: Interrupts, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    interrupts.ending = True
    press()
    assert not ended
    press()
    assert ended == [2]


def test_where_ctrl_c_is_ignored_it_stays_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    made = Interrupts()
    made.watch()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    made.leave()
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_while_a_run_writes_its_end_costs_the_page_alone(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=fakes.faulty:InterruptsTheEnd", "--dtype=float32", f"{SIGMOID}::around_zero")
    assert "Traceback" not in done.out + done.err
    assert "no page: interrupted (nnconform report makes it from the records)" in done.out
    assert done.status == 3, done.out + done.err
    assert records(tmp_path)[-1]["complete"] is True
    assert not list(tmp_path.rglob("*.html"))


def test_ctrl_c_in_a_hang_ends_it_and_all_that_it_started(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "--adapter=fakes.faulty:Hangs", "--isolate", SIGMOID], cwd=tmp_path,
        env=environment() | {"NNCONFORM_TEST": str(tmp_path)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, preexec_fn=heeding_ctrl_c,
    )  # fmt: skip
    end = time.monotonic() + PATIENCE
    while not (tmp_path / "started").exists() and time.monotonic() < end and process.poll() is None:
        time.sleep(0.05)
    begun = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2, out + err
    assert time.monotonic() - begun < PATIENCE / 2
    assert processes_of(f"NNCONFORM_TEST={tmp_path}") == []
