"""What is made of a case that failed: whether another case is to blame, and what it looks like."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from nnconform.harness.blame import Blame
    from nnconform.harness.collect import CaseItem
    from nnconform.harness.interviewers import Interviewer, Opened
    from nnconform.harness.subject import Subject
    from nnconform.harness.transcript import Transcript
    from nnconform.harness.verdict import Verdict


class Failing:
    """One run's; imports what it needs with the first case that fails."""

    def __init__(self, interviewers: Mapping[Subject, Opened], *, strict: bool) -> None:
        self.interviewers, self.strict = interviewers, strict
        self._blames: dict[Subject, Blame] = {}

    def seen(self, item: CaseItem, transcript: Transcript, verdict: Verdict) -> Verdict:
        """A verdict with findings, or the one that takes their place; told what it looks like."""
        frozen = cast("dict[str, Any]", item.frozen_line)
        if not self.strict:
            verdict = self._blame(item.subject).again(frozen, transcript, verdict)
        if verdict.findings:
            verdict.diagnosis = _diagnosis(frozen, transcript, verdict)
        return verdict

    def _blame(self, subject: Subject) -> Blame:
        if subject not in self._blames:
            from nnconform.harness.blame import Blame

            self._blames[subject] = Blame(cast("Interviewer", self.interviewers[subject]))
        return self._blames[subject]


def _diagnosis(frozen: dict[str, Any], transcript: Transcript, verdict: Verdict) -> str:
    from nnconform.harness.diagnosis import NONE
    from nnconform.harness.diagnosis.diagnose import diagnose

    try:
        return diagnose(frozen, transcript, verdict)
    except Exception as error:  # a hint, which must not make an error of what is a failure
        warnings.warn(f"no diagnosis, for nnconform's own fault: {type(error).__name__}: {error}", stacklevel=2)
        return NONE
