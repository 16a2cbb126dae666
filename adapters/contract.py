"""The contract between the suite and a framework.

What the seam demands, and why:

- A framework is imported only in its adapter's own file: it may be absent, costs seconds, and may crash.
- An adapter is told inputs and attributes, never what is expected of it.
- It answers through the framework's own idiomatic API, because that is what its users run.
- It never repairs: no reshaping, casting or checking on the framework's behalf.  What it lacks is unsupported.
- It never falls back to another device: `device_of` says where an answer lies, and the suite compares.

An operation is a method of the class, or a plain function of the same file, with the operation's name.  Plain
functions read best in a report: their source is the stand-alone script that shows a fault.  `nnconform list
--operations` prints the names with their arguments.  Arrays are native ones; attributes come by keyword.
"""

from __future__ import annotations

import inspect
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from nnconform.adapters.code_files import digests
from nnconform.adapters.sources import defined

Function = Callable[..., Any]


class Unsupported(Exception):  # noqa: N818 - an answer, not an error
    """Raised by an adapter for what its framework does not have: counted apart from failures."""


class Unavailable(Exception):  # noqa: N818 - an answer, not an error
    """Raised by an adapter's `__init__` for a mode that this machine cannot run; the message says what to install."""


class Adapter:
    """The base of all adapters; a NumPy-like framework on one CPU needs to override nothing."""

    name: ClassVar[str] = "unnamed"
    modes: ClassVar[Sequence[str]] = ("eager",)
    """What `--mode` may ask for: `eager`, and those of `compiled` and `xla` that `compile` can make."""
    script: ClassVar[str] = "import numpy as np"
    """The import lines of a stand-alone script in the framework's own API."""
    matmul_precision: str = ""
    """What was asked of products, and whether anything was set; empty where nobody asked."""
    settings_before: Mapping[str, Any] | None = None
    """The framework's switches as they were before that."""
    array_source: ClassVar[str] = "np.array({values}, dtype=np.{dtype})"
    """How such a script writes an array."""
    owned: ClassVar[bool] = False
    """The implementation is the adapter's own file (a student's, a textbook's): its own `raise` is a refusal."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        """Make the framework ready on one device.  Raises ValueError where there is no such device."""
        self.device = device
        self.mode = mode
        self._compiled: dict[str, Function] = {}

    @classmethod
    def devices(cls) -> Sequence[str]:
        """Every device that could be asked for on this machine, `cpu` first."""
        return ("cpu",)

    def set_matmul_precision(self, precision: str) -> bool:
        """Make products as exact as their dtype (`highest`), or leave them as the framework ships (`default`).

        Called once, after `__init__`, where `--matmul-precision` asks for it.  False where there is nothing to set.
        """
        return False

    def unset_matmul_precision(self, settings: Mapping[str, Any]) -> None:
        """Put back what `set_matmul_precision` changed: the run ends, and its process may go on.

        `settings` are those from before it; what is not among them is put back by whoever set it.
        """
        self.restore(settings)

    def to_native(self, array: np.ndarray[Any, Any]) -> Any:
        """A NumPy array as the framework's own, on the device, dtype and strides kept where it has them."""
        return array

    def to_native_view(
        self, buffer: np.ndarray[Any, Any], shape: Sequence[int], strides: Sequence[int], offset: int
    ) -> Any:
        """A view of a flat buffer as the framework's own array; strides and offset are in elements.

        Strides may be 0 or negative.  Here NumPy makes the view: a framework with views of its own makes its own,
        of the buffer as `to_native` gives it.  Whatever it raises says that it has no such views.
        """
        kind, steps = buffer.dtype, [step * buffer.itemsize for step in strides]
        view: np.ndarray[Any, Any] = np.ndarray(shape, kind, buffer.view(np.uint8), offset * kind.itemsize, steps)
        view.flags.writeable = False
        return self.to_native(view)

    def to_numpy(self, value: Any) -> Any:
        """A native array as NumPy's, dtype and shape kept."""
        return value

    def synchronize(self, value: Any) -> None:
        """Wait until `value` has been computed.  Nothing to do where calls return finished results."""

    def waits(self) -> bool:
        """Whether `synchronize` has anything to wait for."""
        return type(self).synchronize is not Adapter.synchronize

    def scope(self) -> AbstractContextManager[Any]:
        """Entered once around many calls, where the framework wants to be told its device."""
        return nullcontext()

    def copy(self, value: Any, into: Any = None) -> Any:
        """A copy of an array, in `into` (an earlier copy) where the framework can; None where it copies nothing.

        It is timed as the device's copy bandwidth, which every other time is set against.
        """
        return None

    def device_time(self, call: Callable[[], Any]) -> float | None:
        """Nanoseconds that the device spent on `call`, by its own events; None where it has none."""
        return None

    def free_memory(self) -> int | None:
        """Bytes that are free on the device; None where arrays live in main memory."""
        return None

    def device_of(self, value: Any) -> str:
        """Where a native array lies, in the words of `devices`."""
        return "cpu"

    def strides(self, value: Any) -> Sequence[int] | None:
        """The strides that the framework's kernels see, in elements; None where it has none."""
        return None

    def versions(self) -> Mapping[str, str]:
        """Version of the framework and of what decides its numbers."""
        return {"numpy": np.__version__}

    def flags(self) -> Mapping[str, str]:
        """Settings that change numbers: precision switches, thread counts, CPU capability."""
        return {}

    def settings(self) -> Mapping[str, Any]:
        """Switches of the framework that change numbers, by name.  Read around every case: it must be quick."""
        return {}

    def restore(self, settings: Mapping[str, Any]) -> None:
        """Set the switches as `settings` gave them: a case left them changed."""

    def out_of_memory(self, error: Exception) -> bool:
        """Whether an exception says that memory was too little: then nothing is said about the framework."""
        return isinstance(error, MemoryError)

    def release(self) -> None:
        """Give back what is cached on the device, after a case that found too little memory."""

    def rest(self) -> None:
        """Called before each case: a place to let go of what piles up over thousands of them and is not used again.

        As a rule there is nothing to do.  Never called while anything is timed.
        """

    def counters(self) -> Mapping[str, int]:
        """Counts worth printing after a run, such as compilations."""
        return {}

    def compile(self, function: Function) -> Function:
        """What a compiled mode calls in place of an operation's function: one that takes and gives the same.

        Asked once an operation.  Arrays are to be traced; attributes, and the activations of layers, are plain values.
        """
        raise NotImplementedError(f"{self.name} has the mode {self.mode}, and no compile()")

    def recipe(self, operation: str) -> str:
        """How a stand-alone script compiles the plain function, as `relu = jax.jit(relu)`; '' where it cannot."""
        return ""

    def function(self, operation: str) -> Function | None:
        """What is called for an operation in this mode, or None where the adapter has none."""
        found = self.plain(operation)
        if found is None or self.mode == "eager":
            return found
        if operation not in self._compiled:
            self._compiled[operation] = self.compile(found)
        return self._compiled[operation]

    def plain(self, operation: str) -> Function | None:
        """The adapter's own implementation of an operation, or None where it has none."""
        for kind in type(self).__mro__:
            if operation in vars(kind):
                found: Function = getattr(self, operation)
                return found
            plain = None if kind in {Adapter, object} else own_function(sys.modules.get(kind.__module__), operation)
            if plain is not None:
                return plain
        return None

    def round_trip(self, x: Any) -> Any:
        """To native and back is all that this operation asks for."""
        return x


