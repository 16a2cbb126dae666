"""Sweeps with one defect each: called by it, and by nothing where the wrong values have nothing in common."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shell import nnconform_in, pytest_in, results

from nnconform.harness.diagnosis import NONE
from nnconform.harness.diagnosis.sweeps import diagnose_sweep
from nnconform.harness.sweeps.truths import truth
from nnconform.harness.sweeps.walk import Batch
from nnconform.reference.sweep.fast import Fast

Array = Any
Wrong = Callable[[Array, Array], Array]
"""What comes instead, from the inputs and the right results, all in float64."""


def cut(_: Array, y: Array) -> Array:
    nearest = y.astype(np.float16)
    with np.errstate(all="ignore"):
        beyond = (np.abs(nearest.astype(np.float64)) > np.abs(y)) & np.isfinite(nearest)
    return np.where(beyond, np.nextafter(nearest, np.float16(0)), nearest).astype(np.float64)


def noisy(x: Array, y: Array) -> Array:
    return np.where((x > 0.5) & (x < 1.5), y * (1 + 0.05 * np.sin(1e4 * x)), y)


SWEEPS: list[tuple[str, Wrong, str]] = [
    ("tanh", lambda x, y: np.where(x >= 2.5, 1, y), "as if it were 1 from 2.5 on"),
    ("tanh", lambda x, y: np.where(np.abs(x) >= 2.5, np.sign(x), y), "as if it were 1 from 2.5 on, and -1 from -2.5 down"),
    ("tanh", lambda x, y: np.where((x > 2) & (x < 2.5), 1, y), NONE),
    ("tanh", lambda x, _: x, "as if its input were given back"),
    ("tanh", noisy, NONE),
    ("sigmoid", lambda x, y: np.where(x < -10, 0, y), "as if it were 0 from -10.01 down"),
    ("sigmoid", lambda _, y: np.where(np.abs(y) < 2.0**-14, 0, y), "as if subnormal results were 0"),
    ("sqrt", cut, "as if results were cut, and not rounded to the nearest"),
    ("rsqrt", lambda x, y: np.where(x > 1e4, np.nan, y), "as if it were nan from 1.001e+04 on"),
    ("erf", lambda _, y: np.round(y, 6), "as if it were right to 6 decimals only, however small the result"),
    ("erf", lambda _, y: np.round(y, 4), "as if it were right to 4 decimals only, however small the result"),
    ("erf", lambda x, y: np.where(np.abs(y) < 1, y + 3e-7 * np.cos(1e7 * x), y), "as if it were right to 6 decimals only, however small the result"),
    ("erf", lambda _, y: y * 1.05, NONE),
    ("erf", lambda _, y: (y + 1024) - 1024 + np.where(np.abs(y) < 0.1, np.round(y * 2**9) / 2**9 - y, 0), NONE),
    ("log", lambda x, _: np.log2(x), "as if it were of base 2"),
    ("expm1", lambda x, _: np.float64(np.float16(np.exp(x))) - 1, "as if 1 were taken off an exponential"),
    ("relu", lambda x, _: np.clip(x, 0, 6), "as if it were cut off at 6"),
]  # fmt: skip


def asked(engine: Fast, wrong: Wrong) -> Callable[[Batch], Array]:
    def answer(batch: Batch) -> Array:
        x = engine.rounding.wide(batch.patterns(engine.rounding.word).ravel())
        with np.errstate(all="ignore"):
            return engine.rounding.nearest(np.asarray(wrong(x, engine.fast(x)), np.float64))

    return answer


@pytest.mark.parametrize(("operation", "wrong", "expected"), SWEEPS)
def test_what_all_values_look_like(operation: str, wrong: Wrong, expected: str) -> None:
    engine = truth(operation, {}, "float16")
    assert diagnose_sweep(engine, asked(engine, wrong), 0x3C00) == expected


@pytest.mark.parametrize("operation", sorted({operation for operation, *_ in SWEEPS}))
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_right_values_look_like_nothing(operation: str, dtype: str) -> None:
    engine = truth(operation, {}, dtype)
    assert diagnose_sweep(engine, asked(engine, lambda _, y: y), 0x3C00) == NONE


def test_a_float32_sweep_is_sampled_and_asked_around_the_worst() -> None:
    engine = truth("relu", {}, "float32")
    assert diagnose_sweep(engine, asked(engine, lambda x, _: x), 0x80000001) == "as if it let everything through"
    few = asked(engine, lambda x, y: np.where((x > 6) & (x < 6.00001), 6, y))
    assert diagnose_sweep(engine, few, 0x40C00001) == NONE


def test_a_sweep_that_came_to_no_end() -> None:
    engine = truth("relu", {}, "float16")
    assert diagnose_sweep(engine, lambda _: None, 0) == NONE
    assert diagnose_sweep(engine, asked(engine, lambda x, _: x), -1) == NONE


def test_it_is_told_by_pytest_and_by_the_command(tmp_path: Path) -> None:
    wrong = "import numpy as np\n\n\ndef tanh(z):\n    return np.where(z >= 2.5, 1, np.tanh(z)).astype(z.dtype)\n"
    (tmp_path / "wrong.py").write_text(wrong, "utf-8")
    expected = "as if it were 1 from 2.5 on"
    done = pytest_in(tmp_path, "spec/sweeps/functions.toml::tanh_every_value", "--adapter=wrong.py", "--dtype=float16")
    assert f"  diagnosis:   {expected}" in done.out
    (line,) = results(tmp_path).values()
    assert line["diagnosis"] == expected
    page = next((tmp_path / "nnconform-results").glob("*.html")).read_text("utf-8")
    assert f"<b>Diagnosis</b> {expected}" in page
    swept = nnconform_in(tmp_path, "sweep", "tanh", "--adapter=wrong.py", "--dtype=float16")
    assert f": {expected}" in swept.out
