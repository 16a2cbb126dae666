"""What an adapter says of itself beside its answers: a run writes it down, or prints it, and stumbles over the rest."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nnconform.adapters.contract import Adapter
from nnconform.harness.raising import line

Amiss = tuple[str, str, str]
"""Place, what is amiss there, advice."""
_TEXTS = ("script", "array_source")
_HOOKS: Mapping[str, tuple[type, str]] = {
    "versions": (str, "return a mapping from text to text"),
    "flags": (str, "return a mapping from text to text"),
    "settings": (object, "return a mapping from the names of switches, as text, to how they are set"),
    "counters": (int, "return a mapping from text to whole numbers"),
}
"""Hooks that give a mapping: of what, and how to mend one that does not."""


def name_amiss(kind: type[Adapter]) -> Iterator[Amiss]:
    """A name stands in records, and in each line that says what the adapter lacks; ids have the name of its file."""
    name: Any = kind.name
    if name == Adapter.name:
        yield "name", "the class has no name of its own", "set `name`: it stands in records and reports"
    elif not isinstance(name, str):
        yield "name", f"is {reprlib.repr(name)}", "set `name` to a text: it stands in records and reports"
    elif not name.strip() or not name.isprintable() or "/" in name or "\\" in name:
        advice = "set `name` to a few letters in one line, without a slash: it stands in records and reports"
        yield "name", f"is {reprlib.repr(name)}", advice


def words_amiss(adapter: Adapter) -> Iterator[Amiss]:
    """Texts that are none, and hooks that raise or give something else."""
    for place in _TEXTS:
        if not isinstance(found := getattr(adapter, place), str):
            yield place, f"is {reprlib.repr(found)}", f"set `{place}` to a text: it stands in the scripts of failures"
    for place, (kind, advice) in _HOOKS.items():
        if told := _hook_amiss(getattr(adapter, place), kind):
            yield place, told, advice


def _hook_amiss(hook: Callable[[], Any], kind: type) -> str:
    try:
        found = hook()
        sound = isinstance(found, Mapping) and all(
            isinstance(name, str) and isinstance(value, kind) for name, value in found.items()
        )
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too, which would end the check without a word
        return f"raises {line(error)}"
    return "" if sound else f"gives {reprlib.repr(found)}"
