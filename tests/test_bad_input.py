from __future__ import annotations

from pathlib import Path

import pytest
from shell import DENSE, FAKES, SIGMOID, hide, nnconform_in, pytest_in, results, run

IMAGES = "spec/models/images.toml"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--adapter=numpie"], ["no adapter 'numpie' (did you mean 'numpy'?)", "known: "]),
        (["--adapter=numpy,jaxx"], ["no adapter 'jaxx' (did you mean 'jax'?)"]),
        (["--adapter="], ["--adapter needs a name: ", "numpy", "or all"]),
        (["--adapter=homework.py"], ["no adapter file 'homework.py'"]),
        (["--adapter=fakes.good:Goood"], ["no class 'Goood' (did you mean 'Good'?); it has Good"]),
        (["--adapter=fakes.good:sigmoid"], ["is no subclass of nnconform.adapters.Adapter"]),
        (["--adapter=numpy", "--dtype=float16", IMAGES], ["no case runs in float16; what was asked for has float32, float64"]),
        (["--adapter=numpy", "--device="], ["--nnconform-device needs a value; without the option it is cpu"]),
        (["--adapter=nosuchpackage.module:Class"], ["no module 'nosuchpackage', neither installed nor in "]),
        (["--adapter=numpy", "--device=cuda"], ["numpy has no device 'cuda' here; it has cpu"]),
        (["--adapter=numpy", "--device=cpuu"], ["no device 'cpuu' here (did you mean 'cpu'?)"]),
        (["--adapter=numpy", "--device=gpu"], ["no device 'gpu' here (an NVIDIA GPU is `cuda`); it has cpu"]),
        (["--adapter=fakes.two_devices:TwoDevices", "--device=fake:2"], ["(did you mean 'fake:1'?); it has cpu, fake:1"]),
        (["--adapter=numpy,fakes.good:Good", "--device=cuda"], ["numpy has no device 'cuda' here; it has cpu"]),
        (["--adapter=numpy", "--device=cuda", "-n", "2"], ["numpy has no device 'cuda' here; it has cpu"]),
        (["--adapter=numpy", "--dtype=flaot32"], ["unknown dtype 'flaot32' (did you mean 'float32'?); known: "]),
        (["--adapter=numpy", "--dtype=,"], ["--dtype needs one of ", "float32"]),
        (["--adapter=numpy", "--mode=eagr"], ["unknown mode 'eagr' (did you mean 'eager'?); known: "]),
        (["--adapter=numpy", "--level=shoud"], ["unknown level 'shoud' (did you mean 'should'?); known: must, should"]),
        (["--adapter=numpy", "--level=must,should"], ["--level is one of must, should: should takes in what must be"]),
        (["--adapter=numpy", "-m", "sigmiod"], ["no case is marked 'sigmiod' (did you mean 'sigmoid'?)"]),
        (["--adapter=numpy", "spec/layers/dens.toml"], [f"no such file or folder: spec/layers/dens.toml (did you mean '{DENSE}'?)"]),
        (["--adapter=numpy", "sigmoid.toml"], [f"no such file or folder: sigmoid.toml (did you mean '{SIGMOID}'?)"]),
        (["--adapter=numpy", "sigmiod.toml"], [f"no such file or folder: sigmiod.toml (did you mean '{SIGMOID}'?)"]),
        (["--adapter=mine.py:sigmoid:x"], ["no adapter 'mine.py:sigmoid:x': say path/file.py, path/file.py:Class or "]),
        (["--adapter=fakes.amiss:NoDevices"], ["no device 'cpu' here; it has none at all"]),
        (["--adapter=numpy", "-n", "2", "nowhere.toml"], ["no such file or folder: nowhere.toml"]),
        (["--adapter=numpy", f"{SIGMOID}::arround_zero"], ["no case 'arround_zero' (did you mean 'around_zero'?)"]),
        (["--adapter=numpy", "--dtype=float16", f"{SIGMOID}::wide_range"], ["wide_range runs in float32, float64 only"]),
        ([SIGMOID], [f"{SIGMOID} is a spec file: say which adapter to ask, as --adapter=numpy"]),
        (["--adapter=fakes.odd:FailsToStart"], ["does not start: RuntimeError: the driver is too old"]),
        (["--adapter=fakes.odd:FailsToStart,fakes.good:Good"], ["does not start: RuntimeError: the driver is too old"]),
    ],
    ids=lambda value: " ".join(value)[:60],
)  # fmt: skip
def test_what_is_asked_wrongly_is_told_in_one_line(tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    pytest_in(tmp_path, *arguments).complains(*words)
    assert not list(tmp_path.rglob("*.jsonl"))


def test_a_misspelt_file_of_functions_is_told_with_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "homework.py").touch()
    pytest_in(tmp_path, "--adapter=homwork.py").complains("'homwork.py' (did you mean 'homework.py'?)")


