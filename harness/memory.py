"""Whether a large case fits, told before it is asked: what asks for too much memory is ended by the system."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import Any

from nnconform.adapters.contract import Adapter
from nnconform.harness.buffers import BUFFERS
from nnconform.harness.free import free
from nnconform.harness.timing.memory import COPIES, SHARE, size
from nnconform.spec.arrays import dtype_of

INPUTS = 7
"""Copies of the inputs at once: both questions' numbers, the first question's own arrays, those of the question that
is being asked (with gaps, in the strided layout), and the framework's."""
RESULTS = 9
"""Copies of the results: one of each answer, and two that the framework keeps."""
JUDGED = 48
"""Bytes beside each result while it is judged: its exact value in two parts, its bound, and what comes of them."""
PIPED = 18
"""Seven answers on their way through a pipe, on both sides of it, and what a growing buffer takes more."""


def lacking(adapter: Adapter, ask: Mapping[str, Any], *, piped: bool) -> str:
    """Why a large case is not asked, in one line; nothing where it fits, or where nobody knows.

    What is only kept in store, here or on a device, is given back before there is said to be too little.
    """
    host, device = needed(ask, piped=piped)
    if told := _short("memory", host, free()):
        BUFFERS.after_case()
        told = _short("memory", host, free())
    if not told and (told := _short(f"memory of {adapter.device}", device, adapter.free_memory())):
        gc.collect()
        adapter.release()
        told = _short(f"memory of {adapter.device}", device, adapter.free_memory())
    return told


def needed(ask: Mapping[str, Any], *, piped: bool) -> tuple[int, int]:
    """Bytes that a case takes at worst: of main memory, and on a device."""
    width, elements = dtype_of(ask["dtype"]).itemsize, ask["elements"]
    inputs, results = width * elements["inputs"], width * elements["results"]
    kept = RESULTS + len(ask.get("layouts", ())) + (PIPED if piped else 0)
    return INPUTS * inputs + kept * results + JUDGED * elements["results"], COPIES * (inputs + results)


def _short(place: str, wanted: int, there: int | None) -> str:
    if there is None or wanted <= SHARE * there:
        return ""
    return f"not asked: it takes about {size(wanted)} of {place}, where {size(there)} is free"
