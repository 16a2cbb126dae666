"""From a frozen case and a transcript to a verdict: a pure function, with no framework in sight."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from statistics import median
from typing import Any

import numpy as np

from nnconform.harness.comparison import Comparison, Truth, compare
from nnconform.harness.observed import digest, in_one_line, judge_trait, measure_witnesses, note_other_bits
from nnconform.harness.properties import judge_property
from nnconform.harness.questions import ASKED, ASKED_FIRST, MAY_DECLINE, SECOND, TIMED, origin
from nnconform.harness.sampled import amiss
from nnconform.harness.screen import screen
from nnconform.harness.transcript import Answer, Transcript
from nnconform.harness.verdict import Finding, Verdict
from nnconform.spec.arrays import Array, same_bits

Frozen = Mapping[str, Any]

_LARGE = 4096
"""Arrays of more elements are compared where they lie, not as copies of their bytes."""
_ANSWERED, _REFUSED = frozenset({"first", "others", "again"}), frozenset({"first", "refused"})
_ORDER = {"first": "first", "others": "second"}


def judge(frozen: Frozen, transcript: Transcript) -> Verdict:
    """The verdict on one case in one dtype."""
    with np.errstate(all="ignore"):
        return _judge(frozen, transcript)


def _judge(frozen: Frozen, transcript: Transcript) -> Verdict:
    verdict = Verdict()
    if transcript.unsupported:
        verdict.outcome, verdict.reason, verdict.lacks = "unsupported", transcript.unsupported, transcript.lacks
        return verdict
    if transcript.too_large:
        verdict.outcome, verdict.reason = "out of memory", transcript.too_large
        return verdict
    if frozen["kind"] == "trait":
        judge_trait(frozen, transcript, verdict)
        verdict.digest = digest(transcript.answers["first"], plain=False)
    else:
        _Judgement(frozen, transcript, verdict).judge()
    if verdict.findings:
        verdict.outcome = "out of memory" if _short_of_memory(transcript) else "failed"
    if verdict.witnesses:
        measure_witnesses(frozen, verdict)
    if transcript.left:
        verdict.traits["leaves changed"] = ", ".join(transcript.left)
    times = [transcript.answers[name].elapsed_ns for name in TIMED if name in transcript.answers]
    verdict.elapsed_ns = int(median(times)) if times else 0
    return verdict


def _needed(frozen: Frozen) -> frozenset[str]:
    """Without answers to these nothing is known to be right.  A timing asks both sets of numbers, then takes times."""
    return {"refusal": _REFUSED, "timing": ASKED_FIRST}.get(frozen["kind"], _ANSWERED)


def _short_of_memory(transcript: Transcript) -> bool:
    """Whether a finding says more about the machine than about the framework."""
    return any(answer.raised and answer.raised.out_of_memory for answer in transcript.answers.values())


class _Judgement:
    def __init__(self, frozen: Frozen, transcript: Transcript, verdict: Verdict) -> None:
        self.frozen, self.transcript, self.verdict = frozen, transcript, verdict
        self.dtype: str = frozen["dtype"]
        self.worst: tuple[Comparison, str, str] | None = None
        self.bits: dict[tuple[str, str], bytes] = {}
        """Of the answers that later ones are held against."""
        self.same: set[tuple[str, str]] = set()
        """Answers that have the bits of the first to the same numbers."""
        self.repeated = True
        """Whether all later answers have."""

    @cached_property
    def truths(self) -> dict[str, dict[str, Truth]]:
        """By question and output."""
        expect = self.frozen["expect"]
        return {
            question: {
                name: Truth(data, self.dtype, expect.get(flushed, {}).get(name)) for name, data in expect[key].items()
            }
            for question, key, flushed in (("first", "outputs", "flushed"), ("others", "others", "flushed_others"))
        }

    def judge(self) -> None:
        settled = screen(self.frozen, self.transcript)
        if settled:
            self.verdict.ulps, self.verdict.share, self.verdict.witness = settled.ulps, settled.share, settled.witness
        self.verdict.digest = digest(self.transcript.answers["first"], plain=settled is not None)
        for question, answer in self.transcript.answers.items():
            if question == "refused":
                self._refused(answer)
            elif settled and question in ASKED_FIRST:
                continue
            elif not self._repeats(question, answer):
                self.repeated = False
                self._answer(question, answer)
        for question, name in self.transcript.overwritten:
            told = f"the {_ORDER[question]} answer changed when a later question was asked"
            self.verdict.findings.append(Finding("overwritten", question, name, told, None))
        if not self.verdict.findings and (missing := _needed(self.frozen) - self.transcript.answers.keys()):
            self.verdict.findings.append(Finding("crash", "", "", f"not answered: {', '.join(sorted(missing))}", None))
        first = self.transcript.answers["first"]
        if not self.verdict.findings and "property" in self.frozen["expect"]:
            judge_property(self.frozen["expect"]["property"], first.values, self.truths["first"], self.verdict)
        if first.aliased and not first.raised:
            self.verdict.traits["aliases its input"] = ", ".join(sorted(set(first.aliased)))
        if not self.repeated and not first.raised:
            note_other_bits(self.frozen, self.transcript, self.verdict, self.same)
        if self.worst and self.verdict.ulps:
            found, question, name = self.worst
            self.verdict.witness = found.at(found.ulps_index, question, name)
        limit = self.frozen["expect"].get("should_ulps")
        if limit is not None and self.verdict.ulps > limit:
            self.verdict.should_missed = (
                f"{self.verdict.ulps:.3g} ulps, where a good implementation stays within {limit}"
            )

    def _repeats(self, question: str, answer: Answer) -> bool:
        """Whether an answer has nothing new: nothing amiss around it, and bits that were judged already."""
        if question in ASKED_FIRST or answer.raised or answer.unsupported or answer.changed or answer.odd:
            return False
        if len(answer.values) < len(self.frozen["expect"]["outputs"]):
            return False
        for name, got in answer.values.items():
            if answer.places[name] != self.transcript.device or not self._as_before(question, name, got):
                return False
            self.same.add((question, name))
        return True

    def _answer(self, question: str, answer: Answer) -> None:
        if answer.unsupported:
            self._declined(question, answer.unsupported)
            return
        if answer.raised:
            self._find("crash", question, "", in_one_line(answer.raised))
            return
        self._changed(question, answer)
        for name, kind in answer.odd.items():
            self._find("type", question, name, f"{kind} instead of an array")
        for name in self.frozen["expect"]["outputs"].keys() - answer.values.keys() - answer.odd.keys():
            self._find("type", question, name, "no answer")
        elsewhere = amiss(self.frozen["expect"], answer)
        for name, (facet, told) in elsewhere.items():
            self._find(facet, question, name, told)
        for name, value in answer.values.items():
            if name not in elsewhere:
                self._output(question, name, value, answer.places[name])

    def _changed(self, question: str, answer: Answer) -> None:
        for name in answer.changed:
            self._find("changes its inputs", question, name, f"input {name!r} came back changed")

    def _batch_axis(self, name: str) -> int:
        """The axis of an output along which examples lie."""
        axis: int = self.frozen["expect"].get("batch", {}).get(name, 0)
        return axis

    def _declined(self, question: str, reason: str) -> None:
        """Layouts and batches may be declined; the first question's numbers and shapes may not, once answered."""
        if question in MAY_DECLINE:
            self.verdict.traits[f"declines {question}"] = reason
        else:
            self._find("crash", question, "", f"declined, although the first question was answered: {reason};")

    def _output(self, question: str, name: str, got: Array, place: str) -> None:
        truth = self.truths[origin(question)][name]
        if place != self.transcript.device:
            self._find("device", question, name, f"the answer lay on {place}, not on {self.transcript.device}")
        if got.dtype != truth.dtype:
            self._find("dtype", question, name, f"{got.dtype} instead of {truth.dtype}")
            return
        rows = question == "alone"
        axis = self._batch_axis(name)
        shape = (*truth.shape[:axis], 1, *truth.shape[axis + 1 :]) if rows else truth.shape
        if got.shape != shape:
            self._find("shape", question, name, f"{list(got.shape)} instead of {list(shape)}")
            return
        self._values(question, name, got, truth.row(axis) if rows else truth)

    def _as_before(self, question: str, name: str, got: Array) -> bool:
        """Whether these bits were judged already, as the answer to the same numbers."""
        first = origin(question)
        asked = self.transcript.answers.get(first)
        earlier = asked.values.get(name) if asked else None
        if earlier is None:
            return False
        if question == "alone":
            row = self._batch_axis(name)
            if earlier.ndim > row and not earlier.shape[row]:
                return False  # nothing came first
            return same_bits(got, earlier.take([0], row) if earlier.ndim > row else earlier)
        if got is earlier:
            return True
        if got.size > _LARGE:
            return same_bits(got, earlier)
        if (bits := self.bits.get((first, name))) is None:
            bits = self.bits[first, name] = earlier.tobytes()
        return got.shape == earlier.shape and got.dtype == earlier.dtype and got.tobytes() == bits

    def _values(self, question: str, name: str, got: Array, truth: Truth) -> None:
        found = compare(got, truth)
        verdict = self.verdict
        verdict.share = max(verdict.share, found.worst_share)
        if got.size and found.worst_ulps >= verdict.ulps:
            verdict.ulps, self.worst = found.worst_ulps, (found, question, name)
        for trait, count, place in (
            ("flushes inputs", found.flushed_inputs, found.flushed_input),
            ("flushes results", found.flushed_results, found.flushed_result),
        ):
            if count:
                verdict.note(trait, count, self._flushed(found, place, question, name))
        if found.wrong:
            facet = found.facet
            if question in SECOND and self._stale(name, got):
                facet = "stale"
            where = f"{found.wrong} of {got.size} values {ASKED[question]}".rstrip()
            witness = found.at(found.wrong_index, question, name)
            verdict.findings.append(Finding(facet, question, name, where, witness, found.elements()))

    def _flushed(self, found: Comparison, place: int, question: str, name: str) -> dict[str, Any]:
        seen = found.at(place, question, name)
        kept = {key: seen[key] for key in ("question", "output", "index", "got")}
        return {**kept, "how": "exact", "other": seen["exact"]}

    def _stale(self, name: str, got: Array) -> bool:
        """Whether this is the first answer, given again to other numbers; a wrong first answer proves nothing."""
        first = self.transcript.answers["first"].values.get(name)
        wrong = any(found.question == "first" and found.output == name for found in self.verdict.findings)
        return first is not None and not wrong and same_bits(got, first)

    def _refused(self, answer: Answer) -> None:
        self._changed("refused", answer)
        if answer.unsupported:
            self._find(
                "not refused", "refused", "", f"the adapter declined it, not the framework: {answer.unsupported}"
            )
        elif answer.raised is None:
            shapes = ", ".join(str(list(value.shape)) for value in answer.values.values())
            self._find("not refused", "refused", "", f"accepted, and answered with shape {shapes or 'nothing'}")
        elif not answer.raised.by_framework:
            self._find("not refused", "refused", "", f"no refusal of the framework's own: {in_one_line(answer.raised)}")

    def _find(self, facet: str, question: str, output: str, message: str) -> None:
        words = ASKED.get(question, question)
        self.verdict.findings.append(Finding(facet, question, output, f"{message} {words}".rstrip(), None))
