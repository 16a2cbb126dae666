"""The files that an adapter from outside consists of, with a digest of each: whether it is the same one as before."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from pathlib import Path

_TOLD = {"nnconform", *sys.stdlib_module_names}
"""What ships is told by nnconform's version, or by Python's."""
_INSTALLED = {"site-packages", "dist-packages"}
"""Packages that are installed have versions: their imports are not followed."""
_MOST = 100
"""So many files are looked at: an adapter in the source tree of a framework may reach all of it."""
_SUFFIXES = (*SOURCE_SUFFIXES, *EXTENSION_SUFFIXES)


def digests(modules: Iterable[str]) -> dict[str, str]:
    """The files of some modules, and of the neighbours that these import, by path from their folder."""
    found: dict[str, str] = {}
    for name in modules:
        file = getattr(sys.modules.get(name), "__file__", None)
        if name.partition(".")[0] not in _TOLD and isinstance(file, str):
            _follow(Path(file).resolve(), name, found)
    return found


def _follow(first: Path, module: str, found: dict[str, str]) -> None:
    """Add a module's file and its neighbours.  They are found by reading, not by what this process has imported."""
    depth = module.count(".") + (first.stem == "__init__")
    root = first.parents[min(depth, len(first.parents) - 1)]
    waiting = [first]
    for path in waiting:  # grows
        name = path.relative_to(root).as_posix()
        if len(found) >= _MOST or name in found:
            continue
        try:
            data = path.read_bytes()
        except OSError:
            continue
        found[name] = sha256(data).hexdigest()[:32]
        if path.suffix in SOURCE_SUFFIXES and not _INSTALLED & {*path.parts}:
            waiting += _neighbours(path, data, root)


def _neighbours(path: Path, data: bytes, root: Path) -> Iterator[Path]:
    """What a source file imports that lies in the folder beside the adapter, or below it."""
    for level, dotted in _imported(data):
        folder = path.parents[level - 1] if 0 < level <= len(path.parents) else root
        if not folder.is_relative_to(root):
            continue
        for part in filter(None, dotted.split(".")):
            files = [*(folder / f"{part}{suffix}" for suffix in _SUFFIXES), folder / part / "__init__.py"]
            yield from (file for file in files if file.is_file())
            folder /= part


def _imported(data: bytes) -> Iterator[tuple[int, str]]:
    """Leading dots and dotted name of every import, wherever it stands."""
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((0, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.level, f"{node.module or ''}.{each.name}") for each in node.names)
