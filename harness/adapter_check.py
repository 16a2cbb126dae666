"""What is amiss in an adapter itself, with advice; what its framework gets wrong is for a run to tell."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np

from nnconform.adapters import contract, registry
from nnconform.adapters.contract import Adapter, Unsupported
from nnconform.adapters.homework import ALIASES, adapter_of
from nnconform.adapters.sources import defined
from nnconform.harness.adapter_fit import misfit, never_asked
from nnconform.harness.adapter_questions import ask_each, has_question
from nnconform.harness.adapter_words import name_amiss, words_amiss
from nnconform.harness.options import MODES, label
from nnconform.harness.raising import line
from nnconform.spec.arrays import dtype_of, same_bits
from nnconform.spec.catalogue import catalogue
from nnconform.spec.formats import FORMATS

LIKE = 0.75
"""A public name so close to an operation's is taken for a slip, not for a helper."""
SHAPES = ((), (1,), (3,), (2, 3), (0, 3), (2, 1, 3))


@dataclass(frozen=True, slots=True)
class Amiss:
    """One thing to mend, and how."""

    place: str
    message: str
    advice: str


def check_adapter(name: str) -> tuple[list[str], list[Amiss]]:
    """Notes on what was found, and what is amiss."""
    try:
        kind = registry.find(name)
    except registry.AdapterError as error:
        return [], [Amiss(name, str(error), "mend this first; nothing else can be checked before")]
    check = _Check(kind)
    if (short := label(name)) != kind.name:
        check.notes.append(f"{short} in ids and columns, from what --adapter is given")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        check.everything()
    return check.notes, check.amiss


