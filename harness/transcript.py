"""What an adapter answered: raw bits and observed facts, no opinion.

A transcript is all that judging needs, so that a run can be re-graded, and an adapter asked in another process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import prod
from typing import Any

import numpy as np

from nnconform.spec.arrays import Array, decode, dtype_of, encode


@dataclass(slots=True)
class Raised:
    """An exception, and whether it came from the framework's own frames."""

    type: str
    message: str
    stage: str
    """`to native`, `call`, `synchronize` or `to numpy`."""
    by_framework: bool
    out_of_memory: bool = False


@dataclass(slots=True)
class Answer:
    """One answer to one question."""

    values: dict[str, Array] = field(default_factory=dict)
    odd: dict[str, str] = field(default_factory=dict)
    """Outputs that were no arrays at all, with the type that came instead."""
    whole: dict[str, list[int]] = field(default_factory=dict)
    """The full shape of each output of which `values` holds a sample only."""
    places: dict[str, str] = field(default_factory=dict)
    """The device each output lay on."""
    strides: dict[str, list[int] | None] = field(default_factory=dict)
    """The strides that the framework saw for each input; None where it has none."""
    changed: list[str] = field(default_factory=list)
    """Inputs that came back changed."""
    left: dict[str, Array] = field(default_factory=dict)
    """What they hold now."""
    aliased: list[str] = field(default_factory=list)
    """Inputs that an output shares memory with."""
    elapsed_ns: int = 0
    raised: Raised | None = None
    unsupported: str = ""
    """Why this question could not be asked, of a case whose first question could."""


@dataclass(slots=True)
class Transcript:
    """All answers to one case, by question."""

    device: str
    answers: dict[str, Answer] = field(default_factory=dict)
    overwritten: list[tuple[str, str]] = field(default_factory=list)
    """Question and output of each answer that a later call changed."""
    unsupported: str = ""
    """Why the case could not be asked, if the adapter lacks something it needs."""
    lacks: str = ""
    """The operation that the adapter has no function for, if that is why."""
    too_large: str = ""
    """Why nothing was asked, of a case that memory is too little for."""
    measured: dict[str, Any] = field(default_factory=dict)
    """What a trait case's lengths showed: see `nnconform.harness.lengths`."""
    adapter_ns: int = 0
    """Time spent in the adapter's own code and its framework, over all questions."""
    left: list[str] = field(default_factory=list)
    """What the case left changed of what everybody in its process shares."""


_TOLD = ("odd", "whole", "places", "strides", "changed", "aliased", "elapsed_ns", "unsupported")
"""Parts of an answer that are data already, and left out where there is nothing to say."""
_ALIGNED = 8
"""Bytes."""
_OWN = ("device", "overwritten", "unsupported", "lacks", "too_large", "measured", "adapter_ns", "left")


def to_data(transcript: Transcript, blob: bytearray | None = None) -> dict[str, Any]:
    """JSON-able data, without loss.  The bits of arrays go into `blob` where there is one."""
    data = {name: getattr(transcript, name) for name in _OWN}
    pack = _Packing(blob)
    data["answers"] = {question: pack.answer(question, answer) for question, answer in transcript.answers.items()}
    return data


def from_data(data: Mapping[str, Any], blob: bytes = b"") -> Transcript:
    """The transcript that `to_data` was given.  Arrays from a blob cannot be written to."""
    rest = {name: value for name, value in data.items() if name not in {"answers", "overwritten"}}
    answers: dict[str, Answer] = {}
    for question, found in data["answers"].items():
        answers[question] = _answer(found, answers, blob)
    overwritten = [(question, name) for question, name in data["overwritten"]]
    return Transcript(answers=answers, overwritten=overwritten, **rest)


class _Packing:
    """Answers as data, one after another: what one has from an earlier one is named by its place there."""

    def __init__(self, blob: bytearray | None) -> None:
        self.blob = blob
        self.places: dict[int, tuple[str, str]] = {}

    def answer(self, question: str, answer: Answer) -> dict[str, Any]:
        data = {name: found for name in _TOLD if (found := getattr(answer, name))}
        data["values"] = {}
        for name, value in answer.values.items():
            place = self.places.setdefault(id(value), (question, name))
            data["values"][name] = self.array(value) if place == (question, name) else {"as": place}
        if answer.left:
            data["left"] = {name: self.array(value) for name, value in answer.left.items()}
        if answer.raised:
            data["raised"] = asdict(answer.raised)
        return data

    def array(self, value: Array) -> dict[str, Any]:
        if self.blob is None:
            return {"dtype": _name(value), **encode(value)}
        at = len(self.blob)
        self.blob += value.tobytes()
        self.blob += bytes(-len(self.blob) % _ALIGNED)
        return {"dtype": _name(value), "shape": value.shape, "at": at}


def _answer(data: Mapping[str, Any], answers: Mapping[str, Answer], blob: bytes) -> Answer:
    rest = {name: value for name, value in data.items() if name in _TOLD}
    values = {name: _array(found, answers, blob) for name, found in data["values"].items()}
    left = {name: _array(found, answers, blob) for name, found in data.get("left", {}).items()}
    return Answer(values=values, left=left, raised=Raised(**data["raised"]) if "raised" in data else None, **rest)


def _array(data: Mapping[str, Any], answers: Mapping[str, Answer], blob: bytes) -> Array:
    if "as" in data:
        question, name = data["as"]
        return answers[question].values[name]
    if "at" in data:
        return np.frombuffer(blob, dtype_of(data["dtype"]), prod(data["shape"]), data["at"]).reshape(data["shape"])
    return decode(data, data["dtype"])


def _name(value: Array) -> str:
    """A dtype's, with the order of its bytes where that is not this machine's: the bits are sent as they lie."""
    if value.dtype == dtype_of("bfloat16"):
        return "bfloat16"
    return str(value.dtype.name if value.dtype.isnative else value.dtype.str)
