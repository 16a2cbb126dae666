"""`nnconform compare`: what changed from one record to another, for people and for CI."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nnconform.harness.commands import BadInput

if TYPE_CHECKING:
    from nnconform.reports.compare import Compared, Pair
    from nnconform.reports.timing.changes import Change

HELP = "tell what changed from one record to another; exit code 1 if anything got slower or newly fails"
_MOST = 100
"""So many lines of one kind are printed."""
_MOST_GROWN = 10


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("old", metavar="OLD", help="records (.jsonl) of the earlier run")
    parser.add_argument("new", metavar="NEW", help="records (.jsonl) of the later run")
    parser.add_argument(
        "--confidence", metavar="SHARE", type=_share, default=0.95,
        help="how sure to be, for all timing rows together, before one is called slower or faster (default: 0.95)",
    )  # fmt: skip


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.5 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share from 0.5 to below 1, such as 0.95")
    return value


def run(arguments: argparse.Namespace) -> int:
    """Print what changed; 1 if anything got worse."""
    old, new = Path(arguments.old), Path(arguments.new)
    for path in (old, new):
        if not path.is_file():
            raise BadInput(f"no records {str(path)!r}: a run writes them into nnconform-results")
    from nnconform.reports.compare import compare

    try:
        found = compare(old, new, arguments.confidence)
    except ValueError as error:
        raise BadInput(str(error)) from None
    for line in (*_frame(found), *_answers(found), *_times(found, arguments.confidence), _verdict(found)):
        print(line)
    return int(found.worse)


def _frame(found: Compared) -> Iterator[str]:
    if found.differences:
        yield "Not the same around them:"
        yield from _some([f"  {_one_line(line)}" for line in found.differences], _MOST)
    for reason in found.unfinished:
        yield f"INCOMPLETE: the new record is not all of its run: {reason}"


def _answers(found: Compared) -> Iterator[str]:
    told = [
        f"{len(items):,} {name}"
        for name, items in (
            ("newly failing", found.failing), ("mended", found.mended), ("changed otherwise", found.otherwise),
            ("with a larger error", found.grown), ("added", found.added), ("removed", found.removed),
        )
        if items
    ]  # fmt: skip
    yield f"Answers: {found.both:,} in both records; {', '.join(told) or 'nothing changed'}"
    for name, pairs in (("newly failing", found.failing), ("mended", found.mended), ("changed", found.otherwise)):
        yield from _some([_outcome(name, pair) for pair in pairs], _MOST)
    yield from _some([_growth(pair) for pair in found.grown], _MOST_GROWN)


def _outcome(name: str, pair: Pair) -> str:
    why = pair.new.why if name != "mended" else ""
    change = f"{pair.old.outcome} -> {pair.new.outcome}{': ' if why else ''}{why[:200]}"
    return f"  {name}  {_one_line(pair.new.id)}  {_one_line(change)}"


def _growth(pair: Pair) -> str:
    from nnconform.reports.words import ulps

    return f"  larger error  {_one_line(pair.new.id)}  {ulps(pair.old.ulps)} -> {ulps(pair.new.ulps)} ulps"


def _times(found: Compared, confidence: float) -> Iterator[str]:
    if not found.changes:
        return
    counts = Counter(change.verdict for change in found.changes)
    judged = len(found.changes) - counts["not comparable"]
    names = ("slower", "faster", "indistinguishable", "not comparable")
    yield f"Times: {len(found.changes):,} in both records; {', '.join(f'{counts[name]:,} {name}' for name in names)}"
    if judged:
        yield f"  at {confidence * 100:g} % for all {judged:,} together: with nothing changed, at most"
        yield f"  {(1 - confidence) * 100:.3g} of 100 comparisons would call any of them slower or faster"
        margin = max(change.margin for change in found.changes)
        noise = f"{(margin - 1) * 100:.2g} %" if margin > 1 else "unknown (no A against A rows)"
        yield f"  the runs' own noise, which a change must exceed: {'up to ' if margin > 1 else ''}{noise}"
        if any(not change.reason and change.starts is None for change in found.changes):
            yield "  NOT in it: one program started twice differs by a few per cent, and each record holds one start;"
            yield "  two runs in one file (cat a.jsonl b.jsonl > old.jsonl) have that measured"
    for name in ("slower", "faster"):
        chosen = [change for change in found.changes if change.verdict == name]
        chosen.sort(key=lambda change: change.ratio[0], reverse=name == "slower")
        yield from _some([_change(change) for change in chosen], _MOST)
    reasons = Counter(change.reason for change in found.changes if change.verdict == "not comparable")
    yield from _some([f"  not comparable  {count:,}: {_one_line(why)}" for why, count in reasons.most_common()], _MOST)


def _change(change: Change) -> str:
    from nnconform.reports.words import significant

    middle, low, high = (significant(end, 4) for end in change.ratio)
    return f"  {change.verdict}  {_one_line(change.result.id)}  {middle} times the old time ({low} to {high})"


def _verdict(found: Compared) -> str:
    slower = sum(change.verdict == "slower" for change in found.changes)
    worse = [f"{len(found.failing):,} newly failing"] * bool(found.failing) + [f"{slower:,} slower"] * bool(slower)
    if worse:
        return f"Worse: {', '.join(worse)}"
    return (
        "Nothing is known to have got worse, but the new record is incomplete"
        if found.unfinished
        else "Nothing got worse"
    )


def _some(lines: Sequence[str], most: int) -> Iterator[str]:
    yield from lines[:most]
    if len(lines) > most:
        yield f"  and {len(lines) - most:,} more"


def _one_line(text: str) -> str:
    from nnconform.reports.words import one_line

    return one_line(text)
