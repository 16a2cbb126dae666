"""Which arithmetic a product was computed in: each wrong one is named, and honest ones in any order are not."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from shell import pytest_in, records, results
from zoo import arithmetics, right

from nnconform.adapters import Adapter
from nnconform.adapters.numpy import NumPy
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.reference.fingerprint.naming import Products
from nnconform.reference.fingerprint.reading import WHOLE, Reading, kept, readings, significant_bits
from nnconform.reference.fingerprint.sums import Sums
from nnconform.reports.page import write_page
from nnconform.spec.errors import SpecError
from nnconform.spec.frozen import ROOT, FrozenFile, frozen_path
from nnconform.spec.loader import load

SPEC = "spec/products/fingerprint.toml"
FROZEN = FrozenFile(frozen_path(ROOT / "products" / "fingerprint.toml").read_text("utf-8"))
SHORT = ("of_a_dot", "of_a_matmul", "of_a_dense")
LAYERS = ("of_a_dense_column", "of_a_dense_loop", "of_a_sequential")
"""Asked in float32 and float64 only."""
NAMED = [kind for _, kind in inspect.getmembers(arithmetics, inspect.isclass) if hasattr(kind, "named")]
HONEST = [right.Reversed, right.InOrder, right.Pairwise, right.Blocked, right.Kahan, right.DoubleInside, NumPy]


def told(adapter: Adapter, case: str, dtype: str = "float32") -> dict[str, Any]:
    line = FROZEN.line(case, dtype)
    verdict = judge(line, interview(adapter, line["ask"]))
    assert verdict.outcome == "passed", "a fingerprint never fails anything"
    return cast("dict[str, Any]", verdict.record()["fingerprint"])


@pytest.mark.parametrize("case", [*SHORT, *LAYERS])
@pytest.mark.parametrize("kind", NAMED, ids=lambda kind: kind.__name__)
def test_an_arithmetic_is_named(kind: type[Any], case: str) -> None:
    found = told(kind(), case)
    if kind.named == "float32":
        assert found["name"] in {"float32", "wider than float32"}
    else:
        assert found["name"] == kind.named
    assert found["own"] is (kind.named == "float32")
    assert found["explained"] <= 8 if found["own"] else max(found["sigmas"], abs(found["drift"])) > 8


def test_a_long_product_is_named_too() -> None:
    for kind in (arithmetics.TF32, arithmetics.ThreePasses, arithmetics.Truncating, arithmetics.HalfSumsInBlocks):
        assert told(kind(), "of_a_long_matmul")["name"] == kind.named


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
@pytest.mark.parametrize("kind", HONEST, ids=lambda kind: kind.__name__)
def test_honest_sums_in_any_order_are_the_dtype_s_own(kind: type[Adapter], dtype: str) -> None:
    for case in (*SHORT, *(LAYERS if dtype in {"float32", "float64"} else ())):
        found = told(kind(), case, dtype)
        own = {dtype, f"wider than {dtype}"} if dtype in {"float32", "float64"} else {"float32 accumulation"}
        assert found["name"] in own, case
        assert found["own"]


def test_only_what_is_wider_is_called_wider() -> None:
    for case in SHORT:
        assert told(right.DoubleInside(), case)["name"] == "wider than float32"
        for kind in (right.InOrder, right.Pairwise, right.Kahan, NumPy):
            assert told(kind(), case)["name"] == "float32", (kind, case)


@pytest.mark.parametrize(
    ("kind", "dtype", "name"),
    [
        (arithmetics.HalfSums, "float16", "float16 accumulation"),
        (arithmetics.BrainSums, "bfloat16", "bfloat16 accumulation"),
        (arithmetics.BFloat16Inputs, "float16", "bfloat16 inputs, float32 accumulation"),
        (arithmetics.TF32, "float64", "TF32 inputs"),
        (arithmetics.SingleInside, "float64", "float32 accumulation"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_other_dtypes_have_their_own_measure(kind: type[Adapter], dtype: str, name: str) -> None:
    found = told(kind(), "of_a_matmul", dtype)
    assert (found["name"], found["own"]) == (name, False)


def test_the_evidence_is_in_figures() -> None:
    honest, narrow, short = (
        told(kind(), "of_a_matmul") for kind in (right.InOrder, arithmetics.TF32, arithmetics.Truncating)
    )
    assert 0.8 < honest["rms"] < 1.25, "summation term after term is what errors are measured in"
    assert (honest["left_bits"], honest["right_bits"], honest["dropped"]) == (24, 24, 0)
    assert (narrow["left_bits"], narrow["right_bits"]) == (11, 11)
    assert short["drift"] < -8
    assert 0 < short["dropped"] < short["pairs"]
    assert told(arithmetics.BFloat16Weights(), "of_a_matmul")["left_bits"] == 24
    assert told(arithmetics.ThreePasses(), "of_a_matmul")["right_bits"] == 17


def in_order(left: Any, right: Any) -> Any:
    total = np.zeros((left.shape[0], right.shape[1]), np.float32)
    for k in range(left.shape[1]):
        total = total + left[:, k, None] * right[None, k]
    return total


def test_chance_names_nobody() -> None:
    """The worst honest order, on other data each time; 16 sums, as few as a dot product has."""
    random = np.random.default_rng(5)
    for _ in range(100):
        roles = {}
        for role, low in (("independent", -2), ("same_sign", 1)):
            left, right = random.uniform(low, 2, (2, 4, 256)).astype(np.float32)
            roles[role] = [Sums(left, right.T, in_order(left, right.T), 24)]
        assert Products("float32", roles).fingerprint().own


def test_answers_that_are_no_sums_are_not_told() -> None:
    class Overflows(NumPy):
        def matmul(self, a: Any, b: Any) -> Any:
            return a @ b + np.float32(np.inf)

    class OtherType(NumPy):
        def matmul(self, a: Any, b: Any) -> Any:
            return (a @ b).astype(np.float64)

    for kind in (Overflows, OtherType):
        found = told(kind(), "of_a_matmul")
        assert found["name"].startswith("not told: ")
        assert not found["own"]


def test_what_nothing_explains_is_said_to_be_unknown() -> None:
    class Noisy(NumPy):
        def matmul(self, a: Any, b: Any) -> Any:
            return (a @ b) * np.float32(1 + 2**-19)

    found = told(Noisy(), "of_a_matmul")
    assert found["name"].startswith("unknown: ")
    assert not found["own"]


def test_numbers_are_cut_to_bits() -> None:
    values = np.array([1 + 2**-11 + 2**-20, -(1 + 2**-8), 3.0, 0.0])
    assert kept(values, 11).tolist() == [1 + 2**-10, -(1 + 2**-8), 3.0, 0.0]
    assert kept(values, 11, cut=True).tolist() == [1.0, -(1 + 2**-8), 3.0, 0.0]
    assert kept(values, 8).tolist() == [1.0, -1.0, 3.0, 0.0]
    assert [significant_bits(np.array([value])) for value in (3.0, 1 + 2**-23, 0.0, 2**-40)] == [2, 24, 0, 1]
    assert next(readings(24)) == WHOLE
    assert Reading(11, 11) in readings(24)
    assert Reading(24, 24) not in readings(24)


def test_float64_errors_are_exact() -> None:
    left, right = np.array([[1 + 2**-52, 1.0]]), np.array([[1 + 2**-52], [-1.0]])
    got = left @ right
    assert got[0, 0] == 2**-51
    assert Sums(left, right, got, 53).error(WHOLE)[0, 0] == -(2**-104)
    assert Sums(left * 8, right, got * 8, 53).error(WHOLE)[0, 0] == -(2**-101)


CASE = """
nnconform = "0.1"
topic = "One fingerprint"

