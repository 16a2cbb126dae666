"""What all code of a process shares: whoever changes it changes other people's results.

It is looked at around every case, so that a look may cost no more than a few microseconds; what an adapter left
changed is put back, and told.
"""

from __future__ import annotations

import ctypes
import os
import random
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

from nnconform.adapters.contract import Adapter

_KEY = 624
"""Words of a Mersenne twister's state, beside which its position stands."""
_ONE, _SMALLEST, _SUBNORMAL, _HALF_ULP = 1.0, sys.float_info.min, 5e-324, 2.0**-54
"""Not written where they are used: Python would compute with them once and for all, while it compiles."""
_DEFAULT_MODE = ctypes.c_void_p(-1)
"""FE_DFL_ENV of glibc and musl."""


class _Random(NamedTuple):
    """A source of random numbers that everybody shares."""

    name: str
    look: Callable[[], Any]
    """Something that is another once a number was drawn, and quick to see."""
    state: Callable[[], Any]
    put_back: Callable[[Any], object]


class Surroundings:
    """What an adapter's calls may leave changed."""

    def __init__(self, adapter: Adapter) -> None:
        self.adapter = adapter
        self._sources = (
            _Random("Python's random state", _python_look(), random.getstate, random.setstate),
            _Random("NumPy's random state", _numpy_look(), _numpy_state, np.random.set_state),
        )
        self._looks: list[Any] = []
        self._states: list[Any] = []
        self._folder = ""
        self._variables: Mapping[Any, Any] = {}
        self._settings: Mapping[str, Any] = {}

    def mark(self) -> None:
        """Before a case: what somebody else changed since the last one is theirs."""
        self._folder = _folder()
        self._variables = _variables().copy()
        self._settings = self.adapter.settings()
        looks = [source.look() for source in self._sources]
        if looks != self._looks:
            self._looks, self._states = looks, [source.state() for source in self._sources]

    def restored(self) -> list[str]:
        """After a case: what it left changed, by name; it is put back."""
        left = _arithmetic()
        if _folder() != self._folder:
            left.append("the folder")
            with suppress(OSError):  # it may have been removed
                os.chdir(self._folder)
        if self._variables != _variables():
            left.append(_put_back(self._variables))
        for number, source in enumerate(self._sources):
            if source.look() != self._looks[number]:
                left.append(source.name)
                source.put_back(self._states[number])
        settings = self.adapter.settings()
        if settings != self._settings:
            left += [name for name, value in settings.items() if self._settings.get(name) != value]
            self.adapter.restore(self._settings)
        return left


def _arithmetic() -> list[str]:
    """Sentinels: numbers that show how this thread computes, and with it NumPy and the judge."""
    left = []
    if _SMALLEST * 0.5 == 0.0 or _SUBNORMAL * _ONE == 0.0:
        left.append("subnormals are flushed")
    if _ONE + _HALF_ULP != _ONE or _ONE - _HALF_ULP != _ONE:
        left.append("the rounding mode")
    if left and sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).fesetenv(_DEFAULT_MODE)
    return left


def _folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - a path object costs more than the question
    except OSError:
        return ""


def _variables() -> Any:
    """The environment as Python keeps it, encoded: its front door decodes each name and each value."""
    return getattr(os.environ, "_data", None) or dict(os.environ)


def _put_back(before: Mapping[Any, Any]) -> str:
    """The environment as it was; gives the names of what had changed, and no value: one may be a secret."""
    now = _variables()
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    decoded = getattr(os.environ, "decodekey", str)
    for name in names:
        if name in before:
            os.environ[decoded(name)] = getattr(os.environ, "decodevalue", str)(before[name])
        else:
            del os.environ[decoded(name)]
    return f"environment variables ({', '.join(sorted(map(decoded, names)))})"


def _python_look() -> Callable[[], Any]:
    """Python's twister where it lies: its front door copies 625 numbers, one by one."""
    twister, before = getattr(random, "_inst", None), object.__basicsize__
    if isinstance(twister, random.Random) and random.Random.__basicsize__ >= before + 4 * (_KEY + 1):
        seen = (ctypes.c_uint32 * (_KEY + 1)).from_address(id(twister) + before)
        if [*seen[1:], seen[0]] == [*twister.getstate()[1]]:
            return lambda: (seen[0], seen[_KEY])
    return random.getstate


def _numpy_look() -> Callable[[], Any]:
    """NumPy's, at the address that it gives for the purpose."""
    twister = np.random.get_bit_generator()  # type: ignore[attr-defined]  # its stubs forget it
    state: Any = twister.state
    if state["bit_generator"] == "MT19937":
        seen = (ctypes.c_uint32 * (_KEY + 1)).from_address(twister.ctypes.state_address)
        if [*seen] == [*map(int, state["state"]["key"]), state["state"]["pos"]]:
            return lambda: (seen[_KEY], seen[_KEY - 1], id(twister))  # which keeps it, and so its state, alive
    return lambda: repr(_numpy_state())


def _numpy_state() -> Any:
    return np.random.get_state(legacy=False)  # noqa: NPY002 - the source that everybody shares is the point
