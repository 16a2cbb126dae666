"""The spec's frozen lines, as a score asks them: by operation, the smallest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from nnconform.adapters.contract import Adapter
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped
from nnconform.spec.model import ARITHMETIC

_OTHER_RUNS = ("timing", "sweep")
"""Kinds that are asked in runs of their own."""
LARGEST = 100_000
"""Elements of an input; cases of a million are left to the runs on real frameworks."""


@dataclass(frozen=True, slots=True)
class Line:
    """One case in one dtype."""

    place: str
    """`file::case`, the file's name without its folder and ending."""
    dtype: str
    size: int
    frozen: Mapping[str, Any]

    @property
    def operations(self) -> frozenset[str]:
        """Those of its steps."""
        return frozenset(step["operation"] for step in self.frozen["ask"]["steps"])

    @property
    def name(self) -> str:
        """`file::case/dtype`."""
        return f"{self.place}/{self.dtype}"


def load(paths: Sequence[Path] | None = None) -> list[Line]:
    """Every line of the frozen files (default: all that ship), but for other runs, fingerprints and the largest."""
    return sorted(_lines(shipped() if paths is None else paths), key=lambda line: line.size)


def _lines(paths: Iterable[Path]) -> Iterator[Line]:
    for path in paths:
        frozen = FrozenFile(frozen_path(path).read_text("utf-8"))
        for case in frozen.cases:
            for dtype in case["dtypes"] if case["kind"] not in _OTHER_RUNS else ():
                line = frozen.line(case["id"], dtype)
                size = max(int(prod(given["shape"])) for given in line["ask"]["inputs"].values())
                size = max(size, line["ask"].get("lengths", {}).get("among", 0))
                if size <= LARGEST and line["expect"].get("trait") != ARITHMETIC:  # which fails no answer
                    yield Line(f"{path.stem}::{case['id']}", dtype, size, line)


def asked_of(lines: Iterable[Line], kind: type[Adapter], operations: frozenset[str] | None) -> list[Line]:
    """What to ask an implementation whose own operations are these (None: any); the others are the textbook's.

    Its class may say in which `dtypes` it is asked, and of how many elements at the `largest`.
    """
    dtypes, largest = getattr(kind, "dtypes", None), getattr(kind, "largest", LARGEST)
    return [
        line
        for line in lines
        if line.size <= largest
        and (dtypes is None or line.dtype in dtypes)
        and (operations is None or not operations.isdisjoint(line.operations))
    ]
