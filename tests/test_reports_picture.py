"""The picture of the matrix: letters, words for who cannot see it, and the same bytes every time."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from page_fixtures import HOSTILE, header, many, result, run, subject, write
from page_fixtures_timing import rows, timed

from nnconform.reports.picture import matrix_svg

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> list[str]:
    return [item.text or "" for item in ET.fromstring(picture).iter(f"{SVG}text")]  # noqa: S314 - our own


def test_it_has_a_letter_for_each_cell_and_says_it_in_words(tmp_path: Path) -> None:
    path = run(tmp_path / "run.jsonl", [
        result("a", "failed"), result("b"), result("c", "unsupported", operations=["relu"], dtype="float64"),
    ])  # fmt: skip
    picture = matrix_svg([path])
    told = texts(picture)
    assert told[told.index("relu") + 1 :][:2] == ["-", "U"]
    assert told[told.index("sigmoid") + 1 :][:2] == ["F", "-"]
    assert "F failed   U unsupported   - not asked" in told
    root = ET.fromstring(picture)  # noqa: S314
    assert root.get("role") == "img"
    assert "sigmoid: numpy cpu eager float32 1 failed, 1 passed" in (root.findtext(f"{SVG}desc") or "")


def test_it_is_the_same_every_time_and_asks_nothing_of_anywhere(tmp_path: Path) -> None:
    path = many(tmp_path / "many.jsonl", fails=5)
    picture = matrix_svg([path])
    assert picture == matrix_svg([path])
    assert picture.replace('"http://www.w3.org/2000/svg"', "").count("http") == 0
    assert "url(" not in picture
    assert "href" not in picture


def test_nothing_lies_outside_the_card(tmp_path: Path) -> None:
    root = ET.fromstring(matrix_svg([many(tmp_path / "many.jsonl")]))  # noqa: S314
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    for box in root.iter(f"{SVG}rect"):
        assert 0 <= float(box.get("x", "0")) <= float(box.get("x", "0")) + float(box.get("width", "0")) <= width
        assert 0 <= float(box.get("y", "0")) <= float(box.get("y", "0")) + float(box.get("height", "0")) <= height
    for text in root.iter(f"{SVG}text"):
        assert 0 < float(text.get("y", "0")) < height


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    path = run(tmp_path / "run.jsonl", [result(operations=[HOSTILE], adapter=HOSTILE)], subject(HOSTILE))
    assert not list(ET.fromstring(matrix_svg([path])).iter(f"{SVG}script"))  # noqa: S314
    assert HOSTILE in texts(matrix_svg([path]))


def test_times_have_no_place_in_it(tmp_path: Path) -> None:
    path = timed(tmp_path / "run.jsonl", "numpy eager", results=[result("a"), *rows("numpy eager")])
    assert not {"dense", "matmul"} & set(texts(matrix_svg([path])))


def test_a_run_without_results_says_so(tmp_path: Path) -> None:
    assert "cpu eager (not run)" in texts(matrix_svg([write(tmp_path / "run.jsonl", [header()])]))
