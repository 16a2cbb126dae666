"""The stand-alone script of a finding really runs, and shows what the record says."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from page_fixtures import ran
from shell import pytest_in
from shell import run as python

from nnconform.reports.model import Result, Subject
from nnconform.reports.records import read
from nnconform.reports.script import stand_alone

WRONG = '''
import math
import numpy as np
from nnconform.adapters.numpy import NumPy

FLOORS = {"none": 0.0}


def _narrow(x):
    return x.astype(np.float16) + FLOORS["none"] * math.pi


class Wrong(NumPy):
    """A sigmoid computed in float16, a product that remembers the last shape, layers that forget their bias."""

    name = "wrong"
    memory = {}

    def sigmoid(self, x):
        with np.errstate(over="ignore", under="ignore"):
            return (1 / (1 + np.exp(-_narrow(x)))).astype(x.dtype)

    @staticmethod
    def sequential(x, layers):
        for w, _, activation in layers:
            x = x @ w
            x = 1 / (1 + np.exp(-x)) if activation == "sigmoid" else x
        return x

    @staticmethod
    def matmul(a, b):
        return np.matmul(a, b, dtype=np.float64)

    @staticmethod
    def tanh(z):
        raise RuntimeError("no tanh today")

    dense_loop = None
'''
HOMEWORK = """
import numpy
from math import fsum as total

RATE = {"half": 0.5}

def halved(x):
    return x * RATE["half"]

def sigmoid(z):
    return 1 / (1 + numpy.exp(-z))

def relu(x):
    return halved(x) + total([0.0])

def dense(a_in, W, b):
    return sigmoid(numpy.matmul(a_in, W) - b)
"""
WITH_G = """
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def relu(z):
    return np.maximum(z, 0)

def dense(a_in, W, b, g):
    return g(a_in @ W)
"""
FORGETFUL = '''
from nnconform.adapters.numpy import NumPy

MEMORY = {}


class Forgetful(NumPy):
    """Answers by shape alone, from memory."""

    name = "forgetful"

    @staticmethod
    def relu(z):
        if z.shape not in MEMORY:
            MEMORY[z.shape] = (z > 0) * z
        return MEMORY[z.shape]
'''

Found = dict[str, tuple[Subject, Result]]


def asked(folder: Path, source: str, adapter: str, *arguments: str) -> Found:
    """What a run of an adapter file finds: every result that is no pass."""
    (folder / adapter.partition(":")[0]).write_text(source, "utf-8")
    assert pytest_in(folder, f"--adapter={adapter}", "-q", *arguments).status == 1
    (record,) = (folder / "nnconform-results").glob("*.jsonl")
    (made,) = read(record)
    return {item.id: (made.subjects[0], item) for item in made.results if item.outcome == "failed"}


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Found:
    return asked(tmp_path_factory.mktemp("wrong"), WRONG, "wrong.py:Wrong", "--dtype=float32")


def first(found: Found, start: str, facet: str) -> tuple[Subject, Result]:
    for one, item in found.values():
        finding = item.findings[0]
        if item.id.startswith(start) and finding.facet == facet:
            return one, item
    raise AssertionError(f"no {facet} in {start}: {list(found)}")


def shows_the_witness(folder: Path, one: Subject, item: Result) -> str:
    seen = item.findings[0].witness
    assert seen is not None
    printed = ran(folder, stand_alone(one, item))
    assert f"is {seen.got!r}, exact {seen.exact!r}" in printed
    return printed


def test_a_method_with_helpers_data_and_imports_of_its_file(tmp_path: Path, wrong: Found) -> None:
    shows_the_witness(tmp_path, *first(wrong, "spec/activations/sigmoid.toml::around_zero", "value"))


def test_a_model_of_layers(tmp_path: Path, wrong: Found) -> None:
    one, item = first(wrong, "spec/models", "value")
    assert "sequential(" in stand_alone(one, item)
    shows_the_witness(tmp_path, one, item)


def test_an_answer_of_the_wrong_dtype_prints_it(tmp_path: Path, wrong: Found) -> None:
    printed = ran(tmp_path, stand_alone(*first(wrong, "spec/products/matmul.toml", "dtype")))
    assert printed.endswith(".dtype: float64\n")


def test_a_crash_is_raised_again(tmp_path: Path, wrong: Found) -> None:
    path = tmp_path / "finding.py"
    path.write_text(stand_alone(*first(wrong, "spec/activations/tanh.toml", "crash")), "utf-8")
    done = python([str(path)], tmp_path)
    assert done.status == 1
    assert done.err.rstrip().endswith("RuntimeError: no tanh today")


def test_every_finding_of_a_wrong_adapter_has_a_script_that_compiles(wrong: Found) -> None:
    for one, item in wrong.values():
        script = stand_alone(one, item)
        compile(script, item.id, "exec")
        assert "The record does not hold" not in script


def test_a_students_file_of_plain_functions(tmp_path: Path) -> None:
    found = asked(tmp_path, HOMEWORK, "homework.py", "--dtype=float64")
    shows_the_witness(tmp_path, *first(found, "spec/activations/relu.toml", "value"))
    shows_the_witness(tmp_path, *first(found, "spec/layers", "value"))


def test_a_layer_that_is_given_a_function(tmp_path: Path) -> None:
    found = asked(tmp_path, WITH_G, "homework.py", "--dtype=float64", "spec/layers/dense.toml")
    one, item = next(each for name, each in found.items() if "coffee_vectorized" in name)
    script = stand_alone(one, item)
    assert "dense(x, w, b, activation" not in script
    assert "z = dense(x, w, b, g=lambda z: z)" in script
    assert "a = dense(x, w, b, g=sigmoid)" in script
    shows_the_witness(tmp_path, one, item)
    for one, item in found.values():
        ran(tmp_path, stand_alone(one, item))


def test_a_stale_answer_is_asked_for_twice(tmp_path: Path) -> None:
    found = asked(tmp_path, FORGETFUL, "forgetful.py:Forgetful", "--dtype=float32")
    one, item = first(found, "spec/activations/relu.toml", "stale")
    assert item.findings[0].question == "others"
    assert "First other numbers" in stand_alone(one, item)
    shows_the_witness(tmp_path, one, item)


LONELY = '''
from nnconform.adapters.numpy import NumPy


class Lonely(NumPy):
    """Wrong for one row alone."""

    name = "lonely"

    @staticmethod
    def relu(z):
        return (z > 0) * z + (z.ndim == 2 and z.shape[0] == 1)
'''


def test_a_row_is_asked_for_alone(tmp_path: Path) -> None:
    found = asked(tmp_path, LONELY, "lonely.py:Lonely", "--dtype=float32", "spec/activations/relu.toml")
    one, item = first(found, "spec/activations/relu.toml", "value")
    assert item.findings[0].question == "alone"
    assert item.details is not None
    (shown,) = item.details.inputs.values()
    assert shown.shape[0] == 1
    shows_the_witness(tmp_path, one, item)


@pytest.mark.parametrize("case", ["around_zero", "long_sigmoid", "past_many_blocks"])
def test_a_witness_of_an_elementwise_operation_has_its_input(wrong: Found, case: str) -> None:
    _, item = first(wrong, f"spec/activations/sigmoid.toml::{case}", "value")
    assert item.witness is not None
    ((name, value),) = item.witness.inputs
    assert name == "x"
    assert item.witness.exact == pytest.approx(1 / (1 + math.exp(-value)), rel=1e-12)
