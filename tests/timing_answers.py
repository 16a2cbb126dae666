"""Timing cases asked whole and read back as a sample, by NumPy implementations of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

import numpy as np

from nnconform.harness.transcript import Answer, Transcript
from nnconform.reference.textbook.activations import leaky_relu, relu, sigmoid, softmax, tanh
from nnconform.spec.frozen import ROOT, FrozenFile
from nnconform.spec.generator import generate, others

Array = Any
FILES = [FrozenFile(path.read_text("utf-8")) for path in sorted((ROOT / "timing").glob("*.jsonl"))]


def lines(largest: int = 2**63) -> Iterator[dict[str, Any]]:
    """Every timing case whose inputs have at most so many elements."""
    for file in FILES:
        for case in file.cases:
            for dtype in case["dtypes"]:
                line = file.line(case["id"], dtype)
                if all(prod(given["shape"]) <= largest for given in line["ask"]["inputs"].values()):
                    yield line


def line_of(case: str) -> dict[str, Any]:
    return next(line for line in lines() if line["case"] == case)


class Plain:
    """Products by NumPy, in the dtype of their inputs."""

    def product(self, a: Array, b: Array) -> Array:
        return a @ b

    def activation(self, name: str, z: Array) -> Array:
        return {"linear": lambda z: z, "relu": relu, "sigmoid": sigmoid, "tanh": tanh, "softmax": softmax}[name](z)

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return self.activation(activation, self.product(x, w) + b)

    def step(self, operation: str, inputs: list[Array], attributes: Mapping[str, Any]) -> Array:
        if operation == "matmul":
            return self.product(*inputs)
        if operation == "dense":
            return self.dense(*inputs, **attributes)
        if operation == "dense_loop":
            x, w, b = inputs
            units = [self.product(x[None, :], w[:, j : j + 1])[0, 0] + b[j] for j in range(w.shape[1])]
            return self.activation(attributes["activation"], np.array(units, x.dtype))
        if operation == "sequential":
            x, *parameters = inputs
            for w, b, kind in zip(parameters[::2], parameters[1::2], attributes["activations"], strict=True):
                x = self.dense(x, w, b, kind)
            return x
        if operation == "leaky_relu":
            return leaky_relu(inputs[0], **attributes)
        return self.activation(operation, inputs[0])


class InFloat64(Plain):
    """Everything in float64, rounded once at the end of each step."""

    def step(self, operation: str, inputs: list[Array], attributes: Mapping[str, Any]) -> Array:
        return super().step(operation, [item.astype(np.float64) for item in inputs], attributes).astype(np.float32)


class TermByTerm(Plain):
    """Sums from the last term to the first, each rounded."""

    def product(self, a: Array, b: Array) -> Array:
        total = np.zeros((a.shape[0], b.shape[1]), a.dtype)
        for k in reversed(range(a.shape[1])):
            total += a[:, k, None] * b[None, k]
        return total


class InHalves(Plain):
    """Sums of two halves."""

    def product(self, a: Array, b: Array) -> Array:
        half = a.shape[1] // 2
        return a[:, half:] @ b[half:] + a[:, :half] @ b[:half]


class Narrow(Plain):
    """Factors rounded to 11 significant bits, or 8: what tensor cores may do to float32."""

    def __init__(self, bits: int) -> None:
        self.bits = bits

    def product(self, a: Array, b: Array) -> Array:
        return self._rounded(a) @ self._rounded(b)

    def _rounded(self, values: Array) -> Array:
        fraction, exponent = np.frexp(values)
        return np.ldexp(np.rint(fraction * 2.0**self.bits) * 2.0**-self.bits, exponent).astype(values.dtype)


class LastTermLost(Plain):
    """A sum that stops one term early."""

    def product(self, a: Array, b: Array) -> Array:
        return a[:, :-1] @ b[:-1]


def arrays(line: Mapping[str, Any]) -> dict[str, Array]:
    return {name: generate(given, line["dtype"]) for name, given in line["ask"]["inputs"].items()}


def answer(line: Mapping[str, Any], given: Mapping[str, Array], by: Plain) -> dict[str, Array]:
    """Every output, whole."""
    known = dict(given)
    with np.errstate(all="ignore"):
        for step in line["ask"]["steps"]:
            inputs = [known[name] for name in step["inputs"]]
            known[step["name"]] = by.step(step["operation"], inputs, step["attributes"])
    return {name: known[name] for name in line["ask"]["outputs"]}


def read_back(line: Mapping[str, Any], whole: Mapping[str, Array]) -> Answer:
    """The sampled part of an answer."""
    found = Answer()
    for name, value in whole.items():
        sample, part = line["ask"]["sample"][name], value
        if sample["rows"] is not None:
            part = part[sample["rows"]]
        if sample["columns"] is not None:
            part = part[..., sample["columns"]]
        found.values[name], found.whole[name], found.places[name] = np.array(part), list(value.shape), "cpu"
    return found


def transcript(line: Mapping[str, Any], by: Plain) -> Transcript:
    """Both questions, asked and read back."""
    given = arrays(line)
    second = {name: others(values) for name, values in given.items()}
    asked = {"first": given, "others": second}
    return Transcript("cpu", {name: read_back(line, answer(line, each, by)) for name, each in asked.items()})
