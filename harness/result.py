"""One case's result, as it is written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from nnconform.harness.details import shown_arrays, with_inputs
from nnconform.harness.wording import rerun_line

if TYPE_CHECKING:
    import pytest

    from nnconform.harness.interviewers import Opened
    from nnconform.harness.subject import Subject
    from nnconform.harness.verdict import Verdict

RECORD = "nnconform_record"
"""The attribute of a pytest report that carries a result from worker to controller."""
_SHOWN = 64
"""An array of at most so many elements is written out beside a failure."""


class Asked(Protocol):
    """What a result needs to know of the item that was asked."""

    case: dict[str, Any]
    dtype: str
    subject: Subject
    verdict: Verdict | None
    frozen_line: dict[str, Any] | None
    figures: Mapping[str, Any] | None

    @property
    def nodeid(self) -> str:
        """The item's id."""

    @property
    def case_digest(self) -> str:
        """Of what it asks and expects, where its file is none that ships."""

    @property
    def typed(self) -> str:
        """The same as it is typed to ask for it again."""


def _why(report: pytest.TestReport) -> str:
    """What an exception of the harness's own said."""
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = str(crash.message if crash else report.longrepr or "").strip().splitlines()
    return lines[0 if crash else -1] if lines else ""


def result_of(item: Asked, report: pytest.TestReport, interviewer: Opened | None) -> dict[str, Any]:
    """One case's result as JSON-able data (but for non-finite numbers)."""
    subject = item.subject
    data: dict[str, Any] = {
        "record": "result", "id": item.nodeid, "file": item.nodeid.partition("::")[0], "case": item.case["id"],
        "line": item.case["line"], "adapter": subject.label, "device": subject.device, "dtype": item.dtype,
        "mode": subject.mode, "kind": item.case["kind"], "level": item.case["level"],
        "operations": item.case["operations"], "systems": item.case["systems"],
    }  # fmt: skip
    if digest := item.case_digest:
        data["case_digest"] = digest
    if item.verdict is None:
        data |= {
            "outcome": "error",
            "reason": _why(report)[:2000],
            "ulps": 0.0,
            "share": 0.0,
            "elapsed_ns": 0,
        }
    else:
        data |= item.verdict.record()
        if item.verdict.witness and item.frozen_line:
            data["witness"] = with_inputs(item.frozen_line, item.verdict.witness)
        if item.verdict.witnesses and item.frozen_line:
            data["witnesses"] = {
                trait: with_inputs(item.frozen_line, seen) for trait, seen in item.verdict.witnesses.items()
            }
    if item.figures:
        data |= item.figures
    if data["outcome"] not in {"passed", "unsupported"} and item.frozen_line:
        data |= _details(item, item.frozen_line, interviewer)
    return data


def _details(item: Asked, frozen: dict[str, Any], interviewer: Opened | None) -> dict[str, Any]:
    """What the page of a failing case shows beside the verdict."""
    question = item.verdict.findings[0].question if item.verdict and item.verdict.findings else "first"
    names = dict.fromkeys(item.case["operations"])
    return {
        "requirement": frozen["requirement"],
        "source": frozen["source"],
        "erratum": frozen.get("erratum", ""),
        "steps": frozen["ask"]["steps"],
        "terms": frozen["expect"].get("terms", []),
        "arrays": shown_arrays(frozen, _SHOWN, question),
        "functions": _functions(frozen["ask"]["steps"], names, interviewer) if interviewer else {},
        "rerun": rerun_line(item.typed, item.subject, frozen, item.verdict.outcome if item.verdict else ""),
    }


def _functions(steps: Iterable[Mapping[str, Any]], names: Iterable[str], interviewer: Opened) -> dict[str, str]:
    """The source of each operation, and of each that is given to one: a layer's activation."""
    from nnconform.reports.sources import functions_given

    found = {name: interviewer.source(name) for name in names}
    for step in steps:
        for given in functions_given(step["operation"], found.get(step["operation"], ""), step.get("attributes", {})):
            if text := found.get(given) or interviewer.source(given):
                found[given] = text
    return found
