"""The textbook reads true: loops agree with vectors, formulas with their gradients, and truth does not lean on it."""

from __future__ import annotations

from inspect import unwrap
from types import FunctionType
from typing import Any

import numpy as np
import pytest
from zoo.right import StableSigmoid

from nnconform.adapters.numpy import NumPy
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.reference.freeze import freeze_file
from nnconform.reference.textbook import activations, layers, products
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped, shown

SIGMOID = next(path for path in shipped() if path.stem == "sigmoid")
STEP = 2.0**-600
"""Of the complex-step derivative, which cancels nothing: f'(x) = Im f(x + ih) / h."""
Z = np.array([[-3.0, -0.5, 0.25], [1.0, 2.5, 6.0]])
G = np.array([[1.0, -2.0, 0.5], [3.0, 1.0, -1.0]])


def whole(*shape: int) -> Any:
    """Whole numbers, whose sums are exact in any order."""
    return np.random.default_rng(1).integers(-50, 50, shape).astype(np.float64)


def test_loops_agree_with_vectors() -> None:
    x, w, b = whole(4, 7), whole(7, 3), whole(3)
    assert products.dot_loop(x[0], w[:, 0]) == products.dot(x[0], w[:, 0])
    assert (products.matmul_loop(x, w) == products.matmul(x, w)).all()
    for row, wanted in zip(x, layers.dense(x, w, b), strict=True):
        assert (layers.dense_loop(row, w, b) == wanted).all()
    assert (layers.dense(x, w, b) == layers.dense_column(x.T, w.T, b[:, None]).T).all()


def upstream(function: Any, z: Any, g: Any, *arguments: Any) -> Any:
    """g times the Jacobian, column by column, by complex steps."""
    out = np.zeros_like(z)
    for place in np.ndindex(z.shape):
        moved = z.astype(complex)
        moved[place] += 1j * STEP
        out[place] = (g * function(moved, *arguments).imag).sum() / STEP
    return out


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softmax", "linear"])
def test_gradient_is_that_of_the_formula(name: str) -> None:
    wanted = upstream(getattr(activations, name), Z, G)
    found = getattr(activations, f"{name}_gradient")(Z, G)
    # Each side takes at most 16 rounded operations on terms no larger than the largest of G: gamma_16 of that, twice,
    # is 32 unit roundoffs, or 16 spacings.
    assert np.abs(found - wanted).max() <= 16 * np.spacing(np.abs(G).max())


def test_piecewise_gradients() -> None:
    assert activations.relu_gradient(np.array([-1.0, 0.0, 2.0]), np.full(3, 5.0)).tolist() == [0, 0, 5]
    assert activations.leaky_relu_gradient(np.array([-1.0, 2.0]), np.full(2, 4.0), 0.25).tolist() == [1, 4]


def test_layer_gradients() -> None:
    x, w, g = whole(4, 7), whole(7, 3), whole(4, 3)
    dx, dw, db = layers.dense_gradient(x, w, g)
    assert (dx == upstream(lambda v: v @ w, x, g)).all()
    assert (dw == upstream(lambda v: x @ v, w, g)).all()
    assert (db == g.sum(axis=0)).all()
    a, b = products.dot_gradient(x[0], x[1], 2.0)
    assert (a == 2 * x[1]).all()
    assert (b == 2 * x[0]).all()
    assert (products.matmul_gradient(x, w, g)[0] == dx).all()
    assert (products.transpose_gradient(x, g) == g.T).all()
    assert (layers.normalization_gradient(x, np.full(7, 4.0), x) == x / 2).all()


def broken(z: Any) -> Any:
    return 1 / (2 + np.exp(-z))


def outcomes(adapter: NumPy) -> set[str]:
    frozen = FrozenFile(frozen_path(SIGMOID).read_text("utf-8"))
    lines = [frozen.line(case["id"], dtype) for case in frozen.cases for dtype in case["dtypes"]]
    return {judge(line, interview(adapter, line["ask"])).outcome for line in lines}


def test_a_broken_textbook_fails_numpy_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outcomes(NumPy()) == {"passed"}
    before = freeze_file(SIGMOID, shown(SIGMOID))
    plain = unwrap(activations.sigmoid)
    assert isinstance(plain, FunctionType)
    monkeypatch.setattr(plain, "__code__", broken.__code__)
    assert "failed" in outcomes(NumPy())
    assert outcomes(StableSigmoid()) == {"passed"}  # an implementation of its own
    assert freeze_file(SIGMOID, shown(SIGMOID)) == before  # the truth
