"""Inputs of a case: numbers written out, or named for the generator to make."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from math import prod
from struct import pack
from typing import Any

from nnconform.spec.errors import nearest
from nnconform.spec.model import Generated, Input, Literal
from nnconform.spec.reader import Reader

_HEXADECIMAL = re.compile(r"[-+]?0[xX][0-9a-fA-F.]+([pP][-+]?[0-9]+)?")
"""As `schema/case-file.schema.json` has it."""
LARGEST_INPUT = 2**26
"""Elements one input may have, so that a line of text cannot ask for a terabyte."""

GENERATORS = {
    "integers": ({"low", "high"}, {"scale", "period"}),
    "budget": ({"terms"}, set()),
    "dyadic": (set(), {"scale", "period"}),
    "significand": (set(), {"scale", "period"}),
    "log_uniform": ({"low", "high"}, {"period"}),
    "normal": (set(), {"scale", "period"}),
    "one_hot": (set(), {"axis"}),
    "wide_hot": (set(), {"axis"}),
    "two_hot": (set(), {"axis"}),
    "ramp": ({"start", "step"}, set()),
    "constant": ({"value"}, set()),
    "listed": ({"values"}, set()),
}
"""Kinds of the generator, with the parameters that each needs and those that it allows."""


class InputReader(Reader):
    """Reads the tables `inputs` and `refused`."""

    def _inputs(self, table: str, case: str, *, required: bool = True) -> Mapping[str, Input]:
        raw = self._table(table)
        if required and not raw:
            self._fail(f"needs {table}")
        return {name: self._input(f"{case}/{name}", name, value) for name, value in raw.items()}

    def _input(self, full: str, name: str, raw: Any) -> Input:
        if isinstance(raw, dict) and "generate" in raw:
            return self._generated(full, raw)
        if isinstance(raw, dict):
            self._keys(raw, ("values", "shape"), f"key of input {name!r}")
            return self._sized(
                Literal(tuple(self._number(value, name) for value in raw["values"]), self._shape(raw["shape"])), name
            )
        values: list[Any] = []
        shape = self._flatten(raw, values, name, 0)
        return Literal(tuple(values), shape)

    def _sized(self, made: Literal, name: str) -> Literal:
        if len(made.values) != prod(made.shape):
            self._fail(f"input {name!r}: {len(made.values)} values for shape {list(made.shape)}")
        return made

    def _flatten(self, raw: Any, values: list[Any], name: str, depth: int) -> tuple[int, ...]:
        if depth > 8:
            self._fail(f"input {name!r}: nested too deeply")
        if not isinstance(raw, list):
            values.append(self._number(raw, name))
            return ()
        shapes = {self._flatten(item, values, name, depth + 1) for item in raw}
        if len(shapes) > 1:
            self._fail(f"input {name!r}: rows of unequal length")
        return (len(raw), *(shapes.pop() if shapes else ()))

    def _generated(self, full: str, raw: dict[str, Any]) -> Generated:
        kind = raw["generate"]
        if kind not in GENERATORS:
            self._fail(f"unknown generator {kind!r}{nearest(kind, GENERATORS)}")
        needed, allowed = GENERATORS[kind]
        given = set(raw) - {"generate", "shape", "name"}
        if wrong := (needed - given) | (given - needed - allowed):
            self._fail(f"generator {kind!r}: missing or unknown {', '.join(sorted(wrong))}")
        if kind == "listed":
            parameters = self._listed(full, raw["values"])
        else:
            parameters = {name: self._parameter(raw[name], name) for name in sorted(given)}
        if not (isinstance(period := parameters.get("period", 1), int) and period > 0):
            self._fail(f"generator {kind!r}: period {period} is no number of elements")
        return Generated(kind, raw.get("name", full), self._shape(raw.get("shape")), parameters)

    def _listed(self, name: str, raw: Any) -> dict[str, Any]:
        """The generator's table of numbers that are written out, to come over and over."""
        if not (isinstance(raw, list) and raw):
            self._fail(f"input {name!r}: values must be a list of numbers")
        values = [float(self._number(value, name)) for value in raw]
        return {"period": len(values), "words": pack(f">{len(values)}d", *values).hex()}

    def _parameter(self, raw: Any, name: str) -> int | float:
        if isinstance(raw, str):  # a letter of the bucket, or one more: "k", "k+1"
            letter, _, more = raw.partition("+")
            return self._size(letter) + (self._size(int(more)) if more.isdigit() else 0)
        return raw if isinstance(raw, int) else self._finite(raw, name)

    def _shape(self, raw: Any) -> tuple[int, ...]:
        if not isinstance(raw, list):
            self._fail(f"shape must be a list of sizes: {raw!r}")
        shape = tuple(self._size(size) for size in raw)
        if prod(shape) > LARGEST_INPUT:
            self._fail(f"shape {list(shape)}: more than {LARGEST_INPUT} elements")
        return shape

    def _size(self, raw: Any) -> int:
        size = self.sizes.get(raw, raw) if isinstance(raw, str) else raw
        if isinstance(size, bool) or not isinstance(size, int) or size < 0:
            self._fail(
                f"size {raw!r}: a whole number, or a letter of the bucket ({', '.join(self.sizes) or 'none here'})"
            )
        return size

    def _number(self, raw: Any, name: str) -> int | Decimal:
        if isinstance(raw, str):
            return self._hexadecimal(raw, name)
        if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
            self._fail(f"input {name!r}: {raw!r} is no number")
        exact = Decimal(raw)
        if exact and exact.is_finite() and not -400 < exact.adjusted() <= 308:
            self._fail(f"input {name!r}: {exact:.3g} is out of range; write inf for an infinity, 0 for nothing")
        return raw

    def _hexadecimal(self, raw: str, name: str) -> Decimal:
        """For numbers that no short decimal names; "10" without a prefix would be 16 to Python, and 10 to a reader."""
        if not _HEXADECIMAL.fullmatch(raw):
            self._fail(
                f"input {name!r}: {raw!r} is no number: leave out the quotes, "
                'or write a hexadecimal float with its prefix, as "0x1.8p-3"'
            )
        try:
            return Decimal(float.fromhex(raw))
        except (ValueError, OverflowError):
            self._fail(f"input {name!r}: {raw!r} is no number")
