"""The timing report: what is right is ranked, what is wrong is struck out, and no ratio is told that nothing supports."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from page_fixtures import DETAILS, Data, footer, header, result, run, subject, write
from page_fixtures_html import Element, parse
from page_fixtures_timing import SPEED, around, cases, row, rows, timed, work
from test_page import banners, headline, sound

from nnconform.reports.page import write_page

ALL = tuple(SPEED)
ONE = next(cases())


def page(path: Path, *more: Path) -> Element:
    made = parse(write_page([path, *more], path.with_suffix(".html")).read_text("utf-8"))
    sound(made)
    return made


def cells(made: Element, place: str, number: int = 0) -> list[str]:
    """The texts of one row of a section's first table."""
    return [cell.text for cell in made.by_id(place).all("tbody")[0].all("tr")[number].all("td")]


def in_short(made: Element, name: str) -> str:
    """One line of the summary."""
    short = made.by_id("conditions")
    heads = [head.text for head in short.all("dt")]
    return short.all("dd")[heads.index(name)].text


def told(tmp_path: Path, *lines: Data, places: tuple[str, ...] = ("numpy eager", "torch eager")) -> list[str]:
    """The cells of the one case that these rows are of."""
    return cells(page(timed(tmp_path / "run.jsonl", *places, results=lines)), "time-loop-and-vectorized")


@pytest.mark.parametrize("places", [ALL[:1], ALL[:4], ALL])
def test_a_page_of_times_alone_has_no_matrix(tmp_path: Path, places: tuple[str, ...]) -> None:
    made = page(timed(tmp_path / "run.jsonl", *places))
    names = {item.attributes.get("id") for item in made.walk()}
    assert not names & {"matrix", "operations", "systems", "traits", "failures"}
    assert {
        "timing",
        "conditions",
        "throughput",
        "roofline",
        "error",
        "estimates",
        "loops",
        "caches",
        "operands",
    } <= names
    assert ("modes" in names) == (len(places) > 1)
    assert headline(made) == f"All {len(places) * len(list(cases()))} results pass."
    assert not banners(made)


def test_a_page_without_times_says_nothing_of_them(tmp_path: Path) -> None:
    made = page(run(tmp_path / "run.jsonl", [result("a")]))
    assert "timing" not in {item.attributes.get("id") for item in made.walk()}
    assert not made.all("svg")
    assert ".plot" not in made.all("style")[0].text


def test_answers_and_times_stand_on_one_page(tmp_path: Path) -> None:
    found = [result("a"), result("b", "failed"), *rows("numpy eager", "torch eager")]
    made = page(timed(tmp_path / "run.jsonl", "numpy eager", "torch eager", results=found))
    assert [item.text for item in made.by_id("matrix").all("tbody")[0].all("th")] == ["sigmoid"]
    assert "torch" not in made.by_id("matrix").text, "it was asked for times alone"
    assert "torch" in made.by_id("timing").text


def test_a_cell_has_its_time_and_its_ratios(tmp_path: Path) -> None:
    first, second = told(tmp_path, *rows("numpy eager", "torch eager", only=1))
    assert first.startswith("19")
    assert "\u00b1" in first
    assert "\u00d7 fastest 2." in first
    assert "NumPy" not in first
    assert "fastest 0.4" in second
    assert "\u00d7 NumPy 0.4" in second


def test_a_ratio_to_the_fastest_stands_once_where_that_is_numpy(tmp_path: Path) -> None:
    slow, slower = row(ONE, "torch", scale=9.0), row(ONE, "jax", scale=5.0)
    first, *others = told(tmp_path, row(ONE), slow, slower, places=("numpy eager", "torch eager", "jax eager"))
    assert first.endswith("fastest")
    assert all(text.count("\u00d7") == 1 and "\u00d7 NumPy" in text for text in others)


def test_what_cannot_be_told_apart_reads_same_and_has_no_ratio(tmp_path: Path) -> None:
    numpy = row(ONE)
    twin = row(ONE, "torch", hot=numpy["timing"]["hot"])
    first, second = told(tmp_path, numpy, twin)
    assert "fastest" in first
    assert "same as NumPy" in second
    assert "\u00d7" not in first + second


def test_few_shared_rounds_give_no_ratio(tmp_path: Path) -> None:
    elsewhere = {"rounds": [[number + 37, time] for number, time in row(ONE, "torch")["timing"]["hot"]["rounds"]]}
    both = told(tmp_path, row(ONE), row(ONE, "torch", hot=elsewhere))
    assert "under 5 shared rounds" in " ".join(both)
    assert "\u00d7" not in " ".join(both)


def test_runs_apart_are_not_held_against_each_other(tmp_path: Path) -> None:
    one = timed(tmp_path / "one.jsonl", "numpy eager", only=1)
    two = timed(tmp_path / "two.jsonl", "torch eager", only=1)
    found = cells(page(one, two), "time-loop-and-vectorized")
    assert all("\u00d7" not in text and "fastest" not in text for text in found)


