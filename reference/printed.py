"""Whether digits that a document prints, or that an author worked out, are the truth, rounded as written.

Checked once, when a case is frozen, against the truth of the exact decimals that the document writes, because a
printed digit speaks of those and not of their float32 neighbours.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from nnconform.reference.truth.arithmetic import arithmetic
from nnconform.reference.truth.ball import Ball, exactly, middle
from nnconform.reference.truth.operations import apply
from nnconform.spec.model import Case, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_printed(case: Case) -> None:
    """Raise ValueError where a figure is not the truth to its last digit."""
    if not case.printed and not case.expected:
        return
    known: dict[str, Any] = {name: _exact(made) for name, made in case.inputs.items()}
    for step in case.steps:
        known[step.name] = apply(
            step.operation, [known[name] for name in step.inputs], dict(step.attributes), arithmetic("float64")
        )
    for key, written in (("printed", case.printed), ("expected", case.expected)):
        for name, nested in written.items():
            figures, values = list(_flat(nested)), list(known[name].ravel())
            if len(figures) != len(values):
                raise ValueError(f"{key} {name}: {len(figures)} figures for {len(values)} values")
            for figure, value in zip(figures, values, strict=True):
                _check(f"{key} {name}", figure, value)


def _check(where: str, figure: str, value: Any) -> None:
    written = Decimal(figure)
    half_a_digit = Fraction(Decimal(1).scaleb(int(written.as_tuple().exponent))) / 2
    true = middle(value.exact) if isinstance(value, Ball) else Fraction(value)
    if abs(true - Fraction(written)) > half_a_digit:
        raise ValueError(f"{where}: {figure}, but the truth is {float(true)!r}")


def _exact(made: Any) -> Any:
    if not isinstance(made, Literal):
        raise ValueError("digits need inputs that are written out")  # noqa: TRY004 - the case's fault
    out = np.empty(len(made.values), object)
    for number, value in enumerate(made.values):
        out[number] = exactly(Fraction(value))
    return out.reshape(made.shape)


def _flat(printed: Any) -> Iterator[str]:
    if isinstance(printed, list):
        for item in printed:
            yield from _flat(item)
    else:
        yield str(printed)
