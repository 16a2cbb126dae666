"""A bar on the terminal that tells how far a sweep is; nothing where nobody watches."""

from __future__ import annotations

import sys
from time import monotonic

_WIDTH = 24
_PAUSE_S = 0.1


class Bar:
    """One line of standard error, painted over and over."""

    def __init__(self, name: str, total: int) -> None:
        self.name, self.total = name, max(total, 1)
        self.watched = sys.stderr.isatty()
        self.begun = self.painted = monotonic()
        self.from_done = -1

    def show(self, done: int) -> None:
        """So many batches are done."""
        now = monotonic()
        if self.from_done < 0:
            self.from_done = done - 1
        if not self.watched or now - self.painted < _PAUSE_S:
            return
        self.painted = now
        filled = _WIDTH * done // self.total
        left = round((now - self.begun) / (done - self.from_done) * (self.total - done))
        self._write(
            f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {self.name}: {done / self.total:.1%}, "
            f"about {left // 60}:{left % 60:02} left"
        )

    def clear(self) -> None:
        """Leave the line to others."""
        if self.watched:
            self._write("")

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()
