"""Products in TF32 are blamed once an operation; whatever TF32 does not explain is blamed as ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from shell import pytest_in, records, results
from zoo import arithmetics, base
from zoo.wrong_products import rounded_to

from nnconform.adapters import Adapter
from nnconform.harness.blame import Blame, by_tensor_float
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.harness.transcript import Transcript
from nnconform.harness.verdict import Verdict
from nnconform.reference.truth.arithmetic import arithmetic
from nnconform.reference.truth.ball import middle, upward
from nnconform.reference.truth.operations import apply
from nnconform.reference.truth.tensor_float import BITS, away
from nnconform.spec.frozen import ROOT, FrozenFile, read_current, shipped
from nnconform.spec.model import PRODUCTS

if TYPE_CHECKING:
    from nnconform.harness.interviewers import Interviewer

Array = Any
LARGEST = 20_000
"""Elements of the inputs that are asked about here: some of these sum by Python's own loops."""
MARK = "judged by TF32's bounds"
DEMANDING = read_current(ROOT / "products" / "own_products.toml")


class Asks:
    """An adapter, asked as a run asks it."""

    def __init__(self, adapter: Adapter) -> None:
        self.adapter = adapter

    def ask(self, ask: Mapping[str, Any]) -> Transcript:
        return interview(self.adapter, ask)


def asking(adapter: Adapter) -> Interviewer:
    """As a subject in process is asked, but for what stands around it."""
    return cast("Interviewer", Asks(adapter))


class LeftOnly(arithmetics._Arithmetic):
    """Only what stands on the left is read as TF32."""

    def product(self, a: Array, b: Array) -> Array:
        return rounded_to(a, BITS) @ b


class InAnyOrder(arithmetics._Arithmetic):
    """TF32, cut off, summed from the last term to the first."""

    def product(self, a: Array, b: Array) -> Array:
        return arithmetics.cut_to(a, BITS)[:, ::-1] @ arithmetics.cut_to(b, BITS)[::-1]


class AndDoubledBias(arithmetics.TF32):
    """TF32, and a bias that is added twice."""

    def dense(self, x: Array, w: Array, b: Array, activation: str = "linear") -> Array:
        return super().dense(x, w, b + b, activation)


class AndTenBits(arithmetics._Arithmetic):
    """TF32 in the products that a fingerprint is taken of, and a bit less in small ones."""

    def product(self, a: Array, b: Array) -> Array:
        bits = BITS if a.shape[-1] >= 256 else BITS - 1
        return rounded_to(a, bits) @ rounded_to(b, bits)


@cache
def with_products() -> list[dict[str, Any]]:
    """Every shipped float32 case with a product in it that a run judges."""
    files: Iterator[FrozenFile | None] = (read_current(path) for path in shipped() if path.parent.name != "timing")
    found = []
    for file in files:
        assert file is not None
        for case in file.cases:
            if "float32" in case["dtypes"] and set(case["operations"]) & set(PRODUCTS) and case["kind"] != "trait":
                line = file.line(case["id"], "float32")
                if sum(prod(given["shape"]) for given in line["ask"]["inputs"].values()) <= LARGEST:
                    found.append(line)
    return found


def verdicts(adapter: Adapter) -> list[tuple[str, Verdict, bool]]:
    """Each case, its verdict, and whether it is one that demands float32 products."""
    blame, made = Blame(asking(adapter)), []
    for line in with_products():
        transcript = interview(adapter, line["ask"])
        verdict = judge(line, transcript)
        demands = line["case"] in PRODUCTS and "tensor_float" not in line["expect"]
        made.append((line["case"], blame.again(line, transcript, verdict) if verdict.findings else verdict, demands))
    return made


@pytest.mark.parametrize(
    "kind", [arithmetics.TF32, arithmetics.TF32CutOff, LeftOnly, InAnyOrder], ids=lambda kind: kind.__name__
)
def test_tf32_fails_one_case_an_operation_and_no_other(kind: type[Adapter]) -> None:
    found = verdicts(kind())
    assert {case for case, verdict, _ in found if verdict.outcome == "failed"} == set(PRODUCTS)
    assert all(demands for _, verdict, demands in found if verdict.outcome == "failed")
    marked = [verdict for _, verdict, _ in found if MARK in verdict.traits]
    assert len(marked) > 50
    assert all(verdict.outcome == "passed" and verdict.traits[MARK] >= 1 for verdict in marked)
    assert any(verdict.witnesses.get(MARK) for verdict in marked)


