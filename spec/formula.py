"""Formulas of cost as text: whole numbers, named sizes, + - * // and brackets, and nothing else.

Read as a tree that is checked before it is walked; nothing in a formula is ever executed.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import cache

from nnconform.spec.errors import nearest

LONGEST = 1000
"""Characters of a formula: enough for a model of several layers, too few for a tree that is deep."""
LARGEST = 10**30
"""No number on the way may be larger, or a line of text would ask for digits without end."""
_SIGNS: dict[type[ast.operator], tuple[str, Callable[[int, int], int]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.FloorDiv: ("//", operator.floordiv),
}


class FormulaError(ValueError):
    """A formula cannot be read or has no value; the message is one line."""


def names(text: str) -> tuple[str, ...]:
    """The sizes that a formula names, once each, in the order of the text."""
    found = [node for node in ast.walk(_read(text)) if isinstance(node, ast.Name)]
    return tuple(dict.fromkeys(node.id for node in sorted(found, key=lambda node: node.col_offset)))


def evaluate(text: str, sizes: Mapping[str, int]) -> int:
    """What a formula gives for these sizes.  Raises FormulaError."""
    return _value(_read(text), text, sizes)


def renamed(text: str, known: Mapping[str, str]) -> str:
    """The same formula over other names, brackets only where they are needed."""
    return _written(_read(text), known, 0)


@cache
def _read(text: str) -> ast.expr:
    shown = _shown(text)
    if len(text) > LONGEST:
        raise FormulaError(f"formula {shown} is longer than {LONGEST} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        for node in ast.walk(tree):
            _check(node, shown)
    except FormulaError:
        raise
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise FormulaError(f"formula {shown} cannot be read: whole numbers, sizes, + - * // and brackets") from None
    return tree


def _check(node: ast.AST, shown: str) -> None:
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        return
    if isinstance(node, ast.Constant) and type(node.value) is int and node.value <= LARGEST:
        return
    if isinstance(node, ast.Name | ast.Load) or type(node) in _SIGNS:
        return
    raise FormulaError(f"formula {shown} may hold whole numbers, sizes, + - * // and brackets only")


def _value(node: ast.expr, text: str, sizes: Mapping[str, int]) -> int:
    if isinstance(node, ast.Constant):
        assert isinstance(node.value, int)
        return node.value
    if isinstance(node, ast.Name):
        if node.id not in sizes:
            raise FormulaError(f"formula {_shown(text)} names {node.id!r}, which is no size{nearest(node.id, sizes)}")
        return sizes[node.id]
    assert isinstance(node, ast.BinOp)
    left, right = _value(node.left, text, sizes), _value(node.right, text, sizes)
    if isinstance(node.op, ast.FloorDiv) and right == 0:
        raise FormulaError(f"formula {_shown(text)} divides by zero")
    made = _SIGNS[type(node.op)][1](left, right)
    if abs(made) > LARGEST:
        raise FormulaError(f"formula {_shown(text)} grows beyond {LARGEST:.0e}")
    return made


def _written(node: ast.expr, known: Mapping[str, str], binding: int) -> str:
    """`binding` is how tightly the place holds: 0 anywhere, 1 in a sum, 2 in a product, 3 what is divided by."""
    if isinstance(node, ast.Name):
        return known.get(node.id, node.id)
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.BinOp)
    sum_like = isinstance(node.op, ast.Add | ast.Sub)
    sign = _SIGNS[type(node.op)][0]
    own = 1 if sum_like else 2
    associative = isinstance(node.op, ast.Add | ast.Mult)
    text = (
        f"{_written(node.left, known, own)}{f' {sign} ' if sum_like else sign}"
        f"{_written(node.right, known, own if associative else own + 1)}"
    )
    return f"({text})" if own < binding or (sign == "//" and binding >= 2) else text


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
