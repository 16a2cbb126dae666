"""What each operation of the catalogue may be asked: shapes, attributes, and numbers for which it says what must hold.

Shapes come from short lists, the plainest first: small and odd, on both sides of vector units, without rows and of one
row; never square alone, or a transposed result would pass.  Every new shape costs a compiler a compilation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf, nan
from typing import Any

import numpy as np

from nnconform.harness.generated.drawing import Drawing
from nnconform.harness.generated.numbers import Domain
from nnconform.spec.arrays import Array
from nnconform.spec.catalogue import catalogue

ARRAYS = (
    (2,), (1,), (3,), (2, 3), (3, 1), (7,), (0, 3), (9,), (2, 3, 4), (33,), (5, 7), (67,),
)  # fmt: skip
ROWS = (
    (1, 2), (2, 3), (1, 1), (3, 2), (0, 3), (2, 3, 2), (1, 9), (5, 4), (3, 17), (2, 33),
)  # fmt: skip
PRODUCTS = (
    (1, 2, 1), (1, 1, 2), (2, 1, 3), (2, 3, 1), (3, 2, 4), (0, 2, 3), (1, 5, 3), (5, 3, 2), (4, 9, 3), (2, 17, 5),
    (1, 33, 2), (3, 65, 1),
)  # fmt: skip
"""Rows, inner size, columns."""
MODELS = ((2, 1), (1, 2), (2, 3, 1), (3, 2, 2), (1, 3, 2), (4, 3, 2, 3), (5, 1, 4), (9, 7, 2), (2, 3, 3, 2, 1))
"""Inputs, and the units of each layer."""
BATCHES = (2, 1, 3, 0, 5)
ACTIVATIONS = ("linear", "relu", "sigmoid", "tanh", "softmax")
PRODUCT = Domain(narrow=True)
FINITE = Domain(narrow=True, special=())
_VARIANCE, _DATA = replace(FINITE, positive=True, zero=False, reach=40), replace(FINITE, reach=20)
"""Smaller spreads, which layers put a floor under, have a written case (`normalization::small_spread`)."""
_EXPONENTIAL = (0.4, 1.0, 5.0, 9.0, 10.4, 11.09, 16.6, 17.3, 20.0, 37.0, 88.0, 88.72, 103.3, 709.0, 709.78, 745.0)
"""Where exponentials and what is made of them change: ln 2 times a precision, and the ends of their ranges."""
_DOMAINS = {
    **dict.fromkeys(
        ("exp", "expm1", "sigmoid", "tanh", "silu", "softplus", "log_sigmoid", "mish", "elu", "selu", "gelu", "erf"),
        Domain(edges=_EXPONENTIAL),
    ),
    "log": Domain(edges=(0.5, 0.7, 1.0, 1.4, 2.0)),
    "log1p": Domain(edges=(0.29, 0.41, 0.5, 1.0, 2.0)),
    "sqrt": Domain(edges=(1.0, 2.0, 4.0)),
    # of a negative zero, and of what halving or flushing makes one, the sign of the infinity is nobody's business
    "rsqrt": Domain(edges=(1.0, 2.0, 4.0), special=(inf, nan), positive=True),
    **dict.fromkeys(("hard_sigmoid", "hard_swish"), Domain(edges=(1.0, 2.5, 3.0, 6.0))),
}
_ATTRIBUTES: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "leaky_relu": {"slope": (0.25, 0.01, 0.125, 0.3, 0.0)},
    "elu": {"alpha": (1.0, 0.5, 0.1, 1.6732632423543772)},
    "gelu": {"approximate": ("none", "tanh")},
    "decision": {"threshold": (0.5, 0.0, 0.125, -0.3, 0.1), "strict": (False, True)},
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One example: an operation, its arrays by name, its attributes."""

    operation: str
    inputs: Mapping[str, Array]
    attributes: Mapping[str, Any]


def example(operation: str, drawing: Drawing) -> Asked:
    """An example of an operation."""
    return _RECIPES.get(operation, _elementwise)(operation, drawing)


def drawn() -> tuple[str, ...]:
    """The operations that can be drawn: all of the catalogue that have a recipe, or work element by element."""
    return tuple(name for name, entry in catalogue().items() if name in _RECIPES or entry.elementwise)


