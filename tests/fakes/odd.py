"""Adapters with one fault each, all in the sigmoid."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import numpy as np

from fakes.good import Good
from nnconform.adapters import Adapter, Unsupported


class GivesList(Good):
    """Answers with a list instead of an array."""

    def sigmoid(self, x: Any) -> Any:
        return [0.5] * x.size


class GivesNone(Good):
    """Forgets to return."""

    def sigmoid(self, x: Any) -> Any:
        return None


class GivesObjects(Good):
    """Answers with an array of anything."""

    def sigmoid(self, x: Any) -> Any:
        return np.array([0.5] * x.size, object)


class GivesGenerator(Good):
    """Answers one by one."""

    def sigmoid(self, x: Any) -> Any:
        return (0.5 for _ in range(x.size))


class GivesNan(Good):
    """Has no idea."""

    def sigmoid(self, x: Any) -> Any:
        return x * np.nan


class WrongDtype(Good):
    """Answers in double precision whatever it is asked in, or in single if that."""

    def sigmoid(self, x: Any) -> Any:
        other = np.float32 if x.dtype == np.float64 else np.float64
        return (1 / (1 + np.exp(-x))).astype(other)


class WrongShape(Good):
    """Answers with an axis too many."""

    def sigmoid(self, x: Any) -> Any:
        return (1 / (1 + np.exp(-x)))[None]


class Scalar(Good):
    """Answers with one number, which would fit any shape if comparisons broadcast."""

    def sigmoid(self, x: Any) -> Any:
        return x.dtype.type(0.5)


class ChangesInputs(Good):
    """Computes in place, in the caller's own array."""

    def sigmoid(self, x: Any) -> Any:
        if not x.flags.writeable:
            return 1 / (1 + np.exp(-x))
        np.negative(x, out=x)
        np.exp(x, out=x)
        np.add(x, 1, out=x)
        return np.reciprocal(x, out=x)


class Unprintable(Exception):  # noqa: N818 - its name is the point
    """An exception that cannot even be turned into text."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


class RaisesOddly(Good):
    """Raises an exception whose own text raises."""

    def sigmoid(self, x: Any) -> Any:
        raise Unprintable


class Exits(Good):
    """Ends the program instead of raising."""

    def sigmoid(self, x: Any) -> Any:
        sys.exit("done")


class Prints(Good):
    """Prints to standard output, through Python and past it."""

    def sigmoid(self, x: Any) -> Any:
        print('{"answers": "not an answer"}')
        os.write(1, b"from below\n")
        return 1 / (1 + np.exp(-x))


class Dies(Good):
    """Kills its own process when a sigmoid is asked of it."""

    def sigmoid(self, x: Any) -> Any:
        os.kill(os.getpid(), 9)


class Slow(Good):
    """Takes a fifth of a second a call, so that a run can be interrupted in the middle."""

    def sigmoid(self, x: Any) -> Any:
        time.sleep(0.2)
        return 1 / (1 + np.exp(-x))


class Lacks(Adapter):
    """Has no operation at all."""

    name = "lacks"


class LacksSome(Good):
    """Has a sigmoid, but not in double precision."""

    def sigmoid(self, x: Any) -> Any:
        if x.dtype == np.float64:
            raise Unsupported("no double precision")
        return 1 / (1 + np.exp(-x))


class FailsToStart(Good):
    """Cannot be made ready on its own device."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        raise RuntimeError("the driver is too old\nsecond line")
