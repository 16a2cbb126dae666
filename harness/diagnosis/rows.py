"""What may go wrong along an axis: softmax, its logarithm, sums of exponentials, statistics of columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from nnconform.harness.diagnosis.hypothesis import Hypothesis, Otherwise
from nnconform.harness.diagnosis.problem import Rounding
from nnconform.harness.diagnosis.products import layers
from nnconform.reference.textbook import activations, logarithms
from nnconform.reference.textbook.layers import normalization

Array = Any

RIGHT: dict[str, Callable[..., Array]] = {
    "softmax": activations.softmax,
    "log_softmax": logarithms.log_softmax,
    "logsumexp": logarithms.logsumexp,
}


def _along(operation: str, fixed: int, own: Rounding, x: Array, axis: int = -1) -> Array:
    return RIGHT[operation](x, axis=fixed)


def _ended(operation: str, powers: Array, total: Array, own: Rounding, axis: int) -> Array:
    """What an operation makes of the exponentials and their sum, where no maximum is given back."""
    if operation == "softmax":
        return powers / total
    if operation == "logsumexp":
        return np.squeeze(np.log(total), axis)
    return np.log(own(powers / total))


def _unshifted(operation: str, own: Rounding, x: Array, axis: int = -1) -> Array:
    powers = own(np.exp(x))
    return _ended(operation, powers, own(powers.sum(axis=axis, keepdims=True)), own, axis)


def _whole(operation: str, own: Rounding, x: Array, axis: int = -1) -> Array:
    powers = np.exp(x - x.max())
    return _ended(operation, powers, powers.sum(), own, axis)


def _shifted_by(
    largest: Callable[[Array, int], Array], operation: str, own: Rounding, x: Array, axis: int = -1
) -> Array:
    """The maximum is another."""
    top = largest(x, axis)
    powers = own(np.exp(x - top))
    total = own(powers.sum(axis=axis, keepdims=True))
    if operation == "softmax":
        return powers / total
    if operation == "logsumexp":
        return np.squeeze(np.broadcast_to(top, total.shape) + np.log(total), axis)
    return x - top - np.log(total)


def _of_all(x: Array, axis: int) -> Array:
    made: Array = x.max(keepdims=True)
    return made


def _of_sizes(x: Array, axis: int) -> Array:
    made: Array = np.abs(x).max(axis=axis, keepdims=True)
    return made


def _first_of_row(x: Array, axis: int) -> Array:
    return np.take(x, [0], axis=axis)


def _in_base_two(operation: str, own: Rounding, x: Array, axis: int = -1) -> Array:
    powers = np.exp2(x - x.max(axis=axis, keepdims=True))
    total = powers.sum(axis=axis, keepdims=True)
    top = x.max(axis=axis, keepdims=True)
    if operation == "logsumexp":
        return np.squeeze(top + np.log(total), axis)
    return powers / total if operation == "softmax" else x - top - np.log(total)


def _with_epsilon(epsilon: float, own: Rounding, z: Array, axis: int = -1) -> Array:
    powers = np.exp(z - z.max(axis=axis, keepdims=True))
    made: Array = powers / (powers.sum(axis=axis, keepdims=True) + epsilon)
    return made


def _floored(least: float, own: Rounding, z: Array, axis: int = -1) -> Array:
    return np.maximum(activations.softmax(z, axis=axis), least)


def _nan_alone(own: Rounding, z: Array, axis: int = -1) -> Array:
    beside = np.isnan(z).any(axis=axis, keepdims=True)
    return np.where(np.isnan(z), z, np.where(beside, 0, activations.softmax(z, axis=axis)))


def _log_of_softmax(own: Rounding, x: Array, axis: int = -1) -> Array:
    return np.log(own(activations.softmax(x, axis=axis)))


def _masked_nan(own: Rounding, x: Array, axis: int = -1) -> Array:
    """A maximum of -inf is taken from -inf."""
    lost = (x == -np.inf).all(axis=axis)
    return np.where(lost, np.nan, logarithms.logsumexp(x, axis=axis))


def _unshifted_layer(kind: str, axis: int) -> Callable[[Array], Array]:
    def share(z: Array) -> Array:
        powers = np.exp(z.astype(np.float32) if z.dtype == np.float64 else z.astype(np.float64)).astype(z.dtype)
        made: Array = powers / powers.sum(axis=axis, keepdims=True)
        return made

    return share if kind == "softmax" else activations.ACTIVATIONS[kind]


# ------------------------------------------------------------------------------------------------ statistics


def _by_variance(own: Rounding, x: Array, mean: Array, variance: Array) -> Array:
    made: Array = (x - mean) / variance
    return made


def _padded(epsilon: float, own: Rounding, x: Array, mean: Array, variance: Array) -> Array:
    return normalization(x, mean, variance + epsilon)


def _with_floor(least: float, own: Rounding, x: Array, mean: Array, variance: Array) -> Array:
    made: Array = (x - mean) / np.maximum(np.sqrt(variance), least)
    return made


def _of_sample(own: Rounding, x: Array, data: Array) -> Array:
    return normalization(x, data.mean(axis=0), data.var(axis=0, ddof=1))


def _of_itself(own: Rounding, x: Array, data: Array) -> Array:
    return normalization(x, x.mean(axis=0), x.var(axis=0))


def _of_everything(own: Rounding, x: Array, data: Array) -> Array:
    return normalization(x, data.mean(), data.var())


def _divided_by_variance(own: Rounding, x: Array, data: Array) -> Array:
    made: Array = (x - data.mean(axis=0)) / data.var(axis=0)
    return made


def _adapted_padded(epsilon: float, own: Rounding, x: Array, data: Array) -> Array:
    return normalization(x, data.mean(axis=0), data.var(axis=0) + epsilon)


EPSILONS = ("1e-3", "1e-5", "1e-6", "1e-7", "1e-8", "1e-12")


def hypotheses() -> Iterator[Hypothesis]:
    """All of them."""
    for operation in RIGHT:
        yield Otherwise("as if the axis were 0", operation, partial(_along, operation, 0))
        yield Otherwise("as if the axis were the last one", operation, partial(_along, operation, -1))
        yield Otherwise("as if no maximum were taken out first", operation, partial(_unshifted, operation))
        for what, largest in (
            ("the maximum of the whole array", _of_all),
            ("the largest size", _of_sizes),
            ("the first score", _first_of_row),
        ):
            name = f"as if {what} were taken out, and not the row's maximum"
            yield Otherwise(name, operation, partial(_shifted_by, largest, operation))
        yield Otherwise("as if the exponentials were of base 2", operation, partial(_in_base_two, operation))
    yield Otherwise("as if the sum ran over the whole array", "softmax", partial(_whole, "softmax"))
    yield Otherwise("as if the sum ran over the whole array", "log_softmax", partial(_whole, "log_softmax"))
    yield Otherwise("as if a nan made zeros of the rest of its row", "softmax", _nan_alone)
    yield Otherwise("as if it were the logarithm of the softmax", "log_softmax", _log_of_softmax)
    yield Otherwise("as if -inf were taken from -inf", "logsumexp", _masked_nan)
    yield from layers("as if no maximum were taken out before the softmax", activate=_unshifted_layer)
    for text in EPSILONS:
        epsilon = float(text)
        yield Otherwise(f"as if {text} were added to the sum", "softmax", partial(_with_epsilon, epsilon))
        yield Otherwise(f"as if no share were below {text}", "softmax", partial(_floored, epsilon))
        told = f"as if {text} were added to the variance"
        yield Otherwise(told, "normalization", partial(_padded, epsilon))
        yield Otherwise(told, "normalization_adapted", partial(_adapted_padded, epsilon))
        if text != EPSILONS[-1]:  # whose square no case goes below
            told = f"as if the standard deviation were {text} at least"
            yield Otherwise(told, "normalization", partial(_with_floor, epsilon))
    for operation, function in (("normalization", _by_variance), ("normalization_adapted", _divided_by_variance)):
        yield Otherwise("as if it were divided by the variance and not by its root", operation, function)
    yield Otherwise("as if the variance were divided by n - 1", "normalization_adapted", _of_sample)
    yield Otherwise("as if mean and variance were the input's own", "normalization_adapted", _of_itself)
    yield Otherwise("as if all features had one mean and variance", "normalization_adapted", _of_everything)
