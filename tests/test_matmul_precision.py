"""`--matmul-precision` asks the framework for products as exact as their dtype, and says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from shell import environment, pytest_in, records, results

from nnconform.adapters.contract import Adapter, describe
from nnconform.harness.opening import open_adapter
from nnconform.harness.subject import Subject

CASE = "spec/products/matmul.toml::two_by_two"
FAKE = "fakes.precise:"


def flags(folder: Path) -> dict[str, dict[str, str]]:
    return {subject["label"]: subject["flags"] for subject in records(folder)[0]["subjects"]}


@pytest.mark.parametrize("asked", ["highest", "default"])
@pytest.mark.parametrize("apart", [[], ["--isolate"]], ids=["in process", "apart"])
def test_the_framework_is_asked_and_the_record_says_so(tmp_path: Path, asked: str, apart: list[str]) -> None:
    done = pytest_in(tmp_path, f"--adapter={FAKE}Switched", f"--matmul-precision={asked}", *apart, CASE)
    assert done.status == 0, done.out + done.err
    (found,) = flags(tmp_path).values()
    assert found == {"narrow": str(asked == "default"), "matmul_precision": asked}


def test_nobody_is_asked_who_was_not_meant_to_be(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, f"--adapter={FAKE}Switched", CASE)
    assert done.status == 0, done.out + done.err
    (found,) = flags(tmp_path).values()
    assert found == {"narrow": "True"}


def test_it_changes_what_is_computed(tmp_path: Path) -> None:
    fingerprint = "spec/products/fingerprint.toml::of_a_matmul"
    names = []
    for asked in ("default", "highest"):
        folder = tmp_path / asked
        folder.mkdir()
        argument = f"--matmul-precision={asked}"
        done = pytest_in(folder, f"--adapter={FAKE}Switched", argument, "--dtype=float32", fingerprint)
        assert done.status == 0, done.out + done.err
        names += [line["fingerprint"]["name"] for line in results(folder).values()]
    assert names == ["TF32 inputs", "float32"]


def test_an_adapter_without_a_switch_is_told_in_one_line_and_asked_as_it_is(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=numpy", "--matmul-precision=highest", CASE)
    assert done.status == 0, done.out + done.err
    said = [line for line in done.out.splitlines() if "--matmul-precision" in line]
    assert said == ["nnconform: --matmul-precision: numpy has no switch for it; it is asked as it is"]
    assert flags(tmp_path)["numpy"]["matmul_precision"] == "highest (nothing to set)"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("higest", ["unknown matmul-precision 'higest'", "did you mean 'highest'", "default, highest"]),
        ("", ["--nnconform-matmul-precision needs a value"]),
        ("highest,default", ["--matmul-precision is one of default, highest"]),
    ],
)
def test_other_values_end_the_run_in_one_line(tmp_path: Path, typed: str, words: list[str]) -> None:
    pytest_in(tmp_path, "--adapter=numpy", f"--matmul-precision={typed}", CASE).complains(*words)


def test_a_failure_is_asked_again_in_the_same_way(tmp_path: Path) -> None:
    case = "spec/products/own_products.toml::matmul"
    done = pytest_in(tmp_path, f"--adapter={FAKE}Switched", "--matmul-precision=default", "--dtype=float32", case)
    assert done.status == 1, done.out + done.err
    (line,) = results(tmp_path).values()
    assert line["rerun"].endswith("--nnconform-matmul-precision=default")


def test_a_timing_worker_asks_as_well() -> None:
    command = [sys.executable, "-m", "nnconform.harness.timing.worker", f"{FAKE}Switched", "cpu", "eager", "", "1"]
    done = subprocess.run(
        [*command, "highest"], env=environment(), input="", capture_output=True, text=True, timeout=120, check=True
    )
    assert '"matmul_precision": "highest"' in done.stdout.splitlines()[0]


_REDUCED = [f"products.allow_{dtype}_reduced_precision_reduction" for dtype in ("fp16", "bf16")]
SWITCHES = {
    "torch": (
        f"import torch; products = torch.backends.cuda.matmul; {_REDUCED[0]} = True; {_REDUCED[1]} = False; torch.set_float32_matmul_precision('medium')",
        f"(torch.get_float32_matmul_precision(), {', '.join(_REDUCED)})",
        ("highest", False, False), ("medium", True, False),
    ),
    "jax": ("import jax", "jax.config.jax_default_matmul_precision", "highest", None),
    "tensorflow": (
        "import tensorflow as tf", "tf.config.experimental.tensor_float_32_execution_enabled()", False, True,
    ),
}  # fmt: skip
"""What to do before, how to look, what is seen while a run goes on, and what before it and after."""


@pytest.mark.parametrize("name", SWITCHES)
def test_the_frameworks_switches_are_set_and_put_back(name: str) -> None:
    """In a process of its own: switches are the whole process's."""
    before, look, during, after = SWITCHES[name]
    pytest.importorskip(name)
    code = (
        f"{before}\nassert {look} == {after!r}\n"
        "from nnconform.harness.subject import Subject\n"
        "from nnconform.harness.interviewers import InProcess\n"
        f"made = InProcess(Subject({name!r}, {name!r}, 'cpu', 'eager', 'highest'))\n"
        f"assert made.adapter.matmul_precision == 'highest'\nassert {look} == {during!r}, {look}\n"
        f"made.close()\nassert {look} == {after!r}, {look}\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_whatever_runs_later_in_the_same_process_finds_products_as_they_were(tmp_path: Path) -> None:
    code = (
        "import pytest, fakes.precise\nshared = fakes.precise.Shared\n"
        f"status = pytest.main(['-q', '-p', 'no:cacheprovider', '--adapter={FAKE}Shared', "
        f"'--matmul-precision=highest', {CASE!r}])\n"
        "assert status == 0\nassert shared.seen and all(not any(each.values()) for each in shared.seen), shared.seen\n"
        "assert shared.process == {'narrow': True, 'untold': True}, shared.process\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_contract_has_no_switch_by_itself() -> None:
    made, _ = open_adapter(Subject("numpy", "numpy", "cpu", "eager", "highest"))
    assert isinstance(made, Adapter)
    assert describe(made)["flags"]["matmul_precision"] == "highest (nothing to set)"
    assert "matmul_precision" not in open_adapter(Subject("numpy", "numpy", "cpu", "eager"))[1]["flags"]
