"""The files that an adapter consists of: found by reading, whatever else the process has imported."""

from __future__ import annotations

import importlib.util
import sys
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import pytest

from nnconform.adapters import registry
from nnconform.adapters.code_files import digests
from nnconform.adapters.contract import describe, files_of
from nnconform.adapters.numpy import NumPy


def loaded(monkeypatch: pytest.MonkeyPatch, path: Path, name: str) -> ModuleType:
    """A module that is known by this name, and whose file need not be executed."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    made = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, made)
    return made


def files(folder: Path, **texts: str) -> Path:
    """Files of these texts, `__` in a name for a slash."""
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_neighbours_are_followed_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(
        tmp_path, mine="import numpy, helper\nfrom pack.inner import x\n\n\ndef late():\n    import lazy\n",
        helper="import mine", lazy="", stranger="", pack__inner="from . import other\nfrom .deep import y",
        pack__other="(", pack__deep="from .. import lazy, helper",
    )  # fmt: skip
    (tmp_path / "pack" / "__init__.py").touch()
    loaded(monkeypatch, tmp_path / "mine.py", "nnconform_adapter_mine")
    found = digests(["nnconform_adapter_mine"])
    assert set(found) == {
        "mine.py", "helper.py", "lazy.py", "pack/__init__.py", "pack/inner.py", "pack/other.py", "pack/deep.py",
    }  # fmt: skip
    assert found["helper.py"] == sha256(b"import mine").hexdigest()[:32]


def test_a_module_of_a_package_is_known_by_its_whole_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(tmp_path, fw__adapter="from fw.core import f\nimport beside", fw__core="", beside="")
    loaded(monkeypatch, tmp_path / "fw" / "adapter.py", "fw.adapter")
    assert set(digests(["fw.adapter"])) == {"fw/adapter.py", "fw/core.py", "beside.py"}


def test_of_what_is_installed_only_the_adapter_itself_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = files(tmp_path / "site-packages", installed_adapter="import heavy", heavy="")
    loaded(monkeypatch, folder / "installed_adapter.py", "installed_adapter")
    assert set(digests(["installed_adapter"])) == {"installed_adapter.py"}


def test_of_a_large_tree_a_hundred_files_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files(tmp_path, **{f"m{number}": f"import m{number + 1}" for number in range(150)})
    loaded(monkeypatch, tmp_path / "m0.py", "nnconform_adapter_m0")
    assert len(digests(["nnconform_adapter_m0"])) == 100


def test_what_ships_has_a_version_and_what_has_no_file_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nowhere", ModuleType("nowhere"))
    assert digests([*files_of(NumPy), "nowhere", "abc", "typing", "never imported"]) == {}
    assert describe(NumPy("cpu", "eager"))["sources"] == {}


def test_a_compiled_neighbour_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.machinery import EXTENSION_SUFFIXES

    files(tmp_path, mine="import _fast")
    (tmp_path / f"_fast{EXTENSION_SUFFIXES[0]}").write_bytes(b"\x7fELF")
    loaded(monkeypatch, tmp_path / "mine.py", "nnconform_adapter_mine")
    assert set(digests(["nnconform_adapter_mine"])) == {"mine.py", f"_fast{EXTENSION_SUFFIXES[0]}"}


def test_a_file_of_functions_is_its_own_file(tmp_path: Path) -> None:
    files(tmp_path, homework="def relu(x):\n    return x\n")
    kind = registry.find(str(tmp_path / "homework.py"))
    assert set(describe(kind("cpu", "eager"))["sources"]) == {"homework.py"}
