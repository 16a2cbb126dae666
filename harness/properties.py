"""Properties that hold beside the values.

Exact ones (`range`) fail outright.  The others survive rounding only up to the answers' summed bounds; what breaks
within those is a trait, with its count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nnconform.harness.comparison import Truth
from nnconform.harness.verdict import Finding, Verdict
from nnconform.spec.arrays import Array


def judge_property(
    claim: Mapping[str, Any], values: Mapping[str, Array], truths: Mapping[str, Truth], verdict: Verdict
) -> None:
    """Add to the verdict what the claim finds in the first answer."""
    name, of = claim["name"], claim["of"]
    got = values[of].astype(np.float64)
    bound = _bound(truths[of])
    if name == "range":
        outside = (got < claim.get("low", -np.inf)) | (got > claim.get("high", np.inf)) | np.isnan(got)
        _report(
            verdict,
            of,
            got,
            outside,
            np.ones_like(outside),
            f"outside {claim.get('low', '-inf')} to {claim.get('high', 'inf')}",
            "leaves its range",
        )
    elif name == "monotone":
        steps = np.diff(got, axis=-1)
        slack = bound[..., 1:] + bound[..., :-1]
        _report(verdict, of, got[..., 1:], steps < 0, -steps > slack, "falls where it must not", "not monotone")
    elif name == "symmetric":
        away = got + got[..., ::-1] - 1.0
        _report(
            verdict,
            of,
            got,
            away != 0,
            np.abs(away) > bound + bound[..., ::-1],
            "f(x) + f(-x) is not 1",
            "not symmetric",
        )
    elif name == "equal":
        away = got - values[claim["other"]].astype(np.float64).reshape(got.shape)
        slack = bound + _bound(truths[claim["other"]]).reshape(got.shape)
        _report(
            verdict,
            of,
            got,
            away != 0,
            np.abs(away) > slack,
            f"differs from {claim['other']}",
            f"{of} and {claim['other']} differ in bits",
        )
    elif name == "sums_to_one":
        away = got.sum(axis=-1) - 1.0
        _report(
            verdict,
            of,
            got.sum(axis=-1),
            away != 0,
            np.abs(away) > bound.sum(axis=-1),
            "does not sum to 1",
            "sum is not exactly 1",
        )


def _bound(truth: Truth) -> Array:
    return np.zeros(truth.shape) if truth.error is None else truth.error


def _report(verdict: Verdict, of: str, got: Array, broken: Array, beyond: Array, message: str, trait: str) -> None:
    """Beyond the bounds fails; broken within them is a trait."""
    verdict.note(trait, int(np.count_nonzero(broken)))
    wrong = broken & beyond.astype(bool)
    if wrong.any():
        index = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
        seen = float(got[index])
        place = "".join(f"[{int(number)}]" for number in index)
        verdict.findings.append(Finding("value", "first", of, f"{of}{place} = {seen!r} {message}", None))
