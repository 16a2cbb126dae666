"""Exact results and bounds of a case's graph, encoded: what `freeze` writes down of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nnconform.reference.truth.arithmetic import Arithmetic, arithmetic
from nnconform.reference.truth.ball import Ball, as_double, middle, upward
from nnconform.reference.truth.operations import apply
from nnconform.spec.arrays import Array, dtype_of, encode
from nnconform.spec.catalogue import catalogue
from nnconform.spec.formats import FORMATS
from nnconform.spec.model import PRODUCTS, Case

Values = Any
Chosen = Callable[[str, Values], Values]


def _all(name: str, values: Values) -> Values:
    return values


def judged_by(
    case: Case, dtype: str, first: Mapping[str, Array], second: Mapping[str, Array], chosen: Chosen = _all
) -> dict[str, Any]:
    """The truths of the first question's numbers and of the second's, subnormals read as zero too where they may be.

    `chosen` picks the elements of an output that are written down.
    """
    terms: list[dict[str, Any]] = []
    expect: dict[str, Any] = {
        "outputs": truths(case, dtype, first, chosen, terms),
        "others": truths(case, dtype, second, chosen),
        "terms": terms,
    }
    for key, given in (("flushed", first), ("flushed_others", second)):
        if FORMATS[dtype].flushes and any(subnormal(values, dtype).any() for values in given.values()):
            read = {
                name: np.where(subnormal(values, dtype), dtype_of(dtype).type(0), values)
                for name, values in given.items()
            }
            expect[key] = truths(case, dtype, read, chosen)
    return expect | narrowed(case, dtype, first, second, chosen)


def narrowed(
    case: Case, dtype: str, first: Mapping[str, Array], second: Mapping[str, Array], chosen: Chosen
) -> dict[str, Any]:
    """`tensor_float`: how far answers may be off where products are known to be TF32, and blamed for it elsewhere.

    From the bits where `outputs` has nothing but bits.  Nothing where the case demands its dtype's own products, or
    where TF32 would leave no verdict certain.
    """
    if dtype != "float32" or case.own_products or case.timing or not set(case.operations) & set(PRODUCTS):
        return {}
    try:
        both = [_narrowed(case, dtype, given, chosen) for given in (first, second)]
    except ValueError:
        return {}
    return {"tensor_float": {"outputs": both[0], "others": both[1]}}


def _narrowed(case: Case, dtype: str, arrays: Mapping[str, Array], chosen: Chosen) -> dict[str, Any]:
    found = evaluate(case, dtype, {name: values_of(given) for name, given in arrays.items()}, tensor_float=True)
    return {name: {"error": _hex(_errors(chosen(name, found[name]).ravel(), dtype, has_bits(case)))}
            for name in case.outputs}  # fmt: skip


def _errors(flat: Values, dtype: str, bits: bool) -> Array:
    """How far an answer may be off the exact values, or off the bits that they round to."""
    high, low, errors = np.array([as_double(value) for value in flat], np.float64).reshape(-1, 3).T
    if not bits:
        return errors
    with np.errstate(invalid="ignore"):  # infinities need no bound
        moved = np.abs(high - _rounded(flat, dtype).astype(np.float64)) + np.abs(low)
    return np.where(moved > 0, np.nextafter(errors + moved, np.inf), errors)


def should(case: Case) -> dict[str, Any]:
    """What a good implementation of a single operation does as well, where its entry says so."""
    limits = [catalogue()[name].should_ulps for name in case.operations]
    return {"should_ulps": limits[0]} if len(case.steps) == 1 and limits[0] is not None else {}


def truths(
    case: Case,
    dtype: str,
    arrays: Mapping[str, Array],
    chosen: Chosen = _all,
    terms: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """The exact results of a case's outputs with their bounds, encoded."""
    exact = has_bits(case)
    found = evaluate(case, dtype, {name: values_of(given) for name, given in arrays.items()}, terms)
    made = {}
    for name in case.outputs:
        values = chosen(name, found[name])
        made[name] = truth_of(values, dtype, exact)
        if not exact and keeps_sign(case, name) and any(_about_zero(value) for value in values.ravel()):
            made[name]["one_sided"] = True
    return made


