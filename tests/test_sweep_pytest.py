"""Sweeps as ordinary items of pytest: collected, asked, recorded, selected, refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell import CHECKOUT, hide, nnconform_in, pytest_in, records, results, run

from nnconform.reports.records import read

FILE = "spec/sweeps/functions.toml"
WRONG = "import numpy as np\n\n\ndef tanh(z):\n    out = np.tanh(z)\n    out[z == 1] = 0.5\n    return out\n"
ID = f"{FILE}::tanh_every_value/wrong/cpu/float16/eager"


def test_every_function_is_swept_in_both_short_dtypes(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, FILE, "--adapter=numpy", "-q")
    assert done.status == 0, done.out + done.err
    found = list(results(tmp_path).values())
    assert len(found) == 46
    for line in found:
        assert (line["kind"], line["outcome"]) == ("sweep", "passed"), line["id"]
        assert line["sweep"]["inputs"] == 65_536
        assert line["sweep"]["proof"] is True
    assert {line["dtype"] for line in found} == {"float16", "bfloat16"}
    (read_back,) = read(next((tmp_path / "nnconform-results").glob("*.jsonl")))
    assert not read_back.problems
    page = next((tmp_path / "nnconform-results").glob("*.html")).read_text("utf-8")
    assert "tanh_every_value" in page or "46 passed" in page


def test_a_wrong_value_fails_with_its_input_and_reruns(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(WRONG, "utf-8")
    done = pytest_in(tmp_path, f"{FILE}::tanh_every_value", "--adapter=wrong.py", "--dtype=float16")
    assert done.status == 1, done.out + done.err
    assert "the worst at 3c00: result[15360] is 0.5, exact 0.76" in done.out
    (line,) = results(tmp_path).values()
    assert line["id"] == ID
    assert line["witness"]["inputs"] == {"x": 1.0}
    assert line["arrays"]["inputs"]["x"] == {"shape": [1], "values": [1.0]}
    assert line["arrays"]["exact"]["result"]["values"][0] == line["witness"]["exact"]
    assert line["rerun"] in done.out
    page = next((tmp_path / "nnconform-results").glob("*.html")).read_text("utf-8")
    assert "np.array([1.0]" in page, "the page's script asks the witness"
    again = pytest_in(tmp_path, *line["rerun"].split()[1:])
    assert again.status == 1, again.out + again.err
    last = pytest_in(tmp_path, FILE, "--adapter=wrong.py", "--dtype=float16", "--lf", "-q")
    assert last.status == 1
    assert "1 failed" in last.out


def test_two_adapters_are_swept_together_and_judged_apart(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(WRONG, "utf-8")
    done = pytest_in(tmp_path, f"{FILE}::tanh_every_value", f"{FILE}::relu_every_value", "--adapter=numpy,wrong.py")
    assert done.status == 1, done.out + done.err
    outcomes = {(line["adapter"], line["case"], line["dtype"]): line["outcome"] for line in results(tmp_path).values()}
    assert len(outcomes) == 8
    assert outcomes["wrong", "tanh_every_value", "float16"] == "failed"
    assert outcomes["wrong", "relu_every_value", "float16"] == "unsupported"
    assert all(outcome == "passed" for (adapter, *_), outcome in outcomes.items() if adapter == "numpy")
    assert "wrong has no relu" in done.out or "wrong: relu was never judged" in done.out or "skipped" in done.out


def test_with_workers_each_item_is_asked_once(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, FILE, "--adapter=numpy", "-n2", "-q", "-k", "tanh or sqrt")
    assert done.status == 0, done.out + done.err
    ids = [line["id"] for line in records(tmp_path) if line["record"] == "result"]
    assert len(ids) == len(set(ids)) == 8  # sqrt, rsqrt, tanh, gelu_by_tanh


def test_selection_by_kind_operation_and_name(tmp_path: Path) -> None:
    for arguments, count in ((["-m", "sweep and tanh"], 2), (["-m", "gelu", "-k", "by_tanh"], 2), (["-m", "probe"], 0)):
        done = pytest_in(tmp_path, FILE, "--adapter=numpy", "--collect-only", "-q", *arguments)
        assert sum(line.startswith(FILE) for line in done.out.splitlines()) == count, done.out


def test_collecting_loads_no_framework_and_no_flint(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('loaded')\n", "utf-8")
    hide("flint", tmp_path)
    done = run(["-m", "pytest", FILE, "--adapter=torch", "--collect-only", "-q"], tmp_path, tmp_path)
    assert "tanh_every_value/torch/cpu/float16/eager" in done.out, done.out + done.err


def test_without_flint_short_dtypes_are_swept_all_the_same(tmp_path: Path) -> None:
    hide("flint", tmp_path)
    done = run(["-m", "pytest", f"{FILE}::sigmoid_every_value", "--adapter=numpy", "-q"], tmp_path, tmp_path)
    assert done.status == 0, done.out + done.err
    assert len(results(tmp_path)) == 2
    done = run(["-m", "pytest", FILE, "--adapter=numpy", "--sweep=sample"], tmp_path, tmp_path)
    done.complains("--sweep needs python-flint", "pip install 'nnconform[author]'")


def test_float32_is_swept_where_it_is_asked_for(tmp_path: Path) -> None:
    for option, count in ((("--sweep=exhaustive",), 3), ((), 2)):
        done = pytest_in(tmp_path, f"{FILE}::tanh_every_value", "--adapter=numpy", "--collect-only", "-q", *option)
        assert sum(line.startswith(FILE) for line in done.out.splitlines()) == count, done.out
    asked = f"{FILE}::relu_every_value"
    done = pytest_in(tmp_path, asked, "--adapter=numpy", "--sweep=sample", "--dtype=float32", "-q")
    assert done.status == 0, done.out + done.err
    (line,) = results(tmp_path).values()
    assert (line["dtype"], line["sweep"]["inputs"], line["sweep"]["proof"]) == ("float32", 67_108_864, False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--sweep=sampel",), ("unknown sweep 'sampel'", "did you mean 'sample'?")),
        (("--sweep=",), ("--nnconform-sweep needs a value: sample or exhaustive; without the option float32 is not swept",)),
        (("--sweep=sample,exhaustive",), ("--sweep is one of sample, exhaustive",)),
        (("--sweep=sample", "--dtype=float16"), ("--sweep is for float32",)),
        (("--sweep=sample", "--timing"), ("--sweep and --timing do not go together",)),
        (("--dtype=float32", f"{FILE}::tanh_every_value"), ("runs in float16, bfloat16 only, and in float32 with --sweep",)),
        (("--dtype=float64", FILE), ("no case runs in float64; what was asked for has bfloat16, float16",)),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_one_line(tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    pytest_in(tmp_path, "--adapter=numpy", *arguments).complains(*words)


HEAD = 'nnconform = "0.1"\ntopic = "Mine"\n[[case]]\nid = "mine"\nkind = "sweep"\nrequirement = "It is right."\n'
SOURCE = 'source = { document = "mine", heading = "mine" }\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('operation = "tanh"\ninputs.x = [1]\n', "a sweep takes every value of its dtype: leave out inputs"),
        ('operation = "softmax"\n', "a sweep is of one operation that works element by element"),
        ('operation = "tanh"\ndtypes = ["float16", "bfloat16", "float32", "float64"]\n', "float64 has too many values"),
        ('operation = "tanh"\ndtypes = ["float16"]\n', "leaves out bfloat16 without a reason"),
        ('operation = "decision"\n', "decision cannot be swept"),
        ('steps = [{ name = "y", operation = "tanh", inputs = ["x"] }]\n', "a sweep is of one operation"),
    ],
)
def test_sweeps_that_make_no_sense(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "mine.toml").write_text(HEAD + SOURCE + text, "utf-8")
    pytest_in(tmp_path, "mine.toml", "--adapter=numpy").complains("mine.toml:3", words)


def test_a_sweep_of_ones_own(tmp_path: Path) -> None:
    text = HEAD + SOURCE + 'operation = "leaky_relu"\nattributes.slope = 0.125\n'
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    done = pytest_in(tmp_path, "mine.toml", "--adapter=numpy", "-q")
    assert done.status == 0, done.out + done.err
    assert [line["sweep"]["inputs"] for line in results(tmp_path).values()] == [65_536, 65_536]


def test_explain_and_list_know_sweeps(tmp_path: Path) -> None:
    done = nnconform_in(tmp_path, "explain", f"{FILE}::exp_every_value", "--dtype=float16")
    assert done.status == 0, done.out + done.err
    assert "asked of every value that float16 has: 65,536" in done.out
    assert "exp may err by 2 ulps" in done.out
    done = nnconform_in(tmp_path, "explain", f"{FILE}::exp_every_value", "--dtype=float32")
    assert "certified while it runs" in done.out, done.out + done.err
    done = nnconform_in(tmp_path, "list", FILE)
    assert done.out.count(" sweep ") == 23


def test_the_command_and_pytest_record_the_same(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    assert nnconform_in(tmp_path / "one", "sweep", "mish", "--adapter=numpy", "--dtype=bfloat16").status == 0
    assert pytest_in(tmp_path / "other", FILE, "--adapter=numpy", "--dtype=bfloat16", "-k", "mish").status == 0
    lines = [records(tmp_path / name) for name in ("one", "other")]
    one, other = (next(line for line in found if line["record"] == "result") for found in lines)
    for line in (one, other):
        line.pop("elapsed_ns")
        line.pop("line")
    assert {name: other[name] for name in one} == one
    assert (CHECKOUT / FILE).is_file()
