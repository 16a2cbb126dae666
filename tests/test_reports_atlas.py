"""The accuracy atlas: what a page and a picture say of sweeps, and that nothing in a record can harm them."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from page_fixtures import BIDI, HOSTILE, result, run, subject
from page_fixtures_html import Element, parse
from page_fixtures_sweeps import ROUNDED, atlas, sweep, swept
from shell import CHECKOUT

from nnconform.reports.atlas.binades import shown
from nnconform.reports.atlas.model import value_of
from nnconform.reports.atlas.picture import atlas_svg
from nnconform.reports.atlas.rows import shortest
from nnconform.reports.page import write_page
from nnconform.reports.records import RecordError, read
from nnconform.reports.words import visible
from nnconform.spec.frozen import read_current

SVG = "{http://www.w3.org/2000/svg}"


def page(*paths: Path) -> Element:
    return parse(write_page(paths, paths[0].with_suffix(".html")).read_text("utf-8"))


def table(made: Element) -> dict[str, list[str]]:
    """The cells of the table of largest errors, by function and dtype."""
    (found,) = made.by_id("atlas").by_class("atlas")
    return {
        row.all("th")[0].text.replace("_ ", "_"): [cell.text for cell in row.all("td")]
        for row in found.all("tbody")[0].all("tr")
    }


def test_a_page_without_sweeps_has_no_atlas(tmp_path: Path) -> None:
    made = page(run(tmp_path / "run.jsonl", [result()]))
    assert not [item for item in made.walk() if item.attributes.get("id") == "atlas"]
    assert "atlas" not in made.text


def test_a_cell_has_the_error_its_input_and_what_is_wrong_besides(tmp_path: Path) -> None:
    made = page(run(tmp_path / "run.jsonl", [swept(outcome="failed")]))
    assert table(made) == {
        "sigmoid float16": ["15.25 F at -7.5 , proof subnormal results: 16.5 at 5.96e-08 wrong: 1 nan"]
    }
    figures = made.by_id("atlas").by_class("figuresof")[0].all("tbody")[0].text
    for told in ("65,536", "1,233", "1.88 %", "15.25", "-7.5 (c780)", "16.5", "5.96e-08 (0001)"):
        assert told in figures


def test_best_and_worst_are_words(tmp_path: Path) -> None:
    adapters = "numpy", "torch", "jax"
    errors = zip(adapters, (0.5, 1.5, 2.5), strict=True)
    results = [swept(adapter=name, worst_normal_ulps=error, nan_wrong=0) for name, error in errors]
    cells = table(page(run(tmp_path / "run.jsonl", results, *map(subject, adapters))))["sigmoid float16"]
    assert [cell.split()[1] for cell in cells] == ["best", "at", "worst"]


def test_what_reads_the_same_is_neither_best_nor_worst(tmp_path: Path) -> None:
    results = [swept(adapter="numpy", **ROUNDED), swept(adapter="torch", worst_normal_ulps=0.5004, nan_wrong=0)]
    cells = table(page(run(tmp_path / "run.jsonl", results, subject(), subject("torch"))))["sigmoid float16"]
    assert cells[0] == "0.5 all correctly rounded, proof"
    assert not [cell for cell in cells if "best" in cell or "worst" in cell]


@pytest.mark.parametrize("amiss", [{"nan_wrong": 1}, {"zero_sign_wrong": 1}, {"outcome": "known deviation"}], ids=str)
def test_a_wrong_answer_is_never_the_best(tmp_path: Path, amiss: dict[str, Any]) -> None:
    fields = {"nan_wrong": 0} | amiss
    results = [
        swept(adapter="numpy", worst_normal_ulps=0.6, **fields), swept(adapter="torch", worst_normal_ulps=0.7, nan_wrong=0),
        swept(adapter="jax", worst_normal_ulps=0.8, nan_wrong=0),
    ]  # fmt: skip
    cells = table(page(run(tmp_path / "run.jsonl", results, *map(subject, ("numpy", "torch", "jax")))))[
        "sigmoid float16"
    ]
    assert ["best" in cell for cell in cells] == [False, True, False]
    assert ["worst" in cell for cell in cells] == [False, False, True]


def test_a_sample_is_called_one_and_not_held_against_a_proof(tmp_path: Path) -> None:
    results = [
        swept(adapter="numpy", proof=False, inputs=1024, worst_normal_ulps=0.6, nan_wrong=0),
        swept(adapter="torch", worst_normal_ulps=0.7, nan_wrong=0),
    ]
    made = page(run(tmp_path / "run.jsonl", results, subject(), subject("torch")))
    cells = table(made)["sigmoid float16"]
    assert "sample of 1,024" in cells[0]
    assert not [cell for cell in cells if "best" in cell or "worst" in cell]
    assert "1 proof, 1 sample." in made.by_id("atlas").text


def test_of_two_sweeps_of_one_subject_the_proof_is_shown(tmp_path: Path) -> None:
    proof = run(tmp_path / "a.jsonl", [swept(worst_normal_ulps=3.0)])
    sample = run(tmp_path / "b.jsonl", [swept(proof=False, inputs=9, worst_normal_ulps=2.0)])
    for paths in ((proof, sample), (sample, proof)):
        (cells,) = table(page(*paths)).values()
        assert cells[0].startswith("3 at")


def test_what_has_no_figures_keeps_its_outcome(tmp_path: Path) -> None:
    results = [swept(adapter="numpy"), result("sigmoid", "unsupported", adapter="torch", kind="sweep", dtype="float16")]
    made = page(run(tmp_path / "run.jsonl", results, subject(), subject("torch")))
    assert table(made)["sigmoid float16"][1] == "U unsupported"
    assert "Not judged: torch." in made.by_id("atlas").text


def test_what_no_subject_has_is_folded_and_has_no_plot(tmp_path: Path) -> None:
    """A crash is no lack: it stays where it is seen."""
    unsupported = [
        result(name, "unsupported", operations=[name], kind="sweep", dtype=dtype, witness=None)
        for name, dtype in (("tanh", "float16"), ("tanh", "bfloat16"), ("erf", "float16"), ("sigmoid", "bfloat16"))
    ]
    crashed = result("log", "crashed", operations=["log"], kind="sweep", dtype="float16", reason="status -11")
    made = page(run(tmp_path / "run.jsonl", [swept(), crashed, *unsupported]))
    assert list(table(made)) == ["log float16", "sigmoid float16"]
    (lacked,) = [part for part in made.by_id("atlas").all("details") if "no adapter here has" in part.text]
    assert lacked.text.endswith("erf float16; sigmoid bfloat16; tanh float16, bfloat16")
    assert lacked.text.startswith("3 functions")
    assert "open" not in lacked.attributes
    sections = {str(item.attributes.get("id")) for item in made.walk()}
    assert {"error-log", "error-sigmoid"} <= sections
    assert not sections & {"error-tanh", "error-erf"}


def test_a_plot_for_each_dtype_with_every_subject_in_it(tmp_path: Path) -> None:
    made = page(atlas(tmp_path / "run.jsonl"))
    plots = made.by_class("errors")
    assert len(plots) == 6
    assert {plot.all("title")[0].text for plot in plots} >= {"tanh, bfloat16: error over the input"}
    for plot in plots:
        assert {"numpy", "torch", "0"} <= {item.text for item in plot.all("text")}
        assert "torch: at most 2 ulps" in plot.all("desc")[0].text
    (styles,) = made.all("style")
    assert ".errors .s1 .joined { stroke-dasharray" in styles.text


def test_who_is_correctly_rounded_is_said_and_not_drawn(tmp_path: Path) -> None:
    made = page(run(tmp_path / "run.jsonl", [swept(**ROUNDED)]))
    assert not made.by_class("errors")
    assert "Correctly rounded everywhere: numpy." in made.by_id("error-sigmoid").text


def test_forms_of_an_operation_have_rows_of_their_own(tmp_path: Path) -> None:
    results = [
        swept("gelu"), swept("gelu", case="gelu_by_tanh_every_value"),
        swept("gelu", case="gelu_every_value", dtype="bfloat16"),
    ]  # fmt: skip
    assert [*table(page(run(tmp_path / "run.jsonl", results)))] == [
        "gelu float16", "gelu bfloat16", "gelu_by_tanh float16"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "broken",
    [
        {"inputs": -1}, {"worst_input": "<b>"}, {"worst_normal_input": "C0"}, {"histogram": [[1, 2]]}, {"proof": 1},
        {"histogram": [["x", 1.0, 1]]}, {"nan_wrong": 0.5}, {"worst_ulps": "x"}, {"histogram": [7]},
    ],
    ids=str,
)  # fmt: skip
def test_a_broken_table_is_listed_and_the_rest_is_used(tmp_path: Path, broken: dict[str, Any]) -> None:
    path = run(tmp_path / "run.jsonl", [swept() | {"sweep": sweep() | broken}, swept("tanh")])
    (found,) = read(path)
    assert (len(found.results), len(found.problems)) == (1, 1)
    assert [*table(page(path))] == ["tanh float16"]


@pytest.mark.parametrize("evil", [HOSTILE, "'\"><svg onload=1>", "</script></style></title>", "{{ 7 * 7 }}", BIDI])
def test_hostile_text_stays_text(tmp_path: Path, evil: str) -> None:
    told = swept(evil, evil, "failed", dtype=evil, device=evil, mode=evil, case=evil)
    made = page(
        run(tmp_path / "run.jsonl", [told, swept(evil, evil, device=evil, mode=evil)], subject(evil, evil, evil))
    )
    assert not [
        item for item in made.walk() if item.tag == "img" or any(name.startswith("on") for name in item.attributes)
    ]
    assert len(made.all("script")) == 1
    assert " ".join(visible(evil).split()) in made.by_id("atlas").text
    assert len(made.by_class("errors")) == 2


def test_numbers_that_are_none_stay_readable(tmp_path: Path) -> None:
    results = [
        swept(worst_normal_ulps="inf", worst_ulps="nan", histogram=[["-inf", "inf", 1], [1.0, "nan", 2], ["nan", 1.0, 1]]),
        swept("tanh", worst_normal_ulps=1e300, worst_ulps=1e300, histogram=[[1e-320, 1e300, 1]]),
    ]  # fmt: skip
    path = run(tmp_path / "run.jsonl", results)
    cells = table(page(path))
    assert cells["sigmoid float16"][0].startswith("inf at")
    assert cells["tanh float16"][0].startswith("1.0e+300 at")
    assert "nan" not in "".join(str(item.attributes) for item in page(path).all("path"))
    atlas_svg([path])


@pytest.mark.parametrize(
    ("bits", "dtype", "value"),
    [("c780", "float16", -7.5), ("c0f0", "bfloat16", -7.5), ("c0f00000", "float32", -7.5), ("c0f0", "float32", None),
     ("00", "int8", None), ("", "float16", None)],
)  # fmt: skip
def test_bits_are_read(bits: str, dtype: str, value: float | None) -> None:
    assert value_of(bits, dtype) == value


@pytest.mark.parametrize(
    ("value", "dtype", "told"),
    [(0.0999755859375, "float16", "0.1"), (1 / 3, "float64", "0.3333333333333333"), (16777217 / 2**24, "float64", "1.0000000596046448"),
     (float("-inf"), "float16", "-inf"), (1.1754943508222875e-38, "float32", "1.1754944e-38")],
)  # fmt: skip
def test_a_number_has_as_few_digits_as_tell_it_apart(value: float, dtype: str, told: str) -> None:
    assert shortest(value, dtype) == told


def test_binades_stand_in_order_and_ticks_apart() -> None:
    lowest = [float("-inf"), -3.4e38, -2.0, -1.17e-38, 0.0, 1.0, 2.0**127, float("inf")]
    made = shown("float32", lowest, 40, 510)
    places = [made.centre(value) for value in lowest]
    assert places == sorted(places)
    assert 40 <= places[0] < places[-1] <= 510
    ticks = sorted(made.ticks())
    assert {"0", "inf", "-inf"} <= {told for _, told in ticks}
    for (left, one), (right, other) in pairwise(ticks):
        assert right - left > (len(one) + len(other)) / 2 * 6


def test_a_side_where_nothing_is_wrong_is_left_out() -> None:
    made = shown("float16", [0.5, 1.0], 0, 100)
    assert [side.sign for side in made.sides] == [1]
    assert "0" not in {told for _, told in made.ticks()}


def test_the_list_of_many_runs_is_closed_at_first(tmp_path: Path) -> None:
    files = [run(tmp_path / f"{number}.jsonl", [swept(inputs=65536 - number)]) for number in range(9)]
    (closed,) = [item for item in page(*files).by_id("runs").all("details") if "9 runs" in item.all("summary")[0].text]
    assert len(closed.all("tbody")[0].all("tr")) == 9
    assert "8 runs" not in page(*files[:8]).by_id("runs").text


# ------------------------------------------------------------------ the picture


def texts(picture: str) -> list[str]:
    return [item.text or "" for item in ET.fromstring(picture).iter(f"{SVG}text")]  # noqa: S314 - our own


def test_the_picture_says_what_is_a_sample_and_what_is_beyond_a_bound(tmp_path: Path) -> None:
    results = [swept(proof=False, inputs=9, worst_normal_ulps=3.25), swept("tanh", outcome="failed")]
    picture = atlas_svg([run(tmp_path / "run.jsonl", results)])
    told = texts(picture)
    assert told[told.index("sigmoid") + 1] == "\u22653.25"
    assert told[told.index("tanh") + 1] == "15.2"
    assert told[-1] == "0.5: as good as rounding allows   framed: an answer beyond its bound   \u2265 found in a sample"
    assert picture.count('framed"') == 1
    assert picture == atlas_svg([tmp_path / "run.jsonl"])
    assert "sigmoid float16: numpy 3.25 ulps (sample of 9, wrong: 1 nan)." in picture


def test_the_picture_needs_a_sweep_and_takes_hostile_names(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no sweep"):
        atlas_svg([run(tmp_path / "none.jsonl", [result()])])
    path = run(tmp_path / "run.jsonl", [swept(HOSTILE, HOSTILE)], subject(HOSTILE))
    assert HOSTILE in texts(atlas_svg([path]))
    root = ET.fromstring(atlas_svg([path]))  # noqa: S314
    width = float(root.get("width", "0"))
    assert all(float(box.get("x", "0")) + float(box.get("width", "0")) <= width for box in root.iter(f"{SVG}rect"))


def test_published_sweeps_have_the_names_of_the_cases_that_ask_the_same() -> None:
    published = [read(path) for path in sorted((CHECKOUT / "docs" / "results").glob("atlas*.jsonl"))]
    found = {(line.file, line.case, line.dtype) for runs in published for each in runs for line in each.results}
    frozen = read_current(CHECKOUT / "spec" / "sweeps" / "functions.toml")
    assert frozen is not None
    known = {("spec/sweeps/functions.toml", case["id"], dtype) for case in frozen.cases for dtype in case["dtypes"]}
    assert found <= known
    assert {key for key in known if key[2] != "float32"} <= found, "every function in 16 bits"


def test_what_is_published_names_no_folder_of_a_machine() -> None:
    for path in sorted((CHECKOUT / "docs" / "results").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            data = json.loads(line)
            typed = data["arguments"] if data["record"] == "header" else []
            assert not [each for each in typed if re.search("(^|=)(/|[A-Z]:)", each)], path
