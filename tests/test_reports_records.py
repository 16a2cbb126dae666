"""Reading records: what a crash, a full disk or a careless hand leaves behind is told, and the rest is used."""

from __future__ import annotations

import json
from math import inf, isnan
from pathlib import Path

import pytest
from page_fixtures import WITNESS, footer, header, result, subject, write

from nnconform.harness import recording
from nnconform.reports import records
from nnconform.reports.model import Run
from nnconform.reports.records import RecordError, read, read_records


def only(path: Path) -> Run:
    (found,) = read(path)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.jsonl"


def test_reader_and_writer_agree_on_the_schema_number() -> None:
    assert records.SCHEMA == recording.SCHEMA


def test_a_complete_run_is_read(path: Path) -> None:
    run = only(write(path, [header(), result("one"), result("two", "failed"), footer(2)]))
    assert [item.case for item in run.results] == ["one", "two"]
    assert not run.unfinished
    assert not run.problems
    (found,) = run.subjects
    assert found.place == ("numpy", "cpu", "eager")
    assert ("processor", "A processor") in found.machine
    assert run.results[0].witness is not None
    assert run.results[0].witness.where == "result[0][2]"
    details = run.results[1].details
    assert details is not None
    assert details.inputs["x"].values == [["nan", "-inf", -0.0]]


def test_numbers_that_json_lacks_are_read_from_strings(path: Path) -> None:
    run = only(write(path, [header(), result(ulps="inf", share="nan"), footer(1)]))
    assert run.results[0].ulps == inf
    assert isnan(run.results[0].share)


def test_a_last_line_that_breaks_off_costs_only_itself(path: Path) -> None:
    write(path, [header(), result("one"), result("two")])
    path.write_bytes(path.read_bytes()[:-40])
    run = only(path)
    assert [item.case for item in run.results] == ["one"]
    assert [(problem.line, problem.message) for problem in run.problems] == [
        (3, "the file breaks off in the middle of this line")
    ]
    assert "no footer" in run.unfinished


def test_a_last_line_without_its_newline_is_whole(path: Path) -> None:
    write(path, [header(), result(), footer(1)])
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    run = only(path)
    assert not run.problems
    assert not run.unfinished


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('{"record": "result", ', "no JSON"),
        ("[1, 2]", "no JSON object"),
        ('{"record": "footer", "record": "footer"}', "'record' twice"),
        ('{"record": "result", "ulps": NaN}', "NaN"),
        ('{"record": "result", "ulps": -Infinity}', "-Infinity"),
        ("[" * 100_000, "nested too deeply"),
        ('{"record": "weather"}', "'weather', which is not known"),
        ('{"no": "kind"}', "lacks 'record'"),
        (json.dumps(result(outcome="splendid")), "'splendid', which is not known"),
        (json.dumps(result(ulps="many")), "'ulps' is text, not a number"),
        (json.dumps(result(ulps=True)), "'ulps' is true or false"),
        (json.dumps(result(operations="sigmoid")), "'operations' is text"),
        (json.dumps(result(systems=[1])), "'systems' holds something"),
        (json.dumps(result(elapsed_ns=True)), "'elapsed_ns' is true or false"),
        (json.dumps(result(witness={"question": "first"})), "lacks 'output'"),
        (json.dumps(result("odd", "failed", arrays={"inputs": {"x": {"shape": [1], "values": ["<b>"]}}})), "no number"),
        (json.dumps(result("odd", "failed", source=5)), "'source' is a number"),
        ('{"a": 1' + "0" * 5000 + "}", ""),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_used_is_listed_and_the_others_are_used(path: Path, line: str, word: str) -> None:
    run = only(write(path, [header(), result("one"), line, result("two"), footer(2)]))
    assert [item.case for item in run.results] == ["one", "two"]
    (problem,) = run.problems
    assert problem.line == 3
    assert word in problem.message
    assert "\n" not in problem.message


def test_bytes_that_are_no_text_are_listed(path: Path) -> None:
    write(path, [header(), result("one"), footer(1)])
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b"\xff\xfe\x00\n", *lines[2:]]))
    assert [(problem.line, problem.message) for problem in only(path).problems] == [(3, "is no UTF-8")]


def test_a_lost_result_makes_a_run_incomplete(path: Path) -> None:
    run = only(write(path, [header(), result("one"), "garbage", footer(2)]))
    assert run.unfinished == "its footer counts 2 results, 1 could be read"


