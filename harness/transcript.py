"""What an adapter answered: raw bits and observed facts, no opinion.

A transcript is all that judging needs, so that a run can be re-graded, and an adapter asked in another process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
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


_OWN = ("device", "overwritten", "unsupported", "lacks", "too_large", "measured", "adapter_ns", "left")


def to_data(transcript: Transcript) -> dict[str, Any]:
    """JSON-able data, without loss."""
    data = {name: getattr(transcript, name) for name in _OWN}
    data["answers"] = {question: _answer_data(answer) for question, answer in transcript.answers.items()}
    return data


def from_data(data: Mapping[str, Any]) -> Transcript:
    """The transcript that `to_data` was given."""
    rest = {name: value for name, value in data.items() if name not in {"answers", "overwritten"}}
    return Transcript(
        answers={question: _answer(found) for question, found in data["answers"].items()},
        overwritten=[(question, name) for question, name in data["overwritten"]],
        **rest,
    )


def _answer_data(answer: Answer) -> dict[str, Any]:
    data = {
        name: getattr(answer, name)
        for name in ("odd", "whole", "places", "strides", "changed", "aliased", "elapsed_ns", "unsupported")
    }
    for part in ("values", "left"):
        data[part] = {name: {"dtype": _name(found), **encode(found)} for name, found in getattr(answer, part).items()}
    data["raised"] = asdict(answer.raised) if answer.raised else None
    return data


def _answer(data: Mapping[str, Any]) -> Answer:
    rest = {name: value for name, value in data.items() if name not in {"values", "left", "raised"}}
    values, left = (
        {name: decode(found, found["dtype"]) for name, found in data[part].items()} for part in ("values", "left")
    )
    return Answer(values=values, left=left, raised=Raised(**data["raised"]) if data["raised"] else None, **rest)


def _name(value: Array) -> str:
    return "bfloat16" if value.dtype == dtype_of("bfloat16") else str(np.dtype(value.dtype).name)
