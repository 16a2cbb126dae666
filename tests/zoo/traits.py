"""Right within every bound, and each with a trait that its docstring names; `Steady` has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from nnconform.adapters.compiled import arrays_only
from nnconform.adapters.numpy import NumPy

Array = Any
GROUP = 8
"""Elements that a vector unit takes at once."""
POOL = 2**16
"""Arrays of more elements are shared out to threads."""


def usual(x: Array) -> Array:
    """One formula of the logistic function, whose subnormal results are kept."""
    e = np.exp(-np.abs(x))
    return np.asarray(np.where(x < 0, e, 1) / (1 + e), x.dtype)


def other(x: Array) -> Array:
    """Another, as good by its bounds, and often other in the last bit."""
    return np.asarray(NumPy.sigmoid(x))


class Steady(NumPy):
    """The same for a value wherever it stands, however often it is asked, compiled or not."""

    modes = ("eager", "compiled")

    def sigmoid(self, x: Array) -> Array:
        return usual(x)

    def compile(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return arrays_only(function, lambda plain: plain)


class Tail(Steady):
    """Depends on position: what is left over of groups of eight is computed by other code."""

    def sigmoid(self, x: Array) -> Array:
        flat, made = x.reshape(-1), usual(x).reshape(-1).copy()
        left = flat.size - flat.size % GROUP
        made[left:] = other(flat[left:])
        return made.reshape(x.shape)


class Pool(Steady):
    """Depends on size: the threads that share long arrays flush subnormal results."""

    def sigmoid(self, x: Array) -> Array:
        made = usual(x)
        if x.size > POOL:
            made = np.where(made < np.finfo(x.dtype).tiny, 0, made).astype(x.dtype)
        return made


class Moody(Steady):
    """Not repeatable: every other call takes another formula."""

    calls: ClassVar[int] = 0

    def sigmoid(self, x: Array) -> Array:
        Moody.calls += 1
        return usual(x) if Moody.calls % 2 else other(x)


class Rewritten(Steady):
    """Other bits than eager: the compiler takes another formula."""

    def compile(self, function: Callable[..., Any]) -> Callable[..., Any]:
        own = function.__name__ == "sigmoid"
        return arrays_only(other if own else function, lambda plain: plain)