def test_an_interrupted_run_says_so(path: Path) -> None:
    run = only(write(path, [header(), result("one"), footer(1, complete=False, exit_status=2, collected=9)]))
    assert run.unfinished == "1 of 9 cases were asked before it ended (exit status 2)"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], ["is empty"]),
        (["hello"], ["no nnconform record", "line 1"]),
        ([result()], ["no nnconform record", "line 1", "not a header"]),
        ([header(schema=3)], ["schema 3", "up to 2", "upgrade"]),
        ([header(schema="1")], ["no nnconform record", "'schema' is text"]),
        ([header(subjects=[{"adapter": 5}])], ["no nnconform record", "'adapter' is a number"]),
        ([header(), result(), footer(1), header(schema=7)], ["schema 7"]),
    ],
)
def test_a_file_that_is_no_record_is_one_clear_line(path: Path, lines: list[object], words: list[str]) -> None:
    write(path, lines)  # type: ignore[arg-type]
    with pytest.raises(RecordError) as caught:
        read(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    for word in words:
        assert word in message


def test_a_file_that_is_not_there_is_one_clear_line(path: Path) -> None:
    with pytest.raises(RecordError, match="No such file"):
        read(path)
    with pytest.raises(RecordError, match="no record files"):
        read_records([])


def test_a_subject_that_the_header_does_not_name_is_kept(path: Path) -> None:
    run = only(write(path, [header(), result(adapter="stranger"), footer(1)]))
    assert [found.label for found in run.subjects] == ["numpy", "stranger"]


def test_a_header_without_results_has_its_subjects(path: Path) -> None:
    run = only(write(path, [header(subject("torch"))]))
    assert [found.label for found in run.subjects] == ["torch"]
    assert not run.results


def test_what_is_not_known_is_ignored(path: Path) -> None:
    run = only(write(path, [header(weather="fine"), result(weather="fine"), footer(1, weather="fine")]))
    assert not run.problems
    assert not run.unfinished


def test_every_field_of_a_result_goes_where_it_belongs(path: Path) -> None:
    names = ("id", "file", "case", "adapter", "device", "dtype", "mode", "kind", "level", "reason", "should_missed")
    line = result(outcome="known deviation") | {name: f"the {name}" for name in names} | {
        "line": 11, "operations": ["an operation"], "systems": ["S9"], "ulps": 2.5, "share": 0.125, "elapsed_ns": 77,
        "deviation": "a cause", "traits": {"repeats": 3, "words": "some", "odd": [1]},
    }  # fmt: skip
    (found,) = only(write(path, [header(), line, footer(1)])).results
    assert {name: getattr(found, name) for name in names} == {name: f"the {name}" for name in names}
    assert (found.line, found.operations, found.systems) == (11, ("an operation",), ("S9",))
    assert (found.outcome, found.ulps, found.share, found.elapsed_ns) == ("known deviation", 2.5, 0.125, 77)
    assert found.deviation == "a cause"
    assert found.traits == (("repeats", 3), ("words", "some"), ("odd", "[1]"))
    assert found.details is not None
    seen = found.witness
    assert seen is not None
    assert (seen.question, seen.output, seen.index) == ("first", "result", (0, 2))
    assert (seen.got, seen.exact, seen.bound, seen.off_by, seen.ulps) == (0.25, 0.5, 1e-07, 0.25, 4194304.0)
    assert seen.inputs == (("x", -0.0),)
    (finding,) = found.findings
    assert (finding.facet, finding.question, finding.output) == ("value", "first", "result")
    assert (finding.message, finding.line) == ("1 of 3 values", found.why)
    assert finding.witness == seen


@pytest.mark.parametrize(
    "name", ["id", "file", "case", "outcome", "adapter", "device", "dtype", "mode", "kind", "level"]
)
@pytest.mark.parametrize(("value", "word"), [(None, "lacks {!r}"), (5, "{!r} is a number"), ([], "{!r} is a list")])
def test_each_text_of_a_result_is_looked_at(path: Path, name: str, value: object, word: str) -> None:
    run = only(write(path, [header(), result("one"), result("two") | {name: value}, footer(1)]))
    assert [item.case for item in run.results] == ["one"]
    assert [problem.message for problem in run.problems] == [word.format(name)]


@pytest.mark.parametrize("name", ["got", "exact", "bound", "off_by", "ulps"])
def test_each_number_of_a_witness_is_looked_at(path: Path, name: str) -> None:
    lines = [result("one", witness=WITNESS | {name: value}) for value in ("inf", 3, True, "much")]
    run = only(write(path, [header(), *lines, footer(4)]))
    assert [getattr(item.witness, name) for item in run.results] == [inf, 3.0]
    assert all(type(getattr(item.witness, name)) is float for item in run.results)
    assert [problem.line for problem in run.problems] == [4, 5]
    bad = only(write(path, [header(), result("one", witness=WITNESS | {"inputs": {"x": 0.5, "y": "z"}}), footer(1)]))
    assert [problem.message for problem in bad.problems] == ["'y' is text, not a number"]
