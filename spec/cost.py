"""What a timing case costs: its arrays' axes by name, its operations and bytes by formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from nnconform.spec.catalogue import Cost, catalogue
from nnconform.spec.distribution import distribution
from nnconform.spec.formats import FORMATS
from nnconform.spec.formula import evaluate, names, renamed
from nnconform.spec.model import Case

Axes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One operation, or one layer of a model."""

    operation: str
    cost: Cost
    inputs: tuple[str, ...]
    result: str
    activation: str


class Layout:
    """The names of every array's axes, equal where sizes must be, and what follows from them."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.sizes: dict[str, int] = {}
        self.axes: dict[str, Axes] = {}
        self.tied: set[str] = set()
        """Axes along which elements of a result depend on each other: those summed over, and a softmax's."""
        terms = [self._bind(part) for part in _parts(case)]
        self.operations = " + ".join(terms)

    def shape(self, name: str) -> tuple[int, ...]:
        """The sizes of an array."""
        return tuple(self.sizes[axis] for axis in self.axes[name])

    def elements(self) -> str:
        """The elements of all inputs and outputs, by formula: each is read or written once at least."""
        arrays = [*self.case.inputs, *self.case.outputs]
        return " + ".join("*".join(self.axes[name]) or "1" for name in arrays)

    def _bind(self, part: Part) -> str:
        """Name the axes of one part's arrays; gives the formula of its operations."""
        local: dict[str, str] = {}
        arguments = [part.cost.axes[name] for name in part.cost.axes if name != "result"]
        for name, letters in zip(part.inputs, arguments, strict=True):
            sizes = self.shape(name) if name in self.axes else self.case.inputs[name].shape
            if len(sizes) != len(letters):
                raise ValueError(
                    f"timing: {part.operation} takes {name} with axes {', '.join(letters)}, not {list(sizes)}"
                )
            known = self.axes.get(name, ())
            self.axes[name] = tuple(
                self._axis(local, letter, size, known[number] if known else None)
                for number, (letter, size) in enumerate(zip(letters, sizes, strict=True))
            )
        result = tuple(local[letter] for letter in part.cost.axes["result"])
        self.axes[part.result] = result
        self.tied |= {local[letter] for letter in part.cost.ties} | (set(local.values()) - set(result))
        term = renamed(part.cost.operations, local)
        if part.activation == "softmax":
            self.tied.add(result[-1])
        return term if part.activation == "linear" else f"{term} + {'*'.join(result)}"

    def _axis(self, local: dict[str, str], letter: str, size: int, known: str | None) -> str:
        name = local.get(letter) or known or self._fresh(letter)
        if known not in {None, name}:
            raise ValueError(f"timing: the axes {known} and {name} must have one name, which this graph does not allow")
        if self.sizes.setdefault(name, size) != size:
            raise ValueError(f"timing: the axis {name} has {self.sizes[name]} elements in one array, {size} in another")
        local[letter] = name
        return name

    def _fresh(self, letter: str) -> str:
        number, name = 1, letter
        while name in self.sizes:
            number += 1
            name = f"{letter}{number}"
        return name


def _parts(case: Case) -> Iterator[Part]:
    for step in case.steps:
        entry = catalogue()[step.operation]
        if entry.cost is None:
            raise ValueError(f"timing: the catalogue states no cost of {step.operation}")
        if not entry.layers:
            activation = str(step.attributes.get("activation", "linear"))
            yield Part(step.operation, entry.cost, step.inputs, step.name, activation)
            continue
        kinds = step.attributes["activations"]
        before, *parameters = step.inputs
        for number, kind in enumerate(kinds):
            after = step.name if number == len(kinds) - 1 else f"{step.name}.{number + 1}"
            yield Part(step.operation, entry.cost, (before, *parameters[2 * number : 2 * number + 2]), after, kind)
            before = after


def work(case: Case, dtype: str) -> dict[str, Any]:
    """What a frozen timing case says of its cost.  Raises ValueError with one line where it does not add up."""
    timing = case.timing
    assert timing is not None
    numbers = distribution(case.inputs, dtype)
    layout = Layout(case)
    sizes, width = layout.sizes, FORMATS[dtype].bits // 8
    moved = f"{width}*({layout.elements()})"
    memory = width * sum(prod(layout.shape(name)) for name in (*case.inputs, *(step.name for step in case.steps)))
    estimate = None
    if timing.estimate:
        whole = timing.estimate
        estimate = {
            "what": whole.what,
            "operations": _count(whole.operations, sizes),
            "bytes": _count(whole.bytes, sizes),
        }
    return {
        "family": timing.family, "series": timing.series, "x": _count(timing.x, sizes), "x_name": timing.x_name,
        "operands": timing.operands,
        "operations": _count(layout.operations, sizes), "bytes": _count(moved, sizes),
        "operations_formula": _told(layout.operations, sizes), "bytes_formula": _told(moved, sizes),
        "distribution": numbers, "memory": memory, "estimate": estimate,
    }  # fmt: skip


def _count(formula: str, sizes: Mapping[str, int]) -> int:
    made = evaluate(formula, sizes)
    if made < 0:
        raise ValueError(f"timing: formula {formula!r} gives {made}, which is less than nothing")
    return made


def _told(formula: str, sizes: Mapping[str, int]) -> str:
    """A formula with the sizes that it is meant for."""
    return f"{formula}, where {', '.join(f'{name} = {sizes[name]}' for name in names(formula))}"
