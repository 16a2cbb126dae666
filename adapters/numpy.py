"""NumPy: the textbook itself, judged like any framework."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from nnconform.adapters.contract import Adapter
from nnconform.reference.textbook import activations, layers, products


class NumPy(Adapter):
    """The textbook on the CPU."""

    name = "numpy"
    framework = "numpy"
    install = "pip install numpy"
    owned: ClassVar[bool] = True

    dot = staticmethod(products.dot)
    matmul = staticmethod(products.matmul)
    transpose = staticmethod(products.transpose)
    linear = staticmethod(activations.linear)
    relu = staticmethod(activations.relu)
    leaky_relu = staticmethod(activations.leaky_relu)
    sigmoid = staticmethod(activations.sigmoid)
    tanh = staticmethod(activations.tanh)
    softmax = staticmethod(activations.softmax)
    decision = staticmethod(activations.decision)
    dense = staticmethod(layers.dense)
    dense_loop = staticmethod(layers.dense_loop)
    dense_column = staticmethod(layers.dense_column)
    sequential = staticmethod(layers.sequential)
    parameter_count = staticmethod(layers.parameter_count)
    normalization = staticmethod(layers.normalization)
    normalization_adapted = staticmethod(layers.normalization_adapted)

    def copy(self, value: Any, into: Any = None) -> Any:
        if into is None:
            return value.copy()
        np.copyto(into, value)
        return into

    def strides(self, value: Any) -> tuple[int, ...] | None:
        return tuple(step // value.itemsize for step in value.strides)

    def versions(self) -> Mapping[str, str]:
        return {"numpy": np.__version__}