def test_a_file_without_an_operation_is_told_with_what_it_has(tmp_path: Path) -> None:
    text = (
        "from numpy import exp\n\n\ndef logistic(x):\n    return 1 / (1 + exp(-x))\n\n\ndef sigmod(x):\n    return x\n"
    )
    (tmp_path / "homework.py").write_text(text, "utf-8")
    words = (
        "no operation in homework.py; it has logistic, sigmod (did you mean 'sigmoid'?) (nnconform list --operations"
    )
    pytest_in(tmp_path, "--adapter=homework.py").complains(words)
    assert not list(tmp_path.rglob("*.jsonl"))
    (tmp_path / "homework.py").write_text("x = 1\n", "utf-8")
    pytest_in(tmp_path, "--adapter=homework.py").complains("no operation in homework.py; it has no function (")


def test_several_records_make_a_page_only_where_it_is_said_where(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").touch()
    (tmp_path / "a.html").write_text("its own page", "utf-8")
    nnconform_in(tmp_path, "report", "a.jsonl", "b.jsonl").complains("say where it goes, as -o page.html")
    assert (tmp_path / "a.html").read_text("utf-8") == "its own page"


def test_two_files_of_one_name_would_have_the_same_ids(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.py").write_text("def sigmoid(x):\n    return x\n", "utf-8")
    pytest_in(tmp_path, "--adapter=a/mine.py,b/mine.py").complains("two adapters would both be called 'mine'")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import frameworkthatisnowhere\n", ["needs frameworkthatisnowhere", "pip install frameworkthatisnowhere"]),
        ("def sigmoid(x)\n    return x\n", ["mine.py does not import: SyntaxError", "line 1"]),
        ("exit()\n", ["mine.py does not import: SystemExit"]),
        ("print(1 / 0)\n", ["mine.py does not import: ZeroDivisionError: division by zero"]),
        ("from nnconform.adapters import Adapter\nclass A(Adapter): ...\nclass B(Adapter): ...\n", ["(A, B)", "mine.py:A"]),
    ],
)  # fmt: skip
def test_a_file_that_does_not_import_is_told_in_one_line(tmp_path: Path, text: str, words: list[str]) -> None:
    (tmp_path / "mine.py").write_text(text, "utf-8")
    pytest_in(tmp_path, "--adapter=mine.py").complains(*words)


def test_a_framework_that_is_not_installed_is_told_with_the_pip_line(tmp_path: Path) -> None:
    hide("torch", tmp_path)
    done = run(["-m", "pytest", "--adapter=torch"], tmp_path, tmp_path)
    done.complains("the adapter 'torch' needs torch, which is not installed: pip install 'nnconform[torch]'")


def test_an_outside_adapter_whose_framework_is_missing_is_told_with_the_pip_line(tmp_path: Path) -> None:
    site = tmp_path / "site"
    entry = site / "ghost-0.1.dist-info"
    entry.mkdir(parents=True)
    (entry / "METADATA").write_text("Metadata-Version: 2.1\nName: ghost\nVersion: 0.1\n", "utf-8")
    (entry / "entry_points.txt").write_text("[nnconform.adapters]\nghost = ghost_adapter:Missing\n", "utf-8")
    gone = run(["-m", "pytest", "--adapter=ghost"], tmp_path, site)
    gone.complains("'ghost' needs ghost_adapter, which is not installed: pip install ghost_adapter")
    (site / "ghost_adapter.py").write_text((FAKES / "missing.py").read_text("utf-8"), "utf-8")
    done = run(["-m", "pytest", "--adapter=ghost"], tmp_path, site)
    done.complains("'ghost' needs frameworkthatisnowhere", "pip install frameworkthatisnowhere")
    done = run(["-m", "pytest", "--adapter=numpy,ghost"], tmp_path, site)
    done.complains("'ghost' needs frameworkthatisnowhere", "pip install frameworkthatisnowhere")
    hide("torch", site, "tensorflow", "jax")
    done = run(["-m", "pytest", "--adapter=all", f"{SIGMOID}::around_zero"], tmp_path, site)
    assert done.status == 0, done.out + done.err
    assert "nnconform: left out: the adapter 'ghost' needs frameworkthatisnowhere, which is not installed" in done.out
    assert {line["adapter"] for line in results(tmp_path).values()} == {"numpy"}


def test_results_that_cannot_be_written_are_told_before_the_first_case(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = pytest_in(tmp_path, "--adapter=numpy", "--nnconform-results=file/inside", f"{SIGMOID}::around_zero")
    done.complains("cannot write results into", "Not a directory", "say --nnconform-results=FOLDER")
    assert "passed" not in done.out
