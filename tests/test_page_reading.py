"""What a reader of the page sees first: what fails, why, and nothing of what nobody has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from page_fixtures import WITNESS, result, run, subject
from page_fixtures_html import Element, parse

from nnconform.reports.page import write_page
from nnconform.reports.picture import matrix_svg


def page(path: Path) -> Element:
    return parse(write_page([path], path.with_suffix(".html")).read_text("utf-8"))


def names(made: Element) -> list[str]:
    return [row.all("th")[0].text for row in made.by_id("matrix").all("tbody")[0].all("tr")]


RESULTS = [
    result("a", operations=["abs"]), result("b", "unsupported", operations=["bare"]),
    result("c", "known deviation", operations=["cos"]), result("d", "failed", operations=["dot"]),
    result("e", "timeout", operations=["exp"]), result("f", "unsupported", operations=["floor"]),
    result("f", adapter="torch", operations=["floor"]),
]  # fmt: skip


def test_rows_that_fail_come_first_and_what_nobody_has_is_folded(tmp_path: Path) -> None:
    path = run(tmp_path / "run.jsonl", RESULTS, subject(), subject("torch"))
    made = page(path)
    assert names(made) == ["dot", "exp", "cos", "abs", "floor"]
    (lacked,) = made.by_id("matrix").all("details")
    assert "open" not in lacked.attributes
    assert lacked.text == "1 operation that no adapter here has bare"
    assert lacked.attributes["data-outcomes"] == "U"
    assert lacked.all("a")[0].attributes["href"] == "#op-bare"
    picture = matrix_svg([path])
    places = [picture.index(f">{name}</text>") for name in ("abs", "bare", "cos", "dot", "exp", "floor")]
    assert places == sorted(places), "the picture shows all of them at once, by their names"


def test_where_nobody_has_anything_there_is_no_empty_table(tmp_path: Path) -> None:
    made = page(run(tmp_path / "run.jsonl", [result("a", "unsupported")])).by_id("matrix")
    assert not made.all("table")
    assert "1 operation that no adapter here has sigmoid" in made.text


def test_a_row_without_ulps_has_no_semicolon_of_its_own(tmp_path: Path) -> None:
    traits = {"not repeatable": 3}
    made = page(run(tmp_path / "run.jsonl", [
        result("a", traits=traits, witness=None), result("b", traits=traits, operations=["relu"]),
    ]))  # fmt: skip
    assert made.by_id("op-sigmoid").all("summary")[0].text == "sigmoid P 1 trait"
    assert made.by_id("op-relu").all("summary")[0].text == "relu P at worst 1.5 ulps; 1 trait"


@pytest.mark.parametrize(("diagnosis", "told"), [("as if the bias were left out", True), ("no known defect", False)])
def test_a_closed_failure_says_what_it_looks_like(tmp_path: Path, diagnosis: str, told: bool) -> None:
    results = [result(f"case_{number}", "failed", diagnosis=diagnosis) for number in range(151)]
    made = page(run(tmp_path / "run.jsonl", results)).by_id("failures")
    summary = made.by_class("case")[0].all("summary")[0].text
    assert summary.endswith(
        ("as if the bias were left out ; " if told else "eager ") + results[0]["findings"][0]["line"]
    )
    (listed,) = made.by_class("listed")
    assert ("as if the bias were left out; value" in listed.text) == told


@pytest.mark.parametrize(
    ("got", "exact", "ulps", "told"),
    [
        (0.25, 0.5, 4194304.0, "4.19e+06 ulps"),
        (1.0, 0.0, 7.14e44, "> the value"),  # float32
        (1.0, 0.0, "inf", "> the value"),  # float64
        (1.0, 1e-300, 1e300, "> the value"),
        (1e-45, 0.0, 1.0, "1 ulps"),
        ("nan", 0.5, "nan", "nan"),
        ("-inf", 0.5, "inf", "-inf"),
    ],
)
def test_ulps_are_told_where_they_tell_something(tmp_path: Path, got: Any, exact: float, ulps: Any, told: str) -> None:
    witness = WITNESS | {"got": got, "exact": exact, "ulps": ulps, "off_by": 1.0}
    finding = {"facet": "value", "question": "first", "output": "y", "message": "m", "line": "l", "witness": witness}
    made = page(run(tmp_path / "run.jsonl", [result("a", "failed", ulps=ulps, witness=witness, findings=[finding])]))
    cell = made.by_id("matrix").all("td")[0]
    assert cell.text == f"F 1/1 {told}"
    assert f"worst {told} in a: result[0][2] is" in str(cell.attributes["title"])
    assert f"at worst {told}" in made.by_id("op-sigmoid").all("summary")[0].text
    off_by = made.by_class("findings")[0].all("td")[3].text
    assert off_by == (f"1 {told}" if told.endswith("ulps") else "1")
