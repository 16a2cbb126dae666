"""The accuracy atlas in a real browser: it fits a phone, no label lies on another, and its filter and links work."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_fixtures_chromium import OVERLAPS, SIDEWAYS, chromium, dom, measured
from page_fixtures_html import parse
from page_fixtures_sweeps import atlas

from nnconform.reports.page import write_page

FUNCTIONS = ("sigmoid", "tanh", "log", "a_function_of_a_rather_long_name")


@pytest.fixture(scope="module", params=[1, 4, 12])
def page(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """So many adapters, in the three dtypes of sweeps."""
    folder = tmp_path_factory.mktemp("page")
    adapters = [f"adapter{number}" for number in range(request.param)]
    return write_page(
        [atlas(folder / "run.jsonl", adapters, FUNCTIONS, ("float16", "bfloat16", "float32"))], folder / "page.html"
    )


@pytest.mark.parametrize("width", [360, 1400])
def test_it_never_scrolls_sideways(tmp_path: Path, page: Path, width: int) -> None:
    assert measured(tmp_path, page, SIDEWAYS, width) == f"{width} of {width}"


@pytest.mark.parametrize("width", [360, 1400])
def test_no_label_of_a_plot_lies_on_another_or_outside(tmp_path: Path, page: Path, width: int) -> None:
    wrong, _, labels = measured(tmp_path, page, OVERLAPS, width).partition(" of ")
    assert int(labels) > 100
    assert int(wrong) == 0


def test_the_filter_reaches_rows_and_plots(tmp_path: Path, page: Path) -> None:
    made = parse(dom(tmp_path, page, "#q=tanh"))
    rows = made.by_id("atlas").by_class("atlas")[0].all("tbody")[0].all("tr")
    assert [row.text.split()[0] for row in rows if not row.hidden] == ["tanh"] * 3
    assert not made.by_id("error-tanh").hidden
    assert made.by_id("error-sigmoid").hidden


def test_it_draws_in_light_and_in_dark(tmp_path: Path, page: Path) -> None:
    pictures = []
    for scheme in ("1", "0"):
        target = tmp_path / f"{scheme}.png"
        chromium(
            tmp_path, page, f"--screenshot={target}", "--window-size=1000,1600",
            f"--blink-settings=preferredColorScheme={scheme}",
        )  # fmt: skip
        pictures.append(target.read_bytes())
    assert all(len(picture) > 20_000 for picture in pictures), "an empty page draws much less"
    assert pictures[0] != pictures[1]
