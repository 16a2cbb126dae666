"""The listed shapes.  Every new shape costs a compiler a compilation, so cases take theirs from a few buckets."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("buckets.toml")


@cache
def load() -> Mapping[str, tuple[Mapping[str, int], ...]]:
    """Bucket name to its shapes, each a mapping from letter to size."""
    data = tomllib.loads(FILE.read_text("utf-8"))
    return {
        name: tuple(dict(zip(entry["letters"], shape, strict=True)) for shape in entry["shapes"])
        for name, entry in data["buckets"].items()
    }
