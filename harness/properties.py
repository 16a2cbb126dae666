"""Properties that hold beside the values.

Exact ones (`range`) fail outright.  The others survive rounding only up to the answers' summed bounds; what breaks
within those is a trait, with its count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnconform.harness.comparison import Truth
from nnconform.harness.verdict import Finding, Verdict
from nnconform.spec.arrays import Array

Claim = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a claim is broken, and where by more than rounding explains; `seen` is what to print there."""

    seen: Array
    broken: Array
    beyond: Array
    message: str
    trait: str
    first: int = 0
    """Where `seen` begins along the last axis."""

    def place(self, where: Array) -> tuple[list[int], float]:
        """The first place of a mask, in the output, and what stands there."""
        index = [int(number) for number in np.unravel_index(int(np.argmax(where)), where.shape)]
        value = float(self.seen[tuple(index)])
        return [*index[:-1], index[-1] + self.first] if index else index, value


@dataclass(frozen=True, slots=True)
class Answers:
    """The first answer with its truths, as the claims read them."""

    values: Mapping[str, Array]
    truths: Mapping[str, Truth]

    def value(self, name: str) -> Array:
        """An output in float64."""
        made: Array = self.values[name].astype(np.float64)
        return made

    def bound(self, name: str) -> Array:
        """How far an output may be from its exact value."""
        truth = self.truths[name]
        return np.zeros(truth.shape) if truth.error is None else truth.error


def judge_property(claim: Claim, values: Mapping[str, Array], truths: Mapping[str, Truth], verdict: Verdict) -> None:
    """Add to the verdict what the claim finds in the first answer."""
    of = claim["of"]
    found = CLAIMS[claim["name"]](claim, Answers(values, truths))
    if found.broken.any():
        index, value = found.place(found.broken)
        witness = {"question": "first", "output": of, "index": index, "got": value, "how": found.message}
        verdict.note(found.trait, int(np.count_nonzero(found.broken)), witness)
    wrong = found.broken & found.beyond
    if wrong.any():
        index, value = found.place(wrong)
        message = f"{of}{''.join(f'[{number}]' for number in index)} = {value!r} {found.message}"
        verdict.findings.append(Finding("value", "first", of, message, None))


def _range(claim: Claim, answers: Answers) -> Broken:
    got = answers.value(claim["of"])
    low, high = claim.get("low", -np.inf), claim.get("high", np.inf)
    outside = (got < low) | (got > high) | np.isnan(got)
    return Broken(got, outside, np.ones_like(outside), f"lies outside {low} to {high}", "leaves its range")


def _monotone(claim: Claim, answers: Answers) -> Broken:
    got, bound = answers.value(claim["of"]), answers.bound(claim["of"])
    steps = np.diff(got, axis=-1)
    slack = bound[..., 1:] + bound[..., :-1]
    return Broken(got[..., 1:], steps < 0, -steps > slack, "is less than the one before", "not monotone", 1)


def _symmetric(claim: Claim, answers: Answers) -> Broken:
    got, bound = answers.value(claim["of"]), answers.bound(claim["of"])
    away = got + got[..., ::-1] - 1.0
    return Broken(
        got, away != 0, np.abs(away) > bound + bound[..., ::-1], "and its mirror do not sum to 1", "not symmetric"
    )


def _equal(claim: Claim, answers: Answers) -> Broken:
    of, other = claim["of"], claim["other"]
    got = answers.value(of)
    away = got - answers.value(other).reshape(got.shape)
    slack = answers.bound(of) + answers.bound(other).reshape(got.shape)
    return Broken(got, away != 0, np.abs(away) > slack, f"differs from {other}", f"{of} and {other} differ in bits")


def _sums_to_one(claim: Claim, answers: Answers) -> Broken:
    total = answers.value(claim["of"]).sum(axis=-1)
    slack = answers.bound(claim["of"]).sum(axis=-1)
    away = total - 1.0
    return Broken(total, away != 0, np.abs(away) > slack, "is its row's sum, not 1", "sum is not exactly 1")


CLAIMS: Mapping[str, Callable[[Claim, Answers], Broken]] = {
    "range": _range,
    "monotone": _monotone,
    "symmetric": _symmetric,
    "equal": _equal,
    "sums_to_one": _sums_to_one,
}
