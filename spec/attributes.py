"""What an operation's attributes may be: of their default's type, and of the names that there are."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from nnconform.spec.errors import nearest

ACTIVATIONS = ("linear", "relu", "sigmoid", "softmax", "tanh")
"""What a layer's activation may be."""
_CHOICES = {"activation": ACTIVATIONS, "activations": ACTIVATIONS, "approximate": ("none", "tanh")}
_TYPES = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", list: "a list of texts"}


def amiss(name: str, value: Any, default: Any) -> Iterator[str]:
    """What is wrong with an attribute's value, in words."""
    if not _alike(value, default):
        yield f"{name} = {value!r}: must be {_TYPES[type(default)]}"
        return
    for one in value if isinstance(value, list) else [value]:
        if name in _CHOICES and one not in _CHOICES[name]:
            yield f"{name} {one!r}{nearest(one, _CHOICES[name])}: there are {', '.join(_CHOICES[name])}"


def _alike(value: Any, default: Any) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, int | float | Decimal)
    if isinstance(default, list):
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, type(default))
