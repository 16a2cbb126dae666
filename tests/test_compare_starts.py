"""Several starts of one program in a record: how far they differ is what a change has to exceed."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_fixtures_timing import cases, row, timed

from nnconform.harness.cli import main
from nnconform.reports.compare import compare

ONE, TWO = list(cases())[:2]


def record(path: Path, *starts: tuple[float, float]) -> Path:
    """Runs one after another in one file, each so much slower in each of two cases."""
    parts = []
    for number, (first, second) in enumerate(starts):
        results = [row(ONE, seed=len(str(path)) + number, scale=first), row(TWO, seed=number, scale=second)]
        parts.append(timed(path.with_suffix(f".{number}"), "numpy eager", results=results).read_text("utf-8"))
    path.write_text("".join(parts).replace("03:04:05", f"03:04:{path.stem[-2:]}"), "utf-8")
    return path


def verdicts(old: Path, new: Path) -> dict[str, str]:
    return {change.result.case: change.verdict for change in compare(old, new, 0.95).changes}


def test_a_change_as_large_as_between_two_starts_is_none(tmp_path: Path) -> None:
    once, new = record(tmp_path / "once10", (1.0, 1.0)), record(tmp_path / "new20", (1.05, 1.5))
    assert verdicts(once, new) == {ONE[0]: "slower", TWO[0]: "slower"}
    twice = record(tmp_path / "twice30", (1.08, 1.0), (1.0, 1.0))
    assert verdicts(twice, new) == {ONE[0]: "indistinguishable", TWO[0]: "slower"}
    assert verdicts(once, record(tmp_path / "newer40", (1.13, 1.5), (1.05, 1.5)))[ONE[0]] == "indistinguishable"


def test_starts_count_beyond_what_their_rounds_explain(tmp_path: Path) -> None:
    new = record(tmp_path / "new20", (1.0, 1.0))
    (first, _) = compare(record(tmp_path / "old10", (1.2, 1.0), (1.0, 1.0)), new, 0.95).changes
    assert first.starts == pytest.approx(1.2, rel=0.02)
    assert first.margin == first.starts
    (first, _) = compare(record(tmp_path / "same30", (1.0, 1.0), (1.0, 1.0)), new, 0.95).changes
    assert first.starts == pytest.approx(1.0, abs=0.005)


def test_one_start_each_is_said_to_be_too_few(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    once, new = record(tmp_path / "once10", (1.0, 1.0)), record(tmp_path / "new20", (1.0, 1.0))
    assert main(["compare", str(once), str(new)]) == 0
    assert "NOT in it: one program started twice" in capsys.readouterr().out
    twice = record(tmp_path / "twice30", (1.0, 1.0), (1.0, 1.0))
    assert main(["compare", str(twice), str(new)]) == 0
    assert "NOT in it" not in capsys.readouterr().out


def test_a_wrong_start_counts_for_nothing(tmp_path: Path) -> None:
    new = timed(tmp_path / "new", "numpy eager", results=[row(ONE, seed=1)])
    wrong = timed(tmp_path / "wrong", "numpy eager", results=[row(ONE, seed=2, scale=3.0, hot={"contended": True})])
    joined = tmp_path / "joined"
    joined.write_text(wrong.read_text("utf-8") + new.read_text("utf-8").replace("03:04:05", "03:04:09"), "utf-8")
    (change,) = compare(joined, new, 0.95).changes
    assert change.starts is None
    assert change.margin < 1.1
