"""Memory that a framework's process shares with the one that asks: a file, on Linux one that no disk holds."""

from __future__ import annotations

import itertools
import os
import tempfile
from pathlib import Path
from typing import IO, Any

import numpy as np

_NUMBERS = itertools.count()
"""Paths come again, once what was there is closed: a number tells what is attached already from what is new."""
_OPENED = Path("/proc/self/fd")
"""Where Linux lets a process of the same user open what another has open."""


class Shared:
    """An array of words in a file of its own."""

    def __init__(self, word: np.dtype[Any], count: int) -> None:
        self._file, path = _file()
        self._file.truncate(word.itemsize * count)
        self.array = np.memmap(path, word, "r+", shape=(count,))
        self.name = f"{path}|{word.str}|{count}|{next(_NUMBERS)}"

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _file() -> tuple[IO[bytes], str]:
    """A file, and the path by which other processes of ours open it.

    On Linux it has no name of its own, so that a run that is killed leaves none behind.
    """
    if hasattr(os, "memfd_create") and _OPENED.is_dir():
        number = os.memfd_create("nnconform-sweep")
        return os.fdopen(number, "r+b"), f"/proc/{os.getpid()}/fd/{number}"
    made = tempfile.NamedTemporaryFile(prefix="nnconform-sweep-")  # noqa: SIM115 - see close
    return made, made.name
