"""Adapters that end, block or spoil the process they live in, all in the sigmoid."""

from __future__ import annotations

import ctypes
import os
import platform
import random
import signal
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fakes.good import Good

NASTY = "\x1b[2J\x07\u202eexe.gpj\ud800</script><script>alert(1)</script>"


def logistic(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


class Segfaults(Good):
    """Reads memory that is not there."""

    def sigmoid(self, x: Any) -> Any:
        ctypes.string_at(0)


class SegfaultsInDouble(Good):
    """Reads memory that is not there, in double precision only."""

    def sigmoid(self, x: Any) -> Any:
        if x.dtype == np.float64:
            ctypes.string_at(0)
        return logistic(x)


class Hangs(Good):
    """Starts a process and waits for it, both for ever; the file tells which."""

    def sigmoid(self, x: Any) -> Any:
        if not (copy := os.fork()):
            time.sleep(1000)
        Path("started").write_text(f"{os.getpid()} {copy}", "utf-8")
        time.sleep(1000)


class DiesOfItsCopy(Good):
    """Dies while a copy of it lives on, in its own group and behind Python's back."""

    def sigmoid(self, x: Any) -> Any:
        if not ctypes.CDLL(None).fork():
            time.sleep(1000)
        os._exit(7)


class DiesOfItsDaemon(Good):
    """Dies while a copy of it lives on for a while, in a group of its own."""

    def sigmoid(self, x: Any) -> Any:
        if not os.fork():
            os.setsid()
            time.sleep(20)
        time.sleep(0.2)
        os._exit(7)


class Litters(Good):
    """Answers well, and leaves a process behind; the file tells which."""

    def sigmoid(self, x: Any) -> Any:
        if not Path("started").exists():
            if not (copy := ctypes.CDLL(None).fork()):
                time.sleep(1000)
            Path("started").write_text(str(copy), "utf-8")
        return logistic(x)


class InterruptsTheEnd(Good):
    """Has somebody press Ctrl-C while a run writes its end."""

    def counters(self) -> Mapping[str, int]:
        signal.raise_signal(signal.SIGINT)
        return {"presses": 1}


class Forks(Good):
    """Answers twice: once itself, once in a copy that goes on as if it were the run."""

    forked = False

    def sigmoid(self, x: Any) -> Any:
        if not self.forked:
            self.forked = True
            ctypes.CDLL(None).fork()  # behind Python's back
        return logistic(x)


class OutOfMemory(Good):
    """Wants more than there is."""

    released = 0

    def sigmoid(self, x: Any) -> Any:
        return np.ones(2**55)

    def release(self) -> None:
        type(self).released += 1


class Cramped(Good):
    """Has a device with a mebibyte of free memory."""

    room = 2**20

    def free_memory(self) -> int | None:
        return self.room


class Hoards(Cramped):
    """Keeps what it was given in store, until it is told to give it back."""

    def release(self) -> None:
        self.room = 2**50


class Sticky(Good):
    """A device that computes nothing any more, once it was asked for a sigmoid."""

    lost = False

    def sigmoid(self, x: Any) -> Any:
        type(self).lost = True
        raise RuntimeError("device-side assert triggered")

    def to_native(self, array: Any) -> Any:
        if self.lost:
            raise RuntimeError("device-side assert triggered")
        return array


class Starts(Good):
    """Starts once, and never again."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        with Path("started").open("x", encoding="utf-8"):
            pass

    def sigmoid(self, x: Any) -> Any:
        os._exit(3)


class Leaves(Good):
    """Changes all that a process shares, and puts nothing back."""

    mode_of_its_own = "right"

    def settings(self) -> Mapping[str, Any]:
        return {"a mode of its own": type(self).mode_of_its_own}

    def restore(self, settings: Mapping[str, Any]) -> None:
        type(self).mode_of_its_own = settings["a mode of its own"]

    def sigmoid(self, x: Any) -> Any:
        np.seterr(all="warn")
        warnings.simplefilter("error")
        os.chdir("/")
        os.environ["LEFT_BY_A_CASE"] = "secret"
        os.environ["HOME"] = "/nowhere"
        os.environ.pop("LANGUAGE", None)
        random.seed(1)
        np.random.seed(1)  # noqa: NPY002 - the shared one is the point
        type(self).mode_of_its_own = "wrong"
        return logistic(x)


class Draws(Good):
    """Takes one number from each source of random numbers that everybody shares."""

    def sigmoid(self, x: Any) -> Any:
        random.random()
        np.random.random_sample()  # noqa: NPY002 - as above
        return logistic(x)


class Flushes(Good):
    """Computes fast: subnormal numbers are zero from now on, for everybody."""

    def sigmoid(self, x: Any) -> Any:
        library = ctypes.CDLL(None)
        state = (ctypes.c_uint32 * 16)()
        library.fegetenv(state)
        place, bits = (7, 0x8040) if platform.machine() in {"x86_64", "AMD64"} else (0, 1 << 24)
        state[place] |= bits  # MXCSR: flush to zero, denormals are zero; FPCR: flush to zero
        library.fesetenv(state)
        return logistic(x)


class RoundsUp(Good):
    """Rounds towards infinity from now on."""

    def sigmoid(self, x: Any) -> Any:
        ctypes.CDLL(None).fesetround(0x800 if platform.machine() in {"x86_64", "AMD64"} else 0x400000)
        return logistic(x)


class SaysTooMuch(Good):
    """Raises ten million characters, nasty ones first."""

    def sigmoid(self, x: Any) -> Any:
        raise ValueError(NASTY + "y" * 10_000_000)


class SaysNasty(Good):
    """Raises text that would steer a terminal or a browser."""

    def sigmoid(self, x: Any) -> Any:
        raise ValueError(NASTY)


class Wavers(Good):
    """Answers one case in three wrongly, and one in three otherwise than before; each case asks it seven times."""

    asked = 0

    def sigmoid(self, x: Any) -> Any:
        turn = type(self).asked // 7 % 3
        type(self).asked += 1
        found = logistic(x)
        nudged = np.where(x == 0, found, np.nextafter(found, np.asarray(1, x.dtype)))
        return found if turn == 0 else found * 2 if turn == 1 else nudged


class Stumbles(Good):
    """Ends its process the second time that a case is asked."""

    asked = 0

    def sigmoid(self, x: Any) -> Any:
        type(self).asked += 1
        if self.asked == 8:
            os._exit(9)
        return logistic(x)
