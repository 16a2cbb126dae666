"""`--repeat`: nothing is asked again until it passes; how often what came is told, and the worst counts."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from page_fixtures import result, run
from page_fixtures_html import parse
from shell import DENSE, SIGMOID, pytest_in, records, results
from test_reports_schema import errors

from nnconform.harness.repeating import repeated
from nnconform.harness.verdict import Verdict
from nnconform.reports.page import write_page
from nnconform.reports.records import read, read_records
from nnconform.reports.repeated import Repeated, repeats

CASE = f"{SIGMOID}::around_zero"
WAVERS = ("--adapter=fakes.faulty:Wavers", "--dtype=float32")


def only(folder: Path) -> dict[str, Any]:
    (found,) = results(folder).values()
    return found


@pytest.mark.parametrize("more", [[], ["--isolate"], ["-n", "1"]], ids=["in process", "isolated", "with a worker"])
def test_the_worst_counts_and_all_of_it_is_told(tmp_path: Path, more: list[str]) -> None:
    done = pytest_in(tmp_path, *WAVERS, "--repeat=5", CASE, *more)
    assert done.status == 1, done.out + done.err
    found = only(tmp_path)
    assert found["outcome"] == "failed"
    told = found["repeated"]
    assert (told["times"], told["answers"], told["outcomes"]) == (5, 3, {"passed": 3, "failed": 2})
    assert list(told["outcomes"]) == ["passed", "failed"]
    assert 0 < told["ulps"]["least"] < 3 < 10**6 < told["ulps"]["most"]
    assert found["traits"]["flaky"] == "3 passed, 2 failed"
    assert found["traits"]["not repeatable"] > 1
    assert found["witnesses"]["not repeatable"]["size"] > 0
    words = "asked 5 times: flaky: 3 passed, 2 failed; 3 different answers; the error from "
    assert "asked several times: 0 of 1 case had the same bits and outcome each time" in done.out.splitlines()
    assert f"    around_zero/fakes.faulty.Wavers/float32: {words}" in done.out
    assert f"  repeated:    {words}" in done.out
    assert found["rerun"].endswith(" --nnconform-repeat=5")
    page = parse(next(tmp_path.rglob("*.html")).read_text("utf-8"))
    assert words in page.by_id("repeated").text
    assert "flaky" in page.by_id("traits").text
    assert not [told for line in records(tmp_path) for told in errors(line)]


def test_what_comes_the_same_each_time_is_said_to(tmp_path: Path) -> None:
    done = pytest_in(
        tmp_path, "--adapter=fakes.good:Good", "--dtype=float32", "--repeat=3", CASE, f"{SIGMOID}::half_at_zero"
    )
    assert done.status == 0, done.out + done.err
    assert "asked several times: 2 of 2 cases had the same bits and outcome each time" in done.out.splitlines()
    for found in results(tmp_path).values():
        assert found["repeated"]["outcomes"] == {"passed": 3}
        assert found["repeated"]["answers"] == 1
        assert "flaky" not in found.get("traits", {})
    (records_,) = read(next(tmp_path.rglob("*.jsonl")))
    assert [each.repeated.words for each in records_.results if each.repeated] == [
        "asked 3 times: 3 passed; the same answer each time"
    ] * 2


def test_without_the_option_a_case_is_asked_once(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, *WAVERS, CASE)
    assert done.status == 0, done.out + done.err
    assert "repeated" not in only(tmp_path)
    assert "asked several times" not in done.out
    assert "Asked several times" not in next(tmp_path.rglob("*.html")).read_text("utf-8")


def test_a_crash_among_them_counts_and_the_rest_is_asked_anew(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=fakes.faulty:Stumbles", "--dtype=float32", "--repeat=3", "--isolate", CASE)
    assert done.status == 1, done.out + done.err
    found = only(tmp_path)
    assert found["outcome"] == "crashed"
    assert found["repeated"]["outcomes"] == {"passed": 2, "crashed": 1}
    assert found["repeated"]["answers"] == 1
    assert found["traits"]["flaky"] == "2 passed, 1 crashed"


def test_what_is_not_supported_is_not_asked_again(tmp_path: Path) -> None:
    done = pytest_in(
        tmp_path, "--adapter=fakes.good:Good", "--dtype=float32", "--repeat=5", f"{DENSE}::rectified_is_never_negative"
    )
    assert done.status == 0, done.out + done.err
    found = only(tmp_path)
    assert (found["outcome"], found["repeated"]["outcomes"]) == ("unsupported", {"unsupported": 1})


def test_strict_fails_what_is_not_the_same_to_the_bit(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "import numpy as np\n\nasked = []\n\n\ndef sigmoid(x):\n    asked.append(1)\n"
        "    found = 1 / (1 + np.exp(-x))\n"
        "    nudged = np.where(x == 0, found, np.nextafter(found, np.asarray(1, x.dtype)))\n"
        "    return found if len(asked) < 8 else nudged\n",
        "utf-8",
    )
    lax = pytest_in(tmp_path, "--adapter=mine.py", "--dtype=float32", "--repeat=2", CASE)
    assert lax.status == 0, lax.out + lax.err
    assert only(tmp_path)["repeated"]["answers"] == 2
    strict = pytest_in(tmp_path, "--adapter=mine.py", "--dtype=float32", "--repeat=2", CASE, "--nnconform-strict")
    assert strict.status == 1, strict.out + strict.err
    found = only(tmp_path)
    assert found["findings"][0]["line"].startswith("trait: not repeatable: ")
    assert found["rerun"].endswith("--nnconform-strict --nnconform-repeat=2")


def test_it_is_taken_up_again_only_as_it_was_asked(tmp_path: Path) -> None:
    good = ("--adapter=fakes.good:Good", "--dtype=float32,float64", CASE)
    assert pytest_in(tmp_path, *good, "--repeat=2").status == 0
    (path,) = tmp_path.rglob("*.jsonl")
    path.write_text("\n".join(path.read_text("utf-8").splitlines()[:2]) + "\n", "utf-8")
    pytest_in(tmp_path, *good, "--resume").complains("--repeat was 2, and is 1: begin a new run")
    pytest_in(tmp_path, *good, "--resume", "--repeat=3").complains("--repeat was 2, and is 3: begin a new run")
    done = pytest_in(tmp_path, *good, "--resume", "--repeat=2")
    assert done.status == 0, done.out + done.err
    assert "1 passed, 1 deselected" in done.out
    assert "asked several times: 2 of 2 cases had the same bits" in done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--repeat=0"], "--nnconform-repeat is a whole number from 1 to 10000, not '0'"),
        (["--repeat=-1"], "not '-1'"),
        (["--repeat=x"], "not 'x'"),
        (["--repeat=2.5"], "not '2.5'"),
        (["--repeat=²"], "not '²'"),
        (["--repeat=10001"], "not '10001'"),
        (["--repeat=99999999999999999999999"], "is a whole number from 1 to 10000"),
        (["--repeat="], "--nnconform-repeat needs a value; without the option it is 1"),
        (["--repeat=2", "--timing"], "--repeat and --timing do not go together"),
    ],
    ids=lambda value: " ".join(value)[:30],
)
def test_other_numbers_end_the_run_in_one_line(tmp_path: Path, arguments: list[str], words: str) -> None:
    pytest_in(tmp_path, "--adapter=numpy", *arguments).complains(words)


# --------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            Repeated(2, 2, (("passed", 2),), 0.5, 0.5),
            "asked 2 times: 2 passed; 2 different answers; the error 0.5 ulps",
        ),
        (Repeated(2, 0, (("crashed", 2),), 0.0, 0.0), "asked 2 times: 2 crashed"),
        (
            Repeated(3, 1, (("passed", 2), ("timeout", 1)), 1.0, 1.0),
            "asked 3 times: flaky: 2 passed, 1 timeout; the same answer each time",
        ),
    ],
)
def test_words(told: Repeated, words: str) -> None:
    assert told.words == words


def test_a_page_has_flaky_cases_first_and_nothing_where_none_was_repeated(tmp_path: Path) -> None:
    def made(name: str, answers: int, **outcomes: int) -> dict[str, Any]:
        told = {"times": 3, "answers": answers, "outcomes": outcomes, "ulps": {"least": 0.5, "most": "inf"}}
        return result(name, repeated=told)

    from nnconform.reports.merge import join

    cases = [made("steady", 1, passed=3), made("apart", 2, passed=3), made("flaky", 1, passed=2, failed=1)]
    path = run(tmp_path / "a.jsonl", cases)
    found = repeats(join(read_records([path])))
    assert found is not None
    assert (found.cases, found.same, found.flaky) == (3, 1, 1)
    assert [each.case for _, each, _ in found.apart] == ["flaky", "apart"]
    text = parse(write_page([path], tmp_path / "a.html").read_text("utf-8")).by_id("repeated").text
    assert "Of 3 cases 1 had the same bits and outcome each time; 1 is flaky" in text
    assert "the error from 0.5 to inf ulps" in text
    assert repeats(join(read_records([run(tmp_path / "b.jsonl", [result("a")])]))) is None


def asked(*verdicts: Verdict) -> tuple[Verdict, Any]:
    """What is made of these, one after another."""
    item: Any = SimpleNamespace(frozen_line={}, figures=None)
    left = list(verdicts)
    found = repeated(item, len(verdicts), lambda _: (left.pop(0), None), lambda _, verdict: verdict)
    return found, item


def test_bits_that_compare_equal_are_different_answers_as_well() -> None:
    found, item = asked(Verdict(digest="a"), Verdict(digest="b"))
    assert found.traits == {"not repeatable": 1}
    assert item.figures["repeated"]["answers"] == 2
    assert item.frozen_line["options"] == ["--nnconform-repeat=2"]


def test_the_gravest_outcome_counts_then_the_largest_share_then_the_largest_error() -> None:
    nan = float("nan")
    right, slightly, badly = Verdict(ulps=9.0), Verdict("failed", share=2.0), Verdict("failed", share=nan)
    assert asked(right, badly, slightly)[0] is badly
    assert asked(Verdict(ulps=0.5), right, Verdict(ulps=1.0))[0] is right
    crashed = Verdict("crashed")
    assert asked(right, badly, crashed, slightly)[0] is crashed
    assert crashed.traits["flaky"] == "2 failed, 1 passed, 1 crashed"
    _, item = asked(Verdict(digest="a", ulps=nan), Verdict(digest="a", ulps=1.0))
    assert item.figures["repeated"]["ulps"] == {"least": 1.0, "most": float("inf")}
