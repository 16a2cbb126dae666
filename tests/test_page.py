"""The page says what the records say: no more, no less, and nothing that a record holds can harm it."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from page_fixtures import footer, header, many, result, run, subject, write
from page_fixtures_html import Element, parse
from shell import run as python

from nnconform.reports.cases import MOST_WRITTEN
from nnconform.reports.page import SYSTEMS, TEMPLATES, write_page
from nnconform.reports.records import RecordError


def page(path: Path, *more: Path) -> Element:
    return parse(write_page([path, *more], path.with_suffix(".html")).read_text("utf-8"))


def headline(made: Element) -> str:
    (found,) = made.all("h1")
    return found.text


def banners(made: Element) -> list[str]:
    return [item.text for item in made.by_class("banner")]


def sound(made: Element) -> None:
    """What holds of every page."""
    names = [item.attributes["id"] for item in made.walk() if "id" in item.attributes]
    assert len(names) == len(set(names)), "an id is there twice"
    for link in made.all("a"):
        assert (link.attributes["href"] or "")[1:] in names, link.attributes["href"]
    for table in made.all("table"):
        assert len(table.all("caption")) == 1
        assert table.all("caption")[0].text
        assert all("scope" in cell.attributes for cell in table.all("th"))
    for region in made.by_class("scroll"):
        assert (region.attributes["role"], region.attributes["tabindex"]) == ("region", "0")
        assert region.attributes["aria-label"]


# ------------------------------------------------------------------- what is told


def test_all_passing_is_calm(tmp_path: Path) -> None:
    made = page(run(tmp_path / "run.jsonl", [result("one"), result("two")]))
    sound(made)
    assert headline(made) == "All 2 results pass."
    assert not banners(made)
    assert len(made.by_class("o-F")) == 1, "the legend's own"
    assert "None." in made.by_id("failures").text
    assert not made.by_class("case")


def test_all_failed(tmp_path: Path) -> None:
    made = page(run(tmp_path / "run.jsonl", [result("one", "failed"), result("two", "crashed", reason="status -11")]))
    sound(made)
    assert headline(made) == "2 of 2 results fail."
    (row,) = made.by_id("matrix").all("tbody")[0].all("tr")
    assert row.text.startswith("sigmoid C 2/2 1.5 ulps")
    assert row.attributes["data-outcomes"] == "CF"


@pytest.mark.parametrize("lines", [[header()], [header(), footer(0, complete=False, exit_status=3, collected=4)]])
def test_a_run_without_results_is_not_run_and_never_nought_per_cent(tmp_path: Path, lines: list[Any]) -> None:
    made = page(write(tmp_path / "run.jsonl", lines))
    sound(made)
    assert headline(made) == "Nothing was run."
    assert any(text.startswith("NOT RUN: numpy cpu eager.") for text in banners(made))
    assert "not run" in made.by_class("card")[0].text
    assert "%" not in made.by_id("main").text


def test_one_of_two_adapters_was_not_run(tmp_path: Path) -> None:
    made = page(run(tmp_path / "run.jsonl", [result()], subject(), subject("torch")))
    sound(made)
    assert headline(made) == "The one result passes. Not run: torch cpu eager."
    assert "torch cpu eager not run" in made.by_id("matrix").all("thead")[0].text


def test_an_incomplete_run_is_marked_in_every_place(tmp_path: Path) -> None:
    made = page(write(tmp_path / "run.jsonl", [header(), result(), "{broken"]))
    sound(made)
    told = banners(made)
    assert told[0].startswith("run.jsonl: 1 line could not be used.")
    assert "line 3: is no JSON" in told[0]
    assert told[1].startswith("INCOMPLETE: run.jsonl.")
    for place in ("runs", "matrix", "systems"):
        assert "incomplete" in made.by_id(place).text


def test_a_failure_tells_all_that_a_person_needs(tmp_path: Path) -> None:
    made = page(run(tmp_path / "run.jsonl", [
        result("worked", "failed"), result("worked", adapter="torch"),
    ], subject(), subject("torch")))  # fmt: skip
    (case,) = made.by_class("case")
    told = case.text
    for words in (
        "The logistic function is 1 / (1 + exp(-x)).", "numpy-tensorflow-intro", "Sigmoid Function",
        "The document prints 0.6.", "spec/activations/sigmoid.toml:3 example, must, S1", "P torch cpu eager",
        "value 1 of 3 values", "result[0][2]", "at x = -0.0", "4.19e+06 ulps", "[[nan, -inf, -0.0]]",
        "computes_in float32", "pytest spec/activations/sigmoid.toml::worked", "result = sigmoid(x)",
    ):  # fmt: skip
        assert words in told, words
    expected, actual = case.by_class("value")
    assert (expected.text, actual.text) == ("0.5", "0.25")
    assert "open" in case.attributes, "few failures are open at once"
    (link,) = made.by_id("matrix").all("td")[0].all("a")
    assert link.attributes["href"] == f"#{case.attributes['id']}"


def test_known_deviations_are_a_closed_group_by_cause(tmp_path: Path) -> None:
    made = page(run(tmp_path / "run.jsonl", [
        result("a", "known deviation"), result("b", "known deviation", deviation="another cause"), result("c"),
    ]))  # fmt: skip
    sound(made)
    assert headline(made) == "1 of 3 results pass; the other 2 are known deviations."
    groups = made.by_class("group")
    assert [group.all("summary")[0].text for group in groups] == ["a known cause 1", "another cause 1"]
    assert not any("open" in group.attributes for group in groups)
    assert not made.by_id("failures").by_class("case")


def test_a_case_that_differs_between_runs_is_flagged(tmp_path: Path) -> None:
    one = run(tmp_path / "one.jsonl", [result("a", "failed")])
    two = run(tmp_path / "two.jsonl", [result("a")])
    made = page(one, two)
    sound(made)
    assert "F one.jsonl P two.jsonl" in made.by_id("differing").text
    assert "\u2260" in made.by_id("matrix").all("td")[0].text


def test_traits_times_and_missed_shoulds_are_told(tmp_path: Path) -> None:
    made = page(run(tmp_path / "run.jsonl", [
        result("a", traits={"not repeatable": 3}), result("b", traits={"not repeatable": 9}, elapsed_ns=2000),
        result("c", traits={"1-D input": "refused (ValueError)"}, should_missed="7.46e+03 ulps", elapsed_ns=9000),
    ]))  # fmt: skip
    sound(made)
    traits = made.by_id("traits").text
    assert "not repeatable 1 depends on position" in traits
    assert "sigmoid 1-D input refused (ValueError) numpy" in traits
    assert "7.46e+03 ulps" in made.by_id("missed").text
    times = made.by_id("op-sigmoid").text
    assert "not repeatable numpy cpu eager 2 cases, up to 9 values a in float32" in times
    assert "(untrusted)" in times
    assert "2,000" in times


def test_every_system_of_the_documents_has_a_row(tmp_path: Path) -> None:
    made = page(run(tmp_path / "run.jsonl", [result(systems=["S14"])]))
    rows = [row.text for row in made.by_id("systems").all("tbody")[0].all("tr")]
    assert [text.split()[0] for text in rows] == [f"S{number}" for number in range(1, 33)]
    assert [text.endswith("P 1") for text in rows].index(True) == 13
    assert SYSTEMS.is_file()


def test_every_letter_is_defined(tmp_path: Path) -> None:
    made = page(run(tmp_path / "run.jsonl", [result()]))
    legend = made.by_id("legend")
    assert [item.text for item in legend.by_class("o")] == list("CTMEFKPU-")
    assert all(len(item.text) > 20 for item in legend.all("dd"))


def test_twelve_adapters(tmp_path: Path) -> None:
    made = page(many(tmp_path / "many.jsonl", fails=9))
    sound(made)
    heads = made.by_id("matrix").all("thead")[0].all("tr")
    assert len(heads[0].all("th")) == 13
    assert len(heads[1].all("th")) == 24
    assert len(made.by_class("card")) == 12


# ----------------------------------------------------------------------- how it is made


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    path = many(tmp_path / "many.jsonl", adapters=3, fails=4)
    first = write_page([path], tmp_path / "first.html").read_bytes()
    assert first == write_page([path], tmp_path / "second.html").read_bytes()
    assert str(tmp_path).encode() not in first


def test_a_page_asks_nothing_of_anywhere(tmp_path: Path) -> None:
    made = page(run(tmp_path / "run.jsonl", [result("a", "failed")]))
    for item in made.walk():
        assert item.tag not in {"link", "iframe", "img", "object", "embed", "base"}
        assert "src" not in item.attributes
    (style,) = made.all("style")
    assert "url(" not in style.text
    assert "@import" not in style.text
    (script,) = made.all("script")
    (code,) = script.children
    assert isinstance(code, str)
    for reach in ("fetch", "XMLHttp", "import(", "http:", "https:", "innerHTML", "eval"):
        assert reach not in code
    (policy,) = (item.attributes["content"] for item in made.all("meta") if "http-equiv" in item.attributes)
    digest = b64encode(sha256(code.encode()).digest()).decode()
    assert policy is not None
    assert policy.startswith(f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'")


def test_large_runs_are_quick_and_small(tmp_path: Path) -> None:
    path = many(tmp_path / "many.jsonl", cases=49, fails=50)
    started = perf_counter()
    target = write_page([path], tmp_path / "many.html")
    assert perf_counter() - started < 30, "20,000 results take a few seconds"
    assert target.stat().st_size < 5_000_000


def test_thousands_of_failures_are_listed_not_written_out(tmp_path: Path) -> None:
    path = many(tmp_path / "many.jsonl", adapters=4, cases=49, fails=1)
    made = page(path)
    sound(made)
    assert len(made.by_class("case")) == MOST_WRITTEN
    written = {
        re.sub(r".*(operation_\d+).*(adapter\d+).*", r"\1 \2", item.all("summary")[0].text)
        for item in made.by_class("case")
    }
    assert len(written) == 4 * 17, "the first of each operation and adapter is among them"
    assert "And 4,514 more" in made.by_id("failures").text
    assert path.with_suffix(".html").stat().st_size < 5_000_000


def test_the_template_engine_is_imported_only_for_a_page(tmp_path: Path) -> None:
    code = "import sys, nnconform.reports.page, nnconform.reports.timing.picture; print('jinja2' in sys.modules)"
    assert python(["-c", code], tmp_path).out == "False\n"


def test_a_cell_tells_how_many_its_letter_stands_for(tmp_path: Path) -> None:
    made = page(run(tmp_path / "run.jsonl", [
        result("a"), result("b", "unsupported"), result("c", "known deviation", operations=["relu"]),
        result("d", operations=["relu"]), result("e", operations=["tanh"]),
    ]))  # fmt: skip
    cells = [row.all("td")[0].text for row in made.by_id("matrix").all("tbody")[0].all("tr")]
    assert cells == ["K 1/2 1.5 ulps", "P 1/2 1.5 ulps", "P 1 1.5 ulps"]
    (link,) = made.by_id("matrix").all("tbody")[0].all("td")[0].all("a")
    assert link.attributes["href"] == f"#{made.by_class('case')[0].attributes['id']}"


def test_a_page_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    target.write_text("the earlier page", "utf-8")
    with pytest.raises(RecordError):
        write_page([write(tmp_path / "bad.jsonl", [header(schema=99)])], target)
    assert target.read_text("utf-8") == "the earlier page"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.jsonl", "page.html"]


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1])
def test_every_ink_stands_out_from_its_ground(scheme: int) -> None:
    block = (TEMPLATES / "colours.css").read_text("utf-8").split("@media")[scheme]
    named = dict(re.findall(r"--([\w-]+): (#\w+)", block))
    pairs = [(ink, ground) for ink in ("ink", "soft", "link") for ground in ("paper", "panel")]
    pairs += [(f"{letter}-ink", letter) for letter in "PFKUECT"] + [("flag-ink", "flag")]
    for ink, ground in pairs:
        light, dark = sorted((luminance(named[ink]), luminance(named[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)
    for line in (f"s{number}" for number in range(8)):
        light, dark = sorted((luminance(named[line]), luminance(named["paper"])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, line
