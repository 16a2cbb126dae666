"""Judging a sample: what of a timing case's answer the sampled values alone do not show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nnconform.harness.transcript import Answer


def amiss(expect: Mapping[str, Any], answer: Answer) -> dict[str, tuple[str, str]]:
    """Facet and finding for each output that came in another full shape, or of which no sample came.

    Nothing for cases whose answers are read back whole: only timing cases state a full shape.
    """
    found = {}
    for name, shape in expect.get("whole", {}).items():
        if name in answer.odd:
            continue  # no array at all, which is told already
        got = answer.whole.get(name)
        if got is not None and got != shape:
            found[name] = ("shape", f"{got} instead of {shape}")
        elif got is None or name not in answer.values:
            found[name] = ("type", "nothing was read back")
    return found
