"""`--repeat`: a case asked several times within its item, of which the worst counts: none is asked until it passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from math import inf, isnan
from typing import TYPE_CHECKING, Any

from nnconform.reports.fields import Fields
from nnconform.reports.outcomes import rank
from nnconform.reports.repeated import Repeated, repeated_of
from nnconform.reports.traits import FLAKY
from nnconform.reports.words import many

if TYPE_CHECKING:
    from nnconform.harness.collect import CaseItem
    from nnconform.harness.transcript import Transcript
    from nnconform.harness.verdict import Verdict

_NOT_ASKED = frozenset({"unsupported", "error"})
"""Nothing would come of asking once more."""
_MOST = 20
Ask = Callable[["CaseItem"], tuple["Verdict", "Transcript | None"]]
Grade = Callable[["CaseItem", "Verdict"], "Verdict"]


def repeated(item: CaseItem, times: int, ask: Ask, grade: Grade) -> Verdict:
    """The worst of so many verdicts; what differed is in the item's figures, and in the traits of each."""
    frozen = item.frozen_line
    assert frozen is not None
    verdicts = _asked(item, times, ask)
    digests = {verdict.digest for verdict in verdicts if verdict.digest}
    if len(digests) > 1:
        for verdict in verdicts:
            verdict.note("not repeatable", 1)  # signs of zeros, where no element was seen to differ
    graded = [grade(item, verdict) for verdict in verdicts]
    worst = min(graded, key=lambda each: (rank(each.outcome), -_number(each.share), -_number(each.ulps)))
    spread = [_number(verdict.ulps) for verdict in graded if verdict.digest] or [0.0]
    outcomes = dict(Counter(each.outcome for each in graded).most_common())
    ulps = {"least": min(spread), "most": max(spread)}
    data = {"times": len(graded), "answers": len(digests), "outcomes": outcomes, "ulps": ulps}
    item.figures = {"repeated": data}
    told = repeated_of(Fields(data))
    if told.flaky:
        worst.traits[FLAKY] = told.counts
    if not told.same:
        frozen["options"] = [*frozen.get("options", []), f"--nnconform-repeat={times}"]
    return worst


def _asked(item: CaseItem, times: int, ask: Ask) -> list[Verdict]:
    """A verdict each time; elements of later answers that differ from the first one's are noted in theirs."""
    from nnconform.harness.observed import note_repeat

    verdicts: list[Verdict] = []
    first = None
    assert item.frozen_line is not None
    for _ in range(times):
        verdict, transcript = ask(item)
        answer = transcript.answers.get("first") if transcript else None
        if first is None:
            first = answer if answer and answer.values else None
        elif answer:
            note_repeat(item.frozen_line, first, answer, verdict)
        verdicts.append(verdict)
        if verdict.outcome in _NOT_ASKED:
            break
    return verdicts


def _number(value: float) -> float:
    """What is no number is as bad as can be."""
    return inf if isnan(value) else value


class Repeats:
    """What a run says of it on the terminal."""

    def __init__(self) -> None:
        self.cases = 0
        self.apart: list[tuple[str, Repeated]] = []

    def add(self, column: str, result: Mapping[str, Any]) -> None:
        """One more result that has a table `repeated`."""
        self.cases += 1
        told = repeated_of(Fields(result["repeated"]))
        if not told.same:
            self.apart.append((f"{result['case']}/{column}/{result['dtype']}", told))

    def lines(self) -> Iterator[str]:
        """How many came out the same, and each that did not: flaky ones first."""
        if not self.cases:
            return
        same = self.cases - len(self.apart)
        yield f"asked several times: {same:,} of {many(self.cases, 'case')} had the same bits and outcome each time"
        apart = sorted(self.apart, key=lambda each: not each[1].flaky)
        for name, told in apart[:_MOST]:
            yield f"    {name}: {told.words}"
        if len(apart) > _MOST:
            yield f"    ... and {len(apart) - _MOST} more, all in the report"
