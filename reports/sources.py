"""What an adapter's recorded function is called and takes, read from its source without running it."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nnconform.reports.literals import NoScript

_IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass(frozen=True, slots=True)
class Source:
    """One operation's source: its pieces, helpers first, and how the last of them is called."""

    imports: tuple[str, ...]
    pieces: tuple[str, ...]
    """Data and functions, helpers first."""
    defines: tuple[str, ...]
    """Every name that these make."""
    name: str
    method: bool
    """Its first parameter is the adapter itself."""
    parameters: tuple[str, ...]
    any_keyword: bool
    """It takes every attribute."""
    rebound: bool = False
    """Its last piece binds a name again that an earlier one made, as `relu = jax.jit(relu)` does."""

    def takes(self, attribute: str) -> bool:
        """Whether it can be given this attribute by name."""
        return self.any_keyword or attribute in self.parameters

    @property
    def takes_function(self) -> bool:
        """Whether an activation is given to it as a function, `g`, and not by name."""
        return "g" in self.parameters and "activation" not in self.parameters


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
    imports = tuple(_piece(text, node) for node in nodes if isinstance(node, _IMPORTS))
    pieces = tuple(_piece(text, node) for node in nodes if not isinstance(node, _IMPORTS))
    defines = tuple(name for node in nodes for name in _top_names(node))
    name = _bound(nodes[-1])
    if name is None:
        raise NoScript(f"the recorded source of {operation} does not end in a function")
    rebound = any(name in _top_names(node) for node in nodes[:-1] if not isinstance(node, _IMPORTS))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name == name]
    if not functions:
        return Source(imports, pieces, defines, name, False, (), True, rebound)
    taken = functions[-1].args
    names = tuple(item.arg for item in (*taken.posonlyargs, *taken.args))
    method = names[:1] == ("self",)
    parameters = names[method:] + tuple(item.arg for item in taken.kwonlyargs)
    return Source(imports, pieces, defines, name, method, parameters, taken.kwarg is not None, rebound)


def functions_given(operation: str, text: str, attributes: Mapping[str, Any]) -> list[str]:
    """The operations whose functions a step gives to a recorded source: of a layer, its activation."""
    try:
        takes = read_source(operation, text).takes_function
    except NoScript:
        return []
    given = attributes.get("activation")
    return [given] if takes and isinstance(given, str) else []


def _bound(node: ast.stmt) -> str | None:
    """What a function's definition, or an assignment to one name, is called by."""
    if isinstance(node, ast.FunctionDef):
        return node.name
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    return target.id if isinstance(target, ast.Name) else None


def apart(sources: Mapping[str, Source]) -> dict[str, Source]:
    """Sources that can stand in one script.

    Where two say different things of one name, the operation's own function is renamed.  Raises NoScript where that
    does not part them.
    """
    meanings: dict[str, set[str]] = {}
    for source in sources.values():
        for piece in source.pieces:
            for name in _names_of(piece):
                meanings.setdefault(name, set()).add(piece)
    found = {}
    for operation, source in sources.items():
        found[operation] = _renamed(source, f"asked_{operation}") if len(meanings[source.name]) > 1 else source
        for piece in source.pieces[:-1]:
            for name in _names_of(piece):
                if len(meanings[name] - {other.pieces[-1] for other in sources.values()}) > 1:
                    raise NoScript(f"the adapter has two things called {name}")
    return found


def _renamed(source: Source, name: str) -> Source:
    last = re.sub(
        rf"^((?:async )?def |){source.name}\b", rf"\g<1>{name}", source.pieces[-1], count=1, flags=re.MULTILINE
    )
    return replace(source, pieces=(*source.pieces[:-1], last), defines=(*source.defines, name), name=name)


def _names_of(piece: str) -> list[str]:
    return [name for node in ast.parse(piece).body for name in _top_names(node)]


def _top_names(node: ast.stmt) -> Iterator[str]:
    """What a top-level statement makes; the names inside a function are its own."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    else:
        yield from (name for part in ast.walk(node) for name in _made(part))


def _piece(text: str, node: ast.stmt) -> str:
    """One top-level statement with its decorators."""
    start = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", ()))])
    return "\n".join(text.splitlines()[start - 1 : node.end_lineno])


def is_annotated(script: str) -> bool:
    """Whether a signature names types, which need not be importable here."""
    return any(
        (isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None)
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
