"""Whether an example can prove anything: whether an implementation that did less than its work would be told apart.

A dead example is asked all the same, and a disagreement in it counts; but it does not count as one of those asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nnconform.harness.comparison import Truth
from nnconform.harness.generated.operations import Asked
from nnconform.spec.arrays import Array

EMPTY, SPECIAL, BLIND = "no values", "no finite value", "a zero everywhere would pass"
CONSTANT, SATURATED = "all results are equal", "all is saturated"
ONE_BRANCH, NO_WEIGHTS = "one branch only", "a factor is zero throughout"
REASONS = (EMPTY, SPECIAL, BLIND, CONSTANT, SATURATED, ONE_BRANCH, NO_WEIGHTS)

_BRANCHES: Mapping[str, tuple[float, ...]] = {
    **dict.fromkeys(("relu", "leaky_relu", "elu", "selu"), (0.0,)),
    **dict.fromkeys(("hard_sigmoid", "hard_swish"), (-3.0, 3.0)),
}
"""Where the pieces of a function meet; an example takes two of them at least."""
_SATURATING: Mapping[str, tuple[float, ...]] = {
    **dict.fromkeys(("sigmoid", "hard_sigmoid", "softmax"), (0.0, 1.0)),
    **dict.fromkeys(("tanh", "erf", "softsign"), (-1.0, 1.0)),
}
"""Values that an activation has nearly everywhere."""
_FACTORS = {"dot": "ab", "matmul": "ab", "dense": "xw", "dense_loop": "xw", "dense_column": "xw"}


def dead(asked: Asked, frozen: Mapping[str, Any]) -> str:
    """Why an example proves nothing; '' where it does."""
    truth = Truth(frozen["expect"]["outputs"]["result"], frozen["dtype"])
    with np.errstate(all="ignore"):
        return next(_reasons(asked, truth), "")


def _reasons(asked: Asked, truth: Truth) -> Iterator[str]:
    exact = truth.high[np.isfinite(truth.high)]
    if not truth.high.size:
        yield EMPTY
    elif not exact.size:
        yield SPECIAL
    error = np.zeros(1) if truth.error is None else truth.error[np.isfinite(truth.high)]
    if (abs(exact) <= error).all():
        yield BLIND
    if any(not asked.inputs[name].astype(np.float64).any() for name in _factors(asked)):
        yield NO_WEIGHTS
    if exact.size > 1 and _constant(truth.high):
        yield CONSTANT
    if any(_one_branch(name, given) for name, given in _bent(asked)):
        yield ONE_BRANCH
    ends = np.array(_SATURATING.get(_last(asked), ()))
    if ends.size and exact.size and (abs(exact[:, None] - ends).min(axis=1) < float(truth.limits[2])).all():
        yield SATURATED


def _constant(exact: Array) -> bool:
    """Whether all results are equal, or those of each row."""
    rows = exact.reshape(-1, exact.shape[-1]) if exact.ndim and exact.shape[-1] > 1 else exact.reshape(1, -1)
    return bool((rows == rows[:, :1]).all())


def _factors(asked: Asked) -> list[str]:
    """The inputs of a product, of which none may be zero throughout."""
    if asked.operation == "sequential":
        return [name for name in asked.inputs if name[0] in "xw"]
    return list(_FACTORS.get(asked.operation, ""))


def _last(asked: Asked) -> str:
    """The function that a result comes out of."""
    given = asked.attributes.get("activations") or [asked.attributes.get("activation", asked.operation)]
    return str(given[-1])


def _bent(asked: Asked) -> Iterator[tuple[str, Array]]:
    """Each function in pieces that is taken, with what it is taken of, in float64."""
    inputs = {name: array.astype(np.float64) for name, array in asked.inputs.items()}
    if asked.operation in _BRANCHES:
        yield asked.operation, inputs["x"]
    elif asked.operation == "dense_column":
        yield asked.attributes["activation"], inputs["w"] @ inputs["x"] + inputs["b"]
    elif "activation" in asked.attributes:
        yield asked.attributes["activation"], inputs["x"] @ inputs["w"] + inputs["b"]
    elif asked.operation == "sequential":
        yield from _layers(inputs, asked.attributes["activations"])


def _layers(inputs: Mapping[str, Array], activations: list[str]) -> Iterator[tuple[str, Array]]:
    """Each layer's activation and what it is taken of."""
    x = inputs["x"]
    for number, activation in enumerate(activations, 1):
        z = x @ inputs[f"w{number}"] + inputs[f"b{number}"]
        yield activation, z
        x = _FORWARD[activation](z)


def _softmax(z: Array) -> Array:
    powers: Array = np.exp(z - z.max(axis=-1, keepdims=True, initial=-np.inf))
    shares: Array = powers / powers.sum(axis=-1, keepdims=True)
    return shares


_FORWARD: Mapping[str, Any] = {
    "linear": lambda z: z, "relu": lambda z: np.maximum(z, 0), "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh, "softmax": _softmax,
}  # fmt: skip


def _one_branch(name: str, given: Array) -> bool:
    """Whether a function in pieces is asked in one of them alone."""
    edges = _BRANCHES.get(name)
    if not edges:
        return False
    pieces = np.searchsorted(edges, given[np.isfinite(given) & (given != 0)].ravel())
    return len(set(pieces.tolist())) < 2
