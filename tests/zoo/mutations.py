"""What may be changed in a piece of source: one operator, constant, call, argument, condition or statement."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any

ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
}  # fmt: skip
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.Lt), ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,),
}  # fmt: skip
FUNCTIONS = {
    "maximum": "minimum", "minimum": "maximum", "max": "min", "min": "max", "exp": "exp2", "expm1": "exp",
    "log": "log2", "log1p": "log", "isinf": "isnan", "sum": "max", "mean": "max", "var": "std", "zeros": "ones",
}  # fmt: skip
"""A function, and its neighbour."""
NEARBY = 1 + 1e-4
"""A constant is also changed in its fifth digit."""


def mutated(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Each mutant of a function or constant, with what was changed, as `before -> after`."""
    if isinstance(node, ast.FunctionDef) and node.decorator_list:
        bare = copy.deepcopy(node)
        bare.decorator_list = []
        yield f"@{ast.unparse(node.decorator_list[0])} -> nothing", bare
    for number, (place, parent) in enumerate(walk(node)):
        for index, _ in enumerate(changes(place)):
            made = copy.deepcopy(node)
            target, above = list(walk(made))[number]
            before = ast.unparse(shown(place, parent))
            after = list(changes(target))[index]
            replace(made, target, after)
            what = after if above is None or isinstance(after, ast.stmt) else shown(after, above)
            yield f"{short(before)} -> {short(ast.unparse(what))}", made


def walk(node: ast.AST, parent: ast.AST | None = None) -> Iterator[tuple[ast.AST, ast.AST | None]]:
    """Every node with the one above it; annotations and docstrings apart."""
    yield node, parent
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.AST) and not is_docstring(each):
                yield from walk(each, node)


def is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def shown(node: ast.AST, parent: ast.AST | None) -> ast.AST:
    """What to print for a change here: a lone constant says too little, and so does a condition."""
    return parent if isinstance(node, ast.Constant | ast.keyword) and isinstance(parent, ast.expr) else node


def short(text: str) -> str:
    return " ".join(text.split())


def replace(root: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for node in ast.walk(root):
        for name, value in ast.iter_fields(node):
            if value is old:
                setattr(node, name, new)
            elif isinstance(value, list):
                value[:] = [new if each is old else each for each in value]


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Everything that may stand in a node's place."""
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        yield ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Compare):
        for operator in COMPARISONS.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [operator()], node.comparators)
    elif isinstance(node, ast.Constant):
        yield from map(ast.Constant, constants(node.value))
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.If):
        for value in (True, False):
            yield ast.If(ast.Constant(value), node.body, node.orelse)
    elif isinstance(node, ast.Call):
        yield from calls(node)
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        yield ast.Pass()


def constants(value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, float):
        yield value + 1
        yield value * NEARBY
    elif isinstance(value, str) and value:
        yield f"XX{value}"


def calls(node: ast.Call) -> Iterator[ast.AST]:
    given = node.args
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in FUNCTIONS and isinstance(node.func, ast.Attribute):
        yield ast.Call(ast.Attribute(node.func.value, FUNCTIONS[name], ast.Load()), given, node.keywords)
    if len(given) == 1 and not isinstance(given[0], ast.Starred):
        yield given[0]
    if len(given) > 1:
        yield ast.Call(node.func, [*given[:-2], given[-1], given[-2]], node.keywords)
    for index in range(len(node.keywords)):
        yield ast.Call(node.func, given, [*node.keywords[:index], *node.keywords[index + 1 :]])
