"""Numbers and foreign text, as people read them."""

from __future__ import annotations

import re
from math import isfinite
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


def ulps(value: float) -> str:
    """An error in units in the last place."""
    if not isfinite(value):
        return str(value)
    if value and value < 0.01:
        return "< 0.01"
    return f"{value:.2f}".rstrip("0").rstrip(".") if value < 100 else f"{value:.3g}"


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
