"""Memory that a framework's process shares with the one that asks: a file, where possible one that no disk holds."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

_NO_DISK = Path("/dev/shm")  # noqa: S108 - its files are made by tempfile


class Shared:
    """An array of words in a file of its own."""

    def __init__(self, word: np.dtype[Any], count: int) -> None:
        folder = _NO_DISK if _NO_DISK.is_dir() else None
        self._file = tempfile.NamedTemporaryFile(prefix="nnconform-sweep-", dir=folder)  # noqa: SIM115 - see close
        self._file.truncate(word.itemsize * count)
        self.array = np.memmap(self._file.name, word, "r+", shape=(count,))
        self.name = f"{self._file.name}|{word.str}|{count}"

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
