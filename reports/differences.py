"""What tells subjects apart that have label, device and mode in common: a version sooner than a number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from nnconform.reports.model import Subject

_LONGEST = 24
"""So much stands well in the head of a column."""


def differences(subjects: Sequence[Subject]) -> Mapping[Subject, str]:
    """Of each subject what tells it from the others, its own version before anything else; '' of one alone.

    Where nothing short does, a number follows.
    """
    told = dict.fromkeys(subjects, "")
    for values in _facts(subjects):
        longer = {subject: " ".join(filter(None, (told[subject], values[subject]))) for subject in subjects}
        if len(set(longer.values())) > len(set(told.values())) and max(map(len, longer.values())) <= _LONGEST:
            told = longer
    counts = Counter(told.values())
    return {
        subject: words if counts[words] == 1 else f"{words} #{number}".strip()
        for number, (subject, words) in enumerate(told.items(), 1)
    }


def _facts(subjects: Sequence[Subject]) -> Iterator[dict[Subject, str]]:
    """What each subject has of one fact after the other."""
    for part in ("versions", "flags", "machine"):
        held = {subject: dict(getattr(subject, part)) for subject in subjects}
        for name in dict.fromkeys([subjects[0].label, *(name for each in held.values() for name in each)]):
            prefix = "" if name == subjects[0].label or part == "machine" else f"{name} "
            yield {subject: prefix + str(facts.get(name, "unknown")) for subject, facts in held.items()}
