"""How one case of a run is asked, judged and graded."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, cast

from nnconform.harness.failing import Failing
from nnconform.harness.repeating import repeated
from nnconform.harness.subject import Subject, SubjectCrashed
from nnconform.harness.traits import Traits
from nnconform.harness.wording import asked_with

if TYPE_CHECKING:
    from typing import Any

    from nnconform.harness.collect import CaseItem
    from nnconform.harness.deviations import Known
    from nnconform.harness.interviewers import Interviewer
    from nnconform.harness.run import Run
    from nnconform.harness.sweeps.items import Sweeps
    from nnconform.harness.transcript import Transcript
    from nnconform.harness.verdict import Verdict


class Examiner:
    """One run's; what is kept from case to case is kept here."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.traits = Traits(run.options)
        self.known: dict[Subject, Known] = {}
        """The known deviations of each subject that is asked."""
        self.failing = Failing(run.interviewers, strict=run.options.strict)
        self.adapter_ns: Counter[str] = Counter()
        """The time that adapters took, by column."""
        self.sweeps: Sweeps | None = None

    def examine(self, item: CaseItem) -> Verdict:
        """Ask and judge one case."""
        if item.case["kind"] == "sweep":
            return self._swept(item)
        if self.run.options.repeat == 1:
            return self.graded(item, self._asked(item)[0])
        return repeated(item, self.run.options.repeat, self._asked, self.graded)

    def _asked(self, item: CaseItem) -> tuple[Verdict, Transcript | None]:
        """One case, asked once and judged; subjects of a timing run answer in rounds, and never come here."""
        from nnconform.harness.judge import judge
        from nnconform.harness.verdict import Verdict

        assert item.frozen_line is not None
        try:
            transcript = cast("Interviewer", self.run.interviewers[item.subject]).ask(self.traits.asked(item))
        except SubjectCrashed as error:
            if error.outcome == "timeout":
                asked_with(item.frozen_line, f"--nnconform-case-timeout={self.run.options.case_limit_s:g}")
            return Verdict(outcome=error.outcome, reason=str(error)), None
        self.adapter_ns[item.subject.column] += transcript.adapter_ns
        verdict = judge(item.frozen_line, transcript)
        if verdict.findings:
            verdict = self.failing.seen(item, transcript, verdict)
        return verdict, transcript

    def _swept(self, item: CaseItem) -> Verdict:
        """Ask and judge every value of a dtype."""
        from nnconform.harness.sweeps.items import Sweeps

        if self.sweeps is None:
            self.sweeps = Sweeps(self.run.options, cast("Any", self.run.interviewers), self.known, self.run.recorder)
        found = self.sweeps.of(item, alone=self.run.is_worker)
        item.figures = found.figures
        self.adapter_ns[item.subject.column] += found.cpu_ns
        told = found.verdict.no_longer_deviates  # by the sweep itself, which knows each cause
        self.graded(item, found.verdict).no_longer_deviates = told
        return found.verdict

    def graded(self, item: CaseItem, verdict: Verdict) -> Verdict:
        """Levels and known deviations: what is to be made of a finding."""
        demanding = self.run.options.level == "should"
        if verdict.outcome == "passed" and verdict.should_missed and demanding:
            verdict.outcome, verdict.reason = "failed", f"should: {verdict.should_missed}"
            asked_with(item.frozen_line, "--nnconform-level=should")
        if verdict.outcome == "failed" and item.case["level"] == "should" and not demanding:
            verdict.outcome, verdict.should_missed = "passed", verdict.findings[0].line()
        self.traits.grade(item, verdict)
        self.known[item.subject].apply(item, verdict)
        return verdict