@pytest.mark.parametrize(
    "kind",
    [arithmetics.BFloat16Inputs, arithmetics.Float16Inputs, arithmetics.ThreePasses, arithmetics.TruncatingTF32,
     arithmetics.HalfSums],
    ids=lambda kind: kind.__name__,
)  # fmt: skip
def test_other_arithmetics_are_blamed_wherever_they_show(kind: type[Adapter]) -> None:
    found = verdicts(kind())
    assert not any(MARK in verdict.traits for _, verdict, _ in found)
    assert sum(verdict.outcome == "failed" for _, verdict, _ in found) > 50


def test_what_tf32_does_not_explain_is_blamed_as_ever() -> None:
    failed = {case for case, verdict, _ in verdicts(AndDoubledBias()) if verdict.outcome == "failed"}
    assert failed > set(PRODUCTS)
    failed = {case for case, verdict, _ in verdicts(AndTenBits()) if verdict.outcome == "failed"}
    assert len(failed - set(PRODUCTS)) > 10


def test_right_products_are_never_asked_for_their_arithmetic() -> None:
    adapter = base.Products()
    blame = Blame(asking(adapter))
    assert not any(blame.is_narrow(operation) for operation in PRODUCTS)
    assert all(verdict.outcome == "passed" for _, verdict, _ in verdicts(adapter))


@pytest.mark.parametrize("operation", PRODUCTS)
def test_one_case_an_operation_demands_its_dtype_s_own_products(operation: str) -> None:
    assert DEMANDING is not None
    assert "tensor_float" not in DEMANDING.line(operation, "float32")["expect"]


def test_bounds_hold_for_every_reading_and_are_reached() -> None:
    """Every choice between the two neighbours of 11 bits, in products of few terms; and not much less would do."""
    rng = np.random.default_rng(5)
    a, b = (rng.uniform(-2, 2, shape).astype(np.float32) for shape in ((8, 3), (3, 8)))
    made = apply("matmul", [a.astype(float), b.astype(float)], {}, arithmetic("float32", tensor_float=True))
    bounds = np.array([upward(ball.error) for ball in made.ravel()]).reshape(8, 8)
    exact = np.array([float(middle(ball.exact)) for ball in made.ravel()]).reshape(8, 8)
    share = 0.0
    for _ in range(400):
        left, right = (_read_anyhow(side, rng) for side in (a, b))
        share = max(share, float((np.abs(left.astype(float) @ right.astype(float) - exact) / bounds).max()))
    assert 0.5 < share <= 1.0


def _read_anyhow(values: Array, rng: Any) -> Array:
    """Each number as one of its two neighbours of 11 bits, as rounding to nearest or cutting off would read it."""
    return np.where(rng.random(values.shape) < 0.5, rounded_to(values, BITS), arithmetics.cut_to(values, BITS))


def test_numbers_of_eleven_bits_are_read_as_they_are() -> None:
    held = np.array([0.0, 1.0, -2047.0, 2.0**-126, 3 * 2.0**120, np.inf, np.nan])
    assert not away(held).any()
    assert away(np.array([2.0**-130, 2049.0])).tolist() == [2.0**-130, 1.0]


def test_only_bounds_differ() -> None:
    line = next(line for line in with_products() if line["kind"] == "probe" and "tensor_float" in line["expect"])
    relaxed = by_tensor_float(line)
    assert relaxed["ask"] is line["ask"]
    for part in ("outputs", "others"):
        for name, truth in relaxed["expect"][part].items():
            assert truth["shape"] == line["expect"][part][name]["shape"]
            assert "bits" not in truth


def test_a_run_says_so(tmp_path: Path) -> None:
    chosen = [
        "--adapter=zoo.arithmetics:TF32",
        "--dtype=float32",
        "spec/products/matmul.toml",
        "spec/layers/dense.toml",
    ]
    done = pytest_in(tmp_path, *chosen)
    assert done.status == 0, done.out
    marked = [result for result in results(tmp_path).values() if MARK in result.get("traits", {})]
    assert marked
    said = [line for line in done.out.splitlines() if "judged by TF32's bounds" in line]
    assert len(said) == 1
    assert f"{len(marked)} cases" in said[0]
    assert "spec/products/own_products.toml" in said[0]
    assert records(tmp_path)[0]["record"] == "header"
    strict = pytest_in(tmp_path, *chosen, "--strict")
    assert strict.status == 1, "a trait, which --strict fails"
