"""Arrays and numbers as Python source."""

from __future__ import annotations

from math import isfinite
from string import Formatter
from textwrap import fill
from typing import Any

from nnconform.reports.model import Shown

NUMPY = "import numpy as np"
ML_DTYPES = "import ml_dtypes"
GENERATE = "from nnconform.spec.generator import generate"
OTHERS = "from nnconform.spec.generator import others"
_HEX = 96
"""Hexadecimal digits on a line: a multiple of every word's."""
_WORDS = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2}


class NoScript(Exception):  # noqa: N818 - an answer, not an error
    """The record cannot tell a script; the message says why."""


def number(value: float) -> str:
    """A number."""
    return repr(value) if isfinite(value) else f'float("{value}")'


def array(template: str, shown: Shown, dtype: str, device: str, imports: set[str]) -> str:
    """An array, as a framework's own template writes it; adds the imports that it needs."""
    made = _filled(template, {"values": _values(shown, dtype, imports), "dtype": dtype, "device": device})
    if "np." in made:
        imports.add(NUMPY)
    if "np.bfloat16" in made:
        imports.add(ML_DTYPES)
        made = made.replace("np.bfloat16", "ml_dtypes.bfloat16")
    return made


def _filled(template: str, given: dict[str, str]) -> str:
    """The template with its names filled in, and nothing else that a format string can do."""
    parts = []
    try:
        for text, name, form, conversion in Formatter().parse(template):
            parts.append(text)
            if name is not None:
                if form or conversion not in {None, "r"} or name not in given:
                    raise NoScript(f"the adapter's array_source has a field {name!r} that is not known here")
                parts.append(repr(given[name]) if conversion else given[name])
    except ValueError as error:
        raise NoScript(f"the adapter's array_source cannot be filled in: {error}") from None
    return "".join(parts)


def _values(shown: Shown, dtype: str, imports: set[str]) -> str:
    """Nested lists, or an expression of NumPy's for arrays that are many numbers or none."""
    if shown.generate:
        return _generated(shown, dtype, imports)
    if shown.bits:
        return _decoded(shown, dtype)
    if shown.values is None:
        raise NoScript("the record does not hold the inputs")
    if 0 in shown.shape:
        return f"np.zeros({shown.shape})"
    return fill(nested(shown.values), 108, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def nested(values: Any) -> str:
    """Nested lists of numbers."""
    if isinstance(values, list):
        return "[" + ", ".join(nested(item) for item in values) + "]"
    return number(float(values)) if isinstance(values, str) else repr(values)


def _decoded(shown: Shown, dtype: str) -> str:
    """Bits: hexadecimal words of one width, big-endian, in row-major order."""
    width = _WORDS.get(dtype)
    if width is None or not set(shown.bits) <= set("0123456789abcdef"):
        raise NoScript("the record's bits cannot be read here")
    rows = [f'    "{shown.bits[start : start + _HEX]}"' for start in range(0, len(shown.bits), _HEX)]
    words = "np.frombuffer(bytes.fromhex(\n" + "\n".join(rows) + f'\n), ">u{width}")'
    if dtype == "bfloat16":  # the upper half of a float32
        words = f'({words}.astype("u4") << 16).view("f4")'
    else:
        words += f'.astype("u{width}").view("f{width}")'
    return f"{words}.reshape({shown.shape})"


def _generated(shown: Shown, dtype: str, imports: set[str]) -> str:
    """The generator's call, and what was done to its array before it was asked."""
    made = f"generate({shown.generate!r}, {dtype!r})"
    imports.add(GENERATE)
    what, _, axis = shown.then.partition(" ")
    if what == "others":
        imports.add(OTHERS)
        made = f"others({made})"
    elif what == "row" and axis.isdecimal() and int(axis) < len(shown.shape):
        made += "[" + ":, " * int(axis) + ":1]"
    elif what:
        raise NoScript(f"the record asks an array in a way that is not known here: {shown.then}")
    return f'{made}.astype("float64")'
