"""The frozen form of sweeps against certified arithmetic, at both edges of what it allows."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from nnconform.harness.sweeps.truths import FOLDER, frozen_truth, truth
from nnconform.reference.sweep.engine import Engine
from nnconform.reference.sweep.keeping import keep
from nnconform.reference.sweep.kept import Kept
from nnconform.spec.frozen import read_current

FROZEN = read_current(FOLDER / "functions.toml")
assert FROZEN is not None
ITEMS = [(case["id"], dtype) for case in FROZEN.cases for dtype in ("float16", "bfloat16")]
INPUTS = 60


def both(case: str, dtype: str) -> tuple[Kept, Engine]:
    assert FROZEN is not None
    made = frozen_truth(FROZEN.line(case, dtype))
    assert isinstance(made, Kept)
    return made, Engine(made.operation, made.attributes, dtype)


def answers(made: Kept) -> Any:
    """Every number of the dtype in order, its infinities at the ends."""
    every = made.rounding.wide(np.arange(2**16).astype(made.rounding.word))
    return np.unique(every[~np.isnan(every)])


def chosen(made: Kept) -> list[float]:
    """Inputs: the first of some pieces and the last before them, random ones, and what is special."""
    random = np.random.default_rng(3)
    firsts = random.permutation(made.firsts)[: INPUTS // 3]
    bits = np.concatenate([firsts, np.maximum(firsts - 1, 0), random.integers(0, 2**16, INPUTS // 3)])
    x = made.rounding.wide(np.unique(bits).astype(made.rounding.word))
    return [*x[~np.isnan(x)].tolist(), 0.0, -0.0, 1.0, -1.0, np.inf, -np.inf]


@pytest.mark.parametrize(("case", "dtype"), ITEMS)
def test_the_frozen_form_allows_what_is_certified_and_no_more(case: str, dtype: str) -> None:
    made, exact = both(case, dtype)
    known = answers(made)
    for x in chosen(made):
        with np.errstate(all="ignore"):
            y = float(made.fast(np.array([x]))[0])
        if made.function.pole and x == 0:
            continue  # an infinity of either sign is right
        if np.isnan(y):
            assert not made.allows(x, 0.0)
            assert exact.allows(x, np.nan)
            continue
        bound = made.hold(x, 0.0).bound
        low, high = np.searchsorted(known, y - bound), np.searchsorted(known, y + bound, "right")
        for place in {low - 2, low - 1, low, high - 1, high, high + 1} & set(range(known.size)):
            got = float(known[place])
            if abs(y) < np.inf or abs(got) == np.inf:
                assert made.allows(x, got) == exact.allows(x, got), (x, y, got, bound)


@pytest.mark.parametrize(("case", "dtype"), ITEMS)
def test_every_result_is_rounded_as_certified_arithmetic_does(case: str, dtype: str) -> None:
    made, exact = both(case, dtype)
    bits = np.arange(2**16).astype(made.rounding.word)
    with np.errstate(all="ignore"):
        x = made.rounding.wide(bits)
        x = x[~np.isnan(x)]  # a nan has the sign that the C library or SciPy gives it
        assert (made.rounded(x) == exact.rounded(x)).all()


def test_what_is_written_down_is_what_is_certified() -> None:
    assert FROZEN is not None
    for case, dtype in (("exp_every_value", "float16"), ("relu_every_value", "bfloat16")):
        line = FROZEN.line(case, dtype)
        (step,) = line["ask"]["steps"]
        made = keep(step["operation"], step["attributes"], dtype)
        assert json.loads(json.dumps(made)) == line["expect"]["sweep"]


def test_an_operation_with_other_attributes_is_certified_while_it_runs() -> None:
    assert isinstance(truth("gelu", {"approximate": "tanh"}, "float16"), Kept)
    assert isinstance(truth("leaky_relu", {"slope": 0.125}, "float16"), Engine)
    assert isinstance(truth("exp", {}, "float32"), Engine)


def test_results_that_float64_leaves_open_are_written_down() -> None:
    made = keep("leaky_relu", {"slope": 1 / 3}, "float16")
    kept = Kept("leaky_relu", {"slope": 1 / 3}, "float16", made)
    exact = Engine("leaky_relu", {"slope": 1 / 3}, "float16")
    x = exact.rounding.wide(np.arange(2**16).astype(exact.rounding.word))
    with np.errstate(all="ignore"):
        assert (kept.rounded(x) == exact.rounded(x)).all()
