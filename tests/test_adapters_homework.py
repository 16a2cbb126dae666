"""A student's file of plain functions: what its signatures may be, and what is asked of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shell import nnconform_in, pytest_in, results

from nnconform.adapters import Adapter, Unsupported
from nnconform.adapters.contract import files_of
from nnconform.adapters.registry import AdapterError, find
from nnconform.adapters.sources import source_of

LOOP = """
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def dense(a_in, W, b):
    a_out = np.zeros(W.shape[1], a_in.dtype)
    for j in range(W.shape[1]):
        a_out[j] = sigmoid(np.dot(W[:, j], a_in) + b[j])
    return a_out

def my_sequential(x, W1, b1, W2, b2):
    return dense(dense(x, W1, b1), W2, b2)
"""
VECTORIZED = """
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def dense(A_in, W, B):
    return sigmoid(np.matmul(A_in, W) + B)
"""
WITH_G = """
def relu(z):
    return np.maximum(z, 0)

def my_dense(a_in, W, b, g):
    return g(a_in @ W + b)
"""
X, W, B = np.ones((2, 3)), np.full((3, 4), 0.5), np.zeros(4)


@pytest.fixture
def adapter(tmp_path: Path, request: pytest.FixtureRequest) -> Adapter:
    path = tmp_path / "homework.py"
    path.write_text(f"import numpy as np\n{request.param}", "utf-8")
    return find(str(path))()


def ask(adapter: Adapter, operation: str, *inputs: Any, **attributes: Any) -> Any:
    function = adapter.function(operation)
    assert function is not None
    return function(*inputs, **attributes)


@pytest.mark.parametrize("adapter", [LOOP], indirect=True)
def test_a_loop_over_units_is_asked_one_row_at_a_time(adapter: Adapter) -> None:
    assert ask(adapter, "dense_loop", X[0], W, B, activation="sigmoid").shape == (4,)
    assert ask(adapter, "dense", X[0], W, B, activation="sigmoid").shape == (4,)
    with pytest.raises(Unsupported, match="one row at a time"):
        ask(adapter, "dense", X, W, B, activation="sigmoid")
    layers = [(W, B, "sigmoid"), (np.ones((4, 2)), np.zeros(2), "sigmoid")]
    assert ask(adapter, "sequential", X[0], layers).shape == (2,)
    with pytest.raises(Unsupported, match="one row at a time"):
        ask(adapter, "sequential", X, layers)


@pytest.mark.parametrize("adapter", [VECTORIZED], indirect=True)
def test_a_vectorized_layer_is_asked_for_batches_and_is_a_sigmoid_layer(adapter: Adapter) -> None:
    assert ask(adapter, "dense", X, W, B, activation="sigmoid").shape == (2, 4)
    with pytest.raises(Unsupported, match="takes no activation"):
        ask(adapter, "dense", X, W, B, activation="linear")
    assert adapter.function("relu") is None


@pytest.mark.parametrize("adapter", [WITH_G], indirect=True)
def test_a_fourth_argument_g_is_given_the_files_own_function(adapter: Adapter) -> None:
    assert (ask(adapter, "dense", X, W, B - 9, activation="relu") == 0).all()
    with pytest.raises(Unsupported, match="has no sigmoid to give to my_dense"):
        ask(adapter, "dense", X, W, B, activation="sigmoid")


@pytest.mark.parametrize("adapter", [WITH_G], indirect=True)
def test_the_identity_is_given_where_nobody_wrote_it(adapter: Adapter) -> None:
    assert (ask(adapter, "dense", X, W, B - 9, activation="linear") == X @ W - 9).all()
    assert adapter.function("linear") is None


@pytest.mark.parametrize("adapter", [f"{WITH_G}\ndef linear(z):\n    return 2 * z\n"], indirect=True)
def test_but_the_files_own_where_there_is_one(adapter: Adapter) -> None:
    assert (ask(adapter, "dense", X, W, B, activation="linear") == 2 * X @ W).all()


TABLE = """
KNOWN = {"linear": lambda z: z, "half": {}}

