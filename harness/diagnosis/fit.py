"""Whether an answer agrees with a prediction, and how unlikely that would be by chance."""

from __future__ import annotations

import numpy as np

from nnconform.harness.diagnosis.problem import Part
from nnconform.spec.arrays import Array

SURE = 20.0
"""Bits: chance would give so good a fit less than once in a million times."""
_MOST = 24.0
"""Bits that one number can give: what it is made of in float32."""


def agreement(part: Part, predicted: Array, *, elementwise: bool, slack: Array | float = 0.0) -> float | None:
    """Bits of evidence for a prediction, or None where the answer is another anywhere.

    An answer may be off by the case's own bound, carried over to the prediction's size.  Each number that is wrong,
    and would be right by the prediction, is evidence: so many bits as it lies nearer to that than to the truth.
    """
    got, truth = part.got, part.truth
    if got.dtype != truth.dtype or got.shape != predicted.shape:
        return None
    if not got.size:
        return None if part.fitting else SURE
    with np.errstate(all="ignore"):
        held = predicted.astype(truth.dtype)
        wide = got.astype(predicted.dtype)
        special = ~np.isfinite(wide) | ~np.isfinite(held)
        if not bool(np.all(~special | (wide == held) | (np.isnan(wide) & np.isnan(held)))):
            return None
        margin = allowed(part, predicted, elementwise=elementwise) + slack
        if not bool(np.all(special | (np.abs(wide - predicted) <= margin))):
            return None
        if not part.fitting:
            return SURE
        return _evidence(part, margin, special)


def allowed(part: Part, predicted: Array, *, elementwise: bool) -> Array:
    """The bound of the truth, carried over to a prediction, and what rounding it once may take."""
    truth = part.truth
    smallest = truth.limits[0]
    once = spacing(predicted, truth.limits) / 2
    if truth.error is None or not truth.error.size:
        return once
    exact = np.abs(truth.high)
    usual = np.isfinite(exact) & (exact > smallest)
    size = np.where(np.isfinite(predicted), np.abs(predicted), 0).astype(np.float64)
    if elementwise and predicted.shape == truth.shape:
        share = np.where(usual, truth.error / np.where(usual, exact, 1.0), 0.0)
        share = np.where(usual, share, share.max())
        return np.maximum(np.where(np.isfinite(exact), truth.error, 0.0), share * size) + once + smallest
    most = float(truth.error[np.isfinite(exact)].max(initial=0.0))
    grown = max(1.0, float(size.max()) / float(exact[usual].max(initial=smallest))) if usual.any() else 1.0
    return np.full(predicted.shape, most * grown) + once


def spacing(values: Array, limits: tuple[float, float, float]) -> Array:
    """The unit in the last place of a dtype at each value; 0 where that is not finite."""
    size = np.abs(values).astype(np.float64)
    _, exponent = np.frexp(np.where(np.isfinite(size), size, 0.0))
    made: Array = np.where(np.isfinite(size), np.maximum(np.ldexp(1.0, exponent - 1) * limits[2], limits[1]), 0.0)
    return made


def _evidence(part: Part, margin: Array, special: Array) -> float:
    if not part.wrong.any():
        return 0.0
    usual = part.wrong & ~special & np.isfinite(part.truth.high)
    off = np.abs(part.truth.difference(part.got))[usual]
    least = np.maximum(margin[usual].astype(np.float64), part.truth.limits[1])
    bits = np.clip(np.log2(off / least), 0.0, _MOST).sum()
    return float(bits) + SURE * int(np.count_nonzero(part.wrong & ~usual))
