"""A fault is blamed once: where products turn out to be TF32, one case for each operation fails for it.

JAX and TensorFlow ship with that on recent GPUs, and every case with a product in it would fail for the same reason.
So a case that fails is judged again by TF32's bounds, which are frozen beside its own, and passes with a mark if it
keeps to them: but only where the operation's case in `spec/products/own_products.toml` fails, and its fingerprint says
TF32.  Both are asked when they are first needed, whatever was selected and in whatever order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nnconform.harness.fingerprint import fingerprint
from nnconform.harness.judge import judge
from nnconform.harness.subject import SubjectCrashed
from nnconform.reports.traits import TENSOR_FLOAT
from nnconform.spec.frozen import ROOT, FrozenFile, read_current
from nnconform.spec.model import PRODUCTS

if TYPE_CHECKING:
    from nnconform.harness.interviewers import Interviewer
    from nnconform.harness.transcript import Transcript
    from nnconform.harness.verdict import Verdict

_FOLDER = ROOT / "products"
_DEMANDING = "own_products.toml"
_FINGERPRINTS = "fingerprint.toml"
_NARROW = re.compile(r"TF32 inputs( on the (left|right))?(, cut off)?")
"""What the bounds are for: other accumulation, or float16's range, is beyond them."""


class Blame:
    """What one subject's products are, asked once an operation."""

    def __init__(self, interviewer: Interviewer) -> None:
        self.interviewer = interviewer
        self.narrow: dict[str, bool] = {}

    def again(self, frozen: Mapping[str, Any], transcript: Transcript, verdict: Verdict) -> Verdict:
        """The verdict by TF32's bounds where they hold and are kept to, else the one that is given."""
        if "tensor_float" not in frozen["expect"]:
            return verdict
        products = [step["operation"] for step in frozen["ask"]["steps"] if step["operation"] in PRODUCTS]
        if not any(self.is_narrow(operation) for operation in dict.fromkeys(products)):
            return verdict
        relaxed = judge(by_tensor_float(frozen), transcript)
        if relaxed.findings:
            return verdict
        relaxed.note(TENSOR_FLOAT, *_marked(verdict))
        return relaxed

    def is_narrow(self, operation: str) -> bool:
        """Whether an operation's products are TF32, and a case fails for it."""
        if operation not in self.narrow:
            try:
                self.narrow[operation] = self._is_blamed(operation) and self._is_tensor_float(operation)
            except SubjectCrashed:
                self.narrow[operation] = False
        return self.narrow[operation]

    def _is_blamed(self, operation: str) -> bool:
        frozen = _shipped(_DEMANDING).line(operation, "float32")
        return any(found.facet == "value" for found in judge(frozen, self.interviewer.ask(frozen["ask"])).findings)

    def _is_tensor_float(self, operation: str) -> bool:
        frozen = _shipped(_FINGERPRINTS).line(f"of_a_{operation}", "float32")
        answer = self.interviewer.ask(frozen["ask"]).answers.get("first")
        told = fingerprint(frozen, answer) if answer and answer.values else {"name": ""}
        return bool(_NARROW.fullmatch(told["name"]))


def by_tensor_float(frozen: Mapping[str, Any]) -> dict[str, Any]:
    """A frozen case with TF32's bounds in place of its own."""
    expect, wider = dict(frozen["expect"]), frozen["expect"]["tensor_float"]
    for part in ("outputs", "others"):
        expect[part] = {
            name: _bounded(truth, wider[part][name], frozen["dtype"]) for name, truth in expect[part].items()
        }
    return {**frozen, "expect": {key: value for key, value in expect.items() if not key.startswith("flushed")}}


def _bounded(truth: Mapping[str, Any], wider: Mapping[str, Any], dtype: str) -> dict[str, Any]:
    """A truth with another bound; bits become the numbers that they are."""
    kept = {name: value for name, value in truth.items() if name != "bits"}
    if "bits" in truth:
        from nnconform.spec.arrays import decode_bits, encode

        count = truth.get("period")
        values = decode_bits(truth["bits"], (count,) if count else tuple(truth["shape"]), dtype)
        kept["high"] = encode(values.astype("float64"))["bits"]
    return {**kept, "error": wider["error"]}


def _marked(verdict: Verdict) -> tuple[int, dict[str, Any] | None]:
    """How many values are beyond the dtype's own bounds, and one of them."""
    wrong = [found for found in verdict.findings if found.wrong is not None and found.witness]
    if not wrong:
        return 1, None
    seen = wrong[0].witness or {}
    place = {key: seen[key] for key in ("question", "output", "index", "got")}
    return sum(found.wrong.places.size for found in wrong if found.wrong), {
        **place,
        "how": "exact",
        "other": seen["exact"],
    }


def _shipped(name: str) -> FrozenFile:
    found = read_current(_FOLDER / name)
    assert found is not None, f"{name} ships frozen"
    return found
