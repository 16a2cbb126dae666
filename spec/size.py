"""How many elements the arrays of a case have, from shapes and formulas alone: known before any of them is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from nnconform.spec.catalogue import Operation, catalogue
from nnconform.spec.model import Case, Step

LARGE = 2**22
"""A case of fewer elements fits wherever a framework does: nobody needs to look first."""
_LOOKED_AT = frozenset({"sweep", "timing"})
"""Kinds that are asked in pieces, and that state what they take."""
_ONE_NUMBER = frozenset({"dot", "parameter_count"})

Shape = tuple[int, ...]


def large(case: Case) -> dict[str, int]:
    """The elements of a large case's inputs, and of all its steps' results; nothing of any other case."""
    if case.kind in _LOOKED_AT:
        return {}
    inputs = sum(prod(made.shape) for made in (*case.inputs.values(), *case.refused.values()))
    results = sum(map(prod, _results(case)))
    if case.lengths:  # its rows are asked once more, over and over
        times = -(-case.lengths.among // max(case.lengths.asked))
        inputs, results = times * inputs, times * results
    return {"inputs": inputs, "results": results} if inputs + results >= LARGE else {}


def _results(case: Case) -> Iterator[Shape]:
    """The shape of every step's result, and of every layer's of a model."""
    shapes: dict[str, Shape] = {name: tuple(made.shape) for name, made in case.inputs.items()}
    for step in case.steps:
        entry = catalogue()[step.operation]
        for arguments in _applied(entry, step, shapes):
            shapes[step.name] = _result(entry, arguments)
            yield shapes[step.name]


def _applied(entry: Operation, step: Step, shapes: dict[str, Shape]) -> Iterator[list[Shape]]:
    """What the operation is applied to, one layer after another; each layer takes the result of the one before."""
    given = [shapes.get(name, ()) for name in step.inputs]
    if not entry.layers:
        yield given
        return
    lead = len(entry.arguments)
    before = step.inputs[:lead]
    for first in range(lead, len(given), 2):
        yield [*[shapes.get(name, ()) for name in before], *given[first : first + 2]]
        before = (step.name,) if lead else ()


def _result(entry: Operation, arguments: Sequence[Shape]) -> Shape:
    """By the axes that the catalogue names, where it does and they fit; else as large as the largest argument."""
    if entry.operation in _ONE_NUMBER:
        return ()
    axes = dict(entry.cost.axes) if entry.cost else {}
    wanted = axes.pop("result", None)
    sizes: dict[str, int] = {}
    for letters, shape in zip(axes.values(), arguments, strict=False):
        if len(letters) == len(shape):
            sizes |= dict(zip(letters, shape, strict=True))
    if wanted is None or not set(wanted) <= set(sizes):
        return max(arguments, key=prod, default=())
    return tuple(sizes[letter] for letter in wanted)
