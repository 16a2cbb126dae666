"""Traits: what answers showed beside right and wrong, each with how often and one place where it can be seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import blake2b
from math import prod
from typing import Any
from zlib import adler32, crc32

import numpy as np

from nnconform.harness.questions import BESIDE, LAYOUTS
from nnconform.harness.transcript import Answer, Raised, Transcript
from nnconform.harness.verdict import Finding, Verdict
from nnconform.spec.arrays import Array, same_bits
from nnconform.spec.model import ARITHMETIC

Frozen = Mapping[str, Any]

_LARGE = 2**15
"""Bytes."""
_FEW = 6
"""A measured array of at most so many elements is written out."""
_MEASURED = {"repeat": "not repeatable", "position": "depends on position", "size": "depends on size"}
_NOWHERE: Array = np.zeros(0, np.int64)


def digest(answer: Answer, *, plain: bool) -> str:
    """16 hexadecimal digits of the bits of an answer's values; every nan is alike.

    `plain` says that there is no nan among them.
    """
    whole = blake2b(digest_size=8)
    for value in answer.values.values():
        bits = value.tobytes() if plain else _without_signs_of_nan(value)
        whole.update(bits if len(bits) < _LARGE else b"%d %d" % (crc32(bits), adler32(bits)))  # a fifth of the time
    return whole.hexdigest()


def _without_signs_of_nan(value: Array) -> bytes:
    nan = value != value  # noqa: PLR0124 - what nan is
    return (np.where(nan, np.asarray(np.nan, value.dtype), value) if nan.any() else value).tobytes()


def measure_witnesses(frozen: Frozen, verdict: Verdict) -> None:
    """Say of each witness how many elements its inputs have: the smallest one is the best."""
    for seen in verdict.witnesses.values():
        seen.setdefault("size", sum(prod(given["shape"]) for given in frozen["ask"]["inputs"].values()))


def judge_trait(frozen: Frozen, transcript: Transcript, verdict: Verdict) -> None:
    """A trait is measured: whether the framework refused, and what came if not.  Only an adapter's own fault fails."""
    answer = transcript.answers["first"]
    if answer.raised and ("lengths" in frozen["ask"] or not answer.raised.by_framework):
        verdict.findings.append(Finding("crash", "first", "", in_one_line(answer.raised), None))
    elif "lengths" in frozen["ask"]:
        _note_lengths(transcript.measured, answer, verdict)
    elif frozen["expect"]["trait"] == ARITHMETIC and not answer.raised:
        from nnconform.harness.fingerprint import fingerprint

        verdict.fingerprint = fingerprint(frozen, answer)
    elif answer.raised:
        verdict.traits[frozen["expect"]["trait"]] = f"refused ({answer.raised.type})"
    else:
        shown = "; ".join(_in_short(value) for value in answer.values.values())
        verdict.traits[frozen["expect"]["trait"]] = shown or "no array"


def _note_lengths(measured: Mapping[str, Any], answer: Answer, verdict: Verdict) -> None:
    for key, trait in _MEASURED.items():
        if found := measured.get(key):
            seen = found["witness"]
            more = {"question": "lengths", "size": seen["of"], "values": measured["values"]}
            verdict.note(trait, found["count"], {**seen, **more})
    if measured.get("zeros"):
        verdict.traits["sign of zero"] = ", ".join(f"{x} gives {y}" for x, y in sorted(measured["zeros"].items()))
    if answer.unsupported:
        verdict.traits["declines lengths"] = answer.unsupported


def in_one_line(raised: Raised) -> str:
    """An exception in one line."""
    return f"{raised.type} at {raised.stage}: {raised.message.splitlines()[0] if raised.message else ''}"


def _in_short(value: Array) -> str:
    few = f" {value.tolist()}" if value.size <= _FEW else ""
    return f"{value.dtype} {list(value.shape)}{few}"


def note_other_bits(
    frozen: Frozen, transcript: Transcript, verdict: Verdict, same: Collection[tuple[str, str]]
) -> None:
    """Later answers to the first question's numbers that have other bits; `same` names those that surely have not."""
    answers = transcript.answers
    first = answers["first"].values
    for question, trait in (
        ("again", "not repeatable"),
        *((layout, f"depends on layout: {layout}") for layout in LAYOUTS),
        ("alone", "depends on batch"),
    ):
        answer = answers.get(question)
        if answer is None or answer.unsupported:
            continue
        if question in LAYOUTS and all(steps is None for steps in answer.strides.values()):
            continue  # a framework without strides never saw another layout
        values = _first_rows(frozen, first) if question == "alone" else first
        held = {name: value for name, value in values.items() if (question, name) not in same}
        _note_places(verdict, trait, question, held, answer.values)


def note_repeat(frozen: Frozen, first: Answer, later: Answer, verdict: Verdict) -> None:
    """The whole case was asked once more: elements of its first answer that have other bits than before."""
    _note_places(verdict, "not repeatable", "again", first.values, later.values)
    if verdict.witnesses:
        measure_witnesses(frozen, verdict)


def _first_rows(frozen: Frozen, values: Mapping[str, Array]) -> dict[str, Array]:
    axes = frozen["expect"].get("batch", {})
    return {
        name: value.take([0], axes.get(name, 0))
        for name, value in values.items()
        if value.ndim > axes.get(name, 0) and value.shape[axes.get(name, 0)]
    }


def _note_places(
    verdict: Verdict, trait: str, question: str, values: Mapping[str, Array], others: Mapping[str, Array]
) -> None:
    count, witness = 0, None
    for name, value in values.items():
        places = _apart(value, others[name]) if name in others else _NOWHERE
        if places.size and witness is None:
            index = [int(number) for number in np.unravel_index(places[0], value.shape)]
            witness = {
                "question": question, "output": name, "index": index, "got": float(value.flat[places[0]]),
                "how": BESIDE[question], "other": float(others[name].flat[places[0]]),
            }  # fmt: skip
        count += places.size
    verdict.note(trait, count, witness)


def _apart(left: Array, right: Array) -> Array:
    """Flat places where two arrays of the same dtype and shape are not the same; zeros are alike, and nans."""
    if left.shape != right.shape or left.dtype != right.dtype or same_bits(left, right):
        return _NOWHERE
    return np.flatnonzero(~((left == right) | (np.isnan(left) & np.isnan(right))))
