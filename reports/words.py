"""Numbers and foreign text, as people read them."""

from __future__ import annotations

import re
from math import floor, isfinite, log10
from typing import Any

LONGEST = 2000
"""So much of a message is shown."""
# Controls, lone surrogates, and what changes the direction or hides: all of it can make a page lie.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """Text with every character that hides or reorders others written out as its code."""
    return _HIDDEN.sub(_code, text)


def _code(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def one_line(text: str) -> str:
    """Visible text on one line."""
    return visible(" ".join(text.split()))


def shortened(text: str, most: int = LONGEST) -> str:
    """The start of a long text, and how much there is."""
    return text if len(text) <= most else f"{text[:most]} ... ({len(text):,} characters in the record)"


def number(value: float, digits: int = 3) -> str:
    """A number to a few digits; non-finite ones by name."""
    return f"{value:.{digits}g}" if isfinite(value) else str(value)


_FEW = 2**7
"""Steps of bfloat16 between two powers of two; every other dtype has more."""
_MANY = 2**53
"""Steps of float64 from 0.5 to 1, twice: so many units in the last place are more than any value has."""
BEYOND = "> the value"
"""What stands for a number of ulps that would tell nothing: the error exceeds the exact value."""


def in_ulps(ulps: float, exact: float) -> bool:
    """Whether a number of units in the last place tells how wrong a value is.

    At an exact 0 the spacing is that of the smallest numbers: a few steps of it are told, and no more.
    """
    return ulps < (_MANY if exact else _FEW)  # a nan is not


def ulps(value: float) -> str:
    """An error in units in the last place."""
    if not isfinite(value):
        return str(value)
    if value and value < 0.01:
        return "< 0.01"
    return f"{value:.2f}".rstrip("0").rstrip(".") if value < 100 else f"{value:.3g}"


def told_ulps(value: float, got: float, exact: float, unit: str = "") -> str:
    """An error in ulps where they tell it, else what does."""
    if in_ulps(value, exact):
        return f"{ulps(value)}{unit}"
    return BEYOND if isfinite(got) else str(got)


def error(value: float) -> str:
    """A largest error in units in the last place: two decimals as long as they say anything."""
    if not isfinite(value):
        return str(value)
    if value and value < 0.005:
        return "< 0.01"
    return f"{value:.2f}".rstrip("0").rstrip(".") if value < 100 else f"{value:,.0f}" if value < 1e9 else f"{value:.1e}"


def exactly(value: float) -> str:
    """A number with every digit that tells it apart."""
    return repr(value)


def when(moment: str) -> str:
    """A moment as people write it."""
    return moment.replace("T", " ", 1).replace("+00:00", " UTC")


def array_text(values: Any, depth: int = 0) -> str:
    """Nested lists as aligned rows of numbers."""
    if not isinstance(values, list):
        return values if isinstance(values, str) else f"{values!r}"
    if not values or not isinstance(values[0], list):
        return "[" + ", ".join(array_text(item) for item in values) + "]"
    gap = ",\n" + " " * (depth + 1)
    return "[" + gap.join(array_text(item, depth + 1) for item in values) + "]"


def breakable(text: str) -> str:
    """A name that may break after its underscores and slashes, as HTML."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"(?<=[_/:])(?=\w)", "<wbr>", str(escape(visible(text)))))  # noqa: S704 - escaped just before


def slug(text: str) -> str:
    """Text as part of an anchor."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def significant(value: float, digits: int = 3) -> str:
    """A number to so many significant digits, without an exponent as long as that can be read."""
    if not isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    decimals = digits - 1 - floor(log10(abs(float(f"{value:.{digits - 1}e}"))))
    if not -9 <= decimals - digits + 1 <= 4:
        return f"{value:.{digits - 1}e}"
    return f"{round(value, decimals):,.{max(0, decimals)}f}"


def duration(nanoseconds: float) -> str:
    """A time in the unit that suits it, to three digits."""
    if nanoseconds < 120e9:
        size, unit = next(((size, unit) for size, unit in _TIMES if nanoseconds < size * 999.5), _TIMES[-1])
    else:
        size, unit = next(((size, unit) for size, unit in _LONG_TIMES if nanoseconds < size * 120), _LONG_TIMES[-1])
    return f"{significant(nanoseconds / size)}\u00a0{unit}"


def round_time(nanoseconds: float) -> str:
    """A round time on an axis: 2 ms rather than 2.00 ms."""
    told, _, unit = duration(nanoseconds).partition("\u00a0")
    return f"{told.rstrip('0').rstrip('.') if '.' in told else told}\u00a0{unit}"


_TIMES = ((1.0, "ns"), (1e3, "\u00b5s"), (1e6, "ms"), (1e9, "s"))
_LONG_TIMES = ((60e9, "minutes"), (3600e9, "hours"), (86400e9, "days"), (31557600e9, "years"))


def percent(share: float) -> str:
    """A share in hundredths, to two digits."""
    return f"{significant(100 * share, 2)}\u00a0%"


def plain_number(value: float) -> str:
    """A place on an axis: whole where it is whole."""
    return f"{value:,.0f}" if value == round(value) and abs(value) < 1e15 else number(value, 6)


def short_number(value: float) -> str:
    """A tick: 65.5k rather than 65,536."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def many(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