[[case]]
id = "one"
kind = "trait"
trait = "arithmetic"
requirement = "Errors tell."
source = { document = "nnconform", heading = "Fingerprints" }
steps = [{ name = "independent", operation = "matmul", inputs = ["a", "b"] }]
inputs.a = { generate = "significand", shape = [4, 64] }
inputs.b = { generate = "significand", shape = [64, 4] }
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('name = "independent"', 'name = "other"', "a fingerprint's step is one of independent"),
        ('name = "independent"', 'name = "small_2"', "has a step `independent`"),
        ('operation = "matmul", inputs = ["a", "b"]', 'operation = "relu", inputs = ["a"]', "are products"),
    ],
)
def test_a_fingerprint_is_checked_when_it_is_read(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(CASE, "utf-8")
    assert [case.trait for case in load(path, "own.toml")] == ["arithmetic"]
    path.write_text(CASE.replace(old, new), "utf-8")
    with pytest.raises(SpecError, match=words):
        load(path, "own.toml")


def test_a_run_records_and_shows_it(tmp_path: Path) -> None:
    done = pytest_in(
        tmp_path, "--adapter=zoo.arithmetics:TF32,numpy", "--dtype=float32", f"{SPEC}::of_a_matmul", f"{SPEC}::of_a_dot"
    )
    assert done.status == 0, done.out + done.err
    said = [line for line in done.out.splitlines() if "TF32 inputs" in line]
    assert len(said) == 1
    assert said[0].startswith("zoo.arithmetics.TF32: TF32 inputs in matmul float32, dot float32: error ")
    names = {line["adapter"]: line["fingerprint"]["name"] for line in results(tmp_path).values()}
    assert names == {"zoo.arithmetics.TF32": "TF32 inputs", "numpy": "float32"}
    assert records(tmp_path)[0]["subjects"]
    (record,) = (tmp_path / "nnconform-results").glob("*.jsonl")
    page = write_page([record], tmp_path / "page.html").read_text("utf-8")
    assert 'id="arithmetic"' in page
    assert "&ne; TF32 inputs" in page or "≠ TF32 inputs" in page
    assert "a number alone keeps 11 bits" in page
