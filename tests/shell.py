"""Running pytest and nnconform as a user would: in a process of their own, in an empty folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
FAKES = Path(__file__).resolve().parent / "fakes"
SIGMOID = "spec/activations/sigmoid.toml"
DENSE = "spec/layers/dense.toml"


@dataclass(frozen=True)
class Done:
    """How a process ended."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> list[str]:
        """Lines of standard error, where pytest and nnconform complain."""
        return [line for line in self.err.splitlines() if line.strip()]

    def complains(self, *words: str) -> None:
        """One clear line, exit code 4, no traceback."""
        assert "Traceback" not in self.out + self.err, self.out + self.err
        assert "INTERNALERROR" not in self.out + self.err, self.out + self.err
        assert len(self.said) == 1, self.out + self.err
        for word in words:
            assert word in self.said[0], self.said[0]
        assert self.status == 4, self.out + self.err


def environment(*folders: Path) -> dict[str, str]:
    """This environment, with the fakes and `folders` importable and nothing of the outer pytest."""
    paths = os.pathsep.join(map(str, (*folders, FAKES.parent)))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return kept | {"PYTHONPATH": paths, "COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1"}


def heeding_ctrl_c() -> None:
    """A process started in the background of a script ignores Ctrl-C, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run(command: list[str], cwd: Path, *folders: Path) -> Done:
    """A Python command to its end."""
    done = subprocess.run(
        [sys.executable, *command], cwd=cwd, env=environment(*folders), capture_output=True, text=True, timeout=120,
        check=False, preexec_fn=heeding_ctrl_c,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def pytest_in(cwd: Path, *arguments: str) -> Done:
    """`pytest ARGUMENTS` in a folder."""
    return run(["-m", "pytest", *arguments], cwd)


def nnconform_in(cwd: Path, *arguments: str) -> Done:
    """`nnconform ARGUMENTS` in a folder."""
    return run(["-m", "nnconform.harness.cli", *arguments], cwd)


def records(cwd: Path, folder: str = "nnconform-results") -> list[dict[str, Any]]:
    """All lines of the newest records in a folder."""
    newest = max((cwd / folder).glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    return [json.loads(line) for line in newest.read_text("utf-8").splitlines()]


def results(cwd: Path) -> dict[str, dict[str, Any]]:
    """The newest records' results by id."""
    return {line["id"]: line for line in records(cwd) if line["record"] == "result"}


def ids(done: Done) -> list[str]:
    """The ids that `--collect-only -q` printed."""
    return [line for line in done.out.splitlines() if "::" in line]


def hide(module: str, folder: Path, *more: str) -> None:
    """Make modules look not installed to every Python that has `folder` on its path."""
    (folder / "sitecustomize.py").write_text(
        "import sys\n\n\nclass Hidden:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {(module, *more)!r}:\n"
        "            raise ModuleNotFoundError(name, name=name)\n\n\n"
        "sys.meta_path.insert(0, Hidden())\n",
        "utf-8",
    )
