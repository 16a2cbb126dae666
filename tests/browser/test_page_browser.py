"""The page in a real browser: it renders, its filter works, it fits a phone, and hostile records run nothing."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest
from page_fixtures import BIDI, HOSTILE, many, result, run, subject
from page_fixtures_chromium import chromium, dom, measured
from page_fixtures_html import Element, parse

from nnconform.reports.page import write_page


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Two operations of two adapters; one of them fails once and deviates once."""
    path = run(tmp_path / "run.jsonl", [
        *(result(f"fine_{label}", adapter=label, operations=["relu"], systems=["S3"]) for label in ("numpy", "torch")),
        result("broken", "failed"), result("crooked", "known deviation", adapter="torch"),
    ], subject(), subject("torch"))  # fmt: skip
    return write_page([path], tmp_path / "page.html")


def shown(made: Element, place: str) -> list[str]:
    """The first word of each row of a section's table that is to be seen."""
    rows = made.by_id(place).all("tbody")[0].all("tr")
    return [row.text.split()[0] for row in rows if not row.hidden]


def opened(tmp_path: Path, page: Path, fragment: str = "") -> Element:
    return parse(dom(tmp_path, page, fragment))


def test_without_a_filter_everything_is_shown(tmp_path: Path, page: Path) -> None:
    made = opened(tmp_path, page)
    assert shown(made, "matrix") == ["sigmoid", "relu"]
    assert not made.by_id("filter").hidden
    assert made.by_id("found").text == ""
    assert not any(button.hidden for button in made.all("button"))


def test_without_scripts_everything_is_shown_and_no_dead_control(tmp_path: Path, page: Path) -> None:
    text = page.read_text("utf-8").replace("script-src 'sha256-", "script-src 'sha256-none")
    (tmp_path / "off.html").write_text(text, "utf-8")
    made = parse(chromium(tmp_path, tmp_path / "off.html", "--dump-dom").stdout)
    assert shown(made, "matrix") == ["sigmoid", "relu"]
    assert made.by_id("filter").hidden
    assert all(button.hidden for button in made.all("button"))
    assert "broken" in made.by_id("failures").text


def test_the_text_filter_hides_what_does_not_fit(tmp_path: Path, page: Path) -> None:
    made = opened(tmp_path, page, "#q=relu")
    assert shown(made, "matrix") == ["relu"]
    assert shown(made, "systems") == ["S3"]
    assert all(case.hidden for case in made.by_class("case"))
    assert re.fullmatch(r"\d+ of \d+ entries", made.by_id("found").text)


def test_every_word_of_the_filter_must_be_there(tmp_path: Path, page: Path) -> None:
    assert shown(opened(tmp_path, page, "#q=" + quote("SIG mo  oid")), "matrix") == ["sigmoid"]
    assert shown(opened(tmp_path, page, "#q=sigmoid+relu"), "matrix") == []


def test_the_outcome_filter_keeps_what_has_one_of_them(tmp_path: Path, page: Path) -> None:
    made = opened(tmp_path, page, "#q=&o=F")
    assert shown(made, "matrix") == ["sigmoid"]
    assert [case.hidden for case in made.by_id("failures").by_class("case")] == [False]
    assert [group.hidden for group in made.by_class("group")] == [True]


def test_a_link_opens_what_it_leads_to(tmp_path: Path, page: Path) -> None:
    (case,) = parse(page.read_text("utf-8")).by_id("known").by_class("case")
    name = case.attributes["id"]
    assert "open" not in case.attributes
    made = opened(tmp_path, page, f"#{name}")
    assert "open" in made.by_id(str(name)).attributes
    assert "open" in made.by_class("group")[0].attributes


@pytest.mark.parametrize("fragment", ["", "#q=" + quote(HOSTILE), "#" + quote(HOSTILE), "#q=%E0%A4%A&o=%"])
def test_hostile_records_and_links_run_nothing(tmp_path: Path, fragment: str) -> None:
    evil = HOSTILE + BIDI
    path = run(tmp_path / "run.jsonl", [
        result(evil, "failed", requirement=evil, operations=[evil], functions={evil: evil}, rerun=evil, erratum=evil)
    ], subject(versions={evil: evil}))  # fmt: skip
    made = opened(tmp_path, write_page([path], tmp_path / "page.html"), fragment)
    (title,) = made.all("title")
    assert title.text == "nnconform: 1 of 1 results fails."
    assert not made.all("img")


FRAME = """<!doctype html><title>nothing yet</title>
<script>addEventListener("message", (event) => (document.title = event.data))</script>
<iframe src="measured.html" style="border: 0; width: WIDTHpx; height: 900px"></iframe>"""


@pytest.mark.parametrize("width", [360, 1400])
def test_the_page_never_scrolls_sideways(tmp_path: Path, width: int) -> None:
    path = many(tmp_path / "many.jsonl", adapters=5, fails=9)
    measure = "parent.postMessage(document.documentElement.scrollWidth + ' of ' + innerWidth, '*')"
    digest = b64encode(sha256(measure.encode()).digest()).decode()
    text = write_page([path], tmp_path / "page.html").read_text("utf-8")
    text = text.replace("script-src ", f"script-src 'sha256-{digest}' ").replace("<details", "<details open")
    text = text.replace("</body>", f"<script>{measure}</script></body>")
    (tmp_path / "measured.html").write_text(text, "utf-8")
    (tmp_path / "frame.html").write_text(FRAME.replace("WIDTH", str(width)), "utf-8")
    found = dom(tmp_path, tmp_path / "frame.html", "", "--window-size=1600,900", "--virtual-time-budget=5000")
    assert f"<title>{width} of {width}</title>" in found


CUT = """[...document.querySelectorAll(".stacked")].filter((table) =>
  table.parentElement.scrollWidth > table.parentElement.clientWidth || table.getBoundingClientRect().right > innerWidth
).length + " of " + document.querySelectorAll(".stacked").length"""


def test_on_a_phone_no_column_of_runs_and_findings_is_cut_off(tmp_path: Path, page: Path) -> None:
    """The table of runs, and those of the failure and of the known deviation."""
    assert measured(tmp_path, page, CUT, 390) == "0 of 3"


SHADED = """[...document.querySelectorAll(".scroll")].every((box) =>
  /local.*scroll/.test(getComputedStyle(box).backgroundAttachment)) + " " + document.querySelectorAll(".scroll").length"""


def test_a_box_shows_at_its_edges_that_there_is_more(tmp_path: Path, page: Path) -> None:
    """A shade that stays, under a cover that goes away with what is scrolled."""
    found, count = measured(tmp_path, page, SHADED, 390).split()
    assert (found, int(count) > 5) == ("true", True)


def test_it_draws_in_light_and_in_dark(tmp_path: Path, page: Path) -> None:
    pictures = []
    for number, scheme in enumerate(("1", "0")):
        target = tmp_path / f"{number}.png"
        chromium(
            tmp_path, page, f"--screenshot={target}", "--window-size=800,900",
            f"--blink-settings=preferredColorScheme={scheme}",
        )  # fmt: skip
        pictures.append(target.read_bytes())
    assert all(len(picture) > 20_000 for picture in pictures), "an empty page draws much less"
    assert pictures[0] != pictures[1]
