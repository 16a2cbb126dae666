"""What a timing report says first: a few lines, before any table, and each of them true of the tables."""

from __future__ import annotations

from math import comb
from pathlib import Path

import pytest
from page_fixtures import HOSTILE, Data, footer, header, subject, write
from page_fixtures_html import Element
from page_fixtures_timing import (
    COPY,
    MATRIX,
    SPEED,
    against_itself,
    around,
    beside,
    cases,
    row,
    rows,
    timed,
    with_more,
)
from test_reports_timing_page import ONE, cells, in_short, page

from nnconform.reports.timing.summary import too_few

TWO, THREE = list(cases())[1:3]


def short(tmp_path: Path, *lines: Data, places: tuple[str, ...] = ("numpy eager", "torch eager")) -> Element:
    return page(timed(tmp_path / "run.jsonl", *places, results=lines))


def test_who_is_fastest_how_often(tmp_path: Path) -> None:
    tied = row(THREE)
    found = (
        row(ONE), row(ONE, "torch", scale=0.1), row(TWO), row(TWO, "torch", scale=0.1),
        tied, row(THREE, "torch", hot=tied["timing"]["hot"]),
    )  # fmt: skip
    assert in_short(short(tmp_path, *found), "Fastest") == "of 3 rows: torch in 2, in 1 not to be told from another"


def test_alone_nobody_is_fastest(tmp_path: Path) -> None:
    made = page(timed(tmp_path / "run.jsonl", "torch eager"))
    assert in_short(made, "Fastest") == "nothing was ranked beside another"


def test_runs_apart_have_each_their_own_fastest(tmp_path: Path) -> None:
    one = timed(tmp_path / "one.jsonl", "numpy eager", "torch eager", only=1)
    two = timed(tmp_path / "two.jsonl", "jax eager", "tensorflow eager", only=1)
    assert in_short(page(one, two), "Fastest").startswith("of 2 rows: ")


def test_what_compiling_does_is_one_line(tmp_path: Path) -> None:
    found = (
        row(ONE, "torch"), row(ONE, "torch", "compiled", scale=0.1), row(TWO, "torch"),
        row(TWO, "torch", "compiled", scale=20), row(THREE, "torch"),
        row(THREE, "torch", "compiled", outcome="failed"),
    )  # fmt: skip
    made = short(tmp_path, *found, places=("torch eager", "torch compiled"))
    assert in_short(made, "Compiled against eager") == "torch compiled faster in 1 of 2 rows, slower in 1"


def test_without_compiled_modes_nothing_is_said_of_them(tmp_path: Path) -> None:
    made = page(timed(tmp_path / "run.jsonl", "numpy eager", "torch eager"))
    assert "Compiled" not in made.by_id("conditions").text


def test_a_missing_yardstick_is_said(tmp_path: Path) -> None:
    made = page(timed(tmp_path / "run.jsonl", "torch eager", "jax eager"))
    assert in_short(made, "NumPy") == "was not measured: there is no ratio to NumPy"
    beside = timed(tmp_path / "beside.jsonl", "numpy eager", "torch eager")
    both = page(tmp_path / "run.jsonl", beside)
    assert in_short(both, "NumPy") == "was not measured in run.jsonl: there is no ratio to NumPy"
    assert "NumPy" not in [head.text for head in page(beside).by_id("conditions").all("dt")]


def test_what_is_not_ranked_is_counted_by_its_reason(tmp_path: Path) -> None:
    odd = (
        row(ONE, hot={"contended": True}), row(ONE, "torch", outcome="failed"),
        row(TWO, timing={"untrusted": "the clock went backwards"}), row(TWO, "torch", hot={"contended": True}),
    )  # fmt: skip
    assert in_short(short(tmp_path, *odd), "Not ranked") == (
        "4 of 4 rows: 2 contended; 1 struck out: failed; 1 untrusted: the clock went backwards"
    )
    assert in_short(page(timed(tmp_path / "all.jsonl", "numpy eager")), "Not ranked").startswith("nothing: all ")


def test_many_reasons_are_not_all_told(tmp_path: Path) -> None:
    odd = [row(case, timing={"untrusted": f"reason {number}"}) for number, case in zip(range(7), cases(), strict=False)]
    found = in_short(short(tmp_path, *odd, places=("numpy eager",)), "Not ranked")
    assert found.count("untrusted") == 4
    assert found.endswith("3 for other reasons")


def controlled(tmp_path: Path, hold: int, rows_: int = 40) -> Element:
    """A page whose run has so many A against A rows, of which so many hold 1.0."""
    found, extras = rows("numpy eager", only=1), around([("numpy", "eager")])
    (control,) = [line for line in extras if line["record"] == "control"]
    missed = control | {"ratio": 1.02, "low": 1.01, "high": 1.03}
    lines = [line for line in extras if line is not control]
    lines += [control if number < hold else missed for number in range(rows_)]
    return page(write(tmp_path / "run.jsonl", [header(subject()), *found, *lines, footer(1)]))


@pytest.mark.parametrize(("hold", "odd"), [(40, False), (36, False), (33, True), (0, True)])
def test_the_tools_own_noise_is_one_line_with_its_rows_behind_it(tmp_path: Path, hold: int, odd: bool) -> None:
    made = controlled(tmp_path, hold)
    told = in_short(made, "A against A")
    assert told.startswith(f"{hold} of 40 intervals hold 1.0 (about 95 of 100 should)")
    assert ("too few" in told) == odd
    assert ("the middle one reaches 0.60 % from it" if hold else "reaches 3.0 % from it") in told.replace("\u00a0", " ")
    (behind,) = [item for item in made.by_id("conditions").all("details") if "95 of 100" in item.text]
    assert len(behind.all("tbody")[0].all("tr")) == 40
    assert "open" not in behind.attributes


