"""Traits: named with their smallest witness, never failed but under `--strict`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shell import nnconform_in, pytest_in, results
from zoo import traits as zoo

from nnconform.adapters import Adapter, Unsupported
from nnconform.adapters.numpy import NumPy
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.harness.observed import digest
from nnconform.harness.transcript import Answer
from nnconform.harness.verdict import Verdict
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped

FILES = {path.stem: FrozenFile(frozen_path(path).read_text("utf-8")) for path in shipped()}
PLACES = "spec/traits/places.toml"
FEW = ("-k", "float32 and (places_sigmoid or around_zero)", PLACES, "spec/activations/sigmoid.toml")
NAMED = {
    "Tail": "depends on position",
    "Pool": "depends on size",
    "Moody": "not repeatable",
    "Rewritten": "other bits than eager",
}


def verdict_on(adapter: Adapter, case: str = "places_sigmoid", dtype: str = "float32") -> Verdict:
    line = FILES["places"].line(case, dtype)
    return judge(line, interview(adapter, line["ask"]))


@pytest.mark.parametrize("name", ["Tail", "Pool", "Moody"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_trait_is_named_with_a_witness_and_passes(name: str, dtype: str) -> None:
    verdict = verdict_on(getattr(zoo, name)(), dtype=dtype)
    assert verdict.outcome == "passed"
    assert list(verdict.traits) == [NAMED[name]]
    assert 0 < verdict.traits[NAMED[name]] < 67
    seen = verdict.witnesses[NAMED[name]]
    value = np.array([seen["inputs"]["x"]], dtype)
    assert {seen["got"], seen["other"]} == {
        float(zoo.usual(value)[0]),
        0.0 if name == "Pool" else float(zoo.other(value)[0]),
    }


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_right_variant_has_none(dtype: str) -> None:
    assert verdict_on(zoo.Steady(), dtype=dtype).traits == {}


def test_the_witness_is_of_the_shortest_length() -> None:
    seen = verdict_on(zoo.Tail()).witnesses["depends on position"]
    assert (seen["of"], seen["index"], seen["how"]) == (1, [0], "among 67")
    assert verdict_on(zoo.Pool()).witnesses["depends on size"]["of"] == 1_000_003


EDGE = """
import numpy as np
from zoo.traits import Steady, usual

class Edge(Steady):
    def sigmoid(self, x):
        made = usual(x)
        if x.size == 65:
            made[-1] = np.nextafter(made[-1], np.float32(2))
        return made
