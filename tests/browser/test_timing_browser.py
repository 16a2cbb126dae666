"""The timing report in a real browser: it fits a phone, no label lies on another, and the filter reaches its rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_fixtures_chromium import OVERLAPS, SIDEWAYS, chromium, dom, measured
from page_fixtures_html import parse
from page_fixtures_timing import SPEED, timed

from nnconform.reports.page import write_page

TOO_WIDE = """((all) => all.filter((box) => box.scrollWidth > box.clientWidth).length + " of " + all.length)(
  [...document.querySelectorAll("table.times")].map((table) => table.parentElement))"""
FIRST_COLUMN = """((box) => { box.scrollLeft = 200; const head = box.querySelector("tbody th").getBoundingClientRect();
  return Math.round(head.left - box.getBoundingClientRect().left) + " after " + box.scrollLeft })(
  document.querySelector("#time-batch-size table.times").parentElement)"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every family, of eight subjects."""
    folder = tmp_path_factory.mktemp("page")
    return write_page([timed(folder / "run.jsonl", *SPEED)], folder / "page.html")


@pytest.mark.parametrize("width", [360, 1400])
def test_it_never_scrolls_sideways(tmp_path: Path, page: Path, width: int) -> None:
    assert measured(tmp_path, page, SIDEWAYS, width) == f"{width} of {width}"


def test_eight_subjects_fit_a_usual_window(tmp_path: Path, page: Path) -> None:
    assert measured(tmp_path, page, TOO_WIDE, 1400) == "0 of 10"


def test_on_a_phone_the_cases_stay_while_the_times_scroll(tmp_path: Path, page: Path) -> None:
    assert measured(tmp_path, page, FIRST_COLUMN, 360) in {"0 after 200", "1 after 200"}


@pytest.mark.parametrize("width", [360, 1400])
def test_no_label_of_a_plot_lies_on_another_or_outside(tmp_path: Path, page: Path, width: int) -> None:
    wrong, _, labels = measured(tmp_path, page, OVERLAPS, width).partition(" of ")
    assert int(labels) > 200
    assert int(wrong) == 0


def test_the_filter_reaches_timing_rows(tmp_path: Path, page: Path) -> None:
    made = parse(dom(tmp_path, page, "#q=sigmoid+4%2C096"))
    rows = made.by_id("time-activations").all("tbody")[0].all("tr")
    assert [row.text.split()[0] for row in rows if not row.hidden] == ["sigmoid"]


def test_it_draws_in_light_and_in_dark(tmp_path: Path, page: Path) -> None:
    pictures = []
    for number, scheme in enumerate(("1", "0")):
        target = tmp_path / f"{number}.png"
        flags = (f"--screenshot={target}", "--window-size=1400,3000", f"--blink-settings=preferredColorScheme={scheme}")
        chromium(tmp_path, page, *flags)
        pictures.append(target.read_bytes())
    assert all(len(picture) > 100_000 for picture in pictures), "an empty page draws much less"
    assert pictures[0] != pictures[1]
