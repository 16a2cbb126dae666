"""Failures in words: one line of why, the line that reruns it, and what a person needs to see."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nnconform.harness.collect import CaseItem
    from nnconform.harness.options import Subject
    from nnconform.harness.verdict import Verdict


def rerun_line(nodeid: str, subject: Subject, *, timing: bool = False) -> str:
    """The command that asks this one case again."""
    parts = ["pytest", nodeid, f"--nnconform-adapter={subject.adapter}", f"--nnconform-device={subject.device}"]
    if subject.mode != "eager":
        parts.append(f"--nnconform-mode={subject.mode}")
    if timing:
        parts.append("--nnconform-timing")
    return shlex.join(parts)


def failure_text(item: CaseItem, verdict: Verdict, frozen: dict[str, Any]) -> str:
    """What pytest prints for a failure; its first line is the short summary's."""
    source, rerun = frozen["source"], rerun_line(item.nodeid, item.subject, timing=frozen["kind"] == "timing")
    lines = [finding.line() for finding in verdict.findings] or [f"{verdict.outcome}: {verdict.reason}"]
    lines += [
        f"  requirement: {frozen['requirement']}",
        f"  source:      {source['document']}, '{source['heading']}'",
        f"  rerun:       {rerun}",
    ]
    return "\n".join(lines)
