"""What a run says on the terminal: what is tested on what, and at the end why each failure failed and where to look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    from nnconform.harness.options import Options
    from nnconform.harness.recording import Recorder
    from nnconform.harness.subjects import LeftOut

from nnconform.harness.options import column

_MOST = 20


def header_lines(options: Options, descriptions: Sequence[Mapping[str, Any]]) -> list[str]:
    """One line a subject."""
    lines = []
    for found in descriptions:
        versions = ", ".join(f"{name} {number}" for name, number in found["versions"].items())
        flags = ", ".join(f"{name}={value}" for name, value in found["flags"].items())
        lines.append(
            f"nnconform: {found['adapter']} on {found['device']}, {found['mode']}: {versions}"
            + (f" ({flags})" if flags else "")
        )
    return lines


def left_out_lines(options: Options, left_out: Iterable[LeftOut]) -> list[str]:
    """One line for each subject that was asked for and cannot be asked."""
    return [f"nnconform: left out: {error}" for error in left_out if not (error.lacks_mode and options.every_mode)]


def write_summary(reporter: pytest.TerminalReporter, recorder: Recorder) -> None:
    """Counts, failures, where the records and the page are."""
    reporter.currentfspath = None  # else a line is ended that pytest has ended already
    reporter.section("nnconform")
    adapters = dict.fromkeys(adapter for adapter, _ in recorder.counts)
    for adapter in adapters:
        counts = {outcome: count for (name, outcome), count in recorder.counts.items() if name == adapter}
        reporter.write_line(
            f"{adapter}: " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
        )
    for failure in recorder.failures[:_MOST]:
        why = failure["findings"][0]["line"] if failure.get("findings") else failure.get("reason", "")
        name = column(failure["adapter"], failure["mode"])
        reporter.write_line(f"{failure['outcome']}: {failure['case']}/{name}/{failure['dtype']}: {why}")
        if "rerun" in failure:
            reporter.write_line(f"    {failure['rerun']}")
    if len(recorder.failures) > _MOST:
        reporter.write_line(f"... and {len(recorder.failures) - _MOST} more, all in the report")
    for cause, count in recorder.unexpected.items():
        reporter.write_line(f"listed as a known deviation, but passed {count} times: {cause}")
    for (adapter, operation), reason in recorder.declined.items():
        if (adapter, operation) not in recorder.answered:
            reporter.write_line(f"{adapter}: {operation} was never judged: {reason}")
    if recorder.should_missed:
        reporter.write_line(f"{recorder.should_missed} passed but missed a `should` (--level=should fails them)")
    for adapter, counters in recorder.counters.items():
        if not counters:
            continue
        reporter.write_line(f"{adapter}: " + ", ".join(f"{count} {name}" for name, count in counters.items()))
    if recorder.error:
        reporter.write_line(recorder.error, red=True)
    page = _page(recorder)
    reporter.write_line(f"records: {_near(recorder.path)}")
    if page:
        reporter.write_line(f"report:  {_near(Path(page))}")


def _near(path: Path) -> str:
    """A path as a person would type it: from here where it lies below, else whole."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _page(recorder: Recorder) -> str:
    from nnconform.reports.page import write_page

    try:
        return str(write_page([recorder.path], recorder.path.with_suffix(".html")))
    except (OSError, ValueError) as error:  # a full disk, or records that it cut short
        recorder.error = f"no page: {error}"
        return ""
