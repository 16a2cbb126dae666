"""Adapters for the tests of timing: each is odd in one way that only repeated calls show."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from fakes.good import Good
from nnconform.adapters.contract import Unsupported


class Counting(Good):
    """Counts its calls, and says on what; has memory to copy and a device of its own to ask."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.calls = 0
        self.starts: set[int] = set()

    def sigmoid(self, x: Any) -> Any:
        self.calls += 1
        self.starts.add(x.ctypes.data % 4096)
        return 1 / (1 + np.exp(-x))

    def matmul(self, a: Any, b: Any) -> Any:
        return a @ b

    def copy(self, value: Any, into: Any = None) -> Any:
        return value.copy()


class Vanishes(Counting):
    """Its device is gone after the twentieth call."""

    def sigmoid(self, x: Any) -> Any:
        if self.calls >= 20:
            raise RuntimeError("CUDA error: device is lost\nmore lines that nobody needs")
        return super().sigmoid(x)


class Dies(Counting):
    """Takes its process with it after the twentieth call."""

    def sigmoid(self, x: Any) -> Any:
        if self.calls >= 20:
            os.kill(os.getpid(), 9)
        return super().sigmoid(x)


class Hangs(Counting):
    """Never comes back from the twentieth call."""

    def sigmoid(self, x: Any) -> Any:
        import time

        if self.calls >= 20:
            time.sleep(3600)
        return super().sigmoid(x)


class Refuses(Counting):
    """Lacks what it is asked for."""

    def sigmoid(self, x: Any) -> Any:
        raise Unsupported("no sigmoid on Sundays")


class Spoils(Counting):
    """Works in place."""

    def sigmoid(self, x: Any) -> Any:
        x *= 2
        return x


class Lazy(Counting):
    """Computes only when it is waited for."""

    waited = 0

    def synchronize(self, value: Any) -> None:
        self.waited += 1


class Events(Counting):
    """Has events of its own: a call takes 7 ns on it."""

    def device_time(self, call: Callable[[], Any]) -> float | None:
        before = self.calls
        call()
        return 7.0 * (self.calls - before)


class Small(Counting):
    """A device with one KiB of memory."""

    def free_memory(self) -> int | None:
        return 1024


class Compiled(Counting):
    """Compiles, by its own account; the first call takes longer."""

    modes: ClassVar[tuple[str, ...]] = ("eager", "compiled")

    def compile(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return function


class Bare(Good):
    """Neither copies nor multiplies matrices."""


class Tells(Counting):
    """Says in its flags what its process was given."""

    def flags(self) -> Mapping[str, str]:
        names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "XLA_FLAGS")
        print("noise on standard output")
        cpus = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        return {**{name: os.environ.get(name, "") for name in names}, "cpus": str(cpus)}
