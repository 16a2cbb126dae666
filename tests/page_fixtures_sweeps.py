"""Sweep results made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from page_fixtures import Data, result, run, subject

FUNCTIONS = ("sigmoid", "tanh", "log")
BINADES: list[list[Any]] = [
    ["-inf", 0.0, 1], [-7.99609375, 15.25, 323], [-3.998046875, 12.5, 894], [0.0, 0.0, 5], [1.0, 2.5, 7], [2.0, 0.5, 3],
]  # fmt: skip


def sweep(**more: Any) -> Data:
    """A proof in float16 whose worst input is -7.5."""
    return {
        "inputs": 65536, "proof": True, "not_correctly_rounded": 1233, "worst_normal_ulps": 15.25,
        "worst_normal_input": "c780", "worst_ulps": 16.5, "worst_input": "0001", "flushed_inputs": 2,
        "flushed_results": 5, "nan_wrong": 1, "inf_wrong": 0, "zero_sign_wrong": 0, "histogram": BINADES, **more,
    }  # fmt: skip


ROUNDED: Data = {
    "not_correctly_rounded": 0, "worst_normal_ulps": 0.5, "worst_normal_input": "", "worst_ulps": 0.5, "worst_input": "",
    "flushed_inputs": 0, "flushed_results": 0, "nan_wrong": 0, "histogram": [],
}  # fmt: skip
"""All that differs where every result is correctly rounded."""


def swept(function: str = "sigmoid", adapter: str = "numpy", outcome: str = "passed", **more: Any) -> Data:
    """One result line of a sweep; what is no field of a result goes into its table."""
    fields: Data = {"dtype": "float16", "file": "spec/sweeps/functions.toml", "case": function}
    fields |= {
        name: more.pop(name) for name in ("dtype", "mode", "device", "file", "case", "deviation") if name in more
    }
    return result(
        outcome=outcome, adapter=adapter, kind="sweep", operations=[function], systems=[], sweep=sweep(**more), **fields
    )


def atlas(
    path: Path, adapters: Sequence[str] = ("numpy", "torch"), functions: Sequence[str] = FUNCTIONS,
    dtypes: Sequence[str] = ("float16", "bfloat16"),
) -> Path:  # fmt: skip
    """A record of some sweeps; each adapter is off by a little more than the one before."""
    results = [
        swept(
            function, adapter, dtype=dtype, nan_wrong=0, worst_normal_ulps=1.0 + place, worst_ulps=1.0 + place,
            histogram=[[lowest, ulps if ulps == 0 else 1 + place, wrong] for lowest, ulps, wrong in BINADES[1:]],
        )
        for function in functions
        for dtype in dtypes
        for place, adapter in enumerate(adapters)
    ]  # fmt: skip
    return run(path, results, *map(subject, adapters))
