"""Whether two records are of the same thing: adapters that were edited or renamed, and cases that ask something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from page_fixtures import Data, result, run, subject
from shell import pytest_in

from nnconform.harness.cli import main
from nnconform.reports.compare import compare
from nnconform.reports.merge import join
from nnconform.reports.page import render
from nnconform.reports.records import RecordError, read_records

CASE = """nnconform = "0.1"
topic = "My own cases"

[[case]]
id = "one"
kind = "example"
requirement = "The sigmoid of 0 is one half."
source = { document = "my-notes", heading = "Sigmoid" }
operation = "sigmoid"
inputs.x = [0, -0.0]

[[case]]
id = "other"
kind = "example"
requirement = "The sigmoid of 0 is one half."
source = { document = "my-notes", heading = "Sigmoid" }
operation = "sigmoid"
inputs.x = [0]
"""
SIGMOID = "import numpy as np\n\n\ndef sigmoid(x):\n    return 1 / (1 + np.exp(-x))\n"


def of(path: Path, label: str, *cases: str, mode: str = "eager", **more: Any) -> Path:
    """A record of an adapter by this name, in which these cases fail."""
    results = [result(case, "failed", adapter=label, mode=mode) for case in cases]
    return run(path, [result("right", adapter=label, mode=mode), *results], subject(label, mode=mode, **more))


def folder_of(here: Path, name: str, case: str) -> Path:
    """A folder with the records of an adapter file and a case file."""
    folder = here / name
    folder.mkdir()
    (folder / "case.toml").write_text(case, "utf-8")
    (folder / "fw.py").write_text(SIGMOID, "utf-8")
    done = pytest_in(folder, "case.toml", "--adapter=fw.py", "--dtype=float32")
    assert done.status == 0, done.out + done.err
    (path,) = (folder / "nnconform-results").glob("*.jsonl")
    return path


def test_a_case_that_asks_something_else_is_another_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = folder_of(tmp_path, "old", CASE)
    new = folder_of(tmp_path, "new", CASE.replace("[0, -0.0]", "[1]").replace("of 0 is", "of nought is"))
    found = compare(old, new, 0.95)
    assert [pair.new.case for pair in found.altered] == ["one"]
    assert not found.grown
    assert main(["compare", str(old), str(new)]) == 0
    out = capsys.readouterr().out
    assert "asks something else  case.toml::one/fw/cpu/float32/eager" in out
    assert out.endswith("slower, but 1 that ask something else now\n")
    (one,) = join(read_records([old, new]))
    assert [answer.altered for answer in one.answers.values()] == [True, False]
    page = render(read_records([old, new]))
    assert "1 case asked or expected something else in another run." in page
    assert page.count("(asks or expects something else in each run)") == 1


def test_cases_that_ship_have_no_digest_of_their_own(tmp_path: Path) -> None:
    shipped = "spec/activations/sigmoid.toml::half_at_zero"
    assert pytest_in(tmp_path, shipped, "--adapter=numpy", "--dtype=float32").status == 0
    ((found,),) = (record.results for record in read_records([*tmp_path.rglob("*.jsonl")]))
    assert found.case_digest == ""


def test_nothing_is_compared_where_every_case_is_another(tmp_path: Path) -> None:
    old = run(tmp_path / "old", [result(case_digest="a" * 32)])
    new = run(tmp_path / "new", [result(case_digest="b" * 32)])
    with pytest.raises(RecordError, match="cases of the same names that ask something else"):
        compare(old, new, 0.95)
    assert compare(old, run(tmp_path / "older", [result()]), 0.95).both == 1, "older records do not say"


def test_another_case_that_fails_is_told_as_added_ones_are(tmp_path: Path) -> None:
    old = run(tmp_path / "old", [result("a"), result("b", case_digest="a" * 32)])
    new = run(tmp_path / "new", [result("a"), result("b", "failed", case_digest="b" * 32)])
    found = compare(old, new, 0.95)
    assert ([one.case for one in found.added_failing], found.failing, found.worse) == (["b"], (), False)


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [
        ({"hw.py": "a", "helper.py": "b"}, {"hw.py": "a", "helper.py": "c"}, ["hw cpu eager: the adapter's helper.py is not the same file"]),
        ({"hw.py": "a"}, {"hw.py": "a", "new.py": "c"}, ["hw cpu eager: the adapter's new.py is in the new record alone"]),
        ({"hw.py": "a", "old.py": "c"}, {"hw.py": "a"}, ["hw cpu eager: the adapter's old.py is in the old record alone"]),
        ({"hw.py": "a"}, {"hw.py": "a"}, []),
        ({}, {"hw.py": "a"}, []),
    ],
    ids=["edited", "new", "gone", "same", "older record"],
)  # fmt: skip
def test_files_of_an_adapter_that_are_not_the_same_are_told(
    tmp_path: Path, then: Data, now: Data, told: list[str]
) -> None:
    found = compare(of(tmp_path / "old", "hw", "a", sources=then), of(tmp_path / "new", "hw", sources=now), 0.95)
    assert list(found.differences) == told


def test_adapters_of_one_name_and_other_code_are_columns_of_their_own(tmp_path: Path) -> None:
    alice = of(tmp_path / "alice", "hw", "a", sources={"hw.py": "a" * 32})
    bob = of(tmp_path / "bob", "hw", sources={"hw.py": "b" * 32})
    assert [one.name for one in join(read_records([alice, bob]))] == ["hw #1", "hw #2"]
    assert "hw.py " + "b" * 32 in render(read_records([alice, bob])).replace("</span>", "").replace("<span>", "")


def test_renamed_adapters_are_compared_where_that_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = of(tmp_path / "old", "v1", "a"), of(tmp_path / "new", "v2", "b")
    assert main(["compare", str(old), str(new)]) == 4
    assert "v2 cpu eager; --renamed compares two adapters of different names" in capsys.readouterr().err
    assert main(["compare", str(old), str(new), "--renamed"]) == 0
    out = capsys.readouterr().out
    assert "v1 cpu eager: is compared with v2" in out
    assert "alone" not in out
    assert "1 in both records; 1 added, of which 1 fails, 1 removed" in out
    assert main(["compare", str(new), str(of(tmp_path / "worse", "v3", "right")), "--renamed"]) == 1
    assert "1 newly failing" in capsys.readouterr().out


def test_renamed_is_for_one_adapter_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = of(tmp_path / "one", "v1")
    two = run(tmp_path / "two", [result(adapter="v1"), result(adapter="v2")], subject("v1"), subject("v2"))
    assert main(["compare", str(one), str(two), "--renamed"]) == 4
    err = capsys.readouterr().err
    assert err == f"nnconform: --renamed is for records of one adapter each, and {two} holds v1, v2\n"
    other = of(tmp_path / "other", "v2", mode="xla")
    assert main(["compare", str(one), str(other), "--renamed"]) == 4
    assert "nothing to compare: " in capsys.readouterr().err
