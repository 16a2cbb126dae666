"""What a sweep is judged by: the frozen form of a case, where there is one; else certified while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nnconform.reference.sweep.fast import Fast
from nnconform.reference.sweep.kept import Kept
from nnconform.spec.frozen import ROOT, read_current

FOLDER = ROOT / "sweeps"


def frozen_truth(line: Mapping[str, Any]) -> Fast:
    """The truth of a case of kind `sweep`.  float32's needs python-flint."""
    (step,) = line["ask"]["steps"]
    kept = line["expect"]["sweep"]
    if kept is None:
        return _certifying(step["operation"], step["attributes"], line["dtype"])
    return Kept(step["operation"], step["attributes"], line["dtype"], kept)


def truth(operation: str, attributes: Mapping[str, Any], dtype: str) -> Fast:
    """The truth of an operation in a dtype, whether a case asks for it or not."""
    for path in sorted(FOLDER.glob("*.toml")):
        frozen = read_current(path)
        if frozen is None:
            continue
        for case in frozen.cases:
            if case["operations"] == [operation] and dtype in case["dtypes"]:
                line = frozen.line(case["id"], dtype)
                if line["ask"]["steps"][0]["attributes"] == dict(attributes):
                    return frozen_truth(line)
    return _certifying(operation, attributes, dtype)


def _certifying(operation: str, attributes: Mapping[str, Any], dtype: str) -> Fast:
    from nnconform.reference.sweep.engine import Engine

    return Engine(operation, attributes, dtype)
