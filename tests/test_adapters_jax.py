"""What the JAX adapter tells of how JAX was set up, and what it has JAX keep."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(find_spec("jax") is None, reason="JAX is not installed")

FLAGS = "from nnconform.adapters.jax import JAX; print(JAX().flags().get('compilation_cache'))"


@pytest.mark.parametrize("kept", [True, False])
def test_a_record_says_where_compiled_code_may_come_from_disk(tmp_path: Path, kept: bool) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "JAX_COMPILATION_CACHE_DIR"}
    own = {"JAX_COMPILATION_CACHE_DIR": str(tmp_path)} if kept else {}
    command = [sys.executable, "-c", FLAGS]
    done = subprocess.run(command, env={**environment, **own}, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == ("on disk" if kept else "None"), done.stderr


ASKED_TWICE = """
import numpy as np
from jaxlib.mlir import ir
from nnconform.adapters import jax as ours

ours._PILED_UP = {piled_up}
adapter = ours.JAX(mode="{mode}")
for _ in range(2):
    for length in (1, 2, 3):
        adapter.function("relu")(adapter.to_native(np.ones(length, np.float32)))
    adapter.rest()
    print(adapter.compilations, ir.Context._get_live_count())
"""


@pytest.mark.parametrize("mode", ["eager", "compiled"])
@pytest.mark.parametrize(("piled_up", "kept"), [(3, 0), (4, 3)])
def test_what_code_was_lowered_from_is_let_go_and_no_code_compiled_again(mode: str, piled_up: int, kept: int) -> None:
    command = [sys.executable, "-c", ASKED_TWICE.format(mode=mode, piled_up=piled_up)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [f"3 {kept}"] * 2, done.stderr