@pytest.mark.parametrize("outcome", ["failed", "known deviation", "crashed"])
def test_a_wrong_answer_is_struck_out_and_never_ranked(tmp_path: Path, outcome: str) -> None:
    wrong = row(ONE, "torch", scale=0.01, outcome=outcome, **DETAILS, deviation="a cause")
    made = page(
        timed(
            tmp_path / "run.jsonl",
            "numpy eager",
            "torch eager",
            "jax eager",
            results=[row(ONE), wrong, row(ONE, "jax")],
        )
    )
    found = cells(made, "time-loop-and-vectorized")
    struck = made.by_id("time-loop-and-vectorized").all("s")
    assert [item.text for item in struck] == [found[1].split(" ")[0] + " " + found[1].split(" ")[1]]
    assert "wrong answer, not ranked" in found[1]
    assert "fastest" not in found[1]
    assert "fastest" in found[0] + found[2], "the right ones are ranked among themselves"
    assert "1 of 3 row is struck out" in " ".join(banners(made))
    assert "torch" not in made.by_id("roofline").text


@pytest.mark.parametrize(
    ("change", "word"),
    [({"hot": {"contended": True}}, "contended"), ({"timing": {"untrusted": "the clock went backwards"}}, "untrusted")],
)
def test_a_doubtful_row_is_marked_and_not_ranked(tmp_path: Path, change: dict[str, Any], word: str) -> None:
    odd = row(ONE, "torch", scale=0.01, **change)
    made = page(timed(tmp_path / "run.jsonl", "numpy eager", "torch eager", results=[row(ONE), odd]))
    first, second = cells(made, "time-loop-and-vectorized")
    assert f"{word} not ranked" in second
    assert "fastest" not in first + second
    assert not made.all("s")
    assert f"1 of 2 rows: 1 {word}" in in_short(made, "Not ranked")
    assert change.get("timing", {}).get("untrusted", "contended") in made.by_id("time-loop-and-vectorized").text


def test_a_machine_too_busy_to_rank_anything_says_so(tmp_path: Path) -> None:
    made = page(timed(tmp_path / "run.jsonl", "numpy eager", "torch eager", hot={"contended": True}))
    assert "too busy to rank anything" in " ".join(banners(made))
    assert "\u00d7" not in made.by_id("timing").text
    assert not made.all("svg")


def test_what_was_not_measured_stands_there_with_its_reason(tmp_path: Path) -> None:
    out = row(ONE, "torch", outcome="unsupported", reason="needs 4.8 GB, 3.1 GB are free")
    del out["timing"]
    made = page(timed(tmp_path / "run.jsonl", "numpy eager", "torch eager", results=[row(ONE), out]))
    assert "unsupported" in cells(made, "time-loop-and-vectorized")[1]
    assert "needs 4.8 GB, 3.1 GB are free" in made.by_id("time-loop-and-vectorized").text
    assert in_short(made, "Not ranked") == "1 of 2 rows: 1 not measured: needs 4.8 GB, 3.1 GB are free"


def test_missing_ceilings_are_said_and_no_share_is_told(tmp_path: Path) -> None:
    found = rows("numpy eager")
    extras = [line for line in around([("numpy", "eager")]) if line["record"] != "ceiling"]
    made = page(write(tmp_path / "run.jsonl", [header(), *found, *extras, footer(len(found))]))
    assert "No ceilings were measured for numpy cpu eager" in " ".join(banners(made))
    assert "roofline" not in {item.attributes.get("id") for item in made.walk()}
    bare = page(write(tmp_path / "bare.jsonl", [header(), *found, footer(len(found))]))
    assert in_short(bare, "Conditions") == "the records do not say"
    assert "how noisy the tool itself was is not known" in in_short(bare, "A against A")
    assert in_short(bare, "Ceilings") == "None was measured."


def test_shares_are_of_the_best_on_the_device(tmp_path: Path) -> None:
    made = page(timed(tmp_path / "run.jsonl", "numpy eager", "torch eager", results=[row(ONE), row(ONE, "torch")]))
    (line, _) = made.by_id("time-loop-and-vectorized").all("tbody")[1].all("tr")
    rate, of_copy, flops, of_matrix = [cell.text for cell in line.all("td")][-5:-1]
    median = row(ONE)["timing"]["hot"]["median_ns"]
    assert float(rate) == pytest.approx(ONE[1]["bytes"] / median, rel=0.01)
    assert float(flops) == pytest.approx(ONE[1]["operations"] / median, rel=0.01)
    assert float(of_copy.split()[0]) == pytest.approx(100 * ONE[1]["bytes"] / median / 11.8, rel=0.05)
    assert float(of_matrix.split()[0]) == pytest.approx(100 * ONE[1]["operations"] / median / 92.0, rel=0.05)


def test_the_lessons_have_their_ratios(tmp_path: Path) -> None:
    made = page(timed(tmp_path / "run.jsonl", "numpy eager", "torch eager", "torch compiled"))
    assert float(cells(made, "loops")[0].split()[0].rstrip("\u00d7")) == pytest.approx(76, rel=0.1)
    (compiled,) = cells(made, "modes", 1)
    assert float(compiled.split()[0].rstrip("\u00d7")) == pytest.approx(0.67, rel=0.1)
    assert all(float(text.split()[0].rstrip("\u00d7")) > 1 for text in cells(made, "caches"))
    assert float(cells(made, "operands")[0].split()[0].rstrip("\u00d7")) == pytest.approx(9, rel=0.1)


