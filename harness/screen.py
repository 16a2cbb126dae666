"""The common case in one pass: both sets of numbers answered, and every value well within its bound.

What is settled here is settled as `judge` would settle it, answer by answer; anything special is left to that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from nnconform.harness.comparison import Comparison, Truth, compare_plainly, unravelled
from nnconform.harness.transcript import Answer, Transcript
from nnconform.spec.arrays import Array, decode_bits, dtype_of

_KEYS = (("first", "outputs"), ("others", "others"))


class Part(NamedTuple):
    """One output of one answer, with its truth as it is stored."""

    question: str
    name: str
    got: Array
    truth: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Screened:
    """All of it is right, and how right."""

    ulps: float = 0.0
    share: float = 0.0
    witness: dict[str, Any] | None = None


def screen(frozen: Mapping[str, Any], transcript: Transcript) -> Screened | None:
    """The verdict on both sets of numbers, or None where something needs a closer look."""
    parts = []
    for question, key in _KEYS:
        found = _usable(question, frozen["expect"][key], transcript.answers.get(question), frozen, transcript)
        if found is None:
            return None
        parts += found
    bounded = []
    for part in parts:
        if "bits" not in part.truth:
            bounded.append(part)
        elif part.got.tobytes() != decode_bits(part.truth["bits"], part.truth["shape"], frozen["dtype"]).tobytes():
            return None
    return _within(bounded, frozen["dtype"]) if bounded else Screened()


def _usable(
    question: str, truths: Mapping[str, Any], answer: Answer | None, frozen: Mapping[str, Any], transcript: Transcript
) -> list[Part] | None:
    """Each output with its truth, where there is nothing amiss around them."""
    if answer is None or answer.raised or answer.unsupported or answer.changed or answer.odd or answer.whole:
        return None
    dtype, parts = dtype_of(frozen["dtype"]), []
    for name, truth in truths.items():
        got = answer.values.get(name)
        if got is None or got.dtype != dtype or list(got.shape) != truth["shape"]:
            return None
        if "one_sided" in truth or "period" in truth:
            return None
        if answer.places[name] != transcript.device or not got.size:
            return None
        parts.append(Part(question, name, got, truth))
    return parts


def _within(parts: list[Part], dtype: str) -> Screened | None:
    """One comparison for all of them."""
    got = np.concatenate([part.got.reshape(-1) for part in parts])
    found = Comparison(got, Truth(_joined([part.truth for part in parts], got.size), dtype))
    if not compare_plainly(found):
        return None
    witness = None
    if found.worst_ulps:
        for part, start in _starts(parts):
            if start <= found.ulps_index < start + part.got.size:
                place = unravelled(found.ulps_index - start, part.got.shape)
                witness = found.at(found.ulps_index, part.question, part.name, place)
    return Screened(found.worst_ulps, found.worst_share, witness)


def _joined(truths: list[Mapping[str, Any]], size: int) -> dict[str, Any]:
    """Several truths as one of a single axis; a low part that is not stored is zero."""
    data = {part: "".join([truth[part] for truth in truths]) for part in ("high", "error")}
    if any("low" in truth for truth in truths):
        data["low"] = "".join([truth.get("low") or "0" * len(truth["high"]) for truth in truths])
    return {"shape": [size], **data}


def _starts(parts: list[Part]) -> Iterator[tuple[Part, int]]:
    start = 0
    for part in parts:
        yield part, start
        start += part.got.size
