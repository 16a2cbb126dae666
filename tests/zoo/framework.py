"""A framework in a file of its own: it refuses in its own frames, each time in another way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Array = Any


def asserting(a: Array, b: Array) -> Array:
    """A product that checks with `assert`."""
    assert a.shape[-1] == b.shape[0], "inner sizes differ"
    return a @ b


def unimplemented(a: Array, b: Array) -> Array:
    """A product that says that there is none for such sizes."""
    if a.shape[-1] != b.shape[0]:
        raise NotImplementedError(f"no kernel for {a.shape} by {b.shape}")
    return a @ b


def endless(a: Array, b: Array) -> Array:
    """A product that never comes to an end where sizes differ."""
    return a @ b if a.shape[-1] == b.shape[0] else endless(a, b)


@dataclass(frozen=True)
class Deferred:
    """An answer that is computed once somebody wants it."""

    function: Callable[..., Array]
    given: tuple[Any, ...]
    attributes: dict[str, Any]

    def wait(self) -> Array:
        """The answer."""
        return waited(self.function(*map(waited, self.given), **self.attributes))


def waited(value: Any) -> Any:
    """A value, computed if it was deferred; also those of a model's layers."""
    if isinstance(value, list | tuple):
        return type(value)(map(waited, value))
    return value.wait() if isinstance(value, Deferred) else value


def deferred(function: Callable[..., Array]) -> Callable[..., Deferred]:
    """A function whose calls do nothing yet."""

    def call(*given: Any, **attributes: Any) -> Deferred:
        return Deferred(function, given, attributes)

    return call
