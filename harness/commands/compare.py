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
    from nnconform.reports.model import Result
    from nnconform.reports.timing.changes import Change

HELP = "tell what changed from one record to another; exit code 1 if anything got worse"
_MOST = 100
"""So many lines of one kind are printed where nobody asks for all."""
_MOST_GROWN = 10
_MOST_OPERATIONS = 20
"""So many operations are counted in one line."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("old", metavar="OLD", help="records (.jsonl) of the earlier run")
    parser.add_argument("new", metavar="NEW", help="records (.jsonl) of the later run")
    parser.add_argument(
        "--confidence", metavar="SHARE", type=_share, default=0.95,
        help="how sure to be, for all timing rows together, before one is called slower or faster (default: 0.95)",
    )  # fmt: skip
    parser.add_argument(
        "--renamed", action="store_true",
        help="compare the one adapter of OLD with the one of NEW, whatever they are called",
    )  # fmt: skip
    parser.add_argument("--all", action="store_true", help=f"print every line, not {_MOST} of a kind")


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
        found = compare(old, new, arguments.confidence, renamed=arguments.renamed)
    except ValueError as error:
        raise BadInput(str(error)) from None
    most = None if arguments.all else _MOST
    lines = (*_frame(found, most), *_answers(found, most), *_times(found, arguments.confidence, most), verdict(found))
    for line in lines:
        print(line)
    return int(found.worse)


def _frame(found: Compared, most: int | None) -> Iterator[str]:
    if found.differences:
        yield "Not the same around them:"
        yield from _some([f"  {_one_line(line)}" for line in found.differences], most)
    for which, reasons in (("old", found.unfinished_then), ("new", found.unfinished)):
        for reason in reasons:
            yield f"INCOMPLETE: the {which} record is not all of its run: {reason}"


def _answers(found: Compared, most: int | None) -> Iterator[str]:
    fail = len(found.added_failing)
    added = f"added, of which {fail:,} {'fails' if fail == 1 else 'fail'}" if fail else "added"
    told = [
        f"{len(items):,} {name}"
        for name, items in (
            ("newly failing", found.failing), ("newly a known deviation", found.deviating),
            ("no longer supported", found.lost), ("mended", found.mended), ("changed otherwise", found.otherwise),
            ("with a larger error", found.grown), ("that ask something else now", found.altered),
            (added, found.added), ("removed", found.removed),
        )
        if items
    ]  # fmt: skip
    yield f"Answers: {found.both:,} in both records; {', '.join(told) or 'nothing changed'}"
    for name, pairs in (
        ("newly failing", found.failing), ("newly known to deviate", found.deviating),
        ("no longer supported", found.lost), ("mended", found.mended), ("changed", found.otherwise),
        ("asks something else", found.altered),
    ):  # fmt: skip
        yield from _grouped(name, [pair.new for pair in pairs], [_outcome(name, pair) for pair in pairs], most)
    failing = found.added_failing
    yield from _grouped("added, and fails", failing, [_added(one) for one in failing], most)
    grown = [pair.new for pair in found.grown]
    yield from _grouped("larger error", grown, [_growth(pair) for pair in found.grown], most and _MOST_GROWN)


def _grouped(name: str, results: Sequence[Result], lines: Sequence[str], most: int | None) -> Iterator[str]:
    """Lines, and first how many each operation has where they are not all shown."""
    if most is not None and len(lines) > most:
        counts = Counter(" + ".join(dict.fromkeys(one.operations)) for one in results).most_common()
        told = [f"{_one_line(operation) or 'none'} {count:,}" for operation, count in counts[:_MOST_OPERATIONS]]
        more = [f"and {len(counts) - _MOST_OPERATIONS:,} more"] if len(counts) > _MOST_OPERATIONS else []
        yield f"  {name}, by operation: {', '.join([*told, *more])}"
    yield from _some(lines, most)


def _outcome(name: str, pair: Pair) -> str:
    why = pair.new.why if name != "mended" else ""
    change = f"{pair.old.outcome} -> {pair.new.outcome}{': ' if why else ''}{why[:200]}"
    return f"  {name}  {_one_line(pair.new.id)}  {_one_line(change)}"


def _added(result: Result) -> str:
    why = f": {result.why[:200]}" if result.why else ""
    return f"  added, and fails  {_one_line(result.id)}  {_one_line(result.outcome + why)}"


def _growth(pair: Pair) -> str:
    from nnconform.reports.words import ulps

    return f"  larger error  {_one_line(pair.new.id)}  {ulps(pair.old.ulps)} -> {ulps(pair.new.ulps)} ulps"


def _times(found: Compared, confidence: float, most: int | None) -> Iterator[str]:
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
        yield from _some([_change(change) for change in chosen], most)
    reasons = Counter(change.reason for change in found.changes if change.verdict == "not comparable")
    yield from _some([f"  not comparable  {count:,}: {_one_line(why)}" for why, count in reasons.most_common()], most)


def _change(change: Change) -> str:
    from nnconform.reports.words import significant

    middle, low, high = (significant(end, 4) for end in change.ratio)
    return f"  {change.verdict}  {_one_line(change.result.id)}  {middle} times the old time ({low} to {high})"


def verdict(found: Compared) -> str:
    """The comparison in one line, which says no more than its counts do."""
    worse = _counts(
        (len(found.failing), "newly failing"), (len(found.deviating), "newly a known deviation"),
        (len(found.lost), "no longer supported"), (found.slower, "slower"),
    )  # fmt: skip
    if worse:
        return f"Worse: {worse}"
    if found.unfinished:
        return "Nothing is known to have got worse, but the new record is incomplete"
    if doubt := found.added_in_doubt:
        told = f"{doubt:,} of those it lacks {'does' if doubt == 1 else 'do'} not pass"
        return f"Nothing is known to have got worse, but the old record is incomplete, and {told}"
    told = _counts(
        (len(found.otherwise), "changed otherwise"), (len(found.grown), "with a larger error"),
        (len(found.altered), "that ask something else now"), (len(found.added_failing), "added and failing"),
        (len(found.removed), "removed"),
    )  # fmt: skip
    return f"Nothing newly wrong, unsupported or slower, but {told}" if told else "Nothing got worse"


def _counts(*counts: tuple[int, str]) -> str:
    return ", ".join(f"{count:,} {what}" for count, what in counts if count)


def _some(lines: Sequence[str], most: int | None) -> Iterator[str]:
    yield from lines[:most]
    if most is not None and len(lines) > most:
        yield f"  and {len(lines) - most:,} more: --all prints them"


def _one_line(text: str) -> str:
    from nnconform.reports.words import one_line

    return one_line(text)
