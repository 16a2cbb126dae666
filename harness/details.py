"""The arrays of a failing case, for people: numbers where they are few, shapes where they are many."""

from __future__ import annotations

from typing import Any

from nnconform.harness.comparison import Truth
from nnconform.harness.interview import materialize
from nnconform.harness.verdict import plain


def shown_arrays(frozen: dict[str, Any], most: int) -> dict[str, Any]:
    """Inputs and exact results by name, each `{shape, values?}`."""
    dtype = frozen["dtype"]
    inputs = {
        name: _shown(materialize(data, dtype).astype("float64"), most) for name, data in frozen["ask"]["inputs"].items()
    }
    refused = {
        name: _shown(materialize(data, dtype).astype("float64"), most)
        for name, data in frozen["ask"].get("refused", {}).items()
    }
    exact = {name: _shown(Truth(data, dtype).high, most) for name, data in frozen["expect"].get("outputs", {}).items()}
    return {"inputs": inputs, "refused": refused, "exact": exact}


def _shown(array: Any, most: int) -> dict[str, Any]:
    found: dict[str, Any] = {"shape": list(array.shape)}
    if array.size <= most:
        found["values"] = plain(array.tolist())
    return found
