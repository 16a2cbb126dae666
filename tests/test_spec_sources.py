"""Cases cite headings that exist, and the catalogue lists what its cases ask."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from nnconform.reference.printed import check_printed
from nnconform.spec.catalogue import Operation, catalogue
from nnconform.spec.frozen import shipped, shown
from nnconform.spec.loader import load, load_all

HEADINGS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "headings.toml").read_text("utf-8"))
OURS = "nnconform"
CASES = load_all((path, shown(path)) for path in shipped())
ENTRIES = list(catalogue().values())


def asked(kind: str) -> set[str]:
    """Operations that have a case of a kind."""
    return {name for case in CASES if case.kind == kind for name in case.operations}


def test_every_case_cites_a_heading_of_its_document() -> None:
    cited = {(case.source.document, case.source.heading) for case in CASES if case.source.document != OURS}
    known = {(document, heading) for document, headings in HEADINGS.items() for heading in headings}
    assert cited <= known, sorted(cited - known)


def test_no_heading_is_listed_in_vain() -> None:
    told = " ".join(entry.source for entry in ENTRIES)
    cited = {(case.source.document, case.source.heading) for case in CASES}
    for document, headings in HEADINGS.items():
        assert headings == sorted(headings, key=lambda heading: heading.encode())
        for heading in headings:
            assert (document, heading) in cited or f"'{heading}'" in told, heading


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.operation)
def test_the_catalogue_cites_headings_of_documents(entry: Operation) -> None:
    for part in entry.source.split(";"):
        document = part.strip().partition(",")[0]
        if document in HEADINGS:
            assert set(re.findall(r"'([^']+)'", part)) <= set(HEADINGS[document])


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.operation)
def test_refusals_and_probes_are_listed_where_there_are_cases(entry: Operation) -> None:
    alone = {case.operations[0] for case in CASES if case.kind == "refusal" and len(case.operations) == 1}
    assert bool(entry.refusals) == (entry.operation in alone)
    if entry.probes:
        assert entry.operation in asked("probe")


WRITTEN = """\
nnconform = "0.1"
topic = "Digits"

[[case]]
id = "digits"
kind = "example"
requirement = "Digits are the truth."
source = { document = "nnconform", heading = "Arrays" }
operation = "sigmoid"
inputs.x = [5]
KEY.result = ["DIGITS"]
"""


@pytest.mark.parametrize("key", ["printed", "expected"])
def test_written_digits_are_held_against_the_truth(tmp_path: Path, key: str) -> None:
    for digits, right in (("0.99330715", True), ("0.99330717", False)):
        path = tmp_path / f"{right}.toml"
        path.write_text(WRITTEN.replace("KEY", key).replace("DIGITS", digits), "utf-8")
        (case,) = load(path)
        if right:
            check_printed(case)
        else:
            with pytest.raises(ValueError, match=f"{key} result: 0.99330717, but the truth is 0.993307149"):
                check_printed(case)
