"""Which traits fail under `--strict`, and eager and compiled answers held against each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nnconform.harness.details import with_inputs
from nnconform.harness.verdict import Finding
from nnconform.reports.traits import EAGER, sentence
from nnconform.spec.model import FURTHER

if TYPE_CHECKING:
    from nnconform.harness.collect import CaseItem
    from nnconform.harness.options import Options
    from nnconform.harness.verdict import Verdict

STRICT = frozenset({
    "not repeatable", "depends on position", "depends on size", "depends on batch", "depends on layout: fortran",
    "depends on layout: strided", *(f"depends on layout: {layout}" for layout in FURTHER), EAGER, "not monotone",
    "flushes inputs", "flushes results", "aliases its input", "leaves changed",
})  # fmt: skip
"""What fails under `--strict`.

Not among them: what correct rounding shows itself (`sum is not exactly 1`, `not symmetric`, two forms that differ in
bits), and conventions, of which no side is wrong (the sign of zero, odd ranks and biases).
"""


class Traits:
    """What of traits a run was asked for, and what it needs to remember for that."""

    def __init__(self, options: Options) -> None:
        self.full, self.strict = options.traits == "full", options.strict
        self.pairs = self.strict and len({subject.mode for subject in options.subjects}) > 1
        self.digests: dict[str, dict[str, str]] = {}
        """Of first answers, by item without its mode, then by mode."""

    def asked(self, item: CaseItem) -> Mapping[str, Any]:
        """An item's question, with every length in it where all are wanted, and how large it is where it is large."""
        assert item.frozen_line is not None
        ask: Mapping[str, Any] = item.frozen_line["ask"]
        if "elements" in item.case:
            ask = {**ask, "elements": item.case["elements"]}
        if not self.full or "lengths" not in ask:
            return ask
        lengths = ask["lengths"]
        return {**ask, "lengths": {**lengths, "asked": list(range(1, max(lengths["asked"]) + 1))}}

    def grade(self, item: CaseItem, verdict: Verdict) -> None:
        """Under `--strict`, fail what passed and shows a trait."""
        apart = self._other_bits(item, verdict) if self.pairs and verdict.digest else ""
        if not self.strict or verdict.outcome != "passed":
            return
        found = [_finding(trait, item, verdict) for trait in verdict.traits if trait in STRICT]
        if apart:
            found.append(Finding("trait", "first", "", f"{apart} (--strict)", None))
        if found:
            assert item.frozen_line is not None
            item.frozen_line["options"] = [*(["--nnconform-traits=full"] if self.full else []), "--nnconform-strict"]
            verdict.outcome, verdict.findings = "failed", [*found, *verdict.findings]

    def _other_bits(self, item: CaseItem, verdict: Verdict) -> str:
        """Whether this mode's answer has other bits than the eager one, or was it that came later."""
        found = self.digests.setdefault(item.nodeid.rpartition("/")[0], {})
        mode = item.subject.mode
        found[mode] = verdict.digest
        others = found if mode == "eager" else {"eager": found.get("eager", verdict.digest)}
        apart = [other for other, digest in others.items() if digest != verdict.digest]
        return f"{EAGER}: {mode} and {', '.join(apart)} differ" if apart else ""


def _finding(trait: str, item: CaseItem, verdict: Verdict) -> Finding:
    seen = verdict.witnesses.get(trait)
    if seen is None:
        return Finding("trait", "first", "", f"{trait}: {verdict.traits[trait]} (--strict)", None)
    assert item.frozen_line is not None
    where = sentence(with_inputs(item.frozen_line, seen), item.dtype)
    return Finding("trait", seen["question"], seen["output"], f"{trait}: {where} (--strict)", None)
