"""Frameworks with a compiler of their own, some with a fault in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fakes.good import Good
from nnconform.adapters import Adapter, Unavailable
from nnconform.adapters.compiled import arrays_only


class Compiles(Good):
    """Compiles by calling, and counts."""

    modes = ("eager", "compiled")
    compiled = 0

    def compile(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return arrays_only(function, self._compiler)

    def _compiler(self, function: Callable[..., Any]) -> Callable[..., Any]:
        self.compiled += 1
        return function

    def recipe(self, operation: str) -> str:
        return f"{operation} = compiled({operation})"

    def counters(self) -> Mapping[str, int]:
        return {"compilations": self.compiled}


class Miscompiles(Compiles):
    """Its compiler loses a little of every answer."""

    def _compiler(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *arrays: np.float32(0.999) * function(*arrays)


class CompilesBadly(Compiles):
    """What it compiles ends the process."""

    def _compiler(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arrays: Any) -> Any:
            os.abort()

        return call


class CannotCompile(Compiles):
    """Its compiler raises."""

    def compile(self, function: Callable[..., Any]) -> Callable[..., Any]:
        raise RuntimeError("no such target")


class NoCompiler(Compiles):
    """Its compiler is not installed."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        if mode == "compiled":
            raise Unavailable("it needs a compiler: install one")


class Forgets(Adapter):
    """Says that it compiles, and does not."""

    name = "forgets"
    modes = ("eager", "compiled")

    def relu(self, x: Any) -> Any:
        return np.maximum(x, 0)
