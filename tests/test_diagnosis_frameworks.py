"""What known deviations of the frameworks look like: each says so, or that nothing fits.

All of them are held to it by the main job; here some whose cause is known for certain.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from shell import pytest_in, results

from nnconform.harness.diagnosis import NONE

FILES = ["spec/activations/softsign.toml", "spec/activations/gelu.toml", "spec/activations/hard_swish.toml"]
INF = "as if inf were divided by inf"
CLOSED = "as if -inf times a closed gate were taken"
TOLD = {
    "jax": {("at_inf", INF), ("at_minus_inf", CLOSED)},
    "torch": {
        ("at_inf", INF),
        ("at_minus_inf", CLOSED),
        ("huge", "as if the product with 6 were taken before the division"),
    },
    "tensorflow": {("at_inf", INF), ("at_minus_inf", CLOSED), ("by_hand", "as if 1 / sqrt(2) were rounded to float32")},
}


@pytest.mark.parametrize("adapter", TOLD)
def test_each_known_deviation_says_what_it_looks_like(adapter: str, tmp_path: Path) -> None:
    done = pytest_in(tmp_path, *FILES, f"--adapter={adapter}", "-q")
    assert done.status == 0, done.out + done.err
    found = [line for line in results(tmp_path).values() if line["outcome"] == "known deviation"]
    assert all(line["diagnosis"] == NONE or line["diagnosis"].startswith("as if ") for line in found)
    assert TOLD[adapter] <= {(line["case"], line["diagnosis"]) for line in found}
