"""The house: data flows one way, files stay small, and nothing heavy is imported before it is asked for."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("spec", "reference", "adapters", "harness", "reports")
MAY_IMPORT = {
    "spec": {"spec"},
    "reference": {"spec", "reference"},
    "adapters": {"adapters", "spec"},
    "harness": set(ROOMS),
    "reports": {"reports"},
}
LARGEST_FILE, LARGEST_FUNCTION = 300, 40
PLAIN = {"numpy", "math", "__future__", "typing", "collections", "functools"}
"""All that the textbook rests on: NumPy, and what Python itself has."""


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))
    yield from sorted((ROOT / "tests").rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("room", ROOMS)
def test_data_flows_one_way(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        for name in imported(path):
            parts = name.split(".")
            if parts[0] == "nnconform" and len(parts) > 1:
                allowed = MAY_IMPORT[room] | (
                    {"reference"} if path.name == "numpy.py" and room == "adapters" else set()
                )
                assert parts[1] in allowed, f"{path.relative_to(ROOT)} imports {name}"


def test_truth_and_textbook_share_no_code() -> None:
    for one, other in (("truth", "textbook"), ("textbook", "truth")):
        for path in (ROOT / "reference" / one).rglob("*.py"):
            assert not any(f"reference.{other}" in name for name in imported(path)), path
    for path in (ROOT / "reference" / "textbook").rglob("*.py"):
        for name in imported(path):
            assert name.split(".")[0] in PLAIN or "textbook" in name, name


def test_files_and_functions_stay_small() -> None:
    for path in sources():
        text = path.read_text("utf-8")
        assert text.count("\n") <= LARGEST_FILE, f"{path.relative_to(ROOT)} is too long"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                assert length <= LARGEST_FUNCTION, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {length} lines"


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_rooms_are_reached_by_one_name_only() -> None:
    found = modules_after("import nnconform.harness.run, nnconform.harness.cli, nnconform.adapters.numpy")
    assert not set(ROOMS) & found


def test_the_door_of_the_plugin_is_light() -> None:
    assert not {"numpy", "ml_dtypes", "jinja2", "flint"} & modules_after("import nnconform.harness.plugin")


def test_no_framework_before_it_is_asked_for() -> None:
    found = modules_after("import nnconform.harness.run, nnconform.harness.judge, nnconform.adapters.registry")
    assert not {"torch", "tensorflow", "jax", "flint", "jinja2"} & found
