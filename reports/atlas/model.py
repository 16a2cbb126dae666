"""What records say of a sweep, typed.  Inputs are bits in hexadecimal, empty where no input is wrong."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from nnconform.reports.fields import Fields

_BITS = re.compile(r"[0-9a-f]{0,16}\Z")
_PACKED = {"float16": (4, ">e"), "float32": (8, ">f"), "float64": (16, ">d")}
"""Digits of a dtype's bits, and how Python reads them."""
_COUNTS = (
    "inputs", "not_correctly_rounded", "flushed_inputs", "flushed_results", "nan_wrong", "inf_wrong", "zero_sign_wrong",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bin:
    """The inputs of one sign and exponent, where any result is not correctly rounded."""

    lowest: float
    ulps: float
    """The largest error; of answers that are no numbers, and of zeros for subnormal results, none is told."""
    wrong: int
    """How many are not correctly rounded."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """How wrong one function got over many inputs."""

    inputs: int
    not_correctly_rounded: int
    flushed_inputs: int
    flushed_results: int
    nan_wrong: int
    inf_wrong: int
    zero_sign_wrong: int
    proof: bool
    """Every value of the dtype was judged."""
    normal_ulps: float
    """The largest error among results that are normal numbers."""
    normal_input: str
    ulps: float
    """The largest error of all."""
    input: str
    bins: tuple[Bin, ...]

    @property
    def mistakes(self) -> int:
        """Answers that are wrong whatever a bound says: nan, infinities, signs of zero."""
        return self.nan_wrong + self.inf_wrong + self.zero_sign_wrong


def sweep_of(data: Fields) -> Sweep:
    """A result's table `sweep`.  Raises ValueError."""
    inputs = data.text("worst_normal_input"), data.text("worst_input")
    if not all(map(_BITS.match, inputs)):
        raise ValueError("a sweep's input is no bits in hexadecimal")
    counts = {name: data.whole(name) for name in _COUNTS}
    if min(counts.values()) < 0:
        raise ValueError("a sweep counts less than nothing")
    return Sweep(
        **counts,
        proof=data.flag("proof"),
        normal_ulps=data.number("worst_normal_ulps"),
        normal_input=inputs[0],
        ulps=data.number("worst_ulps"),
        input=inputs[1],
        bins=tuple(map(_bin, data.items("histogram"))),
    )


def _bin(item: object) -> Bin:
    if not isinstance(item, list) or len(item) != 3:
        raise ValueError("a sweep's histogram holds something that is no three numbers")
    fields = Fields(dict(zip(("lowest", "ulps", "wrong"), item, strict=True)))
    return Bin(fields.number("lowest"), fields.number("ulps"), fields.whole("wrong"))


def value_of(bits: str, dtype: str) -> float | None:
    """The number that bits stand for; None where that is not known here."""
    if dtype == "bfloat16" and len(bits) == 4:
        bits, dtype = bits + "0000", "float32"
    digits, packed = _PACKED.get(dtype, (-1, ""))
    if len(bits) != digits:
        return None
    found: float = struct.unpack(packed, bytes.fromhex(bits))[0]
    return found
