"""A typed look at JSON that somebody else wrote: each accessor gives the type it names or raises ValueError."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

Pairs = tuple[tuple[str, str], ...]
NON_FINITE = frozenset({"nan", "inf", "-inf"})
"""Numbers that JSON lacks, as records write them."""


def parse(text: str) -> dict[str, Any]:
    """One JSON object.  Raises ValueError for anything else, for a key given twice and for a bare NaN."""
    try:
        found = _DECODER.decode(text)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"is no JSON: {error.msg} at column {error.colno}") from None
    if not isinstance(found, dict):
        raise ValueError("is no JSON object")  # noqa: TRY004 - one kind of finding for all of them
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"has the key {next(name for name in names if names.count(name) > 1)!r} twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"is no JSON: {constant}")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse)
"""One for all lines: making it takes a third as long as reading a line."""
_TEXT, _FLOAT = {str}, {float}


def is_number(value: Any) -> bool:
    """Whether a value is a record's number: a JSON number, or 'nan', 'inf', '-inf'."""
    return (isinstance(value, int | float) and not isinstance(value, bool)) or (
        isinstance(value, str) and value in NON_FINITE
    )


class Fields:
    """One JSON object; a field with a default may be absent."""

    __slots__ = ("data",)

    def __init__(self, data: Any) -> None:
        if not isinstance(data, dict):
            raise ValueError(f"needs an object, not {_kind(data)}")  # noqa: TRY004 - as above
        self.data: dict[str, Any] = data

    def _get(self, name: str, kind: type, default: Any) -> Any:
        value = self.data.get(name, default)
        if value.__class__ is not kind:
            self._refuse(name, value)
        return value

    @staticmethod
    def _refuse(name: str, value: Any) -> NoReturn:
        raise ValueError(f"lacks {name!r}" if value is None else f"{name!r} is {_kind(value)}")

    def text(self, name: str, default: str | None = None) -> str:
        """A string."""
        found = self.data.get(name, default)
        if found.__class__ is not str:
            self._refuse(name, found)
        return found  # _refuse raised for all else

    def all_texts(self, names: Sequence[str]) -> list[str]:
        """Several strings, looked up at once."""
        found: list[Any] = [*map(self.data.get, names)]
        return found if set(map(type, found)) == _TEXT else [self.text(name) for name in names]

    def whole(self, name: str, default: int | None = None) -> int:
        """A whole number."""
        found = self.data.get(name, default)
        if found.__class__ is not int:
            self._refuse(name, found)
        return found

    def flag(self, name: str, default: bool | None = None) -> bool:
        """True or false."""
        found: bool = self._get(name, bool, default)
        return found

    def number(self, name: str, default: float | None = None) -> float:
        """A number, which may be nan or an infinity."""
        value = self.data.get(name, default)
        if value.__class__ is float:
            return value  # the common case
        if not is_number(value):
            raise ValueError(f"{name!r} is {_kind(value)}, not a number")
        try:
            return float(value)  # type: ignore[arg-type]  # a number by now
        except OverflowError:
            raise ValueError(f"{name!r} is larger than any number here") from None

    def all_numbers(self, names: Sequence[str]) -> list[float]:
        """Several numbers, looked up at once."""
        found: list[Any] = [*map(self.data.get, names)]
        return found if set(map(type, found)) == _FLOAT else [self.number(name) for name in names]

    def items(self, name: str) -> list[Any]:
        """A list, empty where absent."""
        found: list[Any] = self._get(name, list, [])
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """Strings, none where absent."""
        found = tuple(self.items(name))
        for item in found:
            if item.__class__ is not str:
                raise ValueError(f"{name!r} holds something that is no text")
        return found

    def wholes(self, name: str) -> tuple[int, ...]:
        """Whole numbers, none where absent."""
        found = tuple(self.items(name))
        for item in found:
            if item.__class__ is not int:
                raise ValueError(f"{name!r} holds something that is no whole number")
        return found

    def table(self, name: str) -> Mapping[str, Any]:
        """An object, empty where absent."""
        found: dict[str, Any] = self._get(name, dict, {})
        return found

    def pairs(self, name: str) -> Pairs:
        """A flat object as pairs of text, in its own order."""
        return as_pairs(self.table(name))


def as_pairs(data: Mapping[str, Any]) -> Pairs:
    """A flat object as pairs of text, in its own order."""
    return tuple((key, value if isinstance(value, str) else json.dumps(value)) for key, value in data.items())


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "absent"}
    return names.get(type(value), "a number")
