"""NumPy: the textbook itself, judged like any framework."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from nnconform.adapters.contract import Adapter
from nnconform.reference.textbook import activations, elementary, layers, logarithms, piecewise, products, smooth


class NumPy(Adapter):
    """The textbook on the CPU."""

    name = "numpy"
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
    exp = staticmethod(elementary.exp)
    expm1 = staticmethod(elementary.expm1)
    log = staticmethod(elementary.log)
    log1p = staticmethod(elementary.log1p)
    erf = staticmethod(elementary.erf)
    sqrt = staticmethod(elementary.sqrt)
    rsqrt = staticmethod(elementary.rsqrt)
    elu = staticmethod(piecewise.elu)
    selu = staticmethod(piecewise.selu)
    hard_sigmoid = staticmethod(piecewise.hard_sigmoid)
    hard_swish = staticmethod(piecewise.hard_swish)
    gelu = staticmethod(smooth.gelu)
    silu = staticmethod(smooth.silu)
    softplus = staticmethod(smooth.softplus)
    log_sigmoid = staticmethod(smooth.log_sigmoid)
    mish = staticmethod(smooth.mish)
    softsign = staticmethod(smooth.softsign)
    log_softmax = staticmethod(logarithms.log_softmax)
    logsumexp = staticmethod(logarithms.logsumexp)

    def copy(self, value: Any, into: Any = None) -> Any:
        if into is None:
            return value.copy()
        np.copyto(into, value)
        return into

    def strides(self, value: Any) -> tuple[int, ...] | None:
        return tuple(step // value.itemsize for step in value.strides)

    def versions(self) -> Mapping[str, str]:
        return {"numpy": np.__version__}
