"""Nothing that a record holds can harm a page: it is text, it is visible, and it ends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from page_fixtures import BIDI, HOSTILE, footer, header, hostile_run, result, run, subject, write
from page_fixtures_html import Element, parse
from page_fixtures_timing import around, cases, row, work

from nnconform.reports.page import write_page
from nnconform.reports.words import visible

KNOWN_TAGS = {
    "root", "html", "head", "body", "meta", "title", "style", "script", "a", "abbr", "article", "b", "br", "button",
    "caption", "code", "dd", "details", "div", "dl", "dt", "fieldset", "form", "h1", "h2", "h3", "h4", "header", "i",
    "input", "label", "legend", "li", "main", "nav", "output", "p", "pre", "q", "section", "small", "span", "strong",
    "summary", "table", "tbody", "td", "th", "thead", "tr", "ul", "wbr",
}  # fmt: skip
PLOT_TAGS = {"figure", "figcaption", "svg", "g", "path", "text", "desc", "s"}


def page(path: Path) -> Element:
    return parse(write_page([path], path.with_suffix(".html")).read_text("utf-8"))


HOSTILE_TEXTS = (HOSTILE, "'\"><svg onload=1>", "</script></style></title>", "{{ 7 * 7 }}{% raw %}", BIDI)


@pytest.mark.parametrize("evil", HOSTILE_TEXTS)
def test_hostile_text_stays_text_in_every_field(tmp_path: Path, evil: str) -> None:
    strange = evil[:99] if evil.isprintable() and '"' not in evil else "x"
    made = page(hostile_run(tmp_path / "run.jsonl", evil, f'{{"record": "{strange}"}}'))
    assert {item.tag for item in made.walk()} <= KNOWN_TAGS
    assert not [name for item in made.walk() for name in item.attributes if name.startswith("on")]
    for place in ("runs", "matrix", "failures", "known", "operations", "traits", "missed"):
        assert " ".join(visible(evil).split()) in made.by_id(place).text, place
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x1b\x07\ud800-\udfff]", made.text)


@pytest.mark.parametrize("evil", HOSTILE_TEXTS)
def test_hostile_text_stays_text_in_every_timing_field(tmp_path: Path, evil: str) -> None:
    cost = work(evil, evil, 4, evil, 10, 10, operands=evil, operations_formula=evil, bytes_formula=evil, distribution=evil,
                estimate={"what": evil, "operations": 9, "bytes": 9})  # fmt: skip
    shared: dict[str, Any] = {"adapter": evil, "device": evil, "mode": evil, "dtype": evil}
    special = {"work": cost, "hot": {"stop": evil}, "operations": [evil], "file": evil, **shared}
    lines: list[Any] = [
        row((evil, cost, [evil]), **special),
        row((evil + "x", cost, [evil]), **special | {"timing": {"untrusted": evil}}),
        row((evil + "y", cost, [evil]), **special | {"outcome": "failed", "reason": evil}),
        *(row(case, **shared | {"operations": [evil], "work": case[1] | {"series": evil}}) for case in cases()),
    ]  # fmt: skip
    extras = [line | {name: evil for name in ("adapter", "device", "mode", "dtype", "case", "what", "unit", "governor") if name in line}
              for line in around([("numpy", "eager")])]  # fmt: skip
    extras += [line | {"what": what} for line, what in zip(extras[:2], ("copy", "matrix"), strict=True)]
    path = write(tmp_path / "run.jsonl", [header(subject(evil, evil, evil)), *lines, *extras, footer(len(lines))])
    made = page(path)
    assert {item.tag for item in made.walk()} <= KNOWN_TAGS | PLOT_TAGS
    assert not [name for item in made.walk() for name in item.attributes if name.startswith("on")]
    assert " ".join(visible(evil).split()) in made.by_id("timing").text
    assert len(made.all("svg")) >= 2
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x1b\x07\ud800-\udfff]", made.text)


def test_a_message_of_ten_kilobytes_is_cut_short(tmp_path: Path) -> None:
    long = "y" * 10_240
    finding = {"facet": "crash", "question": "first", "output": "", "message": long, "line": long, "witness": None}
    path = run(tmp_path / "run.jsonl", [
        result("a", "failed", findings=[finding]), result("b", "error", reason=long, findings=[]),
        result("c", should_missed=long, traits={"odd": long}),
    ])  # fmt: skip
    text = write_page([path], tmp_path / "page.html").read_text("utf-8")
    assert "y" * 2000 + " ... (10,240 characters in the record)" in text
    assert text.count("y") < 15_000


def test_control_and_direction_characters_are_written_out(tmp_path: Path) -> None:
    made = page(run(tmp_path / "run.jsonl", [result("a", "failed", requirement=BIDI)]))
    (told,) = made.by_class("requirement")
    assert told.text == r"abc\u202egpj.exe\u2066 \x1b[31mred\x07 \u200bhidden \ud800"