def is_function(value: object) -> bool:
    """Whether a name stands for something to call: a function, a partial, what a compiler made; no class or module."""
    return callable(value) and not isinstance(value, type | ModuleType)


def own_function(module: ModuleType | None, name: str) -> Function | None:
    """What a file has to call under a name: a function, or what it assigns (`tanh = np.tanh`).

    Not what it merely imports from a library: `from math import exp` is there to compute with.
    """
    found = getattr(module, name, None)
    if inspect.isfunction(found):
        return found
    return found if module and is_function(found) and name in defined(module.__name__) else None


def files_of(kind: type[Adapter]) -> list[str]:
    """The modules that hold an adapter's classes and functions."""
    own = [each.__module__ for each in kind.__mro__ if each not in {Adapter, object}]
    file = getattr(kind, "file", None)
    return list(dict.fromkeys([*own, *([file.__name__] if isinstance(file, ModuleType) else [])]))


def _table(method: str, found: Any) -> dict[str, str]:
    if not isinstance(found, Mapping):
        raise TypeError(f"{method}() gives {found!r}, and not a text for each of some names")
    return {str(name): str(value) for name, value in found.items()}


def describe(adapter: Adapter) -> dict[str, Any]:
    """What is tested, on what: the part of a record's header that comes from beside the framework.

    Raises TypeError where the adapter says something of itself in another type than the contract's.
    """
    for attribute in ("name", "device", "mode", "script", "array_source"):
        value: Any = getattr(adapter, attribute)
        if not isinstance(value, str):
            raise TypeError(f"{attribute} is {value!r}, which is no text")
    return {
        "adapter": adapter.name,
        "class": f"{type(adapter).__module__}:{type(adapter).__qualname__}",
        "sources": digests(files_of(type(adapter))),
        "device": adapter.device,
        "mode": adapter.mode,
        "devices": list(adapter.devices()),
        "versions": _table("versions", adapter.versions()),
        "flags": _table("flags", adapter.flags())
        | ({"matmul_precision": asked} if (asked := adapter.matmul_precision) else {}),
        "python": platform.python_version(),
        "script": adapter.script,
        "array_source": adapter.array_source,
        "strides": type(adapter).strides is not Adapter.strides,
    }
