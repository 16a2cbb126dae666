"""Joining runs: every subject once, and nothing that differs is smoothed over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from page_fixtures import footer, header, result, run, subject, write

from nnconform.reports.matrix import operations_matrix, systems_rows
from nnconform.reports.merge import join
from nnconform.reports.records import read_records
from nnconform.reports.tally import tally


def test_two_files_of_one_subject_are_one_column(tmp_path: Path) -> None:
    one = run(tmp_path / "one.jsonl", [result("a"), result("b")])
    two = run(tmp_path / "two.jsonl", [result("b"), result("c", "failed")])
    (asked,) = join(read_records([one, two]))
    assert [answer.shown.case for answer in asked.answers.values()] == ["a", "b", "c"]
    assert tally(asked.answers.values()).in_words == "1 failed, 2 passed"
    assert not any(answer.differs for answer in asked.answers.values())
    assert asked.name == "numpy"


def test_another_version_or_machine_is_another_column(tmp_path: Path) -> None:
    one = run(tmp_path / "one.jsonl", [result("a")])
    two = run(tmp_path / "two.jsonl", [result("a")], subject(versions={"numpy": "9.9"}))
    three = write(tmp_path / "three.jsonl", [header(environment={"machine": "arm64"}), result("a"), footer(1)])
    asked = join(read_records([one, two, three]))
    assert [item.name for item in asked] == ["numpy 1.2.3 x86_64", "numpy 9.9 x86_64", "numpy 1.2.3 arm64"]
    assert [len(item.answers) for item in asked] == [1, 1, 1]


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ({"versions": {"numpy": "1"}}, {"versions": {"numpy": "2"}}, ["numpy 1", "numpy 2"]),
        ({"versions": {"numpy": "1", "a": "7"}}, {"versions": {"numpy": "2", "a": "8"}}, ["numpy 1", "numpy 2"]),
        ({"versions": {"numpy": "1", "a": "7"}}, {"versions": {"numpy": "1"}}, ["numpy a 7", "numpy a unknown"]),
        ({"flags": {"threads": "1"}}, {"flags": {"threads": "2"}}, ["numpy threads 1", "numpy threads 2"]),
        ({"flags": {"threads": "1"}}, {"flags": {"threads": "2" * 99}}, ["numpy #1", "numpy #2"]),
        ({"script": "import a"}, {"script": "import b"}, ["numpy #1", "numpy #2"]),
    ],
)
def test_a_column_is_headed_by_what_tells_it_from_others(
    tmp_path: Path, first: dict[str, Any], second: dict[str, Any], names: list[str]
) -> None:
    """Two runs of one adapter on one page."""
    paths = [run(tmp_path / f"{n}.jsonl", [result()], subject(**more)) for n, more in enumerate((first, second))]
    assert [one.name for one in join(read_records(paths))] == names


def test_an_outcome_that_differs_between_runs_is_flagged_and_the_graver_shown(tmp_path: Path) -> None:
    one = run(tmp_path / "one.jsonl", [result("a", "failed"), result("b")])
    two = run(tmp_path / "two.jsonl", [result("a"), result("b")])
    (asked,) = join(read_records([one, two]))
    answer = asked.answers["spec/activations/sigmoid.toml", "a", "float32"]
    assert answer.differs
    assert answer.shown.outcome == "failed"
    assert answer.files == ("one.jsonl", "two.jsonl")
    (row,) = operations_matrix([asked]).rows
    assert row.cells[0].differs == 1
    assert row.cells[0].in_words == "1 failed, 1 passed"


def test_a_case_of_several_operations_counts_in_each_and_measures_none(tmp_path: Path) -> None:
    path = run(tmp_path / "one.jsonl", [
        result("alone", ulps=2.0), result("both", ulps=9.0, operations=["sigmoid", "dense"], elapsed_ns=99_999),
    ])  # fmt: skip
    dense, sigmoid = operations_matrix(join(read_records([path]))).rows
    assert (dense.name, sigmoid.name) == ("dense", "sigmoid")
    assert dense.cells[0].asked == 1
    assert dense.cells[0].worst is None
    assert sigmoid.cells[0].asked == 2
    assert sigmoid.worst is not None
    assert sigmoid.worst.ulps == 2.0
    assert sigmoid.cells[0].median_ns == 1200


def test_a_nan_is_the_largest_error_and_a_wrong_answer_has_no_time(tmp_path: Path) -> None:
    path = run(tmp_path / "one.jsonl", [result("a", "failed", ulps="nan", elapsed_ns=5), result("b", ulps=3.0)])
    (row,) = operations_matrix(join(read_records([path]))).rows
    assert row.worst is not None
    assert row.worst.case == "a"
    assert row.cells[0].median_ns == 1200


def test_columns_are_narrow_dtypes_first_and_an_unasked_cell_is_not_asked(tmp_path: Path) -> None:
    path = run(tmp_path / "one.jsonl", [
        result(dtype="float64"), result(dtype="bfloat16"), result(dtype="float32", operations=["relu"]),
    ])  # fmt: skip
    matrix = operations_matrix(join(read_records([path])))
    assert [column.dtype for column in matrix.columns] == ["bfloat16", "float32", "float64"]
    relu, _ = matrix.rows
    assert [cell.outcome.letter for cell in relu.cells] == ["-", "P", "-"]
    assert relu.letters == "P"


def test_a_system_counts_all_dtypes(tmp_path: Path) -> None:
    path = run(tmp_path / "one.jsonl", [result(dtype="float64"), result(), result("x", "failed", systems=["S2"])])
    first, second, third = systems_rows(join(read_records([path])), ("S1", "S2", "S3"))
    assert [row.cells[0].in_words for row in (first, second, third)] == ["2 passed", "1 failed", "not asked"]


def test_files_one_after_another_in_one_give_what_the_files_gave(tmp_path: Path) -> None:
    one = run(tmp_path / "one.jsonl", [result("a"), result("b", "failed")])
    two = write(tmp_path / "two.jsonl", [header(subject("torch")), result("a", adapter="torch"), "broken"])
    target = tmp_path / "all.jsonl"
    target.write_bytes(one.read_bytes() + two.read_bytes() + one.read_bytes())
    apart, together = join(read_records([one, two])), join(read_records([target]))
    assert [item.answers.keys() for item in apart] == [item.answers.keys() for item in together]
    assert [item.unfinished for item in together] == [False, True]
