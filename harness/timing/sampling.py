"""The part of a large answer that is read back and judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nnconform.spec.arrays import Array

Sample = Mapping[str, Sequence[int] | None]


def sampled(value: Array, sample: Sample | None) -> Array:
    """The stated positions along the first and the last axis; all of it where none are stated.

    An answer that is too small gives its last positions in place of those it lacks: its shape is judged beside it.
    """
    if not sample or not value.size or not value.ndim:
        return value.copy("C")
    axes = {0: sample.get("rows"), value.ndim - 1: sample.get("columns")}
    if value.ndim == 1:
        axes = {0: next((chosen for chosen in (sample.get("rows"), sample.get("columns")) if chosen is not None), None)}
    for axis, chosen in axes.items():
        if chosen is not None:
            value = value.take(np.asarray(chosen, np.intp), axis, mode="clip")
    made: Array = value.copy("C")
    return made


def sample_of(ask: Mapping[str, Any], output: str) -> Sample | None:
    """What a case says of one output."""
    found: Sample | None = (ask.get("sample") or {}).get(output)
    return found
