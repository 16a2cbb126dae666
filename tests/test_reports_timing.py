"""Times are read, described by the schema, and whatever is no time is listed and costs only its own line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from page_fixtures import Data, footer, header, result, write
from page_fixtures_timing import against_itself, around, beside, cases, row, timed, with_more
from test_reports_schema import errors

from nnconform.reports.model import Run
from nnconform.reports.records import read
from nnconform.reports.timing.model import CrossCheck, SelfCheck

CASE = next(cases())


def only(path: Path) -> Run:
    (found,) = read(path)
    return found


def test_a_timing_run_is_read(tmp_path: Path) -> None:
    run = only(timed(tmp_path / "run.jsonl", "numpy eager", "torch compiled"))
    assert not run.problems
    assert not run.unfinished
    assert len(run.results) == 2 * len(list(cases()))
    found = next(result for result in run.results if result.place == ("torch", "cpu", "compiled"))
    assert found.timed
    assert found.timing is not None
    assert len(found.timing.hot.rounds) == 40
    assert found.timing.hot.low_ns < found.timing.hot.median_ns < found.timing.hot.high_ns
    assert found.timing.compile_ns == 180_000_000
    assert found.work is not None
    assert found.work.place == ("loop and vectorized", "loop", 8.0, "units")
    assert {ceiling.what for ceiling in run.ceilings} == {"copy", "matrix"}
    assert [control.holds for control in run.controls] == [True, True]
    (told,) = run.conditions
    assert (told.threads, told.load_before, told.governor) == (1, (0.31, 0.4, 0.2), "performance")
    estimates = {result.work.estimate for result in run.results if result.work and result.work.estimate}
    assert [estimate.operations for estimate in estimates] == [350 * 10**9]


def test_records_of_the_first_schema_stay_readable(tmp_path: Path) -> None:
    run = only(write(tmp_path / "run.jsonl", [header(schema=1), result(), footer(1)]))
    assert run.results[0].timing is None
    assert not run.results[0].timed
    assert (run.ceilings, run.controls, run.conditions) == ((), (), ())


def test_what_the_machine_does_not_tell_may_be_null(tmp_path: Path) -> None:
    told = around([])[-1] | dict.fromkeys(("seed", "clock_resolution_ns", "load_before", "load_after", "governor"))
    assert not errors(told)
    (found,) = only(write(tmp_path / "run.jsonl", [header(), told, footer(0)])).conditions
    assert (found.seed, found.clock_resolution_ns, found.load_before, found.governor) == (None, None, (), "")


def test_a_ceiling_that_is_not_known_says_why(tmp_path: Path) -> None:
    line = around([("numpy", "eager")])[0] | {
        "value": None,
        "low": None,
        "high": None,
        "unit": "",
        "missing": "no room",
    }
    assert not errors(line)
    (found,) = only(write(tmp_path / "run.jsonl", [header(), line, footer(0)])).ceilings
    assert (found.missing, found.value) == ("no room", 0.0)
    assert errors(line | {"missing": ""})


def test_cross_checks_stand_after_the_footer(tmp_path: Path) -> None:
    lines = [*beside("torch.utils.benchmark", 0.99, 1.04), against_itself(190)]
    run = only(with_more(timed(tmp_path / "run.jsonl", "numpy eager", only=1), *lines))
    assert not run.problems
    assert not run.unfinished
    assert run.cross_checks == (
        CrossCheck(("torch", "cpu", "eager"), "relu, 0", "torch.utils.benchmark", 0.99, 0.98, 1.0),
        CrossCheck(("torch", "cpu", "eager"), "relu, 1", "torch.utils.benchmark", 1.04, 1.03, 1.05),
        SelfCheck(("torch", "cpu", "eager"), 200, 190),
    )
    assert [json.loads(text) for text in run.texts[-3:]] == lines, "a merged file keeps them"


def changed(*path: str, value: Any) -> Callable[[], Data]:
    """A row with one field of it replaced."""

    def made() -> Data:
        found = row(CASE)
        place = found
        for name in path[:-1]:
            place[name] = place = dict(place[name])
        place[path[-1]] = value
        return found

    return made


HOSTILE = [
    (changed("timing", value=5), "needs an object"),
    (changed("timing", value={}), "needs an object, not absent"),
    (changed("timing", "hot", "median_ns", value="nan"), "'median_ns' is no finite number"),
    (changed("timing", "hot", "median_ns", value="inf"), "'median_ns' is no finite number"),
    (changed("timing", "hot", "median_ns", value=-3), "'median_ns' is not more than nothing"),
    (changed("timing", "hot", "median_ns", value=1.0), "'median_ns' lies outside its interval"),
    (changed("timing", "hot", "low_ns", value="<b>"), "'low_ns' is text"),
    (changed("timing", "hot", "high_ns", value=10**400), "larger than any number here"),
    (changed("timing", "hot", "rounds", value=[[1, 5.0], [1, 6.0]]), "round's number twice"),
    (changed("timing", "hot", "rounds", value=[[1, -5.0]]), "no time"),
    (changed("timing", "hot", "rounds", value=[[1, 10**400]]), "no time"),
    (changed("timing", "hot", "rounds", value=[[1.5, 5.0]]), "round's number"),
    (changed("timing", "hot", "rounds", value=[[True, 5.0]]), "round's number"),
    (changed("timing", "hot", "rounds", value=[[1]]), "no round and its time"),
    (changed("timing", "hot", "rounds", value={"1": 5.0}), "'rounds' is an object"),
    (changed("timing", "hot", "contended", value="no"), "'contended' is text"),
    (changed("timing", "hot", "half_width", value=-1), "'half_width' is negative"),
    (changed("timing", "hot", "dropped", value=-1), "'dropped' is no count"),
    (changed("timing", "hot", "calls", value=10**99), "'calls' is no count"),
    (changed("timing", "cold", value=[]), "needs an object"),
    (changed("timing", "first_ns", value=-1), "'first_ns' is no count"),
    (changed("timing", "threads", value=None), "lacks 'threads'"),
    (changed("work", value=0), "needs an object"),
    (changed("work", "operations", value=10**400), "'operations' is no count"),
    (changed("work", "bytes", value=1.5), "'bytes' is a number"),
    (changed("work", "x", value="nan"), "'x' is no finite number"),
    (changed("work", "estimate", value="much"), "needs an object"),
    (lambda: around([("numpy", "eager")])[0] | {"value": 0}, "'value' is not more than nothing"),
    (lambda: around([("numpy", "eager")])[0] | {"low": 1e9}, "'value' lies outside its interval"),
    (lambda: around([("numpy", "eager")])[2] | {"ratio": "nan"}, "'ratio' is no finite number"),
    (lambda: beside("a", 1.0)[0] | {"ratio": "nan"}, "'ratio' is no finite number"),
    (lambda: beside("a", 1.0)[0] | {"ratio": 1e99}, "'ratio' is no finite number"),
    (lambda: beside("a", 1.0)[0] | {"low": 2.0}, "'ratio' lies outside its interval"),
    (lambda: beside("a", 1.0)[0] | {"low": 0}, "'low' is not more than nothing"),
    (lambda: beside("a", 1.0)[0] | {"case": None}, "lacks 'case'"),
    (lambda: beside("a", 1.0)[0] | {"tool": ["a"]}, "'tool' is a list"),
    (lambda: beside("A against A", 1.0)[0], "lacks 'pairs'"),
    (lambda: against_itself(201), "'held' and 'pairs' are no share"),
    (lambda: against_itself(0, 0), "'held' and 'pairs' are no share"),
    (lambda: against_itself(1, 10**29), "'held' and 'pairs' are no share"),
    (lambda: against_itself(-1), "'held' is no count"),
    (lambda: against_itself(1) | {"pairs": 1.5}, "'pairs' is a number"),
    (lambda: around([])[0] | {"load_before": ["much"]}, "'load_before' holds something"),
    (lambda: around([])[0] | {"sentinel_ns": ["inf"]}, "'sentinel_ns' holds something"),
    (lambda: around([])[0] | {"threads": "two"}, "'threads' is text"),
]


@pytest.mark.parametrize(("made", "word"), HOSTILE, ids=[word for _, word in HOSTILE])
def test_what_is_no_time_is_listed_and_the_rest_is_used(tmp_path: Path, made: Callable[[], Data], word: str) -> None:
    line = made()
    run = only(write(tmp_path / "run.jsonl", [header(), result("one"), line, row(CASE), footer(2)]))
    assert [item.case for item in run.results] == ["one", CASE[0]]
    (problem,) = run.problems
    assert problem.line == 3
    assert word in problem.message
    assert "\n" not in problem.message


def test_the_schema_describes_timing_records_and_refuses_wrong_ones() -> None:
    for case in cases():
        assert not errors(row(case))
    for line in around([("numpy", "eager")]):
        assert not errors(line)
    for line in (*beside("pytest-benchmark", 1.0), against_itself(190), against_itself(0, 1)):
        assert not errors(line)
    refused = [
        changed("timing", "hot", "median_ns", value="nan"), changed("timing", "hot", "rounds", value=[[1]]),
        changed("timing", "hot", "stop", value="weather"), changed("timing", "cold", value=0),
        changed("work", "operands", value="odd"), changed("work", "operations", value=-1),
    ]  # fmt: skip
    for made in refused:
        assert errors(made()), made
    assert errors(around([])[0] | {"threads": -1})
    assert errors(beside("A against A", 1.0)[0])
    assert errors(against_itself(1, tool="pytest-benchmark"))
    assert errors(against_itself(0, 0))
    assert errors(beside("a", 0.0)[0])
    assert errors(around([("numpy", "eager")])[0] | {"what": "speed"})
