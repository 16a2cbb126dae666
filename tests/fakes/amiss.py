"""Adapters that `nnconform adapter check` has something to say about: one finding each."""

from __future__ import annotations

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
