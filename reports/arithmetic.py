"""Which arithmetic products were computed in, as records tell it: by operation and dtype, beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nnconform.reports.fields import Fields
    from nnconform.reports.merge import Asked


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A result's table `fingerprint`."""

    name: str
    own: bool
    """Whether that is the dtype's own arithmetic, or a wider one."""
    terms: int
    sums: int
    rms: float
    """Root mean square error over that of summation term after term in the dtype's own arithmetic."""
    sigmas: float
    """By how many standard deviations it exceeds that."""
    drift: float
    """The mean error of sums of one sign, in standard deviations."""
    explained: float
    """Standard deviations beyond what the named arithmetic makes likely."""
    result_bits: int
    left_bits: int
    right_bits: int
    dropped: int
    pairs: int

    @property
    def evidence(self) -> str:
        """The figures in a few words."""
        return evidence({field.name: getattr(self, field.name) for field in fields(self)})


def fingerprint_of(data: Fields) -> Fingerprint:
    """A result's table `fingerprint`.  Raises ValueError."""
    terms, sums, result_bits, left_bits, right_bits, dropped, pairs = map(
        data.whole, ("terms", "sums", "result_bits", "left_bits", "right_bits", "dropped", "pairs")
    )
    rms, sigmas, drift, explained = map(data.number, ("rms", "sigmas", "drift", "explained"))
    return Fingerprint(
        data.text("name"), data.flag("own"), terms, sums, rms, sigmas, drift, explained, result_bits, left_bits,
        right_bits, dropped, pairs,
    )  # fmt: skip


def in_words(told: Sequence[tuple[str, str, Mapping[str, Any]]]) -> str:
    """Where one arithmetic was found: operations and dtypes, and the figures of the first."""
    places = ", ".join(dict.fromkeys(f"{operation} {dtype}" for operation, dtype, _ in told))
    return f"{told[0][2]['name']} in {places}: {evidence(told[0][2])}"


def evidence(found: Mapping[str, Any]) -> str:
    """Such as `error 883 times that of sequential sums (+5.88e+06 sigma) ...; a number alone keeps 11 bits`."""
    if not found["sums"]:
        return "no figures"
    how_many = f"over {found['sums']:,} sums of {found['terms']:,} terms"
    size = f"error {float(found['rms']):.3g} times that of sequential sums"
    told = [f"{size} ({float(found['sigmas']):+.3g} sigma) {how_many}"]
    if found["left_bits"]:
        sides = found["left_bits"], found["right_bits"]
        kept = f"{sides[0]}" if sides[0] == sides[1] else f"{sides[0]} on the left and {sides[1]} on the right"
        told.append(f"a number alone keeps {kept} bits")
    if "truncating" in found["name"]:
        told.append(f"the mean of same-sign sums is off by {float(found['drift']):.3g} sigma")
    if found["dropped"]:
        told.append(f"{found['dropped']:,} of {found['pairs']:,} sums of two terms lost digits")
    return "; ".join(told)


@dataclass(frozen=True, slots=True)
class Row:
    """One operation in one dtype over so many terms; a cell a subject, None where it was not asked."""

    operation: str
    dtype: str
    terms: int
    cells: tuple[Fingerprint | None, ...]


def arithmetics(asked: Sequence[Asked]) -> tuple[Row, ...]:
    """Every product whose arithmetic was told."""
    found: dict[tuple[str, str, int], list[Fingerprint | None]] = {}
    for number, one in enumerate(asked):
        for answer in one.answers.values():
            result = answer.shown
            if told := result.fingerprint:
                place = ", ".join(dict.fromkeys(result.operations)), result.dtype, told.terms
                found.setdefault(place, [None] * len(asked))[number] = told
    return tuple(Row(*place, tuple(found[place])) for place in sorted(found))
