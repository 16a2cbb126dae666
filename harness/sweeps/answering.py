"""Beside the framework: one batch of inputs to one operation, and the bits of its answers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import lru_cache
from time import process_time_ns
from typing import Any

import numpy as np

from nnconform.adapters.contract import Adapter, Unsupported
from nnconform.harness.given import no_array
from nnconform.harness.sweeps.walk import Batch
from nnconform.spec.arrays import dtype_of

Array = Any
Question = Mapping[str, Any]
"""Operation, attributes, dtype and batch; and the file that takes the answer's bits, from a process of its own."""
_LONGEST = 300
_COMES_AND_GOES = 24 * 2**20
"""Bytes: more than any batch takes.  Pages that are given back and fetched again cost more than many a function."""


def question_of(operation: str, attributes: Mapping[str, Any], dtype: str, batch: Batch) -> dict[str, Any]:
    """What an adapter is asked."""
    return {"operation": operation, "attributes": dict(attributes), "dtype": dtype, "batch": batch.named()}


def answer(adapter: Adapter, question: Question, out: Array | None = None) -> dict[str, Any]:
    """Fill `out` with the answer's bits; gives what there is to say of it."""
    if out is None:
        out = _attached(question["memory"])[: Batch(**question["batch"]).count]
    function = adapter.function(question["operation"])
    if function is None:
        return {"unsupported": f"{adapter.name} has no {question['operation']}", "lacks": question["operation"]}
    stage = "to native"
    start = process_time_ns()
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"), adapter.scope():
            warnings.simplefilter("ignore")
            given = adapter.to_native(_inputs(question["dtype"], **question["batch"]))
            stage = "call"
            value = function(given, **question["attributes"])
            stage = "synchronize"
            adapter.synchronize(value)
            spent = process_time_ns() - start
            stage = "to numpy"
            amiss = _taken(adapter, value, question["dtype"], out)
    except Unsupported as error:
        return {"unsupported": str(error) or f"{adapter.name} does not support this"}
    except Exception as error:
        return _raised(error, stage, adapter)
    return {**amiss, "cpu_ns": spent}


def _taken(adapter: Adapter, value: Any, dtype: str, out: Array) -> dict[str, Any]:
    """Copy the bits; or tell what is amiss with the answer as a whole."""
    place = str(adapter.device_of(value))
    if place != adapter.device:
        return {"amiss": ["device", f"the answer lay on {place}, not on {adapter.device}"]}
    given = adapter.to_numpy(value)
    if kind := no_array(given):
        return {"amiss": ["type", f"{kind} instead of an array"]}
    array = np.asarray(given)
    if array.dtype != dtype_of(dtype):
        return {"amiss": ["dtype", f"{array.dtype} instead of {dtype}"]}
    if array.shape != out.shape:
        return {"amiss": ["shape", f"{list(array.shape)} instead of {list(out.shape)}"]}
    np.copyto(out, np.ascontiguousarray(array).view(out.dtype))
    return {}


def _raised(error: Exception, stage: str, adapter: Adapter) -> dict[str, Any]:
    lines = str(error).strip().splitlines()
    told = f"{type(error).__name__}: {lines[0][:_LONGEST]}" if lines else type(error).__name__
    # A dtype that a device has no kernel for: told by this type or these words; or that no array can be made of.
    no_such_array = stage == "to native" and isinstance(error, TypeError)
    if no_such_array or isinstance(error, NotImplementedError) or "not implemented for" in told:
        return {"unsupported": f"{adapter.name} on {adapter.device} lacks it: {told}"}
    return {"amiss": ["crash", f"{told} at {stage}"]}


def _inputs(dtype: str, start: int, step: int, blocks: int, length: int) -> Array:
    """The values of a batch, in an array that nobody changes."""
    kind = dtype_of(dtype)
    word = np.dtype(f"u{kind.itemsize}")
    base = _from_zero(word, step, blocks, length)
    return (base + word.type(start)).view(kind)


@lru_cache(maxsize=4)
def _from_zero(word: np.dtype[Any], step: int, blocks: int, length: int) -> Array:
    np.empty(_COMES_AND_GOES, np.uint8)  # freed at once: from then on the C library keeps blocks of such a size at hand
    return Batch(0, step, blocks, length).patterns(word).ravel()


@lru_cache(maxsize=4)
def _attached(memory: tuple[str, str, int] | str) -> Array:
    """The file that a process shares with the one that asks."""
    path, word, count, _ = str(memory).split("|")
    return np.memmap(path, np.dtype(word), "r+", shape=(int(count),))
