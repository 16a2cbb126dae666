"""The compiled modes of the frameworks themselves, on a few cases; a run of the whole specification asks the rest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from shell import DENSE, environment, pytest_in, records, results

RELU = "spec/activations/relu.toml"
MODEL = "spec/models/coffee.toml"
NAN = "nan_and_infinities_stay_in_their_row"


def test_torch_compiles_whole_graphs_and_counts_them(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=torch", "--mode=compiled", "--dtype=float32", f"{DENSE}::coffee_vectorized")
    assert done.status == 0, done.out + done.err
    (line,) = results(tmp_path).values()
    assert (line["outcome"], line["mode"]) == ("passed", "compiled")
    assert records(tmp_path)[-1]["counters"]["torch compiled"]["compilations"] > 1  # one is the check at the start


def test_torch_without_a_cpp_compiler_is_not_run_and_says_what_to_install(tmp_path: Path) -> None:
    asked = ["-m", "pytest", "--adapter=torch", "--mode=compiled", f"{DENSE}::coffee_vectorized"]
    bare = environment() | {"PATH": str(tmp_path), "TORCHINDUCTOR_CACHE_DIR": str(tmp_path)}
    bare.pop("CXX", None)
    done = subprocess.run([sys.executable, *asked], cwd=tmp_path, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stdout + done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    (line,) = said
    assert line.startswith("ERROR: torch cannot be asked in mode 'compiled': torch.compile needs a C++ compiler: ")
    assert line.endswith("install g++ or clang++ (apt-get install g++), or name one in CXX")
    assert "Traceback" not in done.stdout + done.stderr


def test_jax_compiles_operations_and_models(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=jax", "--mode=compiled", "--dtype=float32", RELU, MODEL)
    assert done.status == 0, done.out + done.err
    found = results(tmp_path).values()
    assert {line["outcome"] for line in found} == {"passed"}
    assert "sequential" in {operation for line in found for operation in line["operations"]}
    assert records(tmp_path)[-1]["counters"]["jax compiled"]["compilations"] > 0


def test_tensorflow_traces_layers_made_outside_and_both_modes_differ_where_they_are_known_to(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=tensorflow", "--mode=compiled,xla", "--dtype=float32", DENSE, MODEL)
    assert done.status == 0, done.out + done.err
    found = {(line["mode"], line["case"]): line["outcome"] for line in results(tmp_path).values()}
    assert {found[mode, "coffee_vectorized"] for mode in ("compiled", "xla")} == {"passed"}
    counters = records(tmp_path)[-1]["counters"]
    assert counters["tensorflow compiled"]["traces"] > 0
    assert counters["tensorflow xla"]["traces"] > 0
    listed = json.dumps(sorted(case for (mode, case), outcome in found.items() if outcome == "known deviation"))
    if os.environ.get("TF_ENABLE_ONEDNN_OPTS") != "0" and sys.platform == "linux":
        assert NAN in listed


@pytest.mark.parametrize("mode", ["compiled", "xla"])
def test_what_computes_nothing_is_unsupported_with_its_reason(tmp_path: Path, mode: str) -> None:
    count = "spec/models/parameter_count.toml"
    done = pytest_in(tmp_path, "--adapter=tensorflow", f"--mode={mode}", "--dtype=float32", count)
    assert done.status == 0, done.out + done.err
    reasons = {(line["outcome"], line["reason"]) for line in results(tmp_path).values()}
    assert reasons == {("unsupported", "parameter_count is counted in Python: there is nothing to compile")}
