"""A line that tells how far a timing run is; nothing where nobody watches."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from nnconform.harness.timing import model

_BAR = 24
_PAUSE_S = 0.1
"""Between two paintings."""


class Progress:
    """Paints one line of the terminal over and over; a redirected output stays as pytest alone would make it."""

    def __init__(self, config: pytest.Config, cases: int) -> None:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        self.reporter = reporter if reporter is not None and reporter.isatty else None
        self.cases, self.case, self.name = cases, 0, ""
        self.begun = self.painted = monotonic()

    def begin(self, name: str) -> None:
        """The next case."""
        self.case += 1
        self.name = name
        self._paint("preparing", 0.0)

    def round(self, seen: model.Progress) -> None:
        """The rounds of a case go on."""
        if monotonic() - self.painted > _PAUSE_S:
            self._paint(f"round {seen.round}, {seen.finished} of {seen.total} series done", seen.finished / seen.total)

    def say(self, text: str) -> None:
        """Something beside the cases."""
        if self.reporter:
            self.reporter.rewrite(text, erase=True)

    def clear(self) -> None:
        """Leave the line to others."""
        if self.reporter:
            self.reporter.rewrite("", erase=True)

    def _paint(self, text: str, share: float) -> None:
        self.painted = monotonic()
        done = (self.case - 1 + share) / max(self.cases, 1)
        filled = round(_BAR * done)
        self.say(
            f"[{'#' * filled}{'.' * (_BAR - filled)}] {self.case}/{self.cases} {self.name}: {text}{self._left(done)}"
        )

    def _left(self, done: float) -> str:
        gone = monotonic() - self.begun
        if done < 0.02:
            return ""
        left = round(gone * (1 - done) / done)
        return f", about {left // 60}:{left % 60:02} left"
