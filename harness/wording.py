"""Failures in words: one line of why, the line that reruns it, and what a person needs to see."""

from __future__ import annotations

import shlex
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnconform.reports.fields import Fields
from nnconform.reports.repeated import repeated_of
from nnconform.reports.words import visible
from nnconform.spec.frozen import ROOT

if TYPE_CHECKING:
    from nnconform.harness.collect import CaseItem
    from nnconform.harness.subject import Subject
    from nnconform.harness.verdict import Verdict

NOTHING_TO_SET = "nothing to set"
"""Of an adapter that was asked for a precision of products and has no switch for it."""


def typed(nodeid: str, path: Path, start: Path) -> str:
    """An item's id as it is typed where pytest was started; that of a shipped case is the same from everywhere."""
    if path.resolve().is_relative_to(ROOT):
        return nodeid
    try:
        near = relpath(path, start)
    except ValueError:  # on another drive
        near = str(path)
    return f"{near}::{nodeid.partition('::')[2]}"


def rerun_line(nodeid: str, subject: Subject, frozen: dict[str, Any], outcome: str = "") -> str:
    """The command that asks this one case again; `nodeid` as `typed` gives it."""
    parts = ["pytest", nodeid, f"--nnconform-adapter={subject.adapter}", f"--nnconform-device={subject.device}"]
    if subject.mode != "eager":
        parts.append(f"--nnconform-mode={subject.mode}")
    if subject.matmul_precision:
        parts.append(f"--nnconform-matmul-precision={subject.matmul_precision}")
    if frozen["kind"] == "timing":
        parts.append("--nnconform-timing")
    elif outcome in {"crashed", "timeout"}:
        parts.append("--nnconform-isolate")  # it would end pytest itself
    if "swept" in frozen:
        parts.append(f"--nnconform-sweep={frozen['swept']}")
    parts += frozen.get("options", [])
    return shlex.join(parts)


def asked_with(frozen: dict[str, Any] | None, option: str) -> None:
    """Note an option without which a case would end otherwise when it is asked again."""
    if frozen is not None:
        frozen["options"] = [*frozen.get("options", []), option]


def looks(diagnosis: str) -> str:
    """The end of a line of why: what it looks like; '' where no known defect fits."""
    return f": {diagnosis}" if diagnosis.startswith("as if") else ""


def failure_text(item: CaseItem, verdict: Verdict, frozen: dict[str, Any]) -> str:
    """What pytest prints for a failure; its first line is the short summary's."""
    source, rerun = frozen["source"], rerun_line(item.typed, item.subject, frozen, verdict.outcome)
    lines = [finding.line() for finding in verdict.findings] or [f"{verdict.outcome}: {verdict.reason}"]
    lines[0] += looks(verdict.looks_like)
    lines += [f"  diagnosis:   {verdict.looks_like}"] if verdict.looks_like else []
    if item.figures and "repeated" in item.figures:
        lines.append(f"  repeated:    {repeated_of(Fields(item.figures['repeated'])).words}")
    lines += [
        f"  requirement: {frozen['requirement']}",
        f"  source:      {source['document']}, '{source['heading']}'",
        f"  rerun:       {rerun}",
    ]
    return visible("\n".join(lines))
