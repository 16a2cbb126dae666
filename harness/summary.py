"""What a run says on the terminal: what is tested on what, and at the end why each failure failed and where to look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from nnconform.harness.interrupts import Interrupts
    from nnconform.harness.options import Options
    from nnconform.harness.recording import Recorder
    from nnconform.harness.subject import LeftOut
    from nnconform.harness.tally import Tally

from nnconform.harness.failed import failed_lines
from nnconform.harness.subject import column
from nnconform.harness.wording import NOTHING_TO_SET
from nnconform.reports.arithmetic import in_words
from nnconform.reports.traits import TENSOR_FLOAT
from nnconform.reports.words import visible


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
        if found["flags"].get("matmul_precision", "").endswith(f"({NOTHING_TO_SET})"):
            lines.append(
                f"nnconform: --matmul-precision: {found['adapter']} has no switch for it; it is asked as it is"
            )
    return lines


def left_out_lines(options: Options, left_out: Iterable[LeftOut]) -> list[str]:
    """One line for each subject that was asked for and cannot be asked."""
    return [f"nnconform: left out: {error}" for error in left_out if not (error.lacks_mode and options.every_mode)]


def left_unrun(config: pytest.Config, reporter: pytest.TerminalReporter, *, asked: bool) -> Iterator[str]:
    """What somebody may think was run: the specification, beside tests of one's own; or those, beside it."""
    if config.option.collectonly or hasattr(config, "workerinput"):
        return
    own = any(reporter.stats.get(kind) for kind in ("passed", "failed", "error", "skipped"))
    if own and not asked:
        yield "nnconform: no case was asked; without a path the specification is, and with `spec` beside other paths"
    if asked and config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        paths = " ".join(config.getini("testpaths"))
        yield f"nnconform: the specification alone was run, and not testpaths: `pytest {paths}` runs those"


def write_summary(reporter: pytest.TerminalReporter, recorder: Recorder, interrupts: Interrupts) -> None:
    """Counts, failures, where the records and the page are."""
    reporter.currentfspath = None  # else a line is ended that pytest has ended already
    reporter.section("nnconform")
    tally = recorder.tally
    adapters = dict.fromkeys(adapter for adapter, _ in tally.counts)
    for adapter in adapters:
        counts = {outcome: count for (name, outcome), count in tally.counts.items() if name == adapter}
        reporter.write_line(
            f"{adapter}: " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
        )
    for line in failed_lines(tally.failures):
        reporter.write_line(visible(line))
    for line in _unusual(tally):
        reporter.write_line(visible(line))
    for (adapter, operation), reason in tally.declined.items():
        if (adapter, operation) not in tally.answered:
            reporter.write_line(visible(f"{adapter}: {operation} was never judged: {reason}"))
    for line in _left_changed(tally):
        reporter.write_line(line)
    for compiled, (apart, both) in _other_bits(tally.digests).items():
        reporter.write_line(f"{compiled}: {apart} of {both} answers have other bits than in eager mode")
    if tally.should_missed:
        reporter.write_line(f"{tally.should_missed} passed but missed a `should` (--level=should fails them)")
    for adapter, counters in recorder.counters.items():
        if not counters:
            continue
        reporter.write_line(f"{adapter}: " + ", ".join(f"{count} {name}" for name, count in counters.items()))
    page = _page(recorder, interrupts)
    if recorder.error:
        reporter.write_line(recorder.error, red=True)
    reporter.write_line(f"records: {_near(recorder.path)}")
    if page:
        reporter.write_line(f"report:  {_near(Path(page))}")


_OWN_PRODUCTS = "spec/products/own_products.toml"


def _unusual(tally: Tally) -> Iterator[str]:
    """What was asked several times, products in another arithmetic, and known deviations that did not come."""
    yield from tally.repeats.lines()
    for (adapter, _), told in tally.arithmetics.items():
        yield f"{adapter}: {in_words(told)}"
    for adapter, count in tally.narrowed.items():
        yield f"{adapter}: {count} cases {TENSOR_FLOAT}: {_OWN_PRODUCTS} is what fails for it"
    for cause, count in tally.unexpected.items():
        yield f"listed as a known deviation, but passed {count} times: {cause}"


def _left_changed(tally: Tally) -> Iterator[str]:
    """Who spoils what everybody in a process shares."""
    for (adapter, left), cases in tally.left.items():
        told = f"{len(cases)} cases, the first" if len(cases) > 1 else "one case"
        yield f"{adapter} left changed, and it was put back: {left} ({told}: {cases[0]})"


def _other_bits(digests: Mapping[tuple[str, str], Mapping[str, str]]) -> dict[str, tuple[int, int]]:
    """For each compiled column: how many answers differ from the eager one, of how many that both gave."""
    found: dict[str, tuple[int, int]] = {}
    for (label, _), modes in digests.items():
        for mode, digest in modes.items():
            if mode != "eager" and "eager" in modes:
                apart, both = found.get(column(label, mode), (0, 0))
                found[column(label, mode)] = apart + (digest != modes["eager"]), both + 1
    return found


def _near(path: Path) -> str:
    """A path as a person would type it: from here where it lies below, else whole."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _page(recorder: Recorder, interrupts: Interrupts) -> str:
    from nnconform.reports.page import write_page

    try:
        with interrupts.skippable():
            return str(write_page([recorder.path], recorder.path.with_suffix(".html")))
    except KeyboardInterrupt:  # once more, by somebody who does not want to wait
        recorder.missed("no page: interrupted (nnconform report makes it from the records)")
        return ""
    except (OSError, ValueError) as error:  # a full disk, or records that it cut short
        recorder.missed(f"no page: {error}")
        return ""
