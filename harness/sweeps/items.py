"""Sweeps as pytest asks them: one item a subject; the first of a case sweeps all subjects against one truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnconform.harness.deviations import Deviation, Known
from nnconform.harness.sweeps.bar import Bar
from nnconform.harness.sweeps.figures import table, verdict
from nnconform.harness.sweeps.sweep import Asked, Entry, Sweep
from nnconform.harness.sweeps.truths import frozen_truth
from nnconform.harness.sweeps.walk import walk
from nnconform.harness.verdict import Verdict
from nnconform.spec.arrays import dtype_of, encode

if TYPE_CHECKING:
    from nnconform.harness.collect import CaseItem
    from nnconform.harness.options import Subject
    from nnconform.harness.subjects import Interviewer

Key = tuple[Path, str, str]
"""File, case, dtype: what all subjects are swept on together."""


@dataclass(frozen=True, slots=True)
class Swept:
    """One subject's sweep."""

    verdict: Verdict
    figures: Mapping[str, Any]
    cpu_ns: int


class Sweeps:
    """All sweeps of a run."""

    def __init__(self, which: str, interviewers: Mapping[Subject, Interviewer], known: Mapping[Subject, Known]) -> None:
        self.which, self.interviewers, self.known = which, interviewers, known
        self.wanted: dict[Key, list[Subject]] | None = None
        self.found: dict[tuple[Key, Subject], Swept] = {}
        """Swept already, and not yet asked for."""

    def of(self, item: CaseItem, *, alone: bool) -> Swept:
        """One item's sweep; `alone` where other processes ask the other subjects."""
        key = _key(item)
        if (key, item.subject) not in self.found:
            self._sweep(item, key, [item.subject] if alone else self._together(item, key))
        found = self.found.pop((key, item.subject))
        assert item.frozen_line is not None
        item.frozen_line = shown_at(item.frozen_line, found.verdict, self._named(item.dtype))
        return found

    def _named(self, dtype: str) -> str:
        return self.which if dtype == "float32" else ""

    def _together(self, item: CaseItem, key: Key) -> list[Subject]:
        """The subjects of a case that are still to be asked, however they were selected."""
        if self.wanted is None:
            self.wanted = {}
            for each in item.session.items:
                if getattr(each, "case", {}).get("kind") == "sweep":
                    self.wanted.setdefault(_key(each), []).append(each.subject)  # type: ignore[arg-type, attr-defined]
        return self.wanted.pop(key, [item.subject])

    def _sweep(self, item: CaseItem, key: Key, subjects: Sequence[Subject]) -> None:
        line, dtype = item.frozen_line, item.dtype
        assert line is not None
        sweep = Sweep(frozen_truth(line), walk(dtype, exhaustive=self.which == "exhaustive"))
        file = item.nodeid.partition("::")[0]
        listed = {subject: self.known[subject].listed(file, item.case["id"], dtype) for subject in subjects}
        entries = {each: Entry(Asked(self.interviewers[each]), known=listed[each]) for each in subjects}
        bar = Bar(f"{item.case['id']} {dtype}", len(sweep.batches))
        sweep.run(list(entries.values()), after=bar.show)
        if len(sweep.batches) > 1:
            bar.clear()
        for subject, entry in entries.items():
            self.found[key, subject] = _swept(entry, sweep, listed[subject])


def _swept(entry: Entry, sweep: Sweep, listed: Sequence[Deviation]) -> Swept:
    tally, engine = entry.tally, sweep.engine
    with np.errstate(all="ignore"):
        found = verdict(tally, engine, [deviation.cause for deviation in listed])
        found.elapsed_ns = tally.cpu_ns // max(tally.inputs // 2**16, 1)
        figures = {"sweep": table(tally, engine)} if tally.inputs else {}
    return Swept(found, figures, tally.cpu_ns)


def shown_at(line: Mapping[str, Any], found: Verdict, which: str) -> dict[str, Any]:
    """The frozen line of a sweep as a report shows it: asked at the one input that the verdict tells of."""
    made = {**line, **({"swept": which} if which else {})}
    if not found.witness:
        return made
    x = np.array([found.witness["inputs"]["x"]]).astype(dtype_of(line["dtype"]))
    exact, error = (encode(np.array([found.witness[name]]))["bits"] for name in ("exact", "bound"))
    truth = {"result": {"shape": [1], "high": exact, "error": error}}
    return made | {"ask": {**line["ask"], "inputs": {"x": encode(x)}}, "expect": {"outputs": truth}}


def _key(item: CaseItem) -> Key:
    return item.path, item.case["id"], item.dtype