def dense(a_in, W, b, activation):
    return KNOWN[activation](a_in @ W + b)

def sequential(x, layers):
    for w, b, kind in layers:
        x = dense(x, w, b, kind)
    return x

def relu(z):
    return KNOWN["relu"]

def sigmoid(z):
    return KNOWN["half"]["linear"]
"""


@pytest.mark.parametrize("adapter", [TABLE], indirect=True)
def test_an_activation_that_is_not_in_a_table_is_lacking_and_other_keys_are_slips(adapter: Adapter) -> None:
    assert ask(adapter, "dense", X, W, B, activation="linear").shape == (2, 4)
    with pytest.raises(Unsupported, match="knows no activation 'tanh'"):
        ask(adapter, "dense", X, W, B, activation="tanh")
    with pytest.raises(Unsupported, match="knows no activation 'relu'"):
        ask(adapter, "sequential", X, [(W, B, "linear"), (np.ones((4, 2)), np.zeros(2), "relu")])
    for operation in ("relu", "sigmoid"):
        with pytest.raises(KeyError):
            ask(adapter, operation, X)


@pytest.mark.parametrize(
    "adapter", ["def leaky_relu(z, alpha=0.01):\n    return np.where(z > 0, z, alpha * z)\n"], indirect=True
)
def test_a_parameter_of_another_name_is_said(adapter: Adapter) -> None:
    with pytest.raises(Unsupported, match="takes no slope, but alpha"):
        ask(adapter, "leaky_relu", X, slope=0.25)


@pytest.mark.parametrize(
    "adapter", ["def dense(x, w, b, activation='linear'):\n    return activation\n"], indirect=True
)
def test_an_activation_is_given_by_name(adapter: Adapter) -> None:
    assert ask(adapter, "dense", X, W, B, activation="tanh") == "tanh"


@pytest.mark.parametrize(
    "adapter", ["def my_sequential(x, W1, b1, W2, b2):\n    return (W1, b1, W2, b2)\n"], indirect=True
)
def test_weights_may_be_taken_one_by_one(adapter: Adapter) -> None:
    layers = [(1, 2, "sigmoid"), (3, 4, "sigmoid")]
    assert ask(adapter, "sequential", X, layers) == (1, 2, 3, 4)
    for other in (layers[:1], [*layers, *layers], [(1, 2, "sigmoid"), (3, 4, "relu")]):
        with pytest.raises(Unsupported, match="fixed number of sigmoid layers"):
            ask(adapter, "sequential", X, other)


BORROWED = """
from functools import partial, wraps

def _leaky(slope, x):
    return np.where(x > 0, x, x * x.dtype.type(slope))

def counted(function):
    @wraps(function)
    def call(*inputs, **attributes):
        return function(*inputs, **attributes)
    return call

tanh = np.tanh
matmul = np.matmul
leaky_relu = partial(_leaky, 0.25)
sigmoid = counted(lambda x: 1 / (1 + np.exp(-x)))
softmax = counted(lambda x, axis: np.exp(x) / np.exp(x).sum(axis, keepdims=True))
relu = np.ndarray
linear = np
from numpy import maximum as exp

def my_dense(x, w, b, g):
    return g(x @ w + b)
