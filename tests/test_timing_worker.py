"""Real worker processes, beside frameworks of make-believe."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from shell import FAKES
from test_child import PATIENCE, alive
from test_timing_desk import ask, truth
from timing_fakes import FakeSentinel

from nnconform.harness.subject import Subject, SubjectError
from nnconform.harness.timing.engine import measure
from nnconform.harness.timing.errors import TooLarge, WorkerLost
from nnconform.harness.timing.handle import Worker
from nnconform.harness.timing.model import Settings

QUICK = Settings(cold=False, rounds=6, block_ns=1000, warm_up_s=0.01, limit_s=0.01)
PARENT = """
import sys, time
from nnconform.harness.subject import Subject
from nnconform.harness.timing.handle import Worker
worker = Worker(Subject("numpy", "numpy", "cpu", "eager"))
worker.description
print(worker.process.pid, flush=True)
time.sleep(120)
"""


@pytest.fixture(autouse=True)
def fakes_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(FAKES.parent))


def worker(kind: str, patience_s: float = 60.0, mode: str = "eager", device: str = "cpu") -> Worker:
    return Worker(Subject(f"fakes.timed:{kind}", kind, device, mode), 1, patience_s)


@pytest.fixture(scope="module")
def sound() -> Iterator[Worker]:
    os.environ["PYTHONPATH"] = str(FAKES.parent)
    found = worker("Tells")
    yield found
    found.close()


def test_a_worker_says_what_is_timed_and_how_it_is_pinned(sound: Worker) -> None:
    said = sound.description
    assert (said["threads"], said["device"], said["mode"], said["cold"]) == (1, "cpu", "eager", True)
    assert said["flags"]["OMP_NUM_THREADS"] == said["flags"]["OPENBLAS_NUM_THREADS"] == "1"
    assert said["clock_resolution_ns"] >= 1
    if sys.platform == "linux":
        assert said["flags"]["cpus"] == str(list(sound.cpus))
        assert said["pinned"] == f"pinned to CPU {sound.cpus[0]}"


def test_a_case_through_the_pipe(sound: Worker) -> None:
    prepared = sound.prepare(ask())
    assert prepared.slot
    assert prepared.transcript.answers["first"].values["result"].tobytes() == truth()[[0, 3]].tobytes()
    assert prepared.transcript.answers["first"].whole == {"result": [6, 5]}
    hot, cold = sound.block(prepared.slot, 50, lead=2), sound.block(prepared.slot, 2, cold=True)
    assert (hot.calls, cold.calls) == (50, 2)
    assert hot.wall_ns > 0
    assert cold.wall_ns > 0
    again = sound.others(prepared.slot).answers["others"]
    assert again.values["result"].tobytes() == truth(second=True)[[0, 3]].tobytes()
    sound.release(prepared.slot)


def test_what_is_too_large_comes_back_as_what_it_is(sound: Worker) -> None:
    with pytest.raises(TooLarge) as told:
        sound.prepare(ask(), 2**50)
    assert told.value.needed == 3 * 2**50
    assert sound.prepare(ask()).slot


def test_a_device_that_vanishes_ends_its_entry_and_the_worker_lives(sound: Worker) -> None:
    vanishing = worker("Vanishes")
    slots = {each: each.prepare(ask()).slot or 0 for each in (vanishing, sound)}
    found = measure({each: (each, slot) for each, slot in slots.items()}, QUICK, sentinel=FakeSentinel())
    assert found[vanishing].failed == "the call failed in a block: RuntimeError: CUDA error: device is lost"
    assert found[sound].hot
    assert not vanishing.lost
    vanishing.close()


def test_a_process_that_dies_is_one_line_and_the_other_goes_on(sound: Worker) -> None:
    dying = worker("Dies")
    slots = {each: each.prepare(ask()).slot or 0 for each in (dying, sound)}
    found = measure({each: (each, slot) for each, slot in slots.items()}, QUICK, sentinel=FakeSentinel())
    assert found[dying].failed == dying.lost == "its process ended with SIGKILL"
    assert found[sound].hot
    with pytest.raises(WorkerLost, match="SIGKILL"):
        dying.prepare(ask())
    dying.release(1)
    dying.close()


@pytest.mark.skipif(os.name != "posix", reason="pipes cannot be waited for elsewhere")
def test_a_process_that_hangs_is_ended() -> None:
    hanging = worker("Hangs", patience_s=60)
    slot = hanging.prepare(ask()).slot
    assert slot
    hanging.patience_s = 0.5
    with pytest.raises(WorkerLost, match="its process gave no answer for 0 s and was ended"):
        hanging.block(slot, 100)
    assert hanging.process.poll() is not None


@pytest.mark.parametrize(
    ("kind", "options", "line"),
    [
        ("Nobody", {}, "has no class 'Nobody'"),
        ("Counting", {"device": "cuda"}, "has no device 'cuda' here"),
        ("Counting", {"mode": "xla"}, "has no mode 'xla'"),
    ],
)
def test_an_adapter_that_cannot_be_had_is_one_line(kind: str, options: dict[str, str], line: str) -> None:
    refused = worker(kind, **options)  # type: ignore[arg-type]
    with pytest.raises(SubjectError, match=line) as told:
        _ = refused.description
    assert "\n" not in str(told.value)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a process on a CPU")
def test_more_threads_than_cpus_are_refused() -> None:
    with pytest.raises(SubjectError, match="threads cannot be pinned"):
        Worker(Subject("numpy", "numpy", "cpu", "eager"), 10_000)


def test_after_an_interruption_no_answer_passes_for_the_next() -> None:
    interrupted = worker("Counting")
    _ = interrupted.description
    interrupted._asked = True
    with pytest.raises(WorkerLost, match="interrupted"):
        interrupted.prepare(ask())
    interrupted.close()
    assert interrupted.process.poll() is not None


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_worker_ends_with_its_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert alive(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + PATIENCE
    while alive(child) and time.monotonic() < end:
        time.sleep(0.1)
    assert not alive(child)
