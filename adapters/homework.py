"""A file of plain NumPy functions as an adapter: `--adapter=homework.py`.

The names are the catalogue's, and `my_sequential` for `sequential`.  Signatures may be the documents' own:
`dense(a_in, W, b)` without an activation is a sigmoid layer, as in the slides, and `my_sequential(x, W1, b1, W2, b2)`
takes its weights one by one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from nnconform.adapters.contract import Adapter, Unsupported

ALIASES = {
    "sequential": ("sequential", "my_sequential", "my_sequential_v"),
    "softmax": ("softmax", "my_softmax"),
    "dense": ("dense", "my_dense"),
}
_FIXED = {"dense": "sigmoid", "dense_loop": "sigmoid", "dense_column": "sigmoid"}


def adapter_of(module: ModuleType, path: Path) -> type[Adapter]:
    """An adapter class around a module of plain functions, or the one Adapter class that the module defines."""
    classes = [item for item in vars(module).values() if _is_adapter_of(item, module)]
    if len(classes) == 1:
        found: type[Adapter] = classes[0]
        return found

    class Homework(Adapter):
        """Plain functions over NumPy arrays."""

        name: ClassVar[str] = path.stem
        owned: ClassVar[bool] = True

        def function(self, operation: str) -> Callable[..., Any] | None:
            for alias in ALIASES.get(operation, (operation,)):
                plain = getattr(module, alias, None)
                if inspect.isfunction(plain):
                    return _adapted(operation, plain)
            return super().function(operation)

    return Homework


def _is_adapter_of(item: Any, module: ModuleType) -> bool:
    return isinstance(item, type) and issubclass(item, Adapter) and item.__module__ == module.__name__


def _adapted(operation: str, plain: Callable[..., Any]) -> Callable[..., Any]:
    """A student's function, called with what its signature takes."""
    taken = inspect.signature(plain).parameters

    def call(*inputs: Any, **attributes: Any) -> Any:
        given = {name: value for name, value in attributes.items() if name in taken}
        _refuse_other(operation, {name: value for name, value in attributes.items() if name not in taken})
        if operation == "sequential" and len(taken) != 2:
            return plain(inputs[0], *_flat(inputs[1], len(taken) - 1))
        return plain(*inputs, **given)

    call.__wrapped__ = plain  # type: ignore[attr-defined]
    return call


def _flat(layers: Any, places: int) -> list[Any]:
    if any(activation != "sigmoid" for _, _, activation in layers) or 2 * len(layers) != places:
        raise Unsupported("the function takes the weights of a fixed number of sigmoid layers")
    return [item for w, b, _ in layers for item in (w, b)]


def _refuse_other(operation: str, untaken: dict[str, Any]) -> None:
    usual = {"axis": -1, "threshold": 0.5, "strict": False, "slope": 0.25, "activation": _FIXED.get(operation)}
    for name, value in untaken.items():
        if value != usual.get(name):
            raise Unsupported(f"the function takes no {name}")
