"""A case as its author wrote it, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

KINDS = ("example", "property", "refusal", "special", "probe", "sweep", "trait", "timing")
LEVELS = ("must", "should")
SWEPT = ("float16", "bfloat16", "float32")
"""Dtypes whose values a sweep can ask one and all."""
FAMILIES = (
    "loop and vectorized", "batch size", "layers", "activations", "matrix products", "wide layer", "face image",
)  # fmt: skip
"""Figures of the timing report."""
OPERANDS = ("ordinary", "special")
ARITHMETIC = "arithmetic"
"""The trait whose case is a fingerprint: see `ROLES`."""
PRODUCTS = ("dot", "matmul", "dense", "dense_column", "dense_loop", "sequential")
"""Operations with inner products, of which a fingerprint is taken."""
ROLES = ("independent", "same_sign", "left_selected", "right_selected", "small", "pair")
"""What the steps of a fingerprint are called, with a number after it where there are several: `pair_2`."""
LAYOUTS = {
    "reversed": "every axis of every input runs backwards (negative strides)",
    "rows_reversed": "the first axis of the first input runs backwards",
    "columns_reversed": "the last axis of every input runs backwards",
    "broadcast": "axes along which the numbers repeat have a stride of 0",
    "offset": "every input is what lies within a border, one element wide",
    "later_strided": "every input but the first is every second element of a buffer",
    "later_offset": "every input but the first is what lies within a border, one element wide",
    "permuted": "the first axis of every input lies closest together, the others in their order around it",
}
"""In which further layouts a case may be asked."""
FURTHER = tuple(LAYOUTS)
PROPERTIES = ("range", "monotone", "symmetric", "equal", "sums_to_one")

Number = int | Decimal
"""Decimals keep every digit that the author typed; infinities and nan are Decimals as well."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a requirement comes from: a document's short name and the heading there."""

    document: str
    heading: str


@dataclass(frozen=True, slots=True)
class Literal:
    """An input written out: its numbers in row-major order and its shape."""

    values: tuple[Number, ...]
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Generated:
    """An input named, to be made by `nnconform.spec.generator`."""

    generate: str
    name: str
    shape: tuple[int, ...]
    parameters: Mapping[str, Any]

    @property
    def named(self) -> dict[str, Any]:
        """The generator's own table: what a frozen file writes down."""
        return {"generate": self.generate, "name": self.name, "shape": self.shape, **self.parameters}


Input = Literal | Generated


@dataclass(frozen=True, slots=True)
class Step:
    """One named step of a graph: an operation on inputs and on earlier steps."""

    name: str
    operation: str
    inputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Property:
    """What must hold of outputs beside their values.

    `range`: low <= of <= high.  `monotone`: never falls along the last axis.  `symmetric`: of[i] + of[-1-i] = 1.
    `equal`: `of` and `other` agree.  `sums_to_one`: along the last axis.
    """

    name: str
    of: str
    other: str | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a scaled-down case stands for, and what that would take, by formula."""

    what: str
    operations: str
    bytes: str


@dataclass(frozen=True, slots=True)
class Timing:
    """Where a timed case stands in the report: a point `x` on the line `series` of the figure `family`."""

    family: str
    series: str
    x: str
    """A formula over the case's sizes."""
    x_name: str
    operands: str = "ordinary"
    estimate: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Lengths:
    """At which lengths a trait case is asked, to tell whether a value's result depends on where it stands.

    The inputs' rows (or elements) are asked in pieces of each length, and all of them again and again among `among`.
    Where a row `repeats` its values along the last axis instead, equal values are held against each other.
    """

    asked: tuple[int, ...]
    among: int
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One requirement and the numbers that decide it.  Shapes count elements along each axis."""

    id: str
    path: str
    line: int
    kind: str
    requirement: str
    source: Source
    steps: tuple[Step, ...]
    outputs: tuple[str, ...]
    inputs: Mapping[str, Input]
    systems: tuple[str, ...] = ()
    level: str = "must"
    dtypes: tuple[str, ...] = ("float32", "float64")
    left_out: Mapping[str, str] = field(default_factory=dict)
    erratum: str | None = None
    guards: tuple[str, ...] = ()
    printed: Mapping[str, Any] = field(default_factory=dict)
    """The document's own digits, by step."""
    expected: Mapping[str, Any] = field(default_factory=dict)
    """Digits that the case's author worked out, by step."""
    claim: Property | None = None
    refused: Mapping[str, Input] = field(default_factory=dict)
    trait: str | None = None
    lengths: Lengths | None = None
    layouts: tuple[str, ...] = ()
    """Further layouts that it is asked in: see `nnconform.spec.views`."""
    timing: Timing | None = None
    own_products: bool = False
    """Demands products in the dtype's own arithmetic: fails where they are narrower, when others are marked only."""

    @property
    def operations(self) -> tuple[str, ...]:
        """Every operation of the graph, once, in order."""
        return tuple(dict.fromkeys(step.operation for step in self.steps))
