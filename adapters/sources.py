"""The source of an implementation with all that it needs: helpers, plain data and import lines, each before its use.

A record keeps it, so that a failure can be shown by a script that stands alone.  Everything is read from the files;
what an implementation takes from its own package comes along, what it takes from elsewhere is imported.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.util import resolve_name
from typing import Any


def source_of(function: Callable[..., Any], files: Iterable[str] = ()) -> str:
    """The source of a function, last, after what it needs; nothing where no file holds it.

    Of `tanh = np.tanh` and its like, which have no source of their own, it is the line that names it in one of `files`.
    """
    for module, name in _assigned(function, files):
        collector = _Collector(module)
        collector.take(module, name)
        return "\n\n".join(collector.parts)
    plain = inspect.unwrap(function)
    try:
        collector = _Collector(plain.__module__)
        if plain.__qualname__ == plain.__name__ and collector.binds(plain.__module__, plain.__name__):
            collector.take(plain.__module__, plain.__name__)
        else:
            collector.take_code(plain)
    except (OSError, TypeError, SyntaxError, AttributeError):
        return ""
    return "\n\n".join(collector.parts)


def _assigned(function: Callable[..., Any], files: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Module and name of what is no function but stands under a name in one of these files."""
    same = (function, getattr(function, "__wrapped__", function))
    if any(inspect.isfunction(each) or inspect.ismethod(each) for each in same):
        return
    for module in files:
        for name, value in vars(sys.modules[module]).items():
            if any(value is each for each in same) and name in defined(module):
                yield module, name


def defined(module: str) -> set[str]:
    """The names that a module's file itself defines or assigns, and does not import."""
    try:
        bindings = _bindings(module)
    except (OSError, TypeError, SyntaxError):
        return set()
    return {name for name, (node, _) in bindings.items() if not isinstance(node, ast.Import | ast.ImportFrom)}


class _Collector:
    def __init__(self, module: str) -> None:
        self.house = module.partition(".")[0]
        self.parts: list[str] = []
        self.seen: set[tuple[str, str]] = set()

    @staticmethod
    def binds(module: str, name: str) -> bool:
        """Whether a module's file gives a name its meaning."""
        return name in _bindings(module)

    def take(self, module: str, name: str) -> None:
        """A module's name, after what it needs."""
        if (module, name) in self.seen or not self.binds(module, name):
            return
        self.seen.add((module, name))
        node, text = _bindings(module)[name]
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._imported(module, name, node)
            return
        self._needs(module, node)
        self._add(text)

    def take_code(self, function: Callable[..., Any]) -> None:
        """A method or an inner function: its own lines, after what they need of their module."""
        text = inspect.cleandoc("\n" + inspect.getsource(function)).removeprefix("@staticmethod\n")
        self._needs(function.__module__, ast.parse(text))
        self._add(text)

    def _needs(self, module: str, node: ast.AST) -> None:
        for name in _read(node):
            self.take(module, name)

    def _imported(self, module: str, name: str, node: ast.Import | ast.ImportFrom) -> None:
        (alias,) = (item for item in node.names if _bound(item) == name)
        if isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), _package(module))
            if origin.partition(".")[0] == self.house and origin in sys.modules and self.binds(origin, alias.name):
                self.take(origin, alias.name)
                if alias.name != name:
                    self._add(f"{name} = {alias.name}")
                return
            self._add(ast.unparse(ast.ImportFrom(origin, [alias], 0)))
        else:
            self._add(ast.unparse(ast.Import([alias])))

    def _add(self, part: str) -> None:
        if part not in self.parts:
            self.parts.append(part)


@cache
def _bindings(module: str) -> dict[str, tuple[ast.stmt, str]]:
    """What a module's top level binds, with the statement that does."""
    text = inspect.getsource(sys.modules[module])
    lines = text.splitlines()
    found: dict[str, tuple[ast.stmt, str]] = {}
    for node in _top_level(ast.parse(text).body):
        start = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", ()))])
        statement = inspect.cleandoc("\n" + "\n".join(lines[start - 1 : node.end_lineno]))
        found |= dict.fromkeys(_names(node), (node, statement))
    return found


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements, and those in a `try` or an `if` around them."""
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            yield from _top_level(node.body)
        else:
            yield node


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module != "__future__"):
        return [_bound(alias) for alias in node.names]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return [part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]
    return []


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _package(module: str) -> str:
    return sys.modules[module].__package__ or ""


def _read(node: ast.AST) -> list[str]:
    """The names that code reads when it runs, in order; not those that only annotate."""
    annotations = {
        id(part)
        for holder in ast.walk(node)
        for hint in (getattr(holder, "annotation", None), getattr(holder, "returns", None))
        if isinstance(hint, ast.AST)
        for part in ast.walk(hint)
    }
    return [
        part.id
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and id(part) not in annotations
    ]
