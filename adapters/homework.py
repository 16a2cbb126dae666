"""A file of plain NumPy functions as an adapter: `--adapter=homework.py`.

The names are the catalogue's, or one of `ALIASES`.  Signatures may be the documents' own: `dense(a_in, W, b)`
without an activation is a sigmoid layer, as in the slides; `dense(a_in, W, b, g)` is given the file's own function
of the activation's name, and the identity as `linear` where the file has none; `my_sequential(x, W1, b1, W2, b2)`
takes its weights one by one.  A `dense` that takes one row at a time is asked one row, and nothing else.  (A `dense`
and a `my_sequential` are tried once on zeros to see.)  An activation that is not found in a table of the file's own,
a KeyError of its name, is one that the file lacks.
bfloat16, which NumPy does not have, is not asked.
A name may be given anything that can be called: `tanh = np.tanh`, a `functools.partial`, what a compiler made.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from nnconform.adapters.contract import Adapter, Unsupported, is_function, own_function
from nnconform.adapters.sources import defined
from nnconform.spec.attributes import ACTIVATIONS
from nnconform.spec.catalogue import catalogue
from nnconform.spec.errors import nearest

ALIASES = {
    "sequential": ("sequential", "my_sequential", "my_sequential_v"),
    "softmax": ("softmax", "my_softmax"),
    "dense": ("dense", "my_dense"),
    "dense_loop": ("dense_loop", "dense", "my_dense"),
}
_USUAL = {"axis": -1, "threshold": 0.5, "strict": False, "slope": 0.01, "alpha": 1, "approximate": "none"}
_FIXED = {"dense": "sigmoid", "dense_loop": "sigmoid", "dense_column": "sigmoid"}


def adapter_of(module: ModuleType, path: Path) -> type[Adapter]:
    """An adapter class around a module of plain functions, or the one Adapter class that the module defines.

    Raises ValueError where the module defines several, or no operation.
    """
    classes = [item for item in vars(module).values() if _is_adapter_of(item, module)]
    if len(classes) > 1:
        names = ", ".join(kind.__name__ for kind in classes)
        raise ValueError(f"{path} has several adapters ({names}): say which, as {path}:{classes[0].__name__}")
    if classes:
        found: type[Adapter] = classes[0]
        return found
    if not any(_named(module, operation) for operation in catalogue()):
        raise ValueError(
            f"no operation in {path}; it has {_others(module) or 'no function'} "
            "(nnconform list --operations prints the names that can be asked)"
        )

    class Homework(Adapter):
        """Plain functions over NumPy arrays."""

        name: ClassVar[str] = path.stem
        owned: ClassVar[bool] = True
        file: ClassVar[ModuleType] = module

        def to_native(self, array: Any) -> Any:
            if array.dtype.kind == "V":  # NumPy's own functions make float32 of some of its results
                raise Unsupported(f"{array.dtype} is no dtype of NumPy's own: an adapter class may take it")
            return super().to_native(array)

        def plain(self, operation: str) -> Callable[..., Any] | None:
            return adapted(operation)

    @cache
    def adapted(operation: str) -> Adapted | None:
        found = _named(module, operation)
        return Adapted(operation, found, module) if found else None

    return Homework


def _named(module: ModuleType, operation: str) -> Callable[..., Any] | None:
    """What the file has for an operation, by any of its names."""
    found = (own_function(module, alias) for alias in ALIASES.get(operation, (operation,)))
    return next(filter(None, found), None)


def _others(module: ModuleType) -> str:
    """The file's own public functions, each with the operation that may have been meant."""
    known = {*catalogue(), *(alias for aliases in ALIASES.values() for alias in aliases)}
    own = defined(module.__name__)
    functions = [name for name, value in vars(module).items() if name in own and is_function(value)]
    return ", ".join(f"{name}{nearest(name, known)}" for name in functions if not name.startswith("_"))


def _is_adapter_of(item: Any, module: ModuleType) -> bool:
    return isinstance(item, type) and issubclass(item, Adapter) and item.__module__ == module.__name__


