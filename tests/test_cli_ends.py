"""How `nnconform` ends where something comes between: Ctrl-C, an output that takes nothing, code that ends the process."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from shell import environment, heeding_ctrl_c, nnconform_in

from nnconform.harness import cli
from nnconform.harness.side_by_side import side_by_side

LATE = "import time\nopen('loading', 'w').close()\ntime.sleep(60)\n"
HEADER = {"record": "header", "schema": 2, "started": "2026-11-21T08:34:31+00:00", "environment": {}, "subjects": []}


def interrupted(cwd: Path, code: list[str]) -> tuple[int | None, str]:
    """Exit code and standard error of a Python command that hears Ctrl-C as soon as a file `loading` is there."""
    process = subprocess.Popen(
        [sys.executable, *code], cwd=cwd, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, preexec_fn=heeding_ctrl_c,
    )  # fmt: skip
    end = time.monotonic() + 60
    while not (cwd / "loading").exists() and time.monotonic() < end and process.poll() is None:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    return process.returncode, err


@pytest.mark.parametrize(
    "verb", [["adapter", "check", "late.py"], ["sweep", "tanh", "--adapter=late.py", "--dtype=float16"]]
)
def test_ctrl_c_ends_a_verb_as_it_ends_a_run(tmp_path: Path, verb: list[str]) -> None:
    (tmp_path / "late.py").write_text(LATE, "utf-8")
    found = interrupted(tmp_path, ["-m", "nnconform.harness.cli", *verb])
    assert found == (2, "nnconform: interrupted\n")


def test_processes_side_by_side_end_with_ctrl_c_and_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text(f"def work(number):\n    {'; '.join(LATE.splitlines())}\n", "utf-8")
    code = (
        "import sys\nsys.path.insert(0, '.')\nimport helper\nfrom nnconform.harness.side_by_side import side_by_side\n"
        "try:\n    list(side_by_side(helper.work, range(9), 2))\n"
        "except KeyboardInterrupt:\n    print('told once', file=sys.stderr)\n    sys.exit(2)\n"
    )
    assert interrupted(tmp_path, ["-c", code]) == (2, "told once\n")


def test_processes_side_by_side_answer_in_order_and_raise_what_they_raise() -> None:
    assert list(side_by_side(math.sqrt, [9.0, 1.0, 4.0], 2)) == [3.0, 1.0, 2.0]
    with pytest.raises(ValueError, match=r"math domain error|nonnegative"):
        list(side_by_side(math.sqrt, [9.0, -1.0, 4.0], 2))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "verb", [["list"], ["--help"], [], ["--version"], ["report", "a.jsonl"], ["list", "--operations"]], ids=" ".join
)
@pytest.mark.parametrize("buffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_an_output_that_takes_nothing_is_one_line(tmp_path: Path, verb: list[str], buffered: str) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(HEADER) + "\n", "utf-8")
    for target, why in ((">/dev/full", "No space left on device"), (">&-", "it is closed")):
        command = ["sh", "-c", f'"$@" {target}', "sh", sys.executable, "-m", "nnconform.harness.cli", *verb]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment() | {"PYTHONUNBUFFERED": buffered}, text=True, check=False,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        assert done.stderr.startswith(f"nnconform: cannot write to standard output: {why}")
        assert done.stderr.count("\n") == 1
        assert done.returncode == 3


@pytest.mark.parametrize(("answer", "status"), [("x", 1), ("np.tanh(x.astype(float)).astype(x.dtype)", 0)])
def test_an_adapter_that_ends_the_process_while_it_counts_costs_no_result(
    tmp_path: Path, answer: str, status: int
) -> None:
    text = (
        "import sys\nimport numpy as np\nfrom nnconform.adapters import Adapter\n\n\n"
        "class Mine(Adapter):\n    name = 'mine'\n\n"
        f"    def tanh(self, x):\n        return {answer}\n\n    def counters(self):\n        sys.exit(0)\n"
    )
    (tmp_path / "mine.py").write_text(text, "utf-8")
    done = nnconform_in(tmp_path, "sweep", "tanh", "--adapter=mine.py", "--dtype=float16")
    assert done.status == status
    assert "65,536 inputs" in done.out
    (record,) = tmp_path.glob("nnconform-results/*.jsonl")
    assert "counters() raised SystemExit" in record.read_text("utf-8")


def test_an_adapter_that_ends_the_process_elsewhere_is_no_silent_success(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ended(arguments: object) -> int:
        sys.exit(0)

    monkeypatch.setattr(cli.VERBS["list"], "run", ended)
    assert cli.main(["list"]) == 1
    assert capsys.readouterr().err == "nnconform: code of the adapter ended the process: SystemExit: 0\n"
