"""A tally as a record's line: the table `sweep`, the verdict with its witness, and one line for the terminal."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.harness.sweeps.compare import MOST
from nnconform.harness.sweeps.tally import Tally, Worst
from nnconform.harness.sweeps.walk import ALL
from nnconform.harness.verdict import Finding, Verdict
from nnconform.reference.sweep.engine import Engine
from nnconform.reference.truth.ball import Ball, float_of

_COUNTS = (
    "inputs", "not_correctly_rounded", "flushed_inputs", "flushed_results", "nan_wrong", "inf_wrong", "zero_sign_wrong",
)  # fmt: skip
ROUNDED = 0.5
"""Correctly rounded results are off by so many ulps at most."""


def table(tally: Tally, engine: Engine) -> dict[str, Any]:
    """The figures.  An error of half an ulp without an input stands for results that are all correctly rounded.

    The histogram has a line for each sign and exponent of inputs whose results are not all correctly rounded.
    """
    found: dict[str, Any] = {name: getattr(tally, name) for name in _COUNTS}
    found["proof"] = tally.inputs == ALL[engine.rounding.dtype] and not tally.ended
    for name, worst in (("worst_normal", tally.normal), ("worst", tally.all)):
        found[f"{name}_ulps"] = _ulps(worst, engine)
        found[f"{name}_input"] = shown(worst.input, engine)
    if tally.zero_sign >= 0:
        found["zero_sign_input"] = shown(tally.zero_sign, engine)
    found["histogram"] = sorted([_lowest(int(number), engine), *figures] for number, figures in tally.histogram.items())
    return found


def shown(bits: int, engine: Engine) -> str:
    """Bits in hexadecimal; nothing where there are none."""
    return f"{bits:0{engine.rounding.word.itemsize * 2}x}" if bits >= 0 else ""


def value_of(bits: int, engine: Engine) -> float:
    """The number that bits stand for."""
    return float(engine.rounding.wide(np.array([bits], engine.rounding.word))[0])


def _lowest(number: int, engine: Engine) -> float:
    """The lowest input of a bin: for negative ones, the one that is farthest from zero."""
    first = number << engine.mantissa
    sign = 1 << (8 * engine.rounding.word.itemsize - 1)
    found = value_of(first + (1 << engine.mantissa) - 1 if first & sign else first, engine)
    return -np.inf if np.isnan(found) else found


def _ulps(worst: Worst, engine: Engine) -> float:
    """The size of an error, by certified arithmetic."""
    if worst.input < 0:
        return 0.0 if engine.margin == 0 else ROUNDED
    value = engine.exact.value(value_of(worst.input, engine))
    return engine.exact.off(value_of(worst.got, engine), value)[1] if isinstance(value, Ball) else worst.ulps


def verdict(tally: Tally, engine: Engine) -> Verdict:
    """Failed where an answer is beyond its bound, or where there is none."""
    found = Verdict()
    if tally.ended and tally.ended[0] in {"unsupported", "crashed"}:
        found.outcome, found.reason = tally.ended
        return found
    if tally.ended:
        found.findings.append(Finding(tally.ended[0], "first", "result", tally.ended[1], None))
    figures = table(tally, engine)
    found.ulps = figures["worst_ulps"]
    for trait, count in (("flushes inputs", tally.flushed_inputs), ("flushes results", tally.flushed_results)):
        found.note(trait, count)
    found.note("wrong sign of zero", tally.zero_sign_wrong)
    if tally.all.input >= 0:
        found.witness = _witness(tally.all, engine)
        found.share = _share(found.witness)
    if tally.wrong.input >= 0:
        found.witness = _witness(tally.wrong, engine)
        found.share = max(found.share, min(tally.wrong.ulps, MOST))
        got, exact = found.witness["got"], found.witness["exact"]
        facet = "nan" if np.isnan(got) != np.isnan(exact) else "inf" if np.isinf(got) != np.isinf(exact) else "value"
        told = f"beyond the bound at input {shown(tally.wrong.input, engine)}"
        found.findings.append(Finding(facet, "first", "result", told, found.witness))
    if found.findings:
        found.outcome = "failed"
    return found


def _witness(worst: Worst, engine: Engine) -> dict[str, Any]:
    """One input and its answer, as judged results have them."""
    x, got = value_of(worst.input, engine), value_of(worst.got, engine)
    value = engine.exact.value(x)
    numbers = isinstance(value, Ball) and np.isfinite(got)
    off, ulps, bound = engine.exact.off(got, value) if numbers else (np.inf, np.inf, 0.0)
    exact = engine.exact.rounded(value) if np.isinf(engine.exact.rounded(value)) else float_of(value)
    return {
        "question": "first", "output": "result", "index": [worst.input], "got": got, "exact": exact, "bound": bound,
        "off_by": float(off), "ulps": float(ulps), "inputs": {"x": x},
    }  # fmt: skip


def _share(witness: dict[str, Any]) -> float:
    return min(witness["off_by"] / witness["bound"], MOST) if witness["bound"] else 0.0


def line(operation: str, column: str, dtype: str, found: dict[str, Any], outcome: str) -> str:
    """One line for a person."""
    if outcome in {"unsupported", "crashed"} or "sweep" not in found:
        return f"{operation} {dtype} {column}: {outcome}: {found.get('reason', '')}"
    sweep = found["sweep"]
    what = "proof" if sweep["proof"] else "sample"
    at = f" at {sweep['worst_normal_input']}" if sweep["worst_normal_input"] else ""
    parts = [
        f"{sweep['inputs']:,} inputs ({what})", f"{sweep['not_correctly_rounded']:,} not correctly rounded",
        f"at most {sweep['worst_normal_ulps']:.4g} ulps{at}",
    ]  # fmt: skip
    if sweep["worst_ulps"] > sweep["worst_normal_ulps"]:
        parts.append(f"{sweep['worst_ulps']:.4g} among subnormal results at {sweep['worst_input']}")
    parts += [f"{sweep[name]:,} {name.replace('_', ' ')}" for name in _COUNTS[2:] if sweep[name]]
    return f"{operation} {dtype} {column}: {outcome}: {', '.join(parts)}"