class _Check:
    def __init__(self, kind: type[Adapter]) -> None:
        self.kind = kind
        self.notes: list[str] = []
        self.amiss: list[Amiss] = []

    def find(self, place: str, message: str, advice: str) -> None:
        self.amiss.append(Amiss(place, message, advice))

    def everything(self) -> None:
        for found in name_amiss(self.kind):
            self.find(*found)
        devices = self._guarded("devices", lambda: list(self.kind.devices()), "return the names of the devices")
        if devices is None:
            return
        if not devices or not all(isinstance(device, str) for device in devices):
            self.find("devices", f"gives {devices!r}", "return the names of the devices, the default one first")
            return
        ready = [adapter for device in devices if (adapter := self._made(device)) is not None]
        if not ready:
            return
        self.notes.append(f"{self.kind.name}: devices {', '.join(devices)}")
        self._modes()
        self._description(ready[0])
        have = self._operations(ready[0])
        self._misspelt(have)
        sound = [self._seam(adapter) for adapter in ready]
        if all(sound):
            wrong = {found[0]: found for adapter in reversed(ready) for found in ask_each(adapter, have)}
            for place, message, advice in wrong.values():
                self.find(place, message, advice)
            self._other_modes(devices[0], [name for name in have if name not in wrong])

    def _made(self, device: str, mode: str = "") -> Adapter | None:
        """As a run makes it: `super().__init__` keeps both."""
        place = f"on {device} in mode {mode}" if mode else f"on {device}"
        mode = mode or next((mode for mode in MODES if mode in self._listed_modes()), MODES[0])
        advice = "define __init__(self, device, mode), for each name that `devices` gives"

        def make() -> Adapter | None:
            try:
                return self.kind(device, mode)
            except contract.Unavailable as error:
                self.notes.append(f"not available: mode {mode}: {error}")
                return None

        made: Adapter | None = self._guarded(place, make, advice)
        if made is not None and (getattr(made, "device", None), getattr(made, "mode", None)) != (device, mode):
            self.find(place, "does not keep its device and mode", "call super().__init__(device, mode) in __init__")
            return None
        return made

    def _guarded(self, place: str, call: Callable[[], Any], advice: str) -> Any:
        try:
            return call()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too, which would end the check without a word
            self.find(place, f"raises {line(error)}", advice)
            return None

    def _listed_modes(self) -> Sequence[str]:
        found = self.kind.modes
        return found if isinstance(found, Sequence) and not isinstance(found, str) else ()

    def _modes(self) -> None:
        if not self._listed_modes():
            self.find("modes", f"is {self.kind.modes!r}", 'list them, as modes = ("eager",)')
            return
        for mode in self.kind.modes:
            if mode not in MODES:
                self.find("modes", f"{mode!r} is no mode", f"the modes are {', '.join(MODES)}")
        if set(self.kind.modes) > {"eager"} and self.kind.compile is Adapter.compile:
            self.find("modes", "there is no compile()", "define compile(self, function), or leave the mode out")

    def _other_modes(self, device: str, operations: Sequence[str]) -> None:
        """The first operation in each mode that is left: how compiled code answers otherwise is for a run to tell."""
        first = next((mode for mode in MODES if mode in self._listed_modes()), MODES[0])
        if self.kind.compile is Adapter.compile:
            return
        for mode in MODES:
            if mode == first or mode not in self._listed_modes():
                continue
            adapter = self._made(device, mode)
            for name in operations if adapter else ():
                assert adapter is not None
                if not has_question(name):
                    continue
                for place, message, advice in ask_each(adapter, {name}):
                    self.find(f"{place} in mode {mode}", message, advice)
                break

    def _description(self, adapter: Adapter) -> None:
        wrong = list(words_amiss(adapter))
        for found in wrong:
            self.find(*found)
        if not wrong:
            advice = "what an adapter says of itself is text, so that it can be written down"
            self._guarded("describe", lambda: json.dumps(contract.describe(adapter)), advice)

    # -------------------------------------------------------------- operations

    def _operations(self, adapter: Adapter) -> Mapping[str, Callable[..., Any]]:
        """Those that can be called as they will be."""
        have = {name: function for name in catalogue() if (function := self._function(adapter, name)) is not None}
        lacks = [name for name in catalogue() if name not in have]
        self.notes.append(f"operations: {', '.join(have)}")
        self.notes.append(f"unsupported: {', '.join(lacks) or 'none'}")
        if set(have) <= {"round_trip"}:
            self.find("operations", "none is there", "add a function with a name of `nnconform list --operations`")
        fit = {}
        for name, function in have.items():
            if found := misfit(function, catalogue()[name]):
                self.find(name, *found)
            else:
                fit[name] = function
            self.notes += never_asked(name, function)
        return fit

    def _function(self, adapter: Adapter, name: str) -> Callable[..., Any] | None:
        advice = "raise Unsupported for what the framework lacks"
        found: Callable[..., Any] | None = self._guarded(name, lambda: adapter.function(name), advice)
        return found

    def _misspelt(self, own: Container[str]) -> None:
        """Names that were meant for operations; what is like one that is there is taken for its helper."""
        known = {*catalogue(), *(alias for aliases in ALIASES.values() for alias in aliases)}
        for name in sorted(_public(self.kind) - known):
            close = get_close_matches(name, known, n=1, cutoff=LIKE)
            if close and not any(meant in own for meant in _meant(close[0])):
                advice = "rename it, or give a helper a name that starts with _"
                self.find(name, f"is no operation (did you mean {close[0]!r}?)", advice)

    # -------------------------------------------------------------- the seam

    def _seam(self, adapter: Adapter) -> bool:
        """Whether arrays get in and out unharmed, so that questions make sense."""
        before = len(self.amiss)
        for dtype in FORMATS:
            for shape in SHAPES:
                if not self._round_trip(adapter, dtype, shape):
                    break
        return len(self.amiss) == before

    def _round_trip(self, adapter: Adapter, dtype: str, shape: tuple[int, ...]) -> bool:
        """Whether the next shape of this dtype is worth a look."""
        given = np.arange(1, 1 + int(np.prod(shape)), dtype=np.float64).reshape(shape).astype(dtype_of(dtype))
        sent = given.copy()
        place = f"{dtype} {list(shape)} on {adapter.device}"
        try:
            native = adapter.to_native(sent)
            adapter.synchronize(native)
            back = adapter.to_numpy(native)
            where = adapter.device_of(native)
        except Unsupported:
            self.notes.append(f"unsupported: {dtype}")
            return False
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self.find(place, f"raises {line(error)}", "raise Unsupported for a dtype that the framework lacks")
            return False
        found = len(self.amiss)
        self._came_back(place, given, sent, back)
        if where != adapter.device:
            self.find(place, f"device_of says {where!r}", "put arrays on self.device; answer in the words of `devices`")
        return len(self.amiss) == found

    def _came_back(self, place: str, given: Any, sent: Any, back: Any) -> None:
        if not isinstance(back, np.ndarray | np.generic):
            self.find(place, f"to_numpy gives {type(back).__name__}", "return a numpy.ndarray")
        elif back.dtype != given.dtype:
            self.find(place, f"comes back as {back.dtype}", "keep the dtype both ways, or raise Unsupported")
        elif back.shape != given.shape:
            self.find(place, f"comes back as {list(back.shape)}", "keep the shape both ways")
        elif not same_bits(np.asarray(back), given):
            self.find(place, "comes back with other values", "copy every element both ways")
        if not same_bits(sent, given):
            self.find(place, "the NumPy array was changed on the way", "copy before changing anything")


def _meant(name: str) -> set[str]:
    """The operations that a name or an alias stands for."""
    return {name, *(operation for operation, aliases in ALIASES.items() if name in aliases)}


def _public(kind: type[Adapter]) -> set[str]:
    """Public functions of an adapter's own classes and files that the contract does not know."""
    names: set[str] = set()
    for each in kind.__mro__:
        if each not in {Adapter, object}:
            names |= {name for name, value in vars(each).items() if callable(value) or isinstance(value, staticmethod)}
    for module in contract.files_of(kind):
        if module in sys.modules and module != adapter_of.__module__:
            names |= set(_functions(module))
    return {name for name in names if not name.startswith("_") and not hasattr(Adapter, name)}


def _functions(module: str) -> Iterator[str]:
    """What can be called and is defined or assigned here, not imported."""
    own = defined(module)
    for name, value in vars(sys.modules[module]).items():
        if contract.is_function(value) and name in own:
            yield name
