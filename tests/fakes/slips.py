"""Adapters with a slip around the numbers: in what they say of themselves, look up, read or do to their inputs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from typing import Any

import numpy as np

from fakes.good import Good
from nnconform.adapters.numpy import NumPy


class Number:
    """A version that is no text."""

    def __str__(self) -> str:
        return "1.5"


class SaysOddly(Good):
    """What it says of itself is of other types than the contract's."""

    def versions(self) -> Mapping[str, str]:
        return {"odd": Number()}  # type: ignore[dict-item]

    def counters(self) -> Mapping[str, int]:
        return {"calls": np.int64(3)}  # type: ignore[dict-item]


class CannotCount(Good):
    """Its counters raise."""

    def counters(self) -> Mapping[str, int]:
        raise SystemExit("no counts")


class NoVersions(Good):
    """Has forgotten to return what it found."""

    def versions(self) -> Mapping[str, str]:
        return None  # type: ignore[return-value]


class CannotDescribe(Good):
    """Its flags raise."""

    def flags(self) -> Mapping[str, str]:
        raise RuntimeError("no flags")


class EndsWhileDescribed(Good):
    """Its versions end the process."""

    def versions(self) -> Mapping[str, str]:
        raise SystemExit(0)


class CannotTellSettings(Good):
    """Its settings raise."""

    def settings(self) -> Mapping[str, Any]:
        raise RuntimeError("no settings")


class NumberForName(Good):
    """Its name is no text."""

    name = 5  # type: ignore[assignment]


class CannotLookUp(NumPy):
    """Finding its sigmoid raises."""

    owned = True

    def plain(self, operation: str) -> Any:
        if operation == "sigmoid":
            raise AttributeError("no attribute 'sigmoid'")
        return super().plain(operation)


class CannotShow(NumPy):
    """Its sigmoid is wrong, and showing its source raises."""

    modes = ("eager", "compiled")

    def compile(self, function: Any) -> Any:
        return function

    def recipe(self, operation: str) -> str:
        raise RuntimeError("no recipe")

    def sigmoid(self, x: Any) -> Any:
        return NumPy.sigmoid(x) * 2


class ShowsNothing(CannotShow):
    """Its sigmoid is wrong, and showing its source ends the process."""

    def recipe(self, operation: str) -> str:
        os._exit(3)


class StartsATool(NumPy):
    """Its sigmoid starts a program that reads all of its standard input."""

    def sigmoid(self, x: Any) -> Any:
        subprocess.run(["cat"], check=True, stdout=subprocess.DEVNULL)
        return NumPy.sigmoid(x)


class OfAnotherOrder(NumPy):
    """Its sigmoid's bytes are called big-endian, and are not."""

    def sigmoid(self, x: Any) -> Any:
        made = np.ascontiguousarray(NumPy.sigmoid(x))
        return made.view(made.dtype.newbyteorder())


class Hidden(NumPy):
    """Its sigmoid's numbers are all masked."""

    def sigmoid(self, x: Any) -> Any:
        return np.ma.masked_array(NumPy.sigmoid(x), mask=True)


class Wide(NumPy):
    """Its sigmoid answers in a type with bits that mean nothing."""

    def sigmoid(self, x: Any) -> Any:
        return np.asarray(NumPy.sigmoid(x)).astype(np.longdouble)


class SpoilsLate(NumPy):
    """Its sigmoid sets to zero what it was asked before."""

    before: Any = None

    def sigmoid(self, x: Any) -> Any:
        if self.before is not None and self.before.flags.writeable:
            self.before[...] = 0
        self.before = x
        return NumPy.sigmoid(x)


class Flattens(NumPy):
    """Its product makes one row of its input's own array."""

    def matmul(self, a: Any, b: Any) -> Any:
        made = NumPy.matmul(a, b)
        if a.flags.c_contiguous and a.flags.writeable:
            a.shape = (a.size,)
        return made


class SpoilsWhatItRefuses(NumPy):
    """Its product sets its inputs to zero before it refuses them."""

    owned = True

    def matmul(self, a: Any, b: Any) -> Any:
        if a.shape[-1] != b.shape[0]:
            a[...] = 0
            raise ValueError("sizes differ")
        return NumPy.matmul(a, b)


class WholeNumbers(NumPy):
    """Makes whole numbers of its inputs."""

    def to_native(self, array: Any) -> Any:
        return array.astype(np.int32)


class Columns(NumPy):
    """Its sigmoid makes a column of what was a list."""

    def sigmoid(self, x: Any) -> Any:
        made = NumPy.sigmoid(x)
        return made[:, None] if np.ndim(x) == 1 else made


class SelectsInfinity(NumPy):
    """A product that only selects overflows."""

    def matmul(self, a: Any, b: Any) -> Any:
        made = np.array(NumPy.matmul(a, b))
        selects = any(((side != 0).sum(axis=axis) == 1).all() for side, axis in ((a, 1), (b, 0)))
        return made + np.inf if selects else made
