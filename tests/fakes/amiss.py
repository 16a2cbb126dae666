"""Adapters that `nnconform adapter check` has something to say about: one finding each."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fakes.good import Good
from nnconform.adapters import Adapter


class Nameless(Adapter):
    """Has kept the base's name."""

    def sigmoid(self, x: Any) -> Any:
        return 1 / (1 + np.exp(-x))


class Empty(Adapter):
    """Has no operation."""

    name = "empty"


class Misspelt(Good):
    """Has a softmax that nobody will find."""

    def sofmax(self, x: Any, axis: int) -> Any:
        return x


class PositionalAttribute(Good):
    """Calls an attribute by another name."""

    def leaky_relu(self, x: Any, alpha: float) -> Any:
        return np.where(x > 0, x, x * x.dtype.type(alpha))


class MissesArgument(Good):
    """Has a matrix product of one matrix."""

    def matmul(self, a: Any) -> Any:
        return a @ a


class LosesDtype(Good):
    """Sends everything in double precision."""

    def to_native(self, array: Any) -> Any:
        return array.astype(np.float64)


class LosesScalars(Good):
    """Makes a vector of a scalar."""

    def to_native(self, array: Any) -> Any:
        return np.atleast_1d(array)


class LosesValues(Good):
    """Sends every number one too large."""

    def to_native(self, array: Any) -> Any:
        return array + array.dtype.type(1)


class SpoilsArrays(Good):
    """Empties the caller's array on the way."""

    def to_native(self, array: Any) -> Any:
        kept = array.copy()
        array[...] = 0
        return kept


class GivesLists(Good):
    """Gives back lists."""

    def to_numpy(self, value: Any) -> Any:
        return value.tolist()


class LiesElsewhere(Good):
    """Says that its arrays lie on a device that it does not have."""

    def device_of(self, value: Any) -> str:
        return "CPU:0"


class CannotWait(Good):
    """Fails when it is waited for."""

    def synchronize(self, value: Any) -> None:
        raise RuntimeError("no such stream")


class NoSecondDevice(Good):
    """Promises a device that cannot be made ready."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        if device != "cpu":
            raise RuntimeError("out of memory")
        super().__init__(device, mode)

    @classmethod
    def devices(cls) -> Sequence[str]:
        return ("cpu", "fake:1")


class NoDevices(Good):
    """Has no device at all."""

    @classmethod
    def devices(cls) -> Sequence[str]:
        return ()


class OddVersions(Good):
    """Gives a version that cannot be written down."""

    def versions(self) -> Mapping[str, str]:
        return {"odd": b"1.0"}  # type: ignore[dict-item]  # on purpose


class Refuses(Good):
    """Raises for every sigmoid."""

    def sigmoid(self, x: Any) -> Any:
        raise TypeError("not today")


class ForgetsBias(Good):
    """Forgets the bias of a layer."""

    def dense(self, x: Any, w: Any, b: Any, activation: str) -> Any:
        z = x @ w
        return 1 / (1 + np.exp(-z)) if activation == "sigmoid" else z


class Exits(Good):
    """Ends the process wherever it is told what it is."""

    def flags(self) -> Mapping[str, str]:
        sys.exit(0)


class ExitsOnTheWay(Good):
    """Ends the process instead of taking an array."""

    def to_native(self, array: Any) -> Any:
        sys.exit(0)


class ExitsAtOnce(Good):
    """Ends the process when it is made."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        sys.exit(0)


class OneDeviceOnly(Good):
    """Cannot be told its mode."""

    def __init__(self, device: str = "cpu") -> None:
        super().__init__(device)


class ForgetsItsDevice(Good):
    """Makes itself ready without its base."""

    def __init__(self, device: str, mode: str) -> None:
        self.ready = True


class WithDeviceAndMode(Good):
    """Takes both without a default, as the page on writing an adapter shows."""

    def __init__(self, device: str, mode: str) -> None:
        super().__init__(device, mode)


class OddFlags(Good):
    """Gives pairs instead of a mapping."""

    def flags(self) -> Mapping[str, str]:
        return [("threads", "1")]  # type: ignore[return-value]  # on purpose


class RaisingCounters(Good):
    """Counts what it does not have."""

    def counters(self) -> Mapping[str, int]:
        raise AttributeError("no compiler")


class OddCounters(Good):
    """Counts in words."""

    def counters(self) -> Mapping[str, int]:
        return {"compilations": "many"}  # type: ignore[dict-item]  # on purpose


class OddSettings(Good):
    """Has switches without names."""

    def settings(self) -> Mapping[str, Any]:
        return {1: "on"}  # type: ignore[dict-item]  # on purpose


class NumberForAName(Good):
    """Is called by a number."""

    name = 7  # type: ignore[assignment]  # on purpose


class NoNameAtAll(Good):
    """Is called nothing."""

    name = " "


class PathForAName(Good):
    """Is called like a file."""

    name = "my/adapter"


class NameOfTwoLines(Good):
    """Is called something longer."""

    name = "my\nadapter"


class ScriptOfLines(Good):
    """Lists its import lines."""

    script = ("import good",)  # type: ignore[assignment]  # on purpose


class ModeAlone(Good):
    """Has forgotten the comma of a tuple."""

    modes = "eager"
