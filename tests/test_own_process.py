"""A process beside an adapter imports what the one that asks imports, and nothing else from the working folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell import Done, records, run

ADAPTER = """
import framework
from nnconform.adapters import Adapter


class Mine(Adapter):
    name = "mine"

    def versions(self):
        return {"framework": framework.VERSION}

    def tanh(self, x):
        return framework.tanh(x)
"""
RIGHT = "import numpy as np\nVERSION = '1.0'\n\n\ndef tanh(x):\n    return np.tanh(x)\n"
OTHER = "VERSION = '2.0'\n\n\ndef tanh(x):\n    return x\n"
ASKED = ("spec/activations/tanh.toml::lengths", "-q", "--dtype=float64")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Another version of the framework in the working folder, as in a checkout of it."""
    for path, text in (("site/framework.py", RIGHT), ("work/framework.py", OTHER), ("work/ad/mine.py", ADAPTER)):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    return tmp_path


def asked(folder: Path, *arguments: str, safely: bool = True) -> Done:
    """`pytest` as its console script runs it, which does not look into the working folder; or `python -m pytest`."""
    safe = ["-P"] if safely else []
    return run([*safe, "-m", "pytest", "--adapter=ad/mine.py", *ASKED, *arguments], folder / "work", folder / "site")


@pytest.mark.parametrize("how", [(), ("--isolate",), ("-n", "2"), ("--adapter=ad/mine.py,numpy",)], ids=str)
@pytest.mark.parametrize(("safely", "version", "outcome"), [(True, "1.0", "passed"), (False, "2.0", "failed")])
def test_the_framework_is_the_same_in_a_process_of_its_own(
    folder: Path, how: tuple[str, ...], safely: bool, version: str, outcome: str
) -> None:
    asked(folder, *how, safely=safely)
    header, *lines = records(folder / "work")
    (mine,) = (subject for subject in header["subjects"] if subject["adapter"] == "mine")
    assert mine["versions"]["framework"] == version
    assert {line["outcome"] for line in lines if line.get("adapter") == "mine"} == {outcome}


@pytest.mark.parametrize("name", ["random.py", "numpy.py", "json.py"])
def test_a_file_named_like_a_library_is_not_imported(folder: Path, name: str) -> None:
    (folder / "work" / name).write_text("raise SystemExit('this is mine')\n", "utf-8")
    done = asked(folder, "--isolate")
    assert done.status == 0, done.out + done.err
    timed = ["-P", "-m", "nnconform.harness.cli", "time", "--adapter=numpy", "-k", "tanh_4096", "--time-limit=0.05"]
    done = run(timed, folder / "work", folder / "site")
    assert done.status == 0, done.out + done.err