def test_cold_and_hot_that_share_no_rounds_are_held_against_each_other_all_the_same(tmp_path: Path) -> None:
    found = row(ONE)
    cold = found["timing"]["cold"]
    moved = {"cold": cold | {"rounds": [[number + 900, 3 * time] for number, time in cold["rounds"]]}}
    (told,) = cells(page(timed(tmp_path / "run.jsonl", "numpy eager", results=[row(ONE, timing=moved)])), "caches")
    assert float(told.split()[0].rstrip("\u00d7")) == pytest.approx(3.0, rel=0.1)


def test_an_estimate_is_called_one_and_scales_what_was_measured(tmp_path: Path) -> None:
    made = page(timed(tmp_path / "run.jsonl", "numpy eager"))
    section = made.by_id("estimates").text
    assert "an estimate" in section
    assert "175 billion" in section
    assert "about 272 s" in section or "about 4.5" in section


def test_every_plot_is_told_in_words_and_its_ids_are_its_own(tmp_path: Path) -> None:
    made = page(timed(tmp_path / "run.jsonl", *ALL))
    plots = made.all("svg")
    assert len(plots) == 2 + 8 + 8
    for plot in plots:
        assert plot.attributes["role"] == "img"
        names = (plot.attributes["aria-labelledby"] or "").split()
        assert [made.by_id(name).tag for name in names] == ["title", "desc"]
        assert all(made.by_id(name).text for name in names)
        (first, *_) = [item for item in plot.all("text") if "end" in (item.attributes.get("class") or "")]
        assert first.text


def test_controls_that_miss_one_are_flagged(tmp_path: Path) -> None:
    found, extras = rows("numpy eager", only=1), around([("numpy", "eager")])
    extras[2] |= {"ratio": 1.02, "low": 1.01, "high": 1.03}
    made = page(write(tmp_path / "run.jsonl", [header(), *found, *extras, footer(1)]))
    table = next(item for item in made.all("table") if item.all("caption")[0].text == "A against A")
    assert [item.text for item in table.by_class("flag")] == ["no"]


ODD: list[tuple[str, dict[str, Any]]] = [
    ("no work at all", {"operations": 0, "bytes": 0}),
    ("a batch of nought", {"family": "batch size", "x": 0, "x_name": "batch"}),
    ("a batch below nought", {"family": "batch size", "x": -4, "x_name": "batch"}),
    ("an unheard-of family", {"family": "<i>\u202e", "series": "", "x_name": ""}),
    ("the largest counts", {"operations": 10**29, "bytes": 1, "x": 1e29}),
]


@pytest.mark.parametrize("change", [change for _, change in ODD], ids=[name for name, _ in ODD])
def test_odd_work_makes_a_page_all_the_same(tmp_path: Path, change: dict[str, Any]) -> None:
    cost = work("loop and vectorized", "loop", 8, "units", 1024, 4096) | change
    for hot in ({}, {"median_ns": 1e-9, "low_ns": 1e-9, "high_ns": 1e29, "rounds": []}):
        case = (ONE[0], cost, ["dense"])
        page(
            timed(
                tmp_path / "run.jsonl", "numpy eager", "torch eager", results=[row(case, hot=hot), row(case, "torch")]
            )
        )


def test_a_timing_row_without_its_work_is_shown(tmp_path: Path) -> None:
    lost = row(ONE)
    del lost["work"]
    assert (
        "not described"
        in page(timed(tmp_path / "run.jsonl", "numpy eager", results=[lost])).by_id("timing").text.lower()
    )


def test_the_latest_of_several_runs_counts_unless_an_earlier_is_wrong(tmp_path: Path) -> None:
    one = timed(tmp_path / "one.jsonl", "numpy eager", only=1)
    two = timed(tmp_path / "two.jsonl", "numpy eager", only=1, scale=10)
    assert cells(page(one, two), "time-loop-and-vectorized")[0].startswith("1.9")
    bad = timed(tmp_path / "bad.jsonl", "numpy eager", only=1, scale=100, outcome="failed")
    assert "wrong answer" in cells(page(bad, two), "time-loop-and-vectorized")[0]


def test_thousands_of_rows_are_quick_and_small(tmp_path: Path) -> None:
    found = []
    for number in range(100):
        for name, cost, operations in cases():
            found.append(row((f"{name}_{number}", cost, operations), "numpy" if number % 2 else "torch"))
    path = write(tmp_path / "many.jsonl", [header(subject(), subject("torch")), *found, footer(len(found))])
    assert len(found) > 4000
    started = perf_counter()
    target = write_page([path], tmp_path / "many.html")
    assert perf_counter() - started < 30, "4,000 rows take a few seconds"
    assert target.stat().st_size < 8_000_000


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    path = timed(tmp_path / "run.jsonl", *ALL)
    assert write_page([path], tmp_path / "a.html").read_bytes() == write_page([path], tmp_path / "b.html").read_bytes()
