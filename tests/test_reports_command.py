"""`nnconform report` and where it writes: nothing is lost by a name typed twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shell import nnconform_in

HEADER = {"record": "header", "schema": 2, "started": "2026-11-21T08:34:31+00:00", "environment": {}, "subjects": []}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.jsonl", "-o", "a.jsonl"], "a.jsonl would be written over the records it is made of: choose another name"),
        (["a.jsonl", "-o", "inside/../a.jsonl"], "would be written over the records"),
        (["a.jsonl", "-o", "link.jsonl"], "link.jsonl would be written over the records"),
        (["a.jsonl", "--picture", "a.jsonl"], "a.jsonl would be written over the records"),
        (["a.jsonl", "--timing-picture", "a.jsonl"], "a.jsonl would be written over the records"),
        (["a.jsonl", "--atlas-picture", "./a.jsonl"], "a.jsonl would be written over the records"),
        (
            ["a.jsonl", "--picture", "b.svg", "--atlas-picture", "b.svg"],
            "b.svg is asked for twice: choose another name",
        ),
        (["a.jsonl", "-o", "b.svg", "--picture", "b.svg"], "b.svg is asked for twice: choose another name"),
        (["a.jsonl", "--picture", "a.html"], "a.html is asked for twice: choose another name"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_nothing_is_written_over_its_own_records_or_twice(tmp_path: Path, arguments: list[str], words: str) -> None:
    text = json.dumps(HEADER) + "\n"
    (tmp_path / "a.jsonl").write_text(text, "utf-8")
    (tmp_path / "inside").mkdir()
    (tmp_path / "link.jsonl").symlink_to("a.jsonl")
    nnconform_in(tmp_path, "report", *arguments).complains(words)
    assert (tmp_path / "a.jsonl").read_text("utf-8") == text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "inside", "link.jsonl"]
