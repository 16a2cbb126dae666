"""Ctrl-C: once it ends the run, with records and a page; again, without the page; and once more, at once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

_INTERRUPTED = 2
"""pytest's exit status."""
_ON_ITS_WAY_S = 0.5
"""How long an interrupt may take from a case to the hook that tells of it.  pytest's exit status is lost where another
overtakes it there; after this long, somebody has swallowed it."""


class Interrupts:
    """In place of Python's own handler, which would cut short what a run writes at its end."""

    def __init__(self) -> None:
        self.ending = False
        """What is left to do is short, and must be whole."""
        self._pressed = 0
        """How often, since it is, or since an interrupt is on its way."""
        self._raised_at = float("-inf")
        self._skippable = False
        self._before: Any = None

    def watch(self) -> None:
        """From now on; where somebody else has the signal, or it is ignored, that stays so."""
        with suppress(ValueError):  # only the main thread hears of signals
            if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
                self._before = signal.signal(signal.SIGINT, self._press)

    def _press(self, number: int, frame: Any) -> None:
        if not self.ending and time.monotonic() - self._raised_at >= _ON_ITS_WAY_S:
            self._raised_at, self._pressed = time.monotonic(), 0
            raise KeyboardInterrupt
        self._pressed += 1
        if self._skippable:
            raise KeyboardInterrupt
        if self._pressed > 1:
            os._exit(_INTERRUPTED)

    @contextmanager
    def skippable(self) -> Iterator[None]:
        """Around what may be left out by somebody who does not want to wait.  Raises KeyboardInterrupt."""
        if self._pressed:
            raise KeyboardInterrupt
        self._skippable = True
        try:
            yield
        finally:
            self._skippable = False

    def leave(self) -> None:
        """Give the signal back."""
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self._before = None