"""


def test_all_lengths_are_asked_only_on_request(tmp_path: Path) -> None:
    (tmp_path / "edge.py").write_text(EDGE, "utf-8")
    few = ("--adapter=edge.py:Edge", "--dtype=float32", "-k", "places_sigmoid", PLACES)
    assert pytest_in(tmp_path, *few).status == 0
    assert "traits" not in next(iter(results(tmp_path).values()))
    done = pytest_in(tmp_path, *few, "--traits=full")
    assert done.status == 0, done.out + done.err
    (found,) = results(tmp_path).values()
    assert found["traits"] == {"depends on position": 2}  # pieces of 65 begin with the first and with the 66th
    assert found["witnesses"]["depends on position"]["of"] == 65


def test_traits_fail_nothing_by_themselves(tmp_path: Path) -> None:
    adapters = ",".join(f"zoo.traits:{name}" for name in NAMED)
    done = pytest_in(tmp_path, f"--adapter={adapters}", "--mode=eager,compiled", *FEW)
    assert done.status == 0, done.out + done.err
    shown = {(line["adapter"], trait) for line in results(tmp_path).values() for trait in line.get("traits", ())}
    assert shown >= {(f"zoo.traits.{name}", NAMED[name]) for name in ("Tail", "Pool", "Moody")}
    assert "zoo.traits.Rewritten compiled: 2 of 2 answers have other bits than in eager mode" in done.out
    assert "zoo.traits.Tail compiled: 0 of 2 answers" in done.out


@pytest.mark.parametrize("name", NAMED)
def test_traits_fail_under_strict_and_say_why(tmp_path: Path, name: str) -> None:
    done = pytest_in(tmp_path, f"--adapter=zoo.traits:{name}", "--mode=eager,compiled", *FEW, "--strict")
    assert done.status == 1, done.out + done.err
    failed = [line for line in results(tmp_path).values() if line["outcome"] == "failed"]
    lines = [line["findings"][0]["line"] for line in failed]
    assert any(line.startswith(f"trait: {NAMED[name]}: ") and line.endswith("(--strict)") for line in lines), lines
    assert {finding["facet"] for line in failed for finding in line["findings"]} == {"trait"}
    assert all(line["rerun"].endswith("--nnconform-strict") for line in failed)


def test_the_right_variant_passes_under_strict(tmp_path: Path) -> None:
    done = pytest_in(
        tmp_path, "--adapter=zoo.traits:Steady", "--mode=eager,compiled", "-k", "sigmoid", PLACES,
        "spec/activations/sigmoid.toml", "--nnconform-strict",
    )  # fmt: skip
    assert done.status == 0, done.out + done.err
    assert " compiled: 0 of " in done.out
    assert "answers have other bits than in eager mode" in done.out


def test_modes_are_held_against_each_other_by_workers_too(tmp_path: Path) -> None:
    asked = ("--adapter=zoo.traits:Rewritten", "--mode=compiled,eager", *FEW, "-n", "2", "--strict")
    done = pytest_in(tmp_path, *asked)
    assert done.status == 1, done.out + done.err
    failed = [line for line in results(tmp_path).values() if line["outcome"] == "failed"]
    assert failed
    assert {line["mode"] for line in failed} == {"eager"}  # which came later
    assert "other bits than eager: eager and compiled differ" in failed[0]["findings"][0]["line"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--traits=ful"], ["'ful'", "full"]),
        (["--traits="], ["--nnconform-traits", "usual"]),
        (["--traits=usual,full"], ["--traits", "one of"]),
        (["--traits=full", "--timing"], ["--traits", "--timing"]),
        (["--nnconform-strict", "--timing"], ["--strict", "--timing"]),
    ],
)
def test_bad_values_are_told_in_one_line(tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    pytest_in(tmp_path, "--adapter=numpy", *arguments, PLACES).complains(*words)


def test_strict_takes_no_value(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=numpy", "--nnconform-strict=yes", PLACES)
    assert done.status == 4
    assert "--nnconform-strict" in done.err


class Short(NumPy):
    """Gives an answer too short where there are 33."""

    def sigmoid(self, x: Any) -> Any:
        return zoo.usual(x)[:-1] if x.size == 33 else zoo.usual(x)


class Dies(NumPy):
    """Cannot do 33."""

    def sigmoid(self, x: Any) -> Any:
        if x.size == 33:
            raise ZeroDivisionError("33 is too many")
        return zoo.usual(x)


class Declines(NumPy):
    """Has no kernel for very many."""

    def sigmoid(self, x: Any) -> Any:
        if x.size > 10**6:
            raise Unsupported("a million is too many")
        return zoo.Tail().sigmoid(x)


@pytest.mark.parametrize(("kind", "words"), [(Short, "32 rows came for 33"), (Dies, "33 is too many")])
def test_a_length_that_cannot_be_asked_is_no_trait(kind: type[Adapter], words: str) -> None:
    verdict = verdict_on(kind())
    assert verdict.outcome == "failed"
    assert verdict.facets == ("crash",)
    assert words in verdict.findings[0].line()


def test_what_was_seen_before_a_length_was_declined_is_kept() -> None:
    verdict = verdict_on(Declines())
    assert verdict.outcome == "passed"
    assert verdict.traits["declines lengths"] == "a million is too many"
    assert verdict.traits["depends on position"] > 0


class Rows(NumPy):
    """The last row of a batch is summed in another order; the last of a row is rounded otherwise."""

    def matmul(self, a: Any, b: Any) -> Any:
        made = a @ b
        made[-1] = (a[-1:, ::-1] @ b[::-1])[0]
        return made

    @staticmethod
    def softmax(z: Any, axis: int = -1) -> Any:
        made = NumPy.softmax(z, axis=axis)
        made[..., -1] = np.nextafter(made[..., -1], made.dtype.type(1))
        return made


def test_rows_and_places_in_a_row_are_told_as_well() -> None:
    rows = verdict_on(Rows(), "rows_of_a_product")
    assert "depends on position" in rows.traits
    assert "inputs" not in rows.witnesses["depends on position"]
    along = verdict_on(Rows(), "along_a_row_softmax")
    assert along.traits == {"depends on position": 1}  # the second of five stands last at each length
    seen = along.witnesses["depends on position"]
    assert (seen["index"], seen["of"], seen["how"]) == ([0, 6], 7, "the same value before it")
    assert verdict_on(NumPy(), "along_a_row_softmax").traits == {}


def test_the_sign_of_zero_is_told() -> None:
    assert verdict_on(NumPy(), "places_tanh").traits == {"sign of zero": "-0.0 gives -0.0, 0.0 gives 0.0"}
    assert verdict_on(NumPy(), "places_relu").traits == {"sign of zero": "-0.0 gives 0.0, 0.0 gives 0.0"}


def answer(*values: Any, dtype: str = "float32") -> Answer:
    return Answer(values={"result": np.array(values, dtype)})


def test_a_digest_tells_bits_apart_and_nothing_else() -> None:
    assert digest(answer(1, 2), plain=True) == digest(answer(1, 2), plain=False)
    assert digest(answer(1, 2), plain=True) != digest(answer(2, 1), plain=True)
    assert digest(answer(0.0), plain=False) != digest(answer(-0.0), plain=False)
    assert digest(answer(np.nan, 1), plain=False) == digest(answer(np.copysign(np.nan, -1), 1), plain=False)
    assert digest(answer(1, 0, dtype="bool"), plain=False) != digest(answer(1, 1, dtype="bool"), plain=False)
    assert len(digest(answer(1), plain=True)) == 16


class Layouts(NumPy):
    """Other bits for strided inputs, for the first row alone, and when asked again."""

    calls = 0

    def tanh(self, x: Any) -> Any:
        made = np.tanh(np.ascontiguousarray(x))
        self.calls += 1
        if not x.flags.c_contiguous or len(x) == 1 or self.calls == 4:
            made = np.nextafter(made, x.dtype.type(0))
        return made


def test_other_traits_have_witnesses_too() -> None:
    line = FILES["tanh"].line("rows_and_columns", "float32")
    verdict = judge(line, interview(Layouts(), line["ask"]))
    wanted = {"not repeatable", "depends on batch", "depends on layout: strided", "depends on layout: fortran"}
    assert verdict.outcome == "passed"
    assert set(verdict.traits) == set(verdict.witnesses) == wanted
    for seen in verdict.witnesses.values():
        assert (seen["size"], seen["output"], len(seen["index"])) == (63, "result", 2)
        assert 0 < abs(seen["got"] - seen["other"]) < 1e-6


def test_explain_tells_what_a_trait_case_asks(tmp_path: Path) -> None:
    done = nnconform_in(tmp_path, "explain", "places_sigmoid")
    assert done.status == 0, done.err
    assert "1, 7, 33, 67" in done.out
    assert "1,000,003" in done.out
