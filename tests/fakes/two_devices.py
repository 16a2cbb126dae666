"""A framework with two devices, `cpu` and `fake:1`, whose arrays know where they lie and when they are done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nnconform.adapters import Adapter


@dataclass
class Tensor:
    """An array that is computed when it is waited for."""

    device: str
    compute: Callable[[], Any]
    done: list[Any] = field(default_factory=list)

    def wait(self) -> None:
        if not self.done:
            self.done.append(self.compute())


def put(array: Any, device: str) -> Tensor:
    kept = array.copy()
    return Tensor(device, lambda: kept, [kept])


def sigmoid(x: Tensor) -> Tensor:
    return Tensor(x.device, lambda: 1 / (1 + np.exp(-x.done[0])))


class TwoDevices(Adapter):
    """Computes where it was asked to, and finishes when it is waited for."""

    name = "two_devices"

    @classmethod
    def devices(cls) -> Sequence[str]:
        return ("cpu", "fake:1")

    def to_native(self, array: Any) -> Tensor:
        return put(array, self.device)

    def to_numpy(self, value: Tensor) -> Any:
        return value.done[0]  # as a transfer that does not wait would

    def synchronize(self, value: Tensor) -> None:
        value.wait()

    def device_of(self, value: Tensor) -> str:
        return value.device


class FallsBack(TwoDevices):
    """Computes on the CPU behind its user's back, whatever device it was asked for."""

    def sigmoid(self, x: Tensor) -> Tensor:
        return sigmoid(put(x.done[0], "cpu"))


class NeverWaits(TwoDevices):
    """Does not wait for its answers, so that there is nothing to read."""

    def synchronize(self, value: Tensor) -> None:
        return
