"""What may go wrong in products, and in the layers that are made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from nnconform.harness.diagnosis.hypothesis import Hypothesis, Otherwise
from nnconform.harness.diagnosis.problem import Instead, Rounding
from nnconform.reference.textbook.activations import ACTIVATIONS, softmax

Array = Any

_MOST_TERMS = 2**18

Product = Callable[[Array, Array], Array]


def narrowed(values: Array, digits: int) -> Array:
    """Values with so many significant bits, as narrow multipliers read them."""
    mantissa, exponent = np.frexp(values)
    made: Array = np.ldexp(np.round(np.ldexp(mantissa, digits)), exponent - digits)
    return made


def _of_digits(digits: int, a: Array, b: Array) -> Array:
    return np.matmul(narrowed(a, digits), narrowed(b, digits))


def _without_last_term(a: Array, b: Array) -> Array:
    return np.matmul(a[..., :-1], b[:-1])


def _in_blocks(size: int, a: Array, b: Array) -> Array:
    """The terms of full blocks; where there is no full one, all."""
    count = b.shape[0] // size * size or b.shape[0]
    return np.matmul(a[..., :count], b[:count])


def _skipping_zeros(a: Array, b: Array) -> Array:
    """A zero on the left makes zero of whatever is on the right."""
    if a.ndim != 2 or b.ndim != 2 or a.size * b.shape[1] > _MOST_TERMS:
        raise ValueError("matrices only, and not too large ones")
    terms = a[:, :, None] * b[None, :, :]
    made: Array = np.where((a == 0)[:, :, None], 0.0, terms).sum(axis=1)
    return made


def _square_transposed(a: Array, b: Array) -> Array:
    return np.matmul(a, b.T if b.ndim == 2 and b.shape[0] == b.shape[1] else b)


def _exchanged(a: Array, b: Array) -> Array:
    if a.shape != b.shape:
        raise ValueError("the shape would tell")
    return np.matmul(b, a)


def _by_element(a: Array, b: Array) -> Array:
    return a * b


EVERYWHERE: dict[str, Product] = {
    "as if the inputs were rounded to 11 bits": partial(_of_digits, 11),
    "as if the inputs were rounded to 8 bits": partial(_of_digits, 8),
    "as if the last term of each sum were left out": _without_last_term,
    "as if the terms past the last full four were left out": partial(_in_blocks, 4),
    "as if the terms past the last full eight were left out": partial(_in_blocks, 8),
    "as if a zero made zero of whatever it is multiplied by": _skipping_zeros,
}
_EIGHT, _ZEROS = list(EVERYWHERE)[-2:]
_NEVER = {
    "dot": {_EIGHT, _ZEROS},
    "dense_loop": {
        _EIGHT,
        _ZEROS,
        "as if the bias were added by example and not by unit",
        "as if the softmax ran along the examples",
        "as if no maximum were taken out before the softmax",
    },
    "dense_column": {_EIGHT},
    "sequential": {_ZEROS},
}
"""What makes no sense of vectors, or what no case would show beyond doubt."""
MATRICES: dict[str, Product] = {
    "as if the right side, being square, were transposed": _square_transposed,
    "as if the two sides were exchanged": _exchanged,
    "as if the product were taken element by element": _by_element,
}


def _plain(product: Product, own: Rounding, a: Array, b: Array) -> Array:
    """For dot and matmul."""
    return product(a, b)


Variant = Callable[[Product, Callable[[Array], Array], Array, Array, Array], Array]
"""A layer: its product, its activation, its input, weights and bias."""


def _usual(product: Product, activate: Callable[[Array], Array], x: Array, w: Array, b: Array) -> Array:
    return activate(product(x, w) + b)


def _bias_twice(product: Product, activate: Callable[[Array], Array], x: Array, w: Array, b: Array) -> Array:
    return activate(product(x, w) + b + b)


def _no_bias(product: Product, activate: Callable[[Array], Array], x: Array, w: Array, b: Array) -> Array:
    return activate(product(x, w))


def _bias_subtracted(product: Product, activate: Callable[[Array], Array], x: Array, w: Array, b: Array) -> Array:
    return activate(product(x, w) - b)


def _bias_last(product: Product, activate: Callable[[Array], Array], x: Array, w: Array, b: Array) -> Array:
    return activate(product(x, w)) + b


def _bias_by_example(product: Product, activate: Callable[[Array], Array], x: Array, w: Array, b: Array) -> Array:
    z = product(x, w)
    square = z.ndim == 2 and z.shape[0] == z.shape[1] == b.size
    return activate(z + (b.reshape(b.shape[::-1] if b.ndim == 2 else (-1, 1)) if square else b))


def _first_bias(product: Product, activate: Callable[[Array], Array], x: Array, w: Array, b: Array) -> Array:
    return activate(product(x, w) + b.reshape(-1)[0])


def _no_activation(product: Product, activate: Callable[[Array], Array], x: Array, w: Array, b: Array) -> Array:
    return product(x, w) + b


def _transposed(product: Product, activate: Callable[[Array], Array], x: Array, w: Array, b: Array) -> Array:
    return activate(product(x, w.T if w.shape[0] == w.shape[1] else w) + b)


VARIANTS: dict[str, Variant] = {
    "as if the bias were added twice": _bias_twice,
    "as if the bias were left out": _no_bias,
    "as if the bias were subtracted": _bias_subtracted,
    "as if the bias were added after the activation": _bias_last,
    "as if the bias were added by example and not by unit": _bias_by_example,
    "as if all units had the first one's bias": _first_bias,
    "as if the activation were left out": _no_activation,
    "as if weights that are square were transposed": _transposed,
}


def activation(kind: str, axis: int) -> Callable[[Array], Array]:
    """A layer's activation as the textbook has it."""
    return partial(softmax, axis=axis) if kind == "softmax" else ACTIVATIONS[kind]