def tried(tmp_path: Path, *lines: Data) -> Element:
    return page(with_more(timed(tmp_path / "run.jsonl", "numpy eager", only=1), *lines))


def test_cross_checks_are_one_line_with_their_table_behind_it(tmp_path: Path) -> None:
    lines = [*beside("torch.utils.benchmark", 1.0, 0.97, 1.03), *beside("pytest-benchmark", 1.0, 0.969, 1.031)]
    made = tried(tmp_path, *lines, against_itself(90, 100), against_itself(100, 100))
    told = (
        "medians beside torch.utils.benchmark: 3 of 3 within 3 %; medians beside pytest-benchmark: 1 of 3 within 3 %; "
        "A against A: 190 of 200 intervals hold 1.0"
    )
    (behind,) = [item for item in made.by_id("conditions").all("details") if "benchmark" in item.text]
    assert behind.all("summary")[0].text == told
    assert "open" not in behind.attributes
    found = [[cell.text for cell in line.all("td")] for line in behind.all("tbody")[0].all("tr")]
    assert [cells[-1] for cells in found] == ["yes", "yes", "yes", "yes", "no", "no", "-", "-"]
    assert found[1] == ["torch.utils.benchmark", "relu, 1", "0.9700", "0.9600\u20130.9800", "yes"]
    assert found[-1][1] == "100 of 100 intervals hold 1.0"


def test_without_cross_checks_nothing_is_said_of_them(tmp_path: Path) -> None:
    assert "Cross-checks" not in [head.text for head in tried(tmp_path).by_id("conditions").all("dt")]


@pytest.mark.parametrize(("held", "odd"), [(200, False), (183, False), (180, True), (0, True)])
def test_intervals_that_are_too_narrow_are_flagged(tmp_path: Path, held: int, odd: bool) -> None:
    assert ("too few" in in_short(tried(tmp_path, against_itself(held)), "Cross-checks")) == odd


def test_hostile_cross_checks_stay_text_and_short(tmp_path: Path) -> None:
    lines = [line for number in range(50) for line in beside(f"{number} {HOSTILE * 9}", 1.0, case=HOSTILE)]
    made = tried(tmp_path, *lines)
    assert "and 46 more tools" in in_short(made, "Cross-checks")
    assert not made.by_id("timing").all("script")
    assert len(made.by_id("conditions").all("summary")[-2].text) < 500


def test_too_few_is_what_chance_gives_less_than_once_in_a_hundred() -> None:
    def exact(count: int, hold: int) -> float:
        return sum(comb(count, some) * 0.95**some * 0.05 ** (count - some) for some in range(hold + 1))

    for count in (1, 2, 3, 40, 200):
        assert [too_few(count, hold) for hold in range(count + 1)] == [
            exact(count, hold) < 0.01 for hold in range(count + 1)
        ]
    assert (too_few(0, 0), too_few(5000, 4740), too_few(5000, 4600), too_few(10**6, 0)) == (False, False, True, True)


def test_the_best_ceilings_are_one_line_and_the_rooflines_have_them(tmp_path: Path) -> None:
    found = rows("numpy eager", "torch eager")
    extras = [
        line | {"value": 30.0, "low": 29.0, "high": 31.0}
        if line.get("what") == "copy" and line["adapter"] == "torch" else line
        for line in around([("numpy", "eager"), ("torch", "eager")])
    ]  # fmt: skip
    lines = [header(subject(), subject("torch")), *found, *extras, footer(len(found))]
    made = page(write(tmp_path / "run.jsonl", lines))
    told = in_short(made, "Ceilings")
    assert told.startswith(f"cpu float32: copy 30.0 GB/s (torch), matrix {MATRIX} GFLOP/s (torch)")
    assert f"{0.9 * COPY:.1f} GB/s" in told, "every subject's stand behind it"
    roofs = [plot.text for plot in made.by_id("roofline").all("svg")]
    assert len(roofs) == 2
    assert all("copy 30.0 GB/s" in text for text in roofs)


def test_the_tables_of_the_families_come_before_every_other_one(tmp_path: Path) -> None:
    made = page(timed(tmp_path / "run.jsonl", *SPEED))
    folded = {id(part) for item in made.by_id("timing").all("details") for part in item.walk()}
    first = next(item for item in made.by_id("timing").all("table") if id(item) not in folded)
    assert first.all("caption")[0].text.startswith("loop and vectorized: median times")
    assert len(made.by_id("conditions").text) < 6000


def test_numpy_comes_first_and_the_modes_of_an_adapter_stand_together(tmp_path: Path) -> None:
    made = page(timed(tmp_path / "run.jsonl", "torch eager", "jax eager", "numpy eager", "torch compiled"))
    heads = [head.text for head in made.by_id("time-batch-size").all("table")[0].by_class("subject")]
    assert heads == ["numpy cpu eager", "torch cpu eager", "torch cpu compiled", "jax cpu eager"]
    assert cells(made, "time-loop-and-vectorized")[0].startswith("19"), "the cells go where their heads go"
