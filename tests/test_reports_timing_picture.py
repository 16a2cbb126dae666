"""The picture of throughput: a line a subject, words for who cannot see it, and the same bytes every time."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from page_fixtures import HOSTILE, Data, result, run
from page_fixtures_timing import SPEED, cases, row, timed
from shell import nnconform_in

from nnconform.reports.plot import MOST
from nnconform.reports.records import RecordError
from nnconform.reports.timing.picture import throughput_svg

SVG = "{http://www.w3.org/2000/svg}"
MODEL = [case for case in cases() if case[1]["series"] == "784-16-16-10"]
OTHER = next(case for case in cases() if case[1]["series"] == "64-25-15-1")


def root(path: Path) -> ET.Element:
    return ET.fromstring(throughput_svg([path]))  # noqa: S314 - our own


def told(path: Path) -> str:
    return root(path).findtext(f"{SVG}desc") or ""


def names(path: Path) -> list[str]:
    """The names at the right, from the top."""
    return [text.text or "" for group in root(path).iter(f"{SVG}g") for text in group.findall(f"{SVG}text")
            if group.get("class")]  # fmt: skip


def test_it_has_a_named_line_for_each_subject_and_says_it_in_words(tmp_path: Path) -> None:
    path = timed(tmp_path / "run.jsonl", *SPEED)
    made = root(path)
    assert made.get("role") == "img"
    assert "784-16-16-10" in (made.findtext(f"{SVG}title") or "")
    lines = [part.get("d", "") for part in made.iter(f"{SVG}path") if part.get("class") == "joined"]
    assert [line.count("L") for line in lines] == [len(MODEL) - 1] * len(SPEED)
    assert sorted(names(path)) == sorted(SPEED)
    assert re.search(r"numpy eager: batch 1 \d[\d.]*k, batch 16 \d", told(path))


def test_it_is_the_same_every_time_and_stands_alone_in_light_and_dark(tmp_path: Path) -> None:
    path = timed(tmp_path / "run.jsonl", *SPEED)
    picture = throughput_svg([path])
    assert picture == throughput_svg([path])
    assert picture.replace('"http://www.w3.org/2000/svg"', "").count("http") == 0
    for word in ("url(", "href", "var(", "currentColor"):
        assert word not in picture
    light, _, dark = picture.partition("@media (prefers-color-scheme: dark)")
    used = set(re.findall(r'class="(\w+)', picture)) - {"title", "mid", "end"}
    assert {"s0", "s7", "joined", "bar", "leader", "grid", "axis", "soft", "card"} <= used
    for block in (light, dark.partition("</style>")[0]):
        assert all(re.search(rf"\.{name}\b[^{{]*{{[^}}]*#", block) for name in used), "each has a colour"


@pytest.mark.parametrize("count", [1, 2, MOST])
def test_names_do_not_overlap_and_nothing_lies_outside_the_card(tmp_path: Path, count: int) -> None:
    places = [f"adapter{number:02} eager" for number in range(count)]
    path = timed(
        tmp_path / "run.jsonl", *places, results=[row(case, *each.split()) for each in places for case in MODEL]
    )
    made = root(path)
    width, height = float(made.get("width", "0")), float(made.get("height", "0"))
    (frame,) = [group for group in made.iter(f"{SVG}g") if "translate" in group.get("transform", "")]
    left, top = map(float, re.findall(r"\d+", frame.get("transform", "")))
    labels = [(float(text.get("x", "0")), float(text.get("y", "0")), text.text or "")
              for group in frame.iter(f"{SVG}g") if group.get("class") for text in group.findall(f"{SVG}text")]  # fmt: skip
    assert len(labels) == count
    heights = sorted(y for _, y, _ in labels)
    assert all(after - before >= 11.5 for before, after in pairwise(heights))
    assert heights[0] + top > 0
    assert heights[-1] + top < height
    assert all(left + x + 8 * len(name) < width for x, _, name in labels)


def test_what_is_not_ranked_is_left_out(tmp_path: Path) -> None:
    found: list[Data] = [
        row(MODEL[0]), row(MODEL[1]), row(MODEL[2], hot={"contended": True}),
        row(MODEL[0], "torch", outcome="failed"), row(MODEL[0], "jax", timing={"untrusted": "odd"}),
    ]  # fmt: skip
    path = timed(tmp_path / "run.jsonl", "numpy eager", "torch eager", "jax eager", results=found)
    assert names(path) == ["numpy"]
    assert told(path).count("batch") == 2
    assert not {"torch", "jax"} & set(re.findall(r"\w+", told(path)))


def test_one_batch_size_is_a_point(tmp_path: Path) -> None:
    path = timed(tmp_path / "run.jsonl", "numpy eager", "torch eager", results=[row(MODEL[3]), row(MODEL[3], "torch")])
    assert sorted(names(path)) == ["numpy", "torch"]


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    path = timed(tmp_path / "run.jsonl", "numpy eager", results=[row(MODEL[0], HOSTILE)])
    assert not list(root(path).iter(f"{SVG}script"))
    assert HOSTILE in told(path)


def test_without_such_rows_there_is_no_picture(tmp_path: Path) -> None:
    for lines in ([row(OTHER)], [row(MODEL[0], outcome="failed")], [row(MODEL[0], hot={"contended": True})]):
        with pytest.raises(RecordError, match="no ranked time of the model 784-16-16-10"):
            throughput_svg([timed(tmp_path / "run.jsonl", "numpy eager", results=lines)])
    with pytest.raises(RecordError, match="no ranked time"):
        throughput_svg([run(tmp_path / "run.jsonl", [result()])])


def test_the_command_writes_it_beside_the_page_or_says_why_not(tmp_path: Path) -> None:
    timed(tmp_path / "run.jsonl", "numpy eager", results=[row(case) for case in MODEL])
    done = nnconform_in(tmp_path, "report", "run.jsonl", "--timing-picture", "speed.svg")
    assert (done.status, done.out.split()) == (0, ["run.html", "speed.svg"]), done.err
    assert (tmp_path / "speed.svg").read_text("utf-8") == throughput_svg([tmp_path / "run.jsonl"])
    timed(tmp_path / "other.jsonl", "numpy eager", results=[row(OTHER)])
    for arguments, words in (
        (["other.jsonl", "--timing-picture", "none.svg"], "no timing picture from other.jsonl: they hold no ranked"),
        (["run.jsonl", "--timing-picture", "nowhere/speed.svg"], "cannot write nowhere/speed.svg"),
        (["run.jsonl", "--picture", "nowhere/speed.svg"], "cannot write nowhere/speed.svg"),
    ):
        nnconform_in(tmp_path, "report", *arguments).complains(words)
    assert not (tmp_path / "none.svg").exists()
