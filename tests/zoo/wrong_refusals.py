"""Wrong refusals: not the framework's own, or no refusals at all but faults; each must fail."""

from __future__ import annotations

from typing import Any

from nnconform.adapters.numpy import NumPy
from zoo import framework
from zoo.base import Member

Array = Any


class AssertsItself(Member):
    """Checks sizes with an `assert` of the adapter's, on the framework's behalf."""

    owned = False

    def matmul(self, a: Array, b: Array) -> Array:
        assert a.shape[-1] == b.shape[0], "the adapter looked itself"
        return a @ b


class UnimplementedItself(Member):
    """Says for the framework that it has no such product."""

    owned = False

    def matmul(self, a: Array, b: Array) -> Array:
        if a.shape[-1] != b.shape[0]:
            raise NotImplementedError
        return a @ b


class RefusesToReadNothing(Member):
    """Answers with nothing where sizes differ, which the adapter then refuses to read."""

    owned = False

    def matmul(self, a: Array, b: Array) -> Array:
        return a @ b if a.shape[-1] == b.shape[0] else ()

    def to_numpy(self, value: Any) -> Any:
        if value == () and isinstance(value, tuple):
            raise ValueError("nothing came")
        return value


class MisspeltRefusal(Member):
    """Means to refuse, and misspells the exception."""

    def matmul(self, a: Array, b: Array) -> Array:
        if a.shape[-1] != b.shape[0]:
            raise VauleError  # type: ignore[name-defined]  # noqa: F821 - on purpose
        return a @ b


class MissingAttribute(Member):
    """Stumbles over a slip of its own where sizes differ."""

    def matmul(self, a: Array, b: Array) -> Array:
        if a.shape[-1] != b.shape[0]:
            return a.shap
        return a @ b


class EndlessRefusal(Member):
    """Leaves the stack overflowing in the framework where sizes differ."""

    owned = False

    def matmul(self, a: Array, b: Array) -> Array:
        return framework.endless(a, b)


class StumblesOverVectors(Member):
    """Has a slip on the way of one row alone, which is no refusal that could be measured."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        if x.ndim == 1:
            x = x.reshpae(1, -1)
        return NumPy.dense(x, w, b, activation)
