"""The score falls where a part of the suite is taken away, and `nnconform score` says so in words and as a record."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest
import score_parts as parts
from zoo import wrong_sharp, wrong_sharp_layers

from nnconform.adapters import Adapter
from nnconform.adapters.numpy import NumPy
from nnconform.harness.cli import main
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.harness.score import cases, zoo
from nnconform.harness.score.cases import Line
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped

LINES = cases.load()
MEMBERS = zoo.load(Path(__file__).parent / "zoo").members
SHARP = [*zoo.classes(wrong_sharp), *zoo.classes(wrong_sharp_layers)]
EXACT = {"decision", "linear", "parameter_count", "relu", "round_trip", "transpose"}
"""Operations whose answers are exact, so that they have no bound."""


@pytest.mark.parametrize(
    ("questions", "name"),
    [
        (["first"], "WarmsUp"),
        (["others"], "AnswersLate"),
        (["mutated"], "CacheByAddress"),
        (["again"], "KeepsOneInHalf"),
        (["alone"], "OneRowIsItsMean"),
        (["fortran"], "ColumnMajorStatistics"),
        (["strided"], "StridedScores"),
        (["alone", "fortran", "strided"], "OneRowIsItsMean"),
        (["reversed"], "TurnedRoundForwards"),
        (["rows_reversed"], "StepsWithoutSign"),
        (["columns_reversed"], "FeaturesForwards"),
        (["broadcast"], "FirstOfBroadcast"),
        (["offset"], "OffsetIgnored"),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
def test_each_question_is_needed(questions: Collection[str], name: str) -> None:
    kind = MEMBERS[name].make()
    assert parts.caught(kind, LINES)
    assert not parts.caught_without_question(kind, LINES, questions)


@pytest.mark.parametrize(
    ("unwanted", "name"),
    [
        (parts.is_kind("example"), "LogNearOne"),
        (parts.is_kind("property"), "ErfOneStepTooFar"),
        (parts.is_kind("refusal"), "RepeatsOneTerm"),
        (parts.is_kind("special"), "NanLogSoftmaxOfMasks"),
        (parts.is_kind("probe"), "ThousandColumns"),
        (parts.is_kind("trait"), "StumblesOverVectors"),
        (parts.is_probe("one_hot"), "ElevenBitsInTiles"),
        (parts.is_probe("two_hot", "wide_hot"), "TruncatesPairs"),
        (parts.is_probe("budget", "integers"), "WholeNumbersInInt32"),
    ],
    ids=["example", "property", "refusal", "special", "probe", "trait", "one-hot", "two terms", "integers"],
)
def test_each_kind_of_case_and_probe_is_needed(unwanted: Callable[[Line], bool], name: str) -> None:
    kind = MEMBERS[name].make()
    assert parts.caught(kind, LINES)
    assert not parts.caught(kind, parts.without(LINES, unwanted))


@pytest.mark.parametrize("kind", SHARP, ids=lambda kind: kind.__name__)
def test_no_bound_may_be_four_times_as_wide(kind: type[Adapter]) -> None:
    assert parts.caught(kind, LINES)
    assert not parts.caught_with_wide_bounds(kind, LINES, 4.0)


def test_fingerprints_are_left_out_and_blame_nobody() -> None:
    path = next(path for path in shipped() if path.stem == "fingerprint")
    assert not [line for line in LINES if line.place.startswith("fingerprint::")]
    frozen = FrozenFile(frozen_path(path).read_text("utf-8"))
    asked = [frozen.line(case["id"], dtype) for case in frozen.cases for dtype in case["dtypes"]]
    for name in ("ShortSums", "TensorFloat32InTiles"):
        assert not any(parts.failed(line, MEMBERS[name].make()) for line in asked)


def test_every_bound_is_tested_so() -> None:
    tested = {name for kind in SHARP for name in zoo.touched(kind) or ()}
    bounded = {name for line in LINES if "error" in json.dumps(line.frozen["expect"]) for name in line.operations}
    assert bounded - tested <= EXACT
    assert not tested & EXACT


def test_some_right_implementation_comes_near_each_bound() -> None:
    largest: dict[str, float] = {}
    for line in LINES:
        if len(line.operations) == 1 and line.dtype in {"float32", "float64"}:
            [name] = line.operations
            kind = MEMBERS["ErfBySeries"].make() if name == "erf" else NumPy
            share = judge(line.frozen, interview(kind(), line.frozen["ask"])).share
            largest[name] = max(share, largest.get(name, 0.0))
    assert {name for name, share in largest.items() if share < 0.1} <= EXACT


# ---------------------------------------------------------------------------------------------------- the command

SMALL = '''
import numpy as np
from nnconform.adapters.numpy import NumPy


class {name}(NumPy):
    """{says}"""

    def transpose(self, a):
        return {made}
'''


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A zoo of its own name, since Python keeps modules by name."""
    made = tmp_path / f"zoo_{abs(hash(request.node.name))}"
    made.mkdir()
    (made / "wrong_ones.py").write_text(SMALL.format(name="Lazy", says="Transposes nothing.", made="a.copy()"), "utf-8")
    (made / "right_ones.py").write_text(SMALL.format(name="Copies", says="Copies.", made="a.T.copy()"), "utf-8")
    (made / "caught.toml").write_text('Lazy = ["transpose::column_to_row", "shape"]\n', "utf-8")
    return made


