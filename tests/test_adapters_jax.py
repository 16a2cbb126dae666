"""What the JAX adapter tells of how JAX was set up."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

FLAGS = "from nnconform.adapters.jax import JAX; print(JAX().flags().get('compilation_cache'))"


@pytest.mark.skipif(find_spec("jax") is None, reason="JAX is not installed")
@pytest.mark.parametrize("kept", [True, False])
def test_a_record_says_where_compiled_code_may_come_from_disk(tmp_path: Path, kept: bool) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "JAX_COMPILATION_CACHE_DIR"}
    own = {"JAX_COMPILATION_CACHE_DIR": str(tmp_path)} if kept else {}
    command = [sys.executable, "-c", FLAGS]
    done = subprocess.run(command, env={**environment, **own}, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == ("on disk" if kept else "None"), done.stderr