Activations = Callable[[str, int], Callable[[Array], Array]]


def layers(
    name: str, variant: Variant = _usual, product: Product = np.matmul, activate: Activations = activation
) -> Iterator[Hypothesis]:
    """A defect of a layer, in each of the operations that have layers."""

    def dense(own: Rounding, x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        return variant(product, activate(activation, -1), x, w, b)

    def column(own: Rounding, x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        return variant(lambda right, left: product(left, right), activate(activation, 0), x, w, b)

    def model(own: Rounding, x: Array, given: Any) -> Array:
        for w, b, kind in given:
            x = variant(product, activate(kind, -1), x, w, b)
        return x

    made: dict[str, Instead] = {"dense": dense, "dense_loop": dense, "dense_column": column, "sequential": model}
    for operation, function in made.items():
        if name not in _NEVER.get(operation, ()):
            yield Otherwise(name, operation, function)


def _of_rows(kind: str, axis: int) -> Callable[[Array], Array]:
    """A softmax along the other axis."""
    return partial(softmax, axis=-1 if axis == 0 else 0) if kind == "softmax" else ACTIVATIONS[kind]


def _of_one(kind: str, axis: int) -> Callable[[Array], Array]:
    """A softmax for each unit alone."""
    return (lambda z: np.where(np.isnan(z), z, 1)) if kind == "softmax" else ACTIVATIONS[kind]


def _dropping(kind: str, axis: int) -> Callable[[Array], Array]:
    """A ReLU that takes nan for a number below 0."""
    return (lambda z: np.fmax(z, 0)) if kind == "relu" else activation(kind, axis)


def _without_last_activation(own: Rounding, x: Array, given: Any) -> Array:
    for number, (w, b, kind) in enumerate(given):
        z = np.matmul(x, w) + b
        x = z if number == len(given) - 1 else activation(kind, -1)(z)
    return x


def _without_last_layer(own: Rounding, x: Array, given: Any) -> Array:
    for w, b, kind in given[:-1]:
        x = activation(kind, -1)(np.matmul(x, w) + b)
    return x


def _sharing(own: Rounding, x: Array, given: Any) -> Array:
    kept: dict[Any, Any] = {}
    for w, b, kind in given:
        weights, bias = kept.setdefault(w.shape, (w, b))
        x = activation(kind, -1)(np.matmul(x, weights) + bias)
    return x


def _one_activation(own: Rounding, x: Array, given: Any) -> Array:
    for w, b, _ in given:
        x = activation(given[-1][2], -1)(np.matmul(x, w) + b)
    return x


def hypotheses() -> Iterator[Hypothesis]:
    """All of them."""
    for name, product in (EVERYWHERE | MATRICES).items():
        yield Otherwise(name, "matmul", partial(_plain, product))
    for name, product in EVERYWHERE.items():
        if name not in _NEVER["dot"]:
            yield Otherwise(name, "dot", partial(_plain, product))
        yield from layers(name, product=product)
    for name, variant in VARIANTS.items():
        yield from layers(name, variant)
    yield from layers("as if the softmax ran along the examples", activate=_of_rows)
    yield from layers("as if each unit had a softmax of its own", activate=_of_one)
    yield from layers("as if relu took a nan for a number below 0", activate=_dropping)
    yield Otherwise("as if the last activation were left out", "sequential", _without_last_activation)
    yield Otherwise("as if the last layer were left out", "sequential", _without_last_layer)
    yield Otherwise("as if layers of one shape shared the first one's weights", "sequential", _sharing)
    yield Otherwise("as if every layer had the last one's activation", "sequential", _one_activation)
