"""`nnconform sweep` as a user runs it, its state, and what was asked wrongly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shell import hide, nnconform_in, records, run

from nnconform.harness.options import named_subjects
from nnconform.harness.sweeps import bar as painted
from nnconform.harness.sweeps import command as module
from nnconform.harness.sweeps.command import Command
from nnconform.harness.sweeps.state import State, StateError, resume
from nnconform.harness.sweeps.tally import Tally
from nnconform.reports.records import read

SHARD = (25, 32)
"""Of the sample: 8 batches, with inputs from -2 to -131072."""


def command(folder: Path) -> Command:
    subjects = named_subjects("numpy", "cpu", "eager")
    return Command(
        "sigmoid", subjects, ("float16", "float32"), exhaustive=False, shard=SHARD, folder=folder, every_mode=False
    )


def lines(folder: Path) -> list[dict[str, Any]]:
    found = [line for line in records(folder, ".") if line["record"] == "result"]
    for line in found:
        line.pop("elapsed_ns")  # the only thing that differs from run to run
    return found


def test_a_sweep_writes_records(tmp_path: Path) -> None:
    done = nnconform_in(tmp_path, "sweep", "tanh", "--adapter=numpy", "--dtype=float16,bfloat16")
    assert done.status == 0, done.out + done.err
    assert "tanh float16 numpy: passed: 65,536 inputs (proof)" in done.out
    found = [line for line in records(tmp_path) if line["record"] == "result"]
    assert [line["dtype"] for line in found] == ["float16", "bfloat16"]
    assert found[0]["kind"] == "sweep"
    assert found[0]["sweep"]["inputs"] == 65_536
    assert found[0]["sweep"]["proof"] is True
    (run,) = read(next((tmp_path / "nnconform-results").glob("*.jsonl")))
    assert not run.unfinished
    assert not run.problems
    assert not list((tmp_path / "nnconform-results").glob("*.state.json"))


def test_two_adapters_in_processes_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(
        "import numpy as np\n\n\ndef tanh(z):\n    out = np.tanh(z)\n    out[z == 1] = 0.5\n    return out\n", "utf-8"
    )
    done = nnconform_in(tmp_path, "sweep", "tanh", "--adapter=numpy,wrong.py", "--dtype=float16")
    assert done.status == 1, done.out + done.err
    one, other = (line for line in records(tmp_path) if line["record"] == "result")
    assert one["outcome"] == "passed"
    assert other["outcome"] == "failed"
    assert other["witness"]["inputs"] == {"x": 1.0}
    assert other["sweep"]["worst_input"] == "3c00"
    assert "3c00" in other["findings"][0]["line"]


def test_a_sweep_that_is_ended_goes_on_to_the_same_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command(tmp_path / "whole").run(resumed=False)
    whole = lines(tmp_path / "whole")
    assert [line["dtype"] for line in whole] == ["float16", "float32"]
    assert whole[1]["sweep"]["not_correctly_rounded"] > 0

    monkeypatch.setattr(module, "SAVED_S", 0.0)
    plain = painted.Bar.show

    def ended(bar: Any, done: int) -> None:
        plain(bar, done)
        if bar.name.endswith("float32") and done == 6:
            raise KeyboardInterrupt

    monkeypatch.setattr(painted.Bar, "show", ended)
    with pytest.raises(KeyboardInterrupt):
        command(tmp_path / "broken").run(resumed=False)
    monkeypatch.undo()
    (state,) = (tmp_path / "broken").glob("*.state.json")
    found = json.loads(state.read_text("utf-8"))
    assert (len(found["finished"]), found["dtype"], found["done"]) == (1, "float32", 5)
    command(tmp_path / "broken").run(resumed=True)
    assert lines(tmp_path / "broken") == whole
    assert not state.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sigmoyd", "--adapter=numpy"), ("unknown operation 'sigmoyd'", "did you mean 'sigmoid'?")),
        (("softmax", "--adapter=numpy"), ("softmax cannot be swept",)),
        (("sigmoid", "--adapter=nump"), ("no adapter 'nump'", "numpy")),
        (("sigmoid", "--adapter=numpy", "--dtype=float8"), ("'float8' cannot be swept", "float32")),
        (("sigmoid", "--adapter=numpy", "--dtype=float64"), ("'float64' cannot be swept",)),
        (("sigmoid", "--adapter=numpy", "--device=cuda"), ("numpy has no device 'cuda'",)),
        (("sigmoid", "--adapter=numpy", "--mode=xla"), ("numpy has no mode 'xla'",)),
        (("sigmoid", "--adapter=numpy", "--dtype=float32", "--shard=3/2"), ("no shard '3/2'",)),
        (("sigmoid", "--adapter=numpy", "--dtype=float32", "--shard=0/2"), ("no shard '0/2'",)),
        (("sigmoid", "--adapter=numpy", "--dtype=float32", "--shard=half"), ("no shard 'half'",)),
        (("sigmoid", "--adapter=numpy", "--shard=1/2"), ("--shard is for float32",)),
        (("sigmoid", "--adapter=numpy", "--dtype=float16", "--exhaustive"), ("--exhaustive is for float32",)),
        (("sigmoid", "--adapter=numpy", "--dtype=float16", "--resume"), ("nothing to go on from",)),
        (("sigmoid", "--adapter=numpy", "--device="), ("--device needs a value; without the option it is cpu",)),
        (("sigmoid", "--adapter=numpy", "--mode="), ("--mode needs a value; without the option it is eager",)),
        (
            ("sigmoid", "--adapter=numpy", "--results="),
            ("--results needs a value; without the option it is nnconform-r",),
        ),
        (("sigmoid",), ("--adapter",)),
    ],
)
def test_what_is_asked_wrongly_is_one_line(tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    nnconform_in(tmp_path, "sweep", *arguments).complains(*words)
    assert not list(tmp_path.rglob("*.jsonl"))


def test_without_flint_a_sweep_says_what_to_install(tmp_path: Path) -> None:
    hide("flint", tmp_path)
    done = run(["-m", "nnconform.harness.cli", "sweep", "sigmoid", "--adapter=numpy"], tmp_path, tmp_path)
    done.complains("python-flint", "pip install 'nnconform[author]'")


def test_an_operation_or_a_dtype_that_an_adapter_lacks(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def relu(z):\n    return z * (z > 0)\n", "utf-8")
    nnconform_in(tmp_path, "sweep", "tanh", "--adapter=mine.py", "--dtype=float16").complains("has no tanh")
    (tmp_path / "narrow.py").write_text(
        "from nnconform.adapters import Adapter\n\n\nclass Narrow(Adapter):\n    name = 'narrow'\n\n"
        "    def to_native(self, array):\n        if array.dtype.name == 'bfloat16':\n"
        "            raise TypeError('no such dtype')\n        return array\n\n"
        "    def relu(self, x):\n        return x * (x > 0)\n",
        "utf-8",
    )
    done = nnconform_in(tmp_path, "sweep", "relu", "--adapter=narrow.py:Narrow", "--dtype=bfloat16")
    done.complains("narrow on cpu lacks it: TypeError: no such dtype")


def test_a_state_is_held_against_what_is_asked(tmp_path: Path) -> None:
    path, asked = tmp_path / "a.state.json", {"operation": "relu", "shard": [1, 1]}
    state = State(path, asked, tallies={"numpy": Tally(inputs=3)}, dtype="float32", done=7)
    state.save()
    again = resume(path, asked)
    assert (again.done, again.dtype, again.tallies) == (7, "float32", state.tallies)
    with pytest.raises(StateError, match="another shard"):
        resume(path, {**asked, "shard": [1, 2]})
    for text in (
        "",
        "[]",
        "{}",
        '{"nnconform_sweep": 2}',
        path.read_text("utf-8").replace('"inputs": 3', '"inputs": "3"'),
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(StateError, match="start anew without --resume"):
            resume(path, asked)


def test_an_operation_that_ends_the_process_is_recorded(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import sys\n\n\ndef tanh(z):\n    sys.exit(0)\n", "utf-8")
    done = nnconform_in(tmp_path, "sweep", "tanh", "--adapter=mine.py", "--dtype=float16")
    assert done.status == 1, done.out + done.err
    assert "tanh float16 mine: crashed: it raised SystemExit to end the process" in done.out
    (result,) = (line for line in records(tmp_path) if line["record"] == "result")
    assert result["outcome"] == "crashed"


@pytest.mark.parametrize("name", ["Exits", "ExitsAtOnce"])
def test_an_adapter_that_ends_the_process_is_one_line(tmp_path: Path, name: str) -> None:
    done = nnconform_in(tmp_path, "sweep", "sigmoid", f"--adapter=fakes.amiss:{name}", "--dtype=float16")
    done.complains(f"the adapter 'fakes.amiss:{name}' does not start: SystemExit: 0")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("[0.5] * z.size", "type: list instead of an array"),
        ("None", "type: None instead of an array"),
        ("np.zeros(z.shape)", "dtype: float64 instead of float16"),
        ("1 / 0", "crash: ZeroDivisionError: division by zero at call"),
    ],
)
def test_answers_that_cannot_be_judged_say_why(tmp_path: Path, given: str, why: str) -> None:
    text = f"import numpy as np\n\n\ndef tanh(z):\n    return {given}\n"
    (tmp_path / "mine.py").write_text(text, "utf-8")
    done = nnconform_in(tmp_path, "sweep", "tanh", "--adapter=mine.py", "--dtype=float16")
    assert done.status == 1, done.out + done.err
    assert done.out.startswith(f"tanh float16 mine: failed: no answer could be judged: {why}")
