"""The process beside a framework: a question in flight does not outlive whoever asked it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from nnconform.spec.frozen import FrozenFile, frozen_path, shipped

SLOW = """
import time
from nnconform.adapters.numpy import NumPy


class Slow(NumPy):
    def relu(self, x):
        open("asked", "w").close()
        time.sleep(120)
"""
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "nnconform.harness.child", "slow.py:Slow", "cpu", "eager", ""],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
child.stdout.readline()
child.stdin.write(sys.argv[1] + "\\n")
child.stdin.flush()
print(child.pid, flush=True)
time.sleep(120)
"""
PATIENCE = 20.0


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text("utf-8").rpartition(")")[2].split()[0] != "Z"


def test_a_question_in_flight_ends_with_whoever_asked(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW, "utf-8")
    relu = FrozenFile(frozen_path(next(p for p in shipped() if p.stem == "relu")).read_text("utf-8"))
    ask = json.dumps({"ask": relu.line(relu.cases[0]["id"], "float32")["ask"]})
    parent = subprocess.Popen([sys.executable, "-c", PARENT, ask], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    end = time.monotonic() + PATIENCE
    while not (tmp_path / "asked").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert (tmp_path / "asked").exists()
    assert alive(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + PATIENCE
    while alive(child) and time.monotonic() < end:
        time.sleep(0.1)
    assert not alive(child)


BESIDE = """
import json
import sys

import nnconform.harness.child
import nnconform.harness.timing.worker
from nnconform.harness.subject import Subject
from nnconform.harness.interviewers import InProcess
from nnconform.harness.sweeps.answering import answer

InProcess(Subject("numpy", "numpy", "cpu", "eager"), piped=True).ask(json.loads(sys.argv[1]))
print([name for name in ("pytest", "jinja2", "flint") if name in sys.modules])
"""


def test_the_process_beside_a_framework_loads_neither_pytest_nor_what_makes_pages() -> None:
    relu = FrozenFile(frozen_path(next(p for p in shipped() if p.stem == "relu")).read_text("utf-8"))
    ask = json.dumps(relu.line(relu.cases[0]["id"], "float32")["ask"])
    done = subprocess.run([sys.executable, "-c", BESIDE, ask], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
