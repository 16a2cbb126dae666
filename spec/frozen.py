"""Reading the frozen form: an index now, a case's line when it is asked."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from nnconform.spec.errors import Problem, SpecError

ROOT = Path(__file__).parent.resolve()
"""The folder of the cases that ship with nnconform."""


class FrozenFile:
    """One frozen file: `cases` is its index, `line` one case in one dtype, parsed only when asked for."""

    __slots__ = ("_lines", "_path", "_places", "cases", "source_sha256")

    def __init__(self, text: str, path: Path | None = None) -> None:
        """From a file's whole text, or from its first line and where the rest lies."""
        head, *lines = text.split("\n")
        self._path, self._lines = path, None if path else lines
        index = json.loads(head)
        self.source_sha256: str = index["source_sha256"]
        self.cases: list[dict[str, Any]] = index["cases"]
        self._places: dict[tuple[str, str], int] = {}
        for case in self.cases:
            for dtype in case["dtypes"]:
                self._places[case["id"], dtype] = len(self._places)

    def text(self, case: str, dtype: str) -> str:
        """One case in one dtype, as it stands in the file.  Raises SpecError where it is not there."""
        place = self._places[case, dtype]
        try:
            if self._lines is None:
                assert self._path is not None
                self._lines = self._path.read_text("utf-8").split("\n")[1:]
            return self._lines[place]
        except (OSError, UnicodeDecodeError, IndexError):
            raise self._damaged(place) from None

    def line(self, case: str, dtype: str) -> dict[str, Any]:
        """One case in one dtype.  Raises SpecError where the file is damaged."""
        try:
            found: Any = json.loads(self.text(case, dtype))
            if (found["case"], found["dtype"]) == (case, dtype) and {"ask", "expect"} <= found.keys():
                whole: dict[str, Any] = found
                return whole
        except (ValueError, LookupError, TypeError, AttributeError):
            pass
        raise self._damaged(self._places[case, dtype])

    def digest(self, case: str, dtype: str) -> str:
        """Of what one case in one dtype asks and expects, however it is worded; '' where the file is damaged."""
        try:
            found = self.line(case, dtype)
        except SpecError:
            return ""
        return sha256(json.dumps([found["ask"], found["expect"]], sort_keys=True).encode()).hexdigest()[:32]

    def _damaged(self, place: int) -> SpecError:
        path = self._path or Path("frozen")
        message = f"is damaged: run nnconform freeze {shown(path.with_suffix('.toml'))}"
        return SpecError([Problem(shown(path), place + 2, message)])


def frozen_path(path: Path) -> Path:
    """Where a TOML file's frozen form lies."""
    return path.with_suffix(".jsonl")


def read_current(path: Path) -> FrozenFile | None:
    """The frozen form of a TOML file, or None where there is none or the TOML changed since."""
    try:
        with frozen_path(path).open(encoding="utf-8") as stream:
            made = FrozenFile(stream.readline(), frozen_path(path))
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return made if made.source_sha256 == sha256(path.read_bytes()).hexdigest() else None


def shown(path: Path) -> str:
    """A spec file's name in ids: `spec/...` wherever nnconform is installed."""
    full = path.resolve()
    return f"spec/{full.relative_to(ROOT).as_posix()}" if full.is_relative_to(ROOT) else str(path)


def shipped() -> list[Path]:
    """Every case file that ships with nnconform, in a fixed order."""
    return sorted(
        path for path in ROOT.rglob("*.toml") if path.parent.name != "catalogue" and path.name != "buckets.toml"
    )