def _elementwise(operation: str, drawing: Drawing) -> Asked:
    attributes = {name: drawing.pick(values) for name, values in _ATTRIBUTES.get(operation, {}).items()}
    domain = _DOMAINS.get(operation, Domain())
    if attributes.get("threshold"):
        domain = replace(domain, edges=(abs(attributes["threshold"]),))
    return Asked(operation, {"x": drawing.array(drawing.pick(ARRAYS), domain)}, attributes)


def _along_an_axis(operation: str, drawing: Drawing) -> Asked:
    """Softmax and its kin: a score of -inf is a mask, of inf or nan it has no share."""
    shape = drawing.pick(ROWS)
    axis = drawing.pick((-1, 0) if shape[0] else (-1,))
    special = (-inf, nan, -0.0) if operation != "logsumexp" else (-inf, inf, nan, -0.0)
    scores = drawing.array(shape, Domain(edges=_EXPONENTIAL, special=special))
    lines = np.moveaxis(scores, axis, -1)
    lines[np.isneginf(lines).all(axis=-1), 0] = 0  # a row of masks alone has no limit
    return Asked(operation, {"x": scores}, {"axis": axis})


def _dot(operation: str, drawing: Drawing) -> Asked:
    size = drawing.pick(PRODUCTS)[1]
    return Asked(operation, {name: drawing.array((size,), PRODUCT) for name in "ab"}, {})


def _matmul(operation: str, drawing: Drawing) -> Asked:
    m, k, n = drawing.pick(PRODUCTS)
    return Asked(operation, {"a": drawing.array((m, k), PRODUCT), "b": drawing.array((k, n), PRODUCT)}, {})


def _transpose(operation: str, drawing: Drawing) -> Asked:
    shapes = [shape for shape in ARRAYS if len(shape) == 2]
    return Asked(operation, {"a": drawing.array(drawing.pick(shapes), Domain())}, {})


def _dense(operation: str, drawing: Drawing) -> Asked:
    m, k, n = drawing.pick(PRODUCTS)
    shapes = {
        "dense": ((m, k), (k, n), (n,)), "dense_loop": ((k,), (k, n), (n,)), "dense_column": ((k, m), (n, k), (n, 1)),
    }[operation]  # fmt: skip
    activation = drawing.pick(ACTIVATIONS)
    arrays = [drawing.array(shape, FINITE if activation == "softmax" else PRODUCT) for shape in shapes]
    return Asked(operation, dict(zip("xwb", arrays, strict=True)), {"activation": activation})


def _sequential(operation: str, drawing: Drawing) -> Asked:
    sizes = drawing.pick(MODELS)
    layers = len(sizes) - 1
    activations = [drawing.pick(ACTIVATIONS[: -1 if layer < layers - 1 else None]) for layer in range(layers)]
    inputs = {}
    if operation == "sequential":
        inputs["x"] = drawing.array(
            (drawing.pick(BATCHES), sizes[0]), PRODUCT if "softmax" not in activations else FINITE
        )
    for layer in range(layers):
        inputs[f"w{layer + 1}"] = drawing.array(sizes[layer : layer + 2], FINITE)
        inputs[f"b{layer + 1}"] = drawing.array(sizes[layer + 1 : layer + 2], FINITE)
    return Asked(operation, inputs, {"activations": activations})


def _normalization(operation: str, drawing: Drawing) -> Asked:
    rows, features = drawing.pick(BATCHES), drawing.pick((2, 1, 3, 7))
    inputs = {"x": drawing.array((rows, features), PRODUCT), "mean": drawing.array((features,), FINITE)}
    inputs["variance"] = drawing.array((features,), _VARIANCE)
    return Asked(operation, inputs, {})


def _normalization_adapted(operation: str, drawing: Drawing) -> Asked:
    rows, features = drawing.pick(BATCHES), drawing.pick((2, 1, 3))
    shape = (drawing.pick((3, 2, 5, 9)), features)
    return Asked(operation, {"x": drawing.array((rows, features), PRODUCT), "data": drawing.array(shape, _DATA)}, {})


_RECIPES: Mapping[str, Callable[[str, Drawing], Asked]] = {
    **dict.fromkeys(("softmax", "log_softmax", "logsumexp"), _along_an_axis),
    "dot": _dot,
    "matmul": _matmul,
    "transpose": _transpose,
    **dict.fromkeys(("dense", "dense_loop", "dense_column"), _dense),
    **dict.fromkeys(("sequential", "parameter_count"), _sequential),
    "round_trip": _elementwise,
    "normalization": _normalization,
    "normalization_adapted": _normalization_adapted,
}
