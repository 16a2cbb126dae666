"""Whatever a record file holds, reading it gives runs or one line, every line is used or listed, and pages render."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from fuzzing import DRAWN
from hypothesis import given, settings
from hypothesis import strategies as st
from page_fixtures import footer, header, result, subject
from page_fixtures_html import parse
from page_fixtures_timing import around, cases, row
from test_fuzz_spec import spoil
from test_page_hostile import KNOWN_TAGS, PLOT_TAGS

from nnconform.reports.model import Run
from nnconform.reports.page import render
from nnconform.reports.records import RecordError, read

TIMES = [row(case) for case in cases()][:3]
LINES: list[Any] = [
    header(subject("torch"), schema=2), result("one"), result("two", "failed"), result("three", "known deviation"),
    result("four", traits={"repeats": 3}), *TIMES, *around([("numpy", "eager")]), footer(4),
]  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "run.jsonl"


def taken(path: Path) -> list[Run] | None:
    """The runs; None where the file is told to be no record, in one line."""
    try:
        runs = read(path)
    except RecordError as error:
        assert len(str(error).splitlines()) == 1, str(error)
        return None
    told = sum(bool(line.strip()) for line in path.read_bytes().split(b"\n"))
    assert told == sum(len(run.texts) + len(run.problems) for run in runs), "every line is used or listed"
    for problem in (found for run in runs for found in run.problems):
        assert len(problem.message.splitlines()) == 1, problem.message
    return runs


@DRAWN
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes(path: Path, raw: bytes, after: bool) -> None:
    path.write_bytes((json.dumps(LINES[0]).encode() + b"\n" if after else b"") + raw)
    assert (taken(path) is not None) == after or b"header" in raw


@DRAWN
@given(st.data())
def test_a_file_that_breaks_off_or_is_damaged(path: Path, data: st.DataObject) -> None:
    whole = "".join(json.dumps(line) + "\n" for line in LINES).encode()
    start = len(json.dumps(LINES[0])) + 1
    cut = data.draw(st.integers(start, len(whole)))
    raw = bytearray(whole[:cut])
    for _ in range(data.draw(st.integers(0, 3))):
        raw[data.draw(st.integers(start - 1, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(raw))
    taken(path)


@settings(DRAWN, max_examples=max(1, DRAWN.max_examples // 10))
@given(st.data())
def test_any_value_anywhere_is_listed_or_shown(path: Path, data: st.DataObject) -> None:
    """A page is made of whatever was taken: it ends, and it holds no element that the templates do not have."""
    lines = deepcopy(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        spoil(data.draw(st.sampled_from(lines)), data)
    text = "".join(json.dumps(line) + "\n" for line in lines)
    path.write_text(re.sub(r"\b(NaN|-?Infinity)\b", '"nan"', text) if data.draw(st.booleans()) else text, "utf-8")
    runs = taken(path)
    if runs is not None:
        assert {item.tag for item in parse(render(runs)).walk()} <= KNOWN_TAGS | PLOT_TAGS


@pytest.mark.parametrize("name", ["suite", "spec", "started", "arguments", "level", "environment", "subjects"])
@pytest.mark.parametrize("value", [None, 5, {}, [], [[1]], "text"], ids=repr)
def test_each_field_of_a_header_is_looked_at(path: Path, name: str, value: Any) -> None:
    """Wherever in a file the header stands."""
    right = type(value) is type(header()[name])
    path.write_text(json.dumps(header(**{name: value})) + "\n", "utf-8")
    assert (taken(path) is not None) == (right and value != [[1]])
    path.write_text(
        "".join(json.dumps(line) + "\n" for line in (header(), footer(0), header(**{name: value}))), "utf-8"
    )
    runs = taken(path)
    assert runs is not None
    assert len(runs) == (2 if right and value != [[1]] else 1)
