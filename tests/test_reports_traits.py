"""Traits in the report: counted by operation, with the smallest witness; modes held against each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from page_fixtures import SEEN, footer, header, result, run, subject, write
from page_fixtures_html import parse

from nnconform.reports.merge import Asked, join
from nnconform.reports.page import write_page
from nnconform.reports.records import read_records
from nnconform.reports.traits import EAGER, GRAPHS, conventions, overview, sentence, shown

TRAIT = "not repeatable"


def asked(*paths: Path) -> list[Asked]:
    return join(read_records(list(paths)))


def showing(case: str, count: int, size: int, **more: Any) -> dict[str, Any]:
    seen = {**SEEN, "size": size, "index": [0, size]}
    return result(case, traits={TRAIT: count}, witnesses={TRAIT: seen}, **more)


def test_the_smallest_witness_of_a_trait_is_told(tmp_path: Path) -> None:
    path = run(tmp_path / "a.jsonl", [showing("large", 9, 70), showing("small", 2, 7), showing("middle", 4, 9)])
    (row,) = shown(asked(path))["sigmoid"]
    assert row.often == "3 cases, up to 9 values"
    assert row.witness == "small in float32: result[0][7] = 0.25, asked again 0.2500001, at x = -1.5"


def test_of_several_operations_nobody_knows_whose_a_trait_is(tmp_path: Path) -> None:
    graph = showing("graph", 1, 3, operations=["sigmoid", "dense"])
    path = run(tmp_path / "a.jsonl", [graph, showing("alone", 1, 30)])
    found = asked(path)
    rows = shown(found)
    assert set(rows) == {"sigmoid", GRAPHS}
    assert rows["sigmoid"][0].witness.startswith("alone in float32")
    assert rows[GRAPHS][0].witness.startswith("graph in float32")
    assert {row.name: row.counts for row in overview(found, rows)}[TRAIT] == (1,)
    assert "graph in float32" in parse(write_page([path], tmp_path / "a.html").read_text("utf-8")).by_id("traits").text


def test_numbers_are_told_in_the_digits_of_their_dtype() -> None:
    seen = {**SEEN, "got": 0.23569972813129425, "other": "-inf", "of": 7}
    assert sentence(seen, "float32") == "result[0][2] of 7 = 0.235699728, asked again -inf, at x = -1.5"
    assert sentence(seen, "float64").startswith("result[0][2] of 7 = 0.23569972813129425, ")
    less = {"output": "a", "index": [], "got": 1.0, "how": "is less than the one before"}
    assert sentence(less, "float32") == "a = 1.0 is less than the one before"


def modes(tmp_path: Path) -> list[Asked]:
    """Eager and compiled in two runs: one answer is the same, two are not, one has no digest."""
    digests = {"same": ("0" * 16, "0" * 16), "apart": ("1" * 16, "2" * 16), "far": ("3" * 16, "4" * 16), "old": (0, 0)}
    paths = []
    for number, mode in enumerate(("eager", "compiled")):
        lines = []
        for case, pair in digests.items():
            more: dict[str, Any] = {"digest": pair[number]} if pair[number] else {}
            lines.append(result(case, mode=mode, **more))
        paths.append(run(tmp_path / f"{mode}.jsonl", lines, subject(mode=mode, flags={"mode": mode}, strides=False)))
    return asked(*paths)


def test_modes_of_different_runs_are_held_against_each_other(tmp_path: Path) -> None:
    found = modes(tmp_path)
    (row,) = shown(found)["sigmoid"]
    assert (row.name, row.asked.subject.mode, row.often) == (EAGER, "compiled", "2 cases")
    assert row.witness == "apart in float32"


def test_what_cannot_be_told_is_not_counted(tmp_path: Path) -> None:
    found = modes(tmp_path)
    counts = {row.name: row.counts for row in overview(found, shown(found))}
    assert counts[EAGER] == (None, 1)
    assert counts["depends on layout: strided"] == (None, None)  # no strides
    assert counts[TRAIT] == (0, 0)


def test_other_versions_are_no_pair(tmp_path: Path) -> None:
    paths = [
        run(tmp_path / f"{mode}.jsonl", [result(mode=mode, digest=mode[0] * 16)], subject(mode=mode, versions={"a": mode}))
        for mode in ("eager", "compiled")
    ]  # fmt: skip
    assert shown(asked(*paths)) == {}


def test_conventions_name_who_answers_what(tmp_path: Path) -> None:
    name = "1-D input"
    lines = [
        result(dtype=dtype, adapter=label, traits={name: words.format(dtype)})
        for label, words in (("numpy", "{} [3]"), ("torch", "{} [3]"), ("jax", "refused (TypeError)"))
        for dtype in ("float32", "float64")
    ]
    path = run(tmp_path / "a.jsonl", lines, *(subject(label) for label in ("numpy", "torch", "jax")))
    (row,) = conventions(asked(path))
    assert (row.operation, row.name) == ("sigmoid", name)
    assert row.answers == (("[3]", ("numpy", "torch")), ("refused (TypeError)", ("jax",)))


def test_the_page_has_them_in_the_operations_row(tmp_path: Path) -> None:
    path = run(tmp_path / "a.jsonl", [showing("small", 2, 7)])
    made = parse(write_page([path], tmp_path / "a.html").read_text("utf-8"))
    assert "; 1 trait" in made.by_id("op-sigmoid").text
    assert "asked again 0.2500001" in made.by_id("op-sigmoid").text


def test_a_witness_that_is_none_costs_its_line_alone(tmp_path: Path) -> None:
    bad = [{**SEEN, "index": ["x"]}, {**SEEN, "got": None}, {**SEEN, "inputs": {"x": []}}, {**SEEN, "of": "many"}, 3]
    lines = [result(f"bad_{number}", witnesses={TRAIT: seen}) for number, seen in enumerate(bad)]
    path = write(tmp_path / "a.jsonl", [header(), *lines, result(), footer(len(bad) + 1)])
    (found,) = read_records([path])
    assert len(found.problems) == len(bad)
    assert [item.case for item in found.results] == ["worked"]
