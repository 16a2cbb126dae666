"""The layouts of the fifth question: those of every case, and those that a case states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nnconform.adapters.contract import Adapter, Unsupported
from nnconform.harness.buffers import BUFFERS
from nnconform.harness.raising import told
from nnconform.spec.arrays import Array
from nnconform.spec.views import View


def _fortran(values: Array) -> Array:
    made = BUFFERS.copy(values, "F")
    made.flags.writeable = False
    return made


def _strided(values: Array) -> Array:
    """Every second element of a buffer whose others are nan, so that a kernel that ignores strides shows."""
    if values.ndim == 0:
        return values.copy()
    buffer = BUFFERS.empty((*values.shape[:-1], 2 * values.shape[-1]), values.dtype)
    buffer.fill(np.nan)
    view = buffer[..., ::2]
    view[...] = values
    return view


LAYOUTS: dict[str, Callable[[Array], Array]] = {"fortran": _fortran, "strided": _strided}


def native_views(adapter: Adapter, seen: Mapping[str, View]) -> dict[str, Any]:
    """The framework's own views of a case's inputs.  Raises Unsupported where it takes none of such strides."""
    try:
        return {
            name: adapter.to_native_view(view.buffer, view.shape, view.strides, view.offset)
            for name, view in seen.items()
        }
    except Exception as error:
        if isinstance(error, Unsupported) or adapter.out_of_memory(error):
            raise
        raise Unsupported(f"{type(error).__name__}: {next(iter(told(error).splitlines()), '')}") from None
