"""The failures of a run in a few lines: how many of each operation and what they look like, then some of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nnconform.harness.subject import column
from nnconform.harness.wording import looks

_MOST = 20
_EACH = 5
"""Of more failures than can be shown, so many of one operation: the others say the same."""
_OPERATIONS = 12
_LONGEST = 100
Failure = dict[str, Any]


def failed_lines(failures: Sequence[Failure]) -> Iterator[str]:
    """Counts by operation, then why each failed, and how to ask it again."""
    yield from _by_operation(failures)
    chosen = _chosen(failures)
    for failure in chosen:
        why = failure["findings"][0]["line"] if failure.get("findings") else failure.get("reason", "")
        why += looks(failure.get("diagnosis", ""))
        yield f"{failure['outcome']}: {failure['case']}/{_name(failure)}/{failure['dtype']}: {why}"
        if "rerun" in failure:
            yield f"    {failure['rerun']}"
    if len(failures) > len(chosen):
        yield f"... and {len(failures) - len(chosen)} more, all in the report"


def _by_operation(failures: Iterable[Failure]) -> Iterator[str]:
    """A line an adapter that failed more than once: `fw failed by operation: relu 79 (as if ...: 60), softmax 12`."""
    counts: dict[str, dict[str, Counter[str]]] = {}
    for failure in failures:
        own = counts.setdefault(_name(failure), {})
        own.setdefault(_operation(failure), Counter())[_kind(failure)] += 1
    for name, own in counts.items():
        order = sorted(own.items(), key=lambda item: -item[1].total())
        if sum(found.total() for _, found in order) == 1:
            continue
        told = [_told(operation, found) for operation, found in order[:_OPERATIONS]]
        told += [f"and {len(order) - _OPERATIONS} more"] if len(order) > _OPERATIONS else []
        yield f"{name} failed by operation: {', '.join(told)}"


def _told(operation: str, found: Counter[str]) -> str:
    """One operation: how often it failed, and how most of these did, where there is more to say than that."""
    known = [(kind, count) for kind, count in found.most_common() if kind]
    if not known:
        return f"{operation} {found.total()}"
    kind, count = known[0]
    words = kind if len(kind) <= _LONGEST else f"{kind[:_LONGEST]} ..."
    return f"{operation} {found.total()} ({words}{'' if count == found.total() else f': {count}'})"


def _kind(failure: Failure) -> str:
    """The known defect that it looks like, else what is wrong; '' of a value that is merely wrong."""
    diagnosis = str(failure.get("diagnosis", ""))
    if looks(diagnosis):
        return diagnosis
    facet = failure["findings"][0]["facet"] if failure.get("findings") else failure["outcome"]
    return "" if facet == "value" else str(facet)


def _chosen(failures: Sequence[Failure]) -> list[Failure]:
    """All where they are few, else some: the first of each adapter's operation before any second, in their own order.

    Of one operation a worked example of the documents comes first: it is small, and can be looked up.
    """
    if len(failures) <= _MOST:
        return list(failures)
    seen: Counter[tuple[str, str]] = Counter()
    turns = {}
    for place in sorted(range(len(failures)), key=lambda place: (_strange(failures[place]), place)):
        key = _name(failures[place]), _operation(failures[place])
        seen[key] += 1
        if seen[key] <= _EACH:
            turns[place] = seen[key]
    first = sorted(turns, key=lambda place: (turns[place], place))[:_MOST]
    return [failures[place] for place in sorted(first)]


def _strange(failure: Failure) -> int:
    """How far from a worked example of the documents, which belong to their systems."""
    return 2 * int(failure["kind"] != "example") + int(not failure["systems"])


def _name(failure: Failure) -> str:
    return column(failure["adapter"], failure["mode"])


def _operation(failure: Failure) -> str:
    """What was asked; of a case of several nobody knows which of them is wrong."""
    names = list(dict.fromkeys(failure["operations"]))
    return " with ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