def score(folder: Path, *more: str) -> int:
    results = folder.parent / "results"
    return main(["score", f"--zoo={folder}", f"--results={results}", "--processes=1", *more])


def record(folder: Path) -> Any:
    [path] = (folder.parent / "results").glob("*-score.json")
    return json.loads(path.read_text("utf-8"))


def test_a_full_score(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score(folder) == 0
    out = capsys.readouterr().out
    assert "killed: 1 of 1 (100.0%) wrong implementations" in out
    assert "false alarms: 0 of 1 (0.0%) right implementations" in out
    found = record(folder)
    assert found["totals"]["killed"] == 1
    assert found["killed_by"] == {"transpose::column_to_row": ["Lazy"]}
    [lazy] = [one for one in found["members"] if one["name"] == "Lazy"]
    assert lazy["asked"] == 1  # the named case came first, and was enough
    assert lazy["kills"][0]["facet"] == "shape"


def test_the_matrix_has_every_case(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score(folder, "--matrix") == 0
    found = record(folder)
    assert len(found["killed_by"]) > 5
    assert "only killers" in capsys.readouterr().out


def test_survivors_and_false_alarms_have_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "wrong_more.py").write_text(SMALL.format(name="Fine", says="Wrong at night.", made="a.T"), "utf-8")
    (folder / "right_more.py").write_text(SMALL.format(name="Off", says="Is off.", made="a.T * 2"), "utf-8")
    assert score(folder) == 1
    out = capsys.readouterr().out
    assert "survived: Fine: Wrong at night." in out
    assert "false alarm: Off: " in out
    assert "killed: 1 of 2 (50.0%)" in out
    assert record(folder)["survivors"] == ["Fine"]
    assert record(folder)["false_alarms"] == ["Off"]


def test_another_case_than_the_named_one_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "caught.toml").write_text('Lazy = ["transpose::no_rows_at_all", "shape"]\n', "utf-8")
    assert score(folder) == 0
    assert "caught elsewhere: Lazy: by transpose::" in capsys.readouterr().out


MUTANTS = '''
from nnconform.adapters.numpy import NumPy


class Turned(NumPy):
    """A mutant."""

    def transpose(self, a):
        return a.T * {factor}


def mutants():
    return {{"products.transpose: a.T -> a.T * {factor}": lambda: Turned}}
'''


@pytest.mark.parametrize(
    ("factor", "named", "status", "line"),
    [
        (2, "", 0, "mutants of the textbook: 1 of 1 (100.0%) killed, and 0 are equivalent to it"),
        (1, "", 1, "survived: products.transpose: a.T -> a.T * 1"),
        (
            1,
            '"products.*" = "Nothing changes."',
            0,
            "mutants of the textbook: 0 of 0 killed, and 1 are equivalent to it",
        ),
        (2, '"products.*" = "Nothing changes."', 1, "called equivalent, and failed: products.transpose"),
    ],
)
def test_mutants_are_killed_or_equivalent(
    folder: Path, capsys: pytest.CaptureFixture[str], factor: int, named: str, status: int, line: str
) -> None:
    (folder / "mutants.py").write_text(MUTANTS.format(factor=factor), "utf-8")
    (folder / "equivalent.toml").write_text(named + "\n", "utf-8")
    assert score(folder, "--groups=mutants") == status
    assert line in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--groups=wrnog"], "unknown group 'wrnog' (did you mean 'wrong'?)"),
        (["--only=Lzay"], "unknown member 'Lzay'"),
        (["--processes=none"], "--processes=none: a number from 1 to 1024"),
        (["--groups=mutants"], "has no member in mutants"),
        (["--results="], "--results needs a value; without the option it is nnconform-results"),
        (["--results=/dev/null/inside"], "cannot write into /dev/null/inside: Not a directory; say --results=FOLDER"),
    ],
)
def test_bad_input_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str], more: list[str], told: str) -> None:
    assert score(folder, *more) == 4
    out, err = capsys.readouterr()
    assert out == "", "it is told before anything is computed"
    assert told in err
    assert err.count("\n") == 1


def test_a_zoo_that_is_none(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", f"--zoo={tmp_path / 'nothing'}"]) == 4
    (folder / "caught.toml").write_text('Lzay = ["transpose::column_to_row", "shape"]\n', "utf-8")
    assert score(folder) == 4
    other = tmp_path / f"{folder.name}_other"
    other.mkdir()
    (other / "wrong_ones.py").write_text("import nothing_of_the_kind\n", "utf-8")
    assert score(other) == 4
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert "it needs files wrong*.py or right*.py" in lines[0]
    assert "caught*.toml names Lzay" in lines[1]
    assert "does not import: ModuleNotFoundError" in lines[2]
