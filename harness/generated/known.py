"""Known deviations in generated examples, of which no entry names the case.

An entry holds for an example if one of the cases that it names asks, in the example's dtype, an operation that the
example asks.  Then what it excuses is held against each wrong element; several entries may share an example's.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import numpy as np

from nnconform.harness.details import asked_with
from nnconform.harness.deviations import Deviation, Known
from nnconform.harness.verdict import Finding, Verdict, Wrong
from nnconform.spec.arrays import Array
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped, shown


@cache
def _asked() -> tuple[tuple[str, str, frozenset[str]], ...]:
    """`file::case/dtype`, dtype and operations of all that ships."""
    found = []
    for path in shipped():
        with frozen_path(path).open(encoding="utf-8") as stream:
            index = FrozenFile(stream.readline(), frozen_path(path))
        for case in index.cases:
            of = frozenset(case["operations"])
            found += [(f"{shown(path)}::{case['id']}/{dtype}", dtype, of) for dtype in case["dtypes"]]
    return tuple(found)


@cache
def _by_name() -> Mapping[str, tuple[str, frozenset[str]]]:
    return {name: (dtype, operations) for name, dtype, operations in _asked()}


@cache
def _shows(pattern: str) -> frozenset[tuple[str, str]]:
    """Operation and dtype of each case that a pattern of an entry names."""
    if not set("*?[") & set(pattern):
        dtype, operations = _by_name().get(pattern, ("", frozenset()))
        return frozenset((operation, dtype) for operation in operations)
    matching = [found for found in _asked() if fnmatchcase(found[0], pattern)]
    return frozenset((operation, dtype) for _, dtype, operations in matching for operation in operations)


def of_operation(known: Known, operation: str, dtype: str) -> list[Deviation]:
    """The entries that hold for an example."""
    return [each for each in known.expected if any((operation, dtype) in _shows(pattern) for pattern in each.cases)]


def causes(listed: list[Deviation], verdict: Verdict, frozen: Mapping[str, Any]) -> tuple[str, ...]:
    """The causes that a failure comes down to; none where something of it is new."""
    if verdict.outcome == "crashed":
        return tuple(each.cause for each in listed if "crashed" in each.facets and _says(each, verdict.reason))[:1]
    if verdict.outcome != "failed" or not verdict.findings:
        return ()
    found: dict[str, None] = {}
    for finding in verdict.findings:
        given = [*asked_with(frozen, finding.question)]
        of_finding = _of_finding(listed, finding, given, frozen["dtype"])
        if not of_finding:
            return ()
        found |= dict.fromkeys(of_finding)
    return tuple(found)


def _of_finding(listed: list[Deviation], finding: Finding, given: list[Array], dtype: str) -> list[str]:
    wrong = finding.wrong
    if wrong is None:
        return [
            each.cause for each in listed if finding.facet in each.facets and each.excuses.covers(finding, given, dtype)
        ][:1]
    left = np.full(wrong.got.shape, True)
    facets = _facets(wrong)
    found = []
    for each in listed:
        held = left & np.isin(facets, each.facets) & _held(each, wrong, given, dtype)
        if held.any():
            left &= ~held
            found.append(each.cause)
    return [] if left.any() else found


def _held(each: Deviation, wrong: Wrong, given: list[Array], dtype: str) -> Array:
    """The wrong elements that are no more than an entry excuses."""
    if each.excuses.got != "input" and each.excuses.inputs is None:
        return each.excuses.holds(wrong, None, dtype)
    held = np.full(wrong.got.shape, False)
    for array in given:
        if array.size > wrong.places.max():
            held |= each.excuses.holds(wrong, array.flat[wrong.places], dtype)
    return held


def _facets(wrong: Wrong) -> Array:
    """Of each wrong element by itself."""
    nan = np.isnan(wrong.got) != np.isnan(wrong.exact)
    inf = np.isinf(wrong.got) != np.isinf(wrong.exact)
    return np.where(nan, "nan", np.where(inf, "inf", "value"))


def _says(each: Deviation, reason: str) -> bool:
    return each.excuses.says is not None and fnmatchcase(reason, each.excuses.says)
