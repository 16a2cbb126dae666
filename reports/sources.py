"""What an adapter's recorded function is called and takes, read from its source without running it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass

from nnconform.reports.literals import NoScript


@dataclass(frozen=True, slots=True)
class Source:
    """One operation's source: its pieces, helpers first, and how the last of them is called."""

    pieces: tuple[str, ...]
    defines: tuple[str, ...]
    """Every name that the pieces make."""
    name: str
    method: bool
    """Its first parameter is the adapter itself."""
    parameters: tuple[str, ...]
    any_keyword: bool
    """It takes every attribute."""

    def takes(self, attribute: str) -> bool:
        """Whether it can be given this attribute by name."""
        return self.any_keyword or attribute in self.parameters


def read_source(operation: str, text: str) -> Source:
    """A recorded source, taken apart.  Raises NoScript."""
    if not text.strip():
        raise NoScript(f"the record does not hold the source of {operation}")
    try:
        nodes = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise NoScript(f"the recorded source of {operation} does not stand alone") from None
    if not nodes:
        raise NoScript(f"the record does not hold the source of {operation}")
    pieces = tuple(_piece(text, node) for node in nodes)
    defines = tuple(name for node in nodes for name in _made(node))
    last = nodes[-1]
    if isinstance(last, ast.FunctionDef):
        taken = last.args
        names = tuple(item.arg for item in (*taken.posonlyargs, *taken.args))
        method = names[:1] == ("self",)
        keywords = tuple(item.arg for item in taken.kwonlyargs)
        return Source(pieces, defines, last.name, method, names[method:] + keywords, taken.kwarg is not None)
    if isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Name):
        name = last.targets[0].id
        return Source(pieces, (*defines, name), name, method=False, parameters=(), any_keyword=True)
    raise NoScript(f"the recorded source of {operation} does not end in a function")


def _piece(text: str, node: ast.stmt) -> str:
    """One top-level statement with its decorators."""
    start = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", ()))])
    return "\n".join(text.splitlines()[start - 1 : node.end_lineno])


def is_annotated(script: str) -> bool:
    """Whether a signature names types, which need not be importable here."""
    return any(
        (isinstance(node, ast.arg) and node.annotation is not None)
        or (isinstance(node, ast.FunctionDef) and node.returns is not None)
        for node in ast.walk(ast.parse(script))
    )


def missing_names(script: str) -> list[str]:
    """Names that a script reads and never makes: what the record does not hold."""
    tree = ast.parse(script)
    made = {*dir(builtins), *(name for node in ast.walk(tree) for name in _made(node))}
    annotations = {id(part) for node in ast.walk(tree) for part in _annotation_parts(node)}
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in annotations}
    return sorted(read - made)


def _made(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.ExceptHandler) and node.name:
        yield node.name
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]


def _annotation_parts(node: ast.AST) -> Iterator[ast.AST]:
    for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
        if isinstance(annotation, ast.AST):
            yield from ast.walk(annotation)
