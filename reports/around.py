"""What is not the same around two records: versions, machine, adapters, and the files that hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nnconform.reports.fields import Pairs
from nnconform.reports.merge import Asked
from nnconform.reports.model import Place, Run, Subject

Shared = Mapping[Place, tuple[Asked, Asked]]
"""What is held against each other, by the old record's names."""


def differences(
    runs: Sequence[Sequence[Run]], shared: Shared, old: Mapping[Place, Asked], new: Mapping[Place, Asked]
) -> Iterator[str]:
    """A line for each."""
    then, now = runs[0][-1], runs[1][-1]
    yield from _changed(
        "nnconform", (("suite", then.suite), ("spec", then.spec)), (("suite", now.suite), ("spec", now.spec))
    )
    yield from _changed("environment", then.environment, now.environment)
    for place, (before, after) in shared.items():
        name = " ".join(place)
        if after.subject.label != before.subject.label:
            yield f"{name}: is compared with {after.subject.label}"
        yield from _changed(name, before.subject.versions, after.subject.versions)
        yield from _changed(name, before.subject.flags, after.subject.flags)
        yield from _edited(name, before.subject, after.subject)
    yield from (f"{' '.join(place)}: in the old record alone" for place in old if place not in new)
    yield from (f"{' '.join(place)}: in the new record alone" for place in new if place not in old)
    for which, found in (("old", runs[0]), ("new", runs[1])):
        several = {
            subject.place for run in found for subject in run.subjects if _environments(found, subject.place) > 1
        }
        yield from (
            f"{' '.join(place)}: in several environments in the {which} record, the last is compared"
            for place in sorted(several)
        )
        lines = sum(len(run.problems) for run in found)
        if lines:
            yield f"{lines} lines of the {which} record could not be used"


def _edited(whose: str, old: Subject, new: Subject) -> Iterator[str]:
    """Files of the adapter's own code; records of before they were told say nothing."""
    before, after = dict(old.sources), dict(new.sources)
    if not before or not after or sorted(before.values()) == sorted(after.values()):
        return
    for name in dict.fromkeys([*before, *after]):
        if name not in after:
            yield f"{whose}: the adapter's {name} is in the old record alone"
        elif name not in before:
            yield f"{whose}: the adapter's {name} is in the new record alone"
        elif before[name] != after[name]:
            yield f"{whose}: the adapter's {name} is not the same file"


def _environments(runs: Sequence[Run], place: Place) -> int:
    return len({subject for run in runs for subject in run.subjects if subject.place == place})


def _changed(whose: str, old: Pairs, new: Pairs) -> Iterator[str]:
    before, after = dict(old), dict(new)
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield f"{whose}: {name} {before.get(name, 'unknown')} -> {after.get(name, 'unknown')}"
