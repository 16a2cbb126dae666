"""A tally as a record's line: the table `sweep`, the verdict with its witness, and one line for the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from nnconform.harness.sweeps.compare import MOST
from nnconform.harness.sweeps.tally import Tally, Worst
from nnconform.harness.sweeps.walk import ALL
from nnconform.harness.verdict import Finding, Verdict
from nnconform.reference.sweep.fast import Fast
from nnconform.spec.catalogue import catalogue

_COUNTS = (
    "inputs", "not_correctly_rounded", "flushed_inputs", "flushed_results", "nan_wrong", "inf_wrong", "zero_sign_wrong",
)  # fmt: skip
NO_VERDICT = {"unsupported", "crashed", "timeout", "error"}
"""How a sweep may end without one."""
ROUNDED = 0.5
"""Correctly rounded results are off by so many ulps at most."""


def table(tally: Tally, engine: Fast) -> dict[str, Any]:
    """The figures.  An error of half an ulp without an input stands for results that are all correctly rounded.

    The histogram has a line for each sign and exponent of inputs whose results are not all correctly rounded.
    """
    found: dict[str, Any] = {name: getattr(tally, name) for name in _COUNTS}
    found["proof"] = _whole(tally, engine)
    for name, worst in (("worst_normal", tally.normal), ("worst", tally.all)):
        found[f"{name}_ulps"] = _ulps(worst, engine)
        found[f"{name}_input"] = shown(worst.input, engine)
    if tally.zero_sign >= 0:
        found["zero_sign_input"] = shown(tally.zero_sign, engine)
    found["histogram"] = sorted([_lowest(int(number), engine), *figures] for number, figures in tally.histogram.items())
    return found


def _whole(tally: Tally, engine: Fast) -> bool:
    """Whether every value was asked."""
    return tally.inputs == ALL[engine.rounding.dtype] and not tally.ended


def shown(bits: int, engine: Fast) -> str:
    """Bits in hexadecimal; nothing where there are none."""
    return f"{bits:0{engine.rounding.word.itemsize * 2}x}" if bits >= 0 else ""


def value_of(bits: int, engine: Fast) -> float:
    """The number that bits stand for."""
    return float(engine.rounding.wide(np.array([bits], engine.rounding.word))[0])


def _lowest(number: int, engine: Fast) -> float:
    """The lowest input of a bin: for negative ones, the one that is farthest from zero."""
    first = number << engine.mantissa
    sign = 1 << (8 * engine.rounding.word.itemsize - 1)
    found = value_of(first + (1 << engine.mantissa) - 1 if first & sign else first, engine)
    return -np.inf if np.isnan(found) else found


def _ulps(worst: Worst, engine: Fast) -> float:
    """The size of an error, by certified arithmetic."""
    if worst.input < 0:
        return 0.0 if engine.margin == 0 else ROUNDED
    held = engine.hold(value_of(worst.input, engine), value_of(worst.got, engine))
    return held.ulps if np.isfinite(held.ulps) else worst.ulps


def verdict(tally: Tally, engine: Fast, listed: Iterable[str] = ()) -> Verdict:
    """Failed where an answer is beyond its bound, or where there is none; `listed` causes are expected."""
    found = Verdict()
    if tally.ended and tally.ended[0] in NO_VERDICT:
        found.outcome, found.reason, *lacks = tally.ended
        found.lacks = lacks[0] if lacks else ""
        return found
    if tally.ended:
        found.findings.append(Finding(tally.ended[0], "first", "result", tally.ended[1], None))
    found.ulps = _ulps(tally.all, engine)
    for trait, count in (("flushes inputs", tally.flushed_inputs), ("flushes results", tally.flushed_results)):
        found.note(trait, count)
    found.note("wrong sign of zero", tally.zero_sign_wrong)
    if tally.all.input >= 0:
        found.witness = _witness(tally.all, engine)
        found.share = _share(found.witness)
    if tally.wrong.input >= 0:
        _blame(found, tally.wrong, engine, "beyond the bound")
    _should(found, engine)
    if found.findings:
        found.outcome = "failed"
    elif tally.excused:
        found.outcome, found.deviation = "known deviation", "; ".join(tally.excused)
    for cause, excused in tally.excused.items():
        _blame(found, excused.worst, engine, f"{cause}: {excused.count:,} inputs")
    if _whole(tally, engine):  # a sample may miss what still shows
        found.no_longer_deviates = "; ".join(cause for cause in listed if cause not in tally.excused)
    return found


def _blame(found: Verdict, worst: Worst, engine: Fast, told: str) -> None:
    """Keep what was found at an input; the first is the verdict's witness."""
    witness = _witness(worst, engine)
    if not found.findings:
        found.witness = witness
    found.share = max(found.share, min(worst.ulps, MOST))
    got, exact = witness["got"], witness["exact"]
    facet = "nan" if np.isnan(got) != np.isnan(exact) else "inf" if np.isinf(got) != np.isinf(exact) else "value"
    where = f"{told}, the worst at {shown(worst.input, engine)}"
    found.findings.append(Finding(facet, "first", "result", where, witness))


def _should(found: Verdict, engine: Fast) -> None:
    """What a good implementation does as well, where the operation's entry says so."""
    limit = catalogue()[engine.operation].should_ulps
    if limit is not None and found.ulps > limit:
        found.should_missed = f"{found.ulps:.3g} ulps, where a good implementation stays within {limit}"


def _witness(worst: Worst, engine: Fast) -> dict[str, Any]:
    """One input and its answer, as judged results have them."""
    x, got = value_of(worst.input, engine), value_of(worst.got, engine)
    held = engine.hold(x, got)
    return {
        "question": "first", "output": "result", "index": [worst.input], "got": got, "exact": held.exact,
        "bound": held.bound, "off_by": held.error, "ulps": held.ulps, "inputs": {"x": x},
    }  # fmt: skip


def _share(witness: dict[str, Any]) -> float:
    return min(witness["off_by"] / witness["bound"], MOST) if witness["bound"] else 0.0


def line(operation: str, column: str, dtype: str, found: dict[str, Any], outcome: str) -> str:
    """One line for a person."""
    if outcome in NO_VERDICT or "sweep" not in found:
        return f"{operation} {dtype} {column}: {outcome}: {found.get('reason', '')}"
    sweep = found["sweep"]
    whole = "; ".join(each["line"] for each in found.get("findings", ()) if not each["witness"])
    if whole and not sweep["inputs"]:
        return f"{operation} {dtype} {column}: {outcome}: no answer could be judged: {whole}"
    what = "proof" if sweep["proof"] else "sample"
    at = f" at {sweep['worst_normal_input']}" if sweep["worst_normal_input"] else ""
    parts = [
        f"{sweep['inputs']:,} inputs ({what})", f"{sweep['not_correctly_rounded']:,} not correctly rounded",
        f"at most {sweep['worst_normal_ulps']:.4g} ulps{at}",
    ]  # fmt: skip
    if sweep["worst_ulps"] > sweep["worst_normal_ulps"]:
        parts.append(f"{sweep['worst_ulps']:.4g} among subnormal results at {sweep['worst_input']}")
    parts += [f"{sweep[name]:,} {name.replace('_', ' ')}" for name in _COUNTS[2:] if sweep[name]]
    parts += [f"then {whole}"] * bool(whole)
    return f"{operation} {dtype} {column}: {outcome}: {', '.join(parts)}"
