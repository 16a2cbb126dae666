"""16-bit dtypes: a user's own cases in them freeze, run and are judged; shipped cases ask in them or say why not."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnconform.adapters.numpy import NumPy
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.harness.plan import plan
from nnconform.harness.transcript import from_data, to_data
from nnconform.spec.errors import SpecError
from nnconform.spec.formats import FORMATS
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped, shown
from nnconform.spec.loader import load

FILE = Path(__file__).parent / "cases" / "sixteen_bits.toml"


class Float32Inside(NumPy):
    """Computes in float32 and rounds once."""

    def matmul(self, a: Any, b: Any) -> Any:
        return (a.astype(np.float32) @ b.astype(np.float32)).astype(a.dtype)

    def sigmoid(self, x: Any) -> Any:
        return NumPy.sigmoid(x.astype(np.float32)).astype(x.dtype)


class NarrowInside(NumPy):
    """Rounds every sum to the dtype, and shifts the sigmoid by a hundredth."""

    def matmul(self, a: Any, b: Any) -> Any:
        total = np.zeros((a.shape[0], b.shape[1]), a.dtype)
        for k in range(a.shape[1]):
            total = total + a[:, k, None] * b[None, k]
        return total

    def sigmoid(self, x: Any) -> Any:
        return (NumPy.sigmoid(x.astype(np.float32)) + np.float32(0.01)).astype(x.dtype)


@pytest.mark.parametrize(
    ("case", "dtype"),
    [("half_precision_sums", "float16"), ("sixteen_bit_sigmoid", "float16"), ("sixteen_bit_sigmoid", "bfloat16")],
)
def test_sixteen_bit_case(case: str, dtype: str) -> None:
    line = plan(FILE).line(case, dtype)
    right = interview(Float32Inside(), line["ask"])
    assert judge(line, right).outcome == "passed"
    assert judge(line, from_data(to_data(right))).outcome == "passed"
    assert judge(line, interview(NarrowInside(), line["ask"])).facets[0] in {"value", "inf"}


@pytest.mark.parametrize("path", shipped(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_case_asks_in_a_dtype_or_says_why_not(path: Path) -> None:
    reasons = tomllib.loads(path.read_text("utf-8")).get("left_out", {})
    for case in load(path, shown(path)):
        if case.kind in {"timing", "sweep", "trait"}:  # a trait is of ranks and shapes, which every dtype shares
            continue
        missing = set(FORMATS) - {*case.dtypes, *case.left_out, *reasons}
        assert not missing, f"{case.id} does not ask in {missing}, and gives no reason"


def test_a_files_reasons_are_for_dtypes(tmp_path: Path) -> None:
    text = FILE.read_text("utf-8").replace("\n\n", '\nleft_out.%s = "It is wider."\n\n', 1)
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(text % "float64", "utf-8")
    bad.write_text(text % "float8", "utf-8")
    assert load(good)
    with pytest.raises(SpecError, match="left_out: needs dtypes, each with the reason"):
        load(bad)


def lines(dtype: str) -> list[dict[str, Any]]:
    """Every shipped line of a dtype that is asked as a case."""
    files = [FrozenFile(frozen_path(path).read_text("utf-8")) for path in shipped()]
    return [
        file.line(case["id"], dtype)
        for file in files
        for case in file.cases
        if dtype in case["dtypes"] and case["kind"] not in {"timing", "sweep"}
    ]


def test_float16_is_never_excused_by_flushing() -> None:
    assert len(lines("float16")) > 300
    assert not any("flushed" in line["expect"] or "flushed_others" in line["expect"] for line in lines("float16"))
    assert any("flushed" in line["expect"] for line in lines("bfloat16"))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_lines_terms_tell_what_it_computes_and_accumulates_in(dtype: str) -> None:
    terms = [term for line in lines(dtype) for term in line["expect"].get("terms", ())]
    assert {(term["computes_in"], term.get("accumulates_in")) for term in terms} == {(dtype, "float32")}
