"""Two records held against each other: what got worse is told once, and nothing else is called worse."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from page_fixtures import Data, footer, header, result, run, subject, write
from page_fixtures_timing import Case, around, cases, row, rows, timed, work

from nnconform.harness.cli import main
from nnconform.reports.compare import Compared, compare
from nnconform.reports.records import RecordError

ONE = next(cases())
SOME = list(cases())[:20]


def changes(tmp_path: Path, old: Sequence[Data], new: Sequence[Data], confidence: float = 0.95) -> Compared:
    """What changed between two runs of NumPy."""
    then = timed(tmp_path / "old", "numpy eager", results=old)
    return compare(then, timed(tmp_path / "new", "numpy eager", results=new), confidence)


def verdicts(found: Compared) -> list[str]:
    return [change.verdict for change in found.changes]


def test_a_record_held_against_itself_has_not_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = timed(tmp_path / "run.jsonl", "numpy eager", "torch eager", results=[
        result("a"), result("b", "failed"), result("c", ulps="nan"), *rows("numpy eager", "torch eager"),
    ])  # fmt: skip
    assert main(["compare", str(path), str(path)]) == 0
    out = capsys.readouterr().out
    assert "nothing changed" in out
    assert "0 slower, 0 faster, 86 indistinguishable, 0 not comparable" in out
    assert out.endswith("Nothing got worse\n")
    assert "Not the same" not in out


def test_slower_and_faster_rows_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = [
        row(case, seed=2, scale=1.3 if number == 3 else 0.7 if number == 5 else 1.0) for number, case in enumerate(SOME)
    ]
    found = changes(tmp_path, [row(case, seed=1) for case in SOME], new)
    assert [number for number, verdict in enumerate(verdicts(found)) if verdict == "slower"] == [3]
    assert [number for number, verdict in enumerate(verdicts(found)) if verdict == "faster"] == [5]
    middle, low, high = found.changes[3].ratio
    assert low < 1.3 < high
    assert low < middle < high
    assert found.worse
    assert main(["compare", str(tmp_path / "old"), str(tmp_path / "new")]) == 1
    out = capsys.readouterr().out
    assert f"slower  {new[3]['id']}  1." in out
    assert f"faster  {new[5]['id']}  0." in out
    assert out.endswith("Worse: 1 slower\n")


def test_faster_alone_is_not_worse(tmp_path: Path) -> None:
    assert not changes(tmp_path, [row(ONE, seed=1)], [row(ONE, seed=2, scale=0.5)]).worse


def test_chance_alone_hardly_ever_calls_a_row_changed(tmp_path: Path) -> None:
    cases_ = [(f"case_{number}", ONE[1], ONE[2]) for number in range(400)]
    found = changes(tmp_path, [row(case, seed=1) for case in cases_], [row(case, seed=2) for case in cases_])
    assert set(verdicts(found)) == {"indistinguishable"}
    alone = [change.chance < 0.05 for change in found.changes]
    assert sum(alone) < 40, "one by one about 20 of 400 would be called changed"


def test_a_change_within_the_runs_own_noise_is_none(tmp_path: Path) -> None:
    old, new = [row(ONE, seed=1)], [row(ONE, seed=2, scale=1.05)]
    assert verdicts(changes(tmp_path, old, new)) == ["slower"]
    noisy = around([("numpy", "eager")])
    noisy[2] |= {"ratio": 1.04, "low": 1.02, "high": 1.12}
    write(tmp_path / "new", [header(subject()), *new, *noisy, footer(1)])
    found = compare(tmp_path / "old", tmp_path / "new", 0.95)
    assert verdicts(found) == ["indistinguishable"]
    assert found.changes[0].margin == pytest.approx(1.12)


def test_a_machine_that_is_slower_as_a_whole_slows_no_row(tmp_path: Path) -> None:
    slow = around([("numpy", "eager")])
    slow[-1] |= {"sentinel_ns": slow[-1]["sentinel_ns"] * 1.2}
    timed(tmp_path / "old", "numpy eager", results=[row(ONE, seed=1)])
    write(tmp_path / "new", [header(subject()), row(ONE, seed=2, scale=1.15), *slow, footer(1)])
    assert verdicts(compare(tmp_path / "old", tmp_path / "new", 0.95)) == ["indistinguishable"]


def case_of(**change: Any) -> Case:
    return ONE[0], ONE[1] | change, ONE[2]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (row(ONE), row(ONE, timing={"threads": 2}), "threads 1 -> 2"),
        (row(ONE), row(ONE, outcome="failed"), "failed in the new record"),
        (row(ONE, outcome="known deviation"), row(ONE), "known deviation in the old record"),
        (row(ONE), row(ONE, hot={"contended": True}), "contended in the new record"),
        (row(ONE, timing={"untrusted": "an odd clock"}), row(ONE), "untrusted in the old record"),
        (row(ONE), row(ONE, hot={"rounds": [[1, 5.0]]}), "fewer than 5 rounds in the new record"),
        (row(ONE), row(ONE) | {"timing": None, "outcome": "unsupported"}, "not measured in the new record"),
        (row(ONE), row(case_of(operations=7)), "the case itself changed"),
        (row(ONE), row(case_of(distribution="zeros")), "the case itself changed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_compared_says_why(tmp_path: Path, old: Data, new: Data, reason: str) -> None:
    (change,) = changes(tmp_path, [old], [new]).changes
    assert (change.verdict, change.reason) == ("not comparable", reason)


@pytest.mark.parametrize("name", ["processor", "machine", "cores"])
def test_another_machine_is_not_comparable_and_its_answers_are(tmp_path: Path, name: str) -> None:
    old = timed(tmp_path / "old", "numpy eager", results=[row(ONE)])
    environment = header()["environment"] | {name: "another"}
    new = write(tmp_path / "new", [header(subject(), environment=environment), row(ONE, outcome="failed"), footer(1)])
    found = compare(old, new, 0.95)
    assert found.changes[0].reason.startswith(f"{name} ")
    assert len(found.failing) == 1
    assert any(name in line for line in found.differences)


def test_another_version_is_compared_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = run(tmp_path / "old", [row(ONE, seed=1)])
    new = run(tmp_path / "new", [row(ONE, seed=2)], subject(versions={"numpy": "9.9"}))
    assert main(["compare", str(old), str(new)]) == 0
    out = capsys.readouterr().out
    assert "numpy cpu eager: numpy 1.2.3 -> 9.9" in out
    assert "1 indistinguishable" in out
    assert "unknown (no A against A rows)" in out


def test_outcomes_that_changed_are_sorted_by_how(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = run(tmp_path / "old", [
        result("same", "failed"), result("breaks"), result("mends", "failed"), result("gone"),
        result("turns", "unsupported"), result("grows", ulps=1.0), result("shrinks", ulps=9.0), result("crashes"),
        result("worse", "failed", ulps=1.0), result("spoils"), result("vanishes"), result("healed", "known deviation"),
        result("dies", "failed"),
    ])  # fmt: skip
    new = run(tmp_path / "new", [
        result("same", "failed"), result("breaks", "failed"), result("mends"), result("fresh", "failed"),
        result("turns", "known deviation"), result("grows", ulps=2.5), result("shrinks", ulps=3.0),
        result("crashes", "crashed", reason="status -11", findings=[]), result("worse", "failed", ulps=99.0),
        result("spoils", "known deviation", ulps=50.0), result("vanishes", "unsupported", ulps=0.0), result("healed"),
        result("dies", "timeout"),
    ])  # fmt: skip
    found = compare(old, new, 0.95)
    assert [pair.new.case for pair in found.failing] == ["breaks", "crashes"]
    assert [pair.new.case for pair in found.deviating] == ["spoils"]
    assert [pair.new.case for pair in found.lost] == ["vanishes"]
    assert [pair.new.case for pair in found.mended] == ["healed", "mends"]
    assert [pair.new.case for pair in found.otherwise] == ["dies", "turns"]
    assert [pair.new.case for pair in found.grown] == ["grows"]
    assert ([item.case for item in found.added], [item.case for item in found.removed]) == (["fresh"], ["gone"])
    assert main(["compare", str(old), str(new)]) == 1
    out = capsys.readouterr().out
    assert (
        "12 in both records; 2 newly failing, 1 newly a known deviation, 1 no longer supported, 2 mended, "
        "2 changed otherwise, 1 with a larger error, 1 added, of which 1 fails, 1 removed" in out
    )
    assert "added, and fails  spec/activations/sigmoid.toml::fresh/" in out
    assert out.endswith("Worse: 2 newly failing, 1 newly a known deviation, 1 no longer supported\n")
    assert "passed -> crashed: status -11" in out
    assert "1 -> 2.5 ulps" in out
    assert "Times" not in out


def test_a_nan_is_the_largest_error(tmp_path: Path) -> None:
    old = run(tmp_path / "old", [result("a", ulps="inf"), result("b", ulps=1.0)])
    new = run(tmp_path / "new", [result("a", ulps="nan"), result("b", ulps="nan")])
    assert [pair.new.case for pair in compare(old, new, 0.95).grown] == ["b"]


def test_an_incomplete_new_record_cannot_be_called_no_worse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = run(tmp_path / "old", [result("a"), result("b")])
    new = write(tmp_path / "new", [header(), result("a")])
    assert main(["compare", str(old), str(new)]) == 1
    assert "INCOMPLETE: the new record" in capsys.readouterr().out
    assert main(["compare", str(new), str(old)]) == 0
    assert "INCOMPLETE: the old record" in capsys.readouterr().out


@pytest.mark.parametrize("outcome", ["failed", "known deviation", "unsupported"])
def test_what_an_incomplete_old_record_lacks_may_have_passed_then(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], outcome: str
) -> None:
    old = write(tmp_path / "old", [header(), result("a")])
    new = run(tmp_path / "new", [result("a"), result("b", outcome), result("c")])
    assert main(["compare", str(old), str(new)]) == 1
    out = capsys.readouterr().out
    assert "INCOMPLETE: the old record is not all of its run: it has no footer" in out
    assert out.endswith("the old record is incomplete, and 1 of those it lacks does not pass\n")


@pytest.mark.parametrize(
    ("old", "new", "status", "told"),
    [
        ([result("a"), result("b")], [result("a"), result("b", "known deviation")], 1, "Worse: 1 newly a known"),
        ([result("a"), result("b")], [result("a"), result("b", "unsupported")], 1, "Worse: 1 no longer supported"),
        ([result("a", ulps=1.0)], [result("a", ulps=2.0)], 0, "slower, but 1 with a larger error"),
        ([result("a")], [result("a"), result("b", "failed")], 0, "slower, but 1 added and failing"),
        ([result("a")], [result("a"), result("b")], 0, "Nothing got worse"),
        ([result("a"), result("b")], [result("a")], 0, "slower, but 1 removed"),
        ([result("a"), result("b", "failed")], [result("a"), result("b", "crashed")], 0, "but 1 changed otherwise"),
    ],
    ids=["deviates", "vanishes", "grows", "added fails", "added passes", "removed", "dies otherwise"],
)
def test_the_verdict_says_no_more_than_its_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: list[Data], new: list[Data], status: int, told: str
) -> None:
    assert main(["compare", str(run(tmp_path / "old", old)), str(run(tmp_path / "new", new))]) == status
    assert told in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["old", "nowhere"], "no records 'nowhere'"),
        (["old", "empty"], "is empty"),
        (["text", "old"], "no nnconform record"),
        (["old", "later"], "schema 99"),
        (["old", "stranger"], "nothing to compare: old holds numpy cpu eager; stranger holds torch cpu eager"),
        (["old", "old", "--confidence=2"], "'2' is no share"),
        (["old", "old", "--confidence=much"], "'much' is no share"),
        (["old", "old", "--confidence=nan"], "'nan' is no share"),
        (["old"], "required: NEW"),
    ],
)
def test_bad_input_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], word: str
) -> None:
    monkeypatch.chdir(tmp_path)
    run(Path("old"), [result()])
    run(Path("stranger"), [result(adapter="torch")], subject("torch"))
    write(Path("later"), [header(schema=99)])
    Path("empty").touch()
    Path("text").write_text("hello", "utf-8")
    assert main(["compare", *arguments]) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert word in err


def test_hostile_records_print_visible_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = "a\x1b[31m\u202eb\nc"
    old = run(tmp_path / "old", [result(evil)])
    new = run(tmp_path / "new", [result(evil, "failed", id=evil)], subject(versions={evil: evil}))
    assert main(["compare", str(old), str(new)]) == 1
    out = capsys.readouterr().out
    assert not set("\x1b\u202e") & set(out)
    assert r"a\x1b[31m\u202eb c" in out


def test_long_lists_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = run(tmp_path / "old", [result(f"case_{number}") for number in range(150)])
    new = run(tmp_path / "new", [
        result(f"case_{number}", "failed", operations=["relu" if number % 5 < 2 else "sigmoid"]) for number in range(150)
    ])  # fmt: skip
    assert main(["compare", str(old), str(new)]) == 1
    out = capsys.readouterr().out
    assert out.count("newly failing  ") == 100
    assert "and 50 more: --all prints them" in out
    assert "newly failing, by operation: sigmoid 90, relu 60" in out
    assert main(["compare", str(old), str(new), "--all"]) == 1
    out = capsys.readouterr().out
    assert out.count("newly failing  ") == 150
    assert "more" not in out


def test_nothing_in_common_is_no_comparison(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="nothing to compare"):
        compare(run(tmp_path / "a", [result()]), run(tmp_path / "b", [result(mode="xla")], subject(mode="xla")), 0.95)


def test_work_without_a_family_of_its_own_is_compared(tmp_path: Path) -> None:
    case = ("odd", work("weather", "rain", 1, "", 0, 0), ["dense"])
    assert verdicts(changes(tmp_path, [row(case, seed=1)], [row(case, seed=2, scale=3)])) == ["slower"]


@pytest.mark.parametrize("new", [[result("b")], []], ids=["disjoint", "header only"])
def test_without_a_case_in_both_there_is_nothing_to_compare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], new: list[Data]
) -> None:
    timed(tmp_path / "old", "numpy eager", results=[result("a")])
    timed(tmp_path / "new", "numpy eager", results=new)
    assert main(["compare", str(tmp_path / "old"), str(tmp_path / "new")]) == 4
    out, err = capsys.readouterr()
    assert out == ""
    counted = f"{tmp_path / 'old'} holds 1 answers, {tmp_path / 'new'} holds {len(new)} answers"
    assert err == f"nnconform: nothing to compare: no case is in both; {counted}\n"
