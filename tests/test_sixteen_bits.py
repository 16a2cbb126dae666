"""Nothing stands in the way of 16-bit dtypes: a user's own cases in them freeze, run and are judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnconform.adapters.numpy import NumPy
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.harness.plan import plan
from nnconform.harness.transcript import from_data, to_data

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