def has_bits(case: Case) -> bool:
    """Whether every bit of the results is determined."""
    return case.kind == "probe" or all(catalogue()[name].exact for name in case.operations)


def keeps_sign(case: Case, output: str) -> bool:
    """Whether every conforming answer is 0 or has the sign of the exact result: the formula's roundings keep it."""
    step = next(step for step in case.steps if step.name == output)
    last = step.attributes.get("activation") or next(iter(reversed(step.attributes.get("activations", ()))), None)
    sign = catalogue()[last or step.operation].sign
    return sign == "positive" or (sign == "exact" and not last and all(name in case.inputs for name in step.inputs))


def _about_zero(value: Any) -> bool:
    """Whether the bound alone would let an answer have the other sign."""
    return isinstance(value, Ball) and bool(value.error > 0) and not value.error < abs(value.exact)


def evaluate(
    case: Case,
    dtype: str,
    values: dict[str, Values],
    terms: list[dict[str, Any]] | None = None,
    *,
    tensor_float: bool = False,
) -> dict[str, Values]:
    """The graph on balls: inputs and every step by name."""
    work = arithmetic(dtype, tensor_float=tensor_float)
    known = dict(values)
    for step in case.steps:
        made = apply(step.operation, [known[name] for name in step.inputs], dict(step.attributes), work)
        if any(work.overflows(value) for value in made.ravel()):
            raise ValueError(f"step {step.name!r} may overflow {dtype}: leave that dtype out, with the reason")
        known[step.name] = made
        if terms is not None:
            terms.append(_term(step.name, step.operation, made, work))
    return known


def _term(name: str, operation: str, made: Values, work: Arithmetic) -> dict[str, Any]:
    """What the step's bound is made of, for `nnconform explain`."""
    balls = [value for value in made.ravel() if isinstance(value, Ball)]
    worst = max(balls, key=lambda ball: upward(ball.error), default=None)
    found = {
        "step": name,
        "operation": operation,
        "computes_in": work.format.name,
        "unit_roundoff": float(work.format.unit_roundoff),
    }
    if work.narrow:
        found["accumulates_in"] = work.sums.format.name
    if worst is not None:
        found |= {"largest_bound": upward(worst.error), "there": float(middle(worst.exact))}
    return found


def truth_of(values: Values, dtype: str, exact: bool) -> dict[str, Any]:
    """Results as bits where every bit is determined, else as exact values with their bounds."""
    shape = list(values.shape)
    flat = values.ravel()
    if exact:
        return encode(_rounded(flat, dtype).reshape(shape))
    parts = np.array([as_double(value) for value in flat], np.float64).reshape(-1, 3)
    found = {"shape": shape, "high": _hex(parts[:, 0]), "error": _hex(parts[:, 2])}
    if FORMATS[dtype].precision > 24:
        found["low"] = _hex(parts[:, 1])
    return found


def _rounded(flat: Values, dtype: str) -> Array:
    """The correctly rounded results of exact operations and probes."""
    out = np.empty(flat.shape, dtype_of(dtype))
    for number, value in enumerate(flat):
        out[number] = value if isinstance(value, float) else float(FORMATS[dtype].nearest(middle(value.exact)))
    return out


def _hex(numbers: Any) -> str:
    return str(encode(np.ascontiguousarray(numbers))["bits"])


def values_of(given: Array) -> Values:
    """An array as numbers without error: every dtype's are float64's too."""
    return given.astype(np.float64)


def subnormal(values: Array, dtype: str) -> Any:
    """Where a number is smaller than every normal one, and not zero."""
    size = np.abs(values.astype(np.float64))
    return (size > 0) & (size < float(FORMATS[dtype].smallest_normal))
