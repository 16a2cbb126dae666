"""Runs joined: every subject once, with all that it was asked in any of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from nnconform.reports.differences import differences
from nnconform.reports.model import Place, Result, Run, Subject
from nnconform.reports.outcomes import rank

Key = tuple[str, str, str]
"""What one subject was asked: file, case, dtype."""
_DTYPES = ("bfloat16", "float16", "float32", "float64")


class Answer(NamedTuple):
    """One case in one dtype as one subject answered it: once, or once a run."""

    results: tuple[Result, ...]
    files: tuple[str, ...]
    """The record file of each result."""

    shown: Result
    """The worst of them; of equals the latest."""

    @property
    def differs(self) -> bool:
        """Whether its outcome is not the same in all runs."""
        return len(self.results) > 1 and len({result.outcome for result in self.results}) > 1

    @property
    def altered(self) -> bool:
        """Whether the case of this name was not the same in all runs."""
        return len(self.results) > 1 and len({one.case_digest for one in self.results if one.case_digest}) > 1


@dataclass(frozen=True)
class Asked:
    """One subject over all runs that asked it."""

    subject: Subject
    number: int
    """Counts from 1 where several subjects share label, device and mode; else 0."""
    runs: tuple[Run, ...]
    answers: dict[Key, Answer]
    differs: str = ""
    """What tells it from those, such as a version; its number where nothing short does."""

    @property
    def name(self) -> str:
        """How a column is headed."""
        return f"{self.subject.label} {self.differs}" if self.differs else self.subject.label

    @property
    def full_name(self) -> str:
        """The name with device and mode."""
        return f"{self.name} {self.subject.device} {self.subject.mode}"

    @property
    def not_run(self) -> bool:
        """Whether nothing at all was asked: not a failure, and no 0 %."""
        return not self.answers

    @property
    def unfinished(self) -> bool:
        """Whether a run of it is incomplete."""
        return any(run.unfinished for run in self.runs)

    @cached_property
    def dtypes(self) -> tuple[str, ...]:
        """Every dtype it was asked in, narrow ones first."""
        found = {dtype for _, _, dtype in self.answers}
        return tuple(sorted(found, key=lambda name: (_DTYPES.index(name) if name in _DTYPES else len(_DTYPES), name)))


def join(runs: Sequence[Run]) -> list[Asked]:
    """Every subject of some runs, in the order of their first mention."""
    found: dict[Subject, list[Run]] = {}
    for run in runs:
        for subject in dict.fromkeys(run.subjects):
            found.setdefault(subject, []).append(run)
    sharing: dict[Place, list[Subject]] = {}
    for subject in found:
        sharing.setdefault(subject.place, []).append(subject)
    asked = []
    for subject, own in found.items():
        others = sharing[subject.place]
        number = others.index(subject) + 1 if len(others) > 1 else 0
        asked.append(Asked(subject, number, tuple(own), _answers(subject, own), differences(others)[subject]))
    return asked


def without_times(asked: Sequence[Asked]) -> list[Asked]:
    """The subjects without what they were asked only for the time of; those asked for nothing else are left out."""
    found = []
    for one in asked:
        answers = {key: answer for key, answer in one.answers.items() if not answer.shown.timed}
        if answers or one.not_run:
            found.append(replace(one, answers=answers))
    return found


def _answers(subject: Subject, runs: Iterable[Run]) -> dict[Key, Answer]:
    found: dict[Key, Answer] = {}
    for run in runs:
        for result in run.by_place.get(subject.place, ()):
            key, alone = result.key, Answer((result,), (run.file,), result)
            found[key] = _with(found[key], alone) if key in found else alone
    return dict(sorted(found.items()))


def _with(before: Answer, after: Answer) -> Answer:
    """One answer more to the same question; of equals the later shows."""
    graver = rank(before.shown.outcome) < rank(after.shown.outcome)
    return Answer(
        before.results + after.results, before.files + after.files, before.shown if graver else after.shown
    )  # fmt: skip
