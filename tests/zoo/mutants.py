"""First-order mutants of the textbook: its own source with one thing changed, each an implementation to be caught.

Only functions that an operation reaches are mutated; each mutant replaces the operations that reach its change.
"""

from __future__ import annotations

import ast
import copy
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from types import ModuleType
from typing import Any

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook import (
    activations,
    elementary,
    layers,
    logarithms,
    narrow,
    piecewise,
    products,
    smooth,
)
from nnconform.spec.catalogue import catalogue
from zoo.mutations import mutated

MODULES = (narrow, activations, products, elementary, piecewise, smooth, logarithms, layers)
"""Each after those that it imports."""
TYPES = ("Array", "Made", "Layer")
"""Names for types, which no result depends on."""
Top = ast.FunctionDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True, slots=True)
class Place:
    """A function or constant of the textbook."""

    module: ModuleType
    name: str
    number: int
    """Where it stands in its module's body."""

    @property
    def title(self) -> str:
        return f"{self.module.__name__.rpartition('.')[2]}.{self.name}"

    @property
    def node(self) -> Top:
        found = tree(self.module).body[self.number]
        assert isinstance(found, Top)
        return found


@cache
def tree(module: ModuleType) -> ast.Module:
    return ast.parse(inspect.getsource(module))


def mutants() -> Mapping[str, Callable[[], type[NumPy]]]:
    """Every mutant by its name, to be made when it is asked."""
    found: dict[str, Callable[[], type[NumPy]]] = {}
    for place in places():
        affected = tuple(sorted(operations(place.name)))
        for what, node in mutated(place.node) if affected else ():
            name, count = f"{place.title}: {what}", 1
            while name in found:
                count += 1
                name = f"{place.title}: {what} ({count})"
            found[name] = partial(implementation, place, node, affected)
    return found


def places() -> Iterator[Place]:
    """All functions and constants, in the order of their modules."""
    for module in MODULES:
        for number, node in enumerate(tree(module).body):
            if isinstance(node, ast.FunctionDef):
                yield Place(module, node.name, number)
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name | ast.Tuple):
                first = node.targets[0]
                names = [each.id for each in getattr(first, "elts", [first])]
                if names[0] not in TYPES:
                    yield Place(module, "/".join(names), number)


def operations(name: str) -> set[str]:
    """The operations that reach a function or constant."""
    wanted = set(name.split("/"))
    return {
        operation
        for operation in catalogue()
        if (function := getattr(NumPy, operation, None)) is not None
        and function.__module__.startswith("nnconform.reference.textbook")
        and wanted & reached(function.__name__)
    }


@cache
def uses() -> Mapping[str, set[str]]:
    """The names that each function and constant of the textbook mentions."""
    return {
        name: {each.id for each in ast.walk(place.node) if isinstance(each, ast.Name)} - {name}
        for place in places()
        for name in place.name.split("/")
    }


@cache
def reached(name: str) -> set[str]:
    """All that a function comes to, itself included."""
    seen, left = {name}, [name]
    while left:
        new = (uses().get(left.pop(), set()) & uses().keys()) - seen
        seen |= new
        left += new
    return seen


def implementation(place: Place, node: ast.AST, affected: tuple[str, ...]) -> type[NumPy]:
    """An adapter whose affected operations are those of a fresh textbook with one changed part."""
    fresh = executed(place, node)
    own: dict[str, Any] = {"__module__": NumPy.__module__, "__doc__": NumPy.__doc__}
    for operation in affected:
        function = getattr(NumPy, operation)
        own[operation] = staticmethod(vars(fresh[function.__module__])[function.__name__])
    return type("NumPy", (NumPy,), own)


def executed(place: Place, node: ast.AST) -> dict[str, ModuleType]:
    """All of the textbook's modules, made anew with one part of one of them replaced."""
    kept = {module.__name__: sys.modules[module.__name__] for module in MODULES}
    made: dict[str, ModuleType] = {}
    try:
        for module in MODULES:
            name, file = module.__name__, str(module.__file__)
            made[name] = sys.modules[name] = ModuleType(name)
            if module is place.module:
                body = copy.copy(tree(module))
                body.body = [*body.body[: place.number], node, *body.body[place.number + 1 :]]  # type: ignore[list-item]
                exec(compile(ast.fix_missing_locations(body), file, "exec"), vars(made[name]))  # noqa: S102 - our own source
            else:
                exec(compiled(module), vars(made[name]))  # noqa: S102 - our own source
    finally:
        sys.modules |= kept
    return made


@cache
def compiled(module: ModuleType) -> Any:
    return compile(tree(module), str(module.__file__), "exec")