"""


@pytest.mark.parametrize("adapter", [BORROWED], indirect=True)
def test_a_name_may_stand_for_anything_that_can_be_called(adapter: Adapter) -> None:
    assert ask(adapter, "tanh", np.zeros(2)).tolist() == [0, 0]
    assert ask(adapter, "matmul", X, W).shape == (2, 4)
    assert ask(adapter, "leaky_relu", -X, slope=0.01)[0, 0] == -0.25
    with pytest.raises(Unsupported, match="takes no slope"):
        ask(adapter, "leaky_relu", X, slope=0.5)
    assert ask(adapter, "softmax", X, axis=-1).sum() == pytest.approx(2)
    assert ask(adapter, "dense", X, W, B, activation="tanh").shape == (2, 4)
    assert adapter.function("relu") is None  # a class
    assert adapter.function("linear") is None  # a module
    assert adapter.function("exp") is None  # imported


def test_a_class_may_keep_such_functions_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    text = "import numpy as np\nfrom nnconform.adapters import Adapter\n\ntanh = np.tanh\nrelu = np.ndarray\n\n\n"
    path.write_text(f"{text}class Mine(Adapter):\n    name = 'mine'\n", "utf-8")
    adapter = find(str(path))()
    tanh: Any = adapter.function("tanh")
    assert tanh is np.tanh
    assert adapter.function("relu") is None
    assert source_of(tanh, files_of(type(adapter))) == "import numpy as np\n\ntanh = np.tanh"


def test_what_was_borrowed_is_judged_recorded_and_counted(tmp_path: Path) -> None:
    (tmp_path / "homework.py").write_text(f"import numpy as np\n{BORROWED}", "utf-8")
    done = pytest_in(
        tmp_path,
        "--adapter=homework.py",
        "-q",
        "--dtype=float32,float64",
        "-m",
        "round_trip or tanh or relu",
        "-k",
        "infinities or special_values",
    )
    outcomes = {line["operations"][0]: line["outcome"] for line in results(tmp_path).values()}
    assert outcomes.items() >= {"tanh": "passed", "relu": "unsupported", "round_trip": "unsupported"}.items()
    assert done.status == 0, done.out + done.err


@pytest.mark.parametrize("adapter", ["def sequential(x, layers):\n    return layers\n"], indirect=True)
def test_or_as_a_list_of_layers(adapter: Adapter) -> None:
    layers = [(1, 2, "relu")]
    assert ask(adapter, "sequential", X, layers) == layers


def test_one_adapter_class_in_the_file_is_taken_and_several_are_not(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("from nnconform.adapters import Adapter\n\n\nclass Mine(Adapter):\n    name = 'mine'\n", "utf-8")
    assert find(str(path)).__name__ == "Mine"
    other = tmp_path / "two.py"
    other.write_text(path.read_text("utf-8") + "\n\nclass Other(Mine):\n    pass\n", "utf-8")
    with pytest.raises(AdapterError, match=r"has several adapters \(Mine, Other\): say which, as .*two.py:Mine"):
        find(str(other))
    assert find(f"{other}:Other").__name__ == "Other"


def test_a_loop_as_in_the_slides_is_sound_and_passes_what_it_can_be_asked(tmp_path: Path) -> None:
    (tmp_path / "homework.py").write_text(f"import numpy as np\n{LOOP}", "utf-8")
    check = nnconform_in(tmp_path, "adapter", "check", "homework.py")
    assert check.status == 0, check.out + check.err
    done = pytest_in(tmp_path, "--adapter=homework.py", "-q", "-m", "dense or dense_loop or sequential")
    assert done.status == 0, done.out + done.err
    found = results(tmp_path).values()
    assert {line["case"] for line in found if line["outcome"] == "passed"} >= {"between_zero_and_one"}


def test_doubles_where_singles_were_asked_fail_in_singles_only(tmp_path: Path) -> None:
    text = f"import numpy as np\n{LOOP}".replace(", a_in.dtype)", ")")
    (tmp_path / "homework.py").write_text(text, "utf-8")
    done = pytest_in(tmp_path, "--adapter=homework.py", "-q", "-k", "between_zero_and_one and dense_loop")
    assert done.status == 1, done.out + done.err
    outcomes = {line["dtype"]: line["outcome"] for line in results(tmp_path).values()}
    assert outcomes == {"float32": "failed", "float64": "passed", "float16": "failed", "bfloat16": "unsupported"}
