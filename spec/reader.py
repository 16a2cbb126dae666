"""Reading one raw TOML table: every check ends in one line that names the case."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from nnconform.spec.errors import Problem, SpecError, nearest


class Reader:
    """A raw table, where it stands, and what its keys must be."""

    def __init__(self, raw: dict[str, Any], path: str, line: int) -> None:
        self.raw, self.path, self.line = raw, path, line
        self.sizes: Mapping[str, int] = {}
        """The letters of the bucket's shape that is being built."""

    def _finite(self, raw: Any, name: str) -> float:
        if (
            isinstance(raw, bool)
            or not isinstance(raw, int | Decimal)
            or not Decimal(raw).is_finite()
            or Decimal(raw).adjusted() > 308
        ):
            self._fail(f"{name}: {raw} is no finite number, and a bound must be one")
        return float(raw)

    def _keys(self, raw: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
        for name in raw:
            if name not in known:
                self._fail(f"unknown {what} {name!r}{nearest(name, known)}")

    def _table(self, name: str) -> dict[str, Any]:
        found = self.raw.get(name, {})
        if not isinstance(found, dict):
            self._fail(f"{name} must be a table")
        return found

    def _text(self, name: str) -> str:
        found = self.raw.get(name)
        if not isinstance(found, str) or not found.strip():
            self._fail(f"needs {name}, a text")
        return found

    def _texts(self, name: str, default: list[str]) -> list[str]:
        found = self.raw.get(name, default)
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            self._fail(f"{name} must be a list of texts")
        return found

    def _one_of(self, name: str, known: tuple[str, ...], default: str | None = None) -> str:
        found = self.raw.get(name, default)
        if found not in known:
            self._fail(f"{name} {found!r} is none of {', '.join(known)}{nearest(found, known)}")
        return str(found)

    def _fail(self, message: str) -> NoReturn:
        raise SpecError([Problem(self.path, self.line, f"case {self.raw.get('id')!r}: {message}")])