class Adapted:
    """A student's function, called with what its signature takes."""

    def __init__(self, operation: str, plain: Callable[..., Any], module: ModuleType) -> None:
        self.operation, self.plain, self.module = operation, plain, module
        self.taken, self.takes_all = _signature(plain)
        self.__wrapped__ = plain
        self.one_row = operation in {"dense", "sequential"} and _takes_one_row(self)

    def __call__(self, *inputs: Any, **attributes: Any) -> Any:
        if self.one_row and inputs[0].ndim > 1:
            raise Unsupported("the function takes one row at a time")
        try:
            return self.call(*inputs, **attributes)
        except KeyError as error:
            key = error.args[0] if error.args else None
            if isinstance(key, str) and key in _activations(inputs, attributes):
                raise Unsupported(f"the function knows no activation {key!r}") from None
            raise

    def call(self, *inputs: Any, **attributes: Any) -> Any:
        """The function, however many rows there are."""
        if self.operation == "sequential" and len(self.taken) != 2 and not self.takes_all:
            return self.plain(inputs[0], *_flat(inputs[1], len(self.taken) - 1))
        return self.plain(*inputs, **self._given(attributes))

    def _given(self, attributes: dict[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in attributes.items() if self.takes_all or name in self.taken}
        if "g" in self.taken and "activation" in attributes:
            given["g"] = self._own(attributes["activation"])
            return given
        usual = {**_USUAL, "activation": _FIXED.get(self.operation)}
        for name, value in attributes.items():
            if name not in given and value != usual.get(name):
                instead = f", but {', '.join(extra)}" if (extra := self.unasked()) else ""
                raise Unsupported(f"the function takes no {name}{instead}")
        return given

    def unasked(self) -> list[str]:
        """What the function takes beside the operation's arrays, and is never given."""
        entry = catalogue()[self.operation]
        if entry.layers or self.takes_all:
            return []
        known = {*entry.attributes, *(["g"] if "activation" in entry.attributes else [])}
        return [name for name in self.taken[len(entry.arguments) :] if name not in known]

    def lacking(self) -> list[str]:
        """The operation's attributes that the function cannot be given."""
        entry = catalogue()[self.operation]
        if entry.layers or self.takes_all:
            return []
        taken = {*self.taken, *(["activation"] if "g" in self.taken else [])}
        return [name for name in entry.attributes if name not in taken]

    def only(self, attribute: str) -> Any:
        """What an attribute that the function cannot be given has to be."""
        return {**_USUAL, "activation": _FIXED.get(self.operation)}.get(attribute)

    def absent(self) -> list[str]:
        """The activations that the file has no function of, where it would be given one."""
        return [name for name in ACTIVATIONS if "g" in self.taken and self._found(name) is None]

    def _own(self, activation: str) -> Callable[..., Any]:
        if found := self._found(activation):
            return found
        raise Unsupported(f"the file has no {activation} to give to {getattr(self.plain, '__name__', 'dense')}")

    def _found(self, activation: str) -> Callable[..., Any] | None:
        known = getattr(inspect.unwrap(self.plain), "__globals__", vars(self.module))
        found = (known.get(name) for name in ALIASES.get(activation, (activation,)))
        return next(filter(is_function, found), _identity if activation == "linear" else None)


def _identity(z: Any) -> Any:
    """What nobody writes down."""
    return z


def _activations(inputs: Sequence[Any], attributes: dict[str, Any]) -> list[Any]:
    """The names of activations that a layer or a model was asked for."""
    layers = inputs[1] if len(inputs) > 1 and isinstance(inputs[1], list) else []
    return [attributes.get("activation"), *(layer[2] for layer in layers)]


def _signature(plain: Callable[..., Any]) -> tuple[tuple[str, ...], bool]:
    """Names of what a function takes, and whether it takes whatever it is given (or does not say)."""
    try:
        found = inspect.signature(plain).parameters
    except (TypeError, ValueError):
        return (), True
    return tuple(found), any(each.kind is each.VAR_KEYWORD for each in found.values())


def _takes_one_row(function: Adapted) -> bool:
    """Whether a layer or model takes a vector and raises for two rows, as a loop over `np.dot(W[:, j], a_in)` does."""
    return _accepts(function, np.zeros(3)) and not _accepts(function, np.zeros((2, 3)))


def _accepts(function: Adapted, x: Any) -> bool:
    w, b = np.zeros((3, 3)), np.zeros(3)
    layers = [(w, b, "sigmoid")] * (len(function.taken) // 2)
    try:
        if function.operation == "sequential":
            function.call(x, layers)
        else:
            function.call(x, w, b, activation="sigmoid")
    except (Exception, SystemExit):  # what ends the process is told where a case asks it
        return False
    return True


def _flat(layers: Any, places: int) -> list[Any]:
    if any(activation != "sigmoid" for _, _, activation in layers) or 2 * len(layers) != places:
        raise Unsupported("the function takes the weights of a fixed number of sigmoid layers")
    return [item for w, b, _ in layers for item in (w, b)]
