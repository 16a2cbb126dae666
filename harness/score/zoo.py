"""A zoo: a folder of wrong and right implementations, and of the wrong ones where each must be caught."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from nnconform.adapters.contract import Adapter
from nnconform.adapters.numpy import NumPy
from nnconform.spec.catalogue import catalogue
from nnconform.spec.frozen import ROOT

WRONG, RIGHT, MUTANTS = "wrong", "right", "mutants"
GROUPS = (WRONG, RIGHT, MUTANTS)
USUAL = Path("tests/zoo")
_PLUMBING = ("function", "plain", "to_native", "to_native_view", "to_numpy", "synchronize", "device_of", "strides")
"""What every operation goes through: who replaces one of these is asked all of them."""
_ABSENT = object()


class ZooError(Exception):
    """A folder that is no zoo; the message is one line."""


@dataclass(frozen=True, slots=True)
class Member:
    """One implementation, and what is known of it beforehand."""

    name: str
    group: str
    make: Callable[[], type[Adapter]]
    says: str
    caught: tuple[str, str] | None = None
    """The case and the facet that must catch it."""
    equivalent: str = ""
    """Why this mutant is as right as the original."""


@dataclass(frozen=True, slots=True)
class Zoo:
    """All members by name, in a fixed order."""

    folder: Path
    members: Mapping[str, Member] = field(default_factory=dict)


def find(asked: str | None) -> Path:
    """The zoo's folder.  Raises ZooError."""
    places = [USUAL, ROOT.resolve().parent / USUAL] if asked is None else [Path(asked)]
    for place in places:
        if any(place.glob("wrong*.py")) or any(place.glob("right*.py")):
            return place
    told = f"no zoo in {places[0]}: it needs files wrong*.py or right*.py"
    raise ZooError(told if asked else f"{told}; say --zoo=FOLDER, or go to a clone of the repository, which has one")


def load(folder: Path) -> Zoo:
    """Every member of a zoo.  Raises ZooError."""
    caught = _tables(folder, "caught*.toml")
    members: dict[str, Member] = {}
    for group in (WRONG, RIGHT):
        for path in sorted(folder.glob(f"{group}*.py")):
            for kind in classes(_module(folder, path.stem)):
                if kind.__name__ in members:
                    raise ZooError(f"two members are called {kind.__name__}: the second in {path}")
                place = caught.pop(kind.__name__, None) if group == WRONG else None
                says = inspect.cleandoc(kind.__doc__ or "")
                caught_by = _place(kind.__name__, place)
                members[kind.__name__] = Member(kind.__name__, group, _given(kind), says, caught_by)
    if caught:
        raise ZooError(f"caught*.toml names {', '.join(caught)}, which {folder} does not have")
    members |= _mutants(folder)
    return Zoo(folder, members)


def classes(module: ModuleType) -> Iterator[type[Adapter]]:
    """The implementations that a file defines; a name with an underscore is what others are made of."""
    for name, item in vars(module).items():
        ours = inspect.isclass(item) and issubclass(item, Adapter) and item.__module__ == module.__name__
        if ours and not name.startswith("_"):
            yield item


def touched(kind: type[Adapter]) -> frozenset[str] | None:
    """The operations that an implementation has of its own, not of the textbook; None if it may be all of them."""
    if not issubclass(kind, NumPy) or any(_differs(kind, name) for name in _PLUMBING):
        return None
    return frozenset(name for name in catalogue() if _differs(kind, name))


def _differs(kind: type[Adapter], name: str) -> bool:
    return inspect.getattr_static(kind, name, _ABSENT) is not inspect.getattr_static(NumPy, name, _ABSENT)


def _mutants(folder: Path) -> dict[str, Member]:
    """What `mutants.py` makes, by name, with the reasons of `equivalent.toml`: `*` in its names is any text."""
    if not (folder / "mutants.py").is_file():
        return {}
    made: Mapping[str, Callable[[], type[Adapter]]] = _module(folder, "mutants").mutants()
    reasons: dict[str, str] = {}
    for pattern, reason in _tables(folder, "equivalent*.toml").items():
        wanted = re.compile(re.escape(pattern).replace(re.escape("*"), ".*"), re.DOTALL)
        found = [name for name in made if wanted.fullmatch(name)]
        if not found:
            raise ZooError(f"equivalent*.toml names no mutant: {pattern!r}")
        reasons |= dict.fromkeys(found, str(reason))
    return {
        name: Member(name, MUTANTS, make, "A mutant of the textbook.", equivalent=reasons.get(name, ""))
        for name, make in made.items()
    }


def _module(folder: Path, stem: str) -> ModuleType:
    """A file of the zoo as a module of the folder's package, so that it finds its neighbours."""
    parent = str(folder.resolve().parent)
    if parent not in sys.path:
        sys.path.insert(0, parent)
    try:
        return importlib.import_module(f"{folder.resolve().name}.{stem}")
    except Exception as error:
        raise ZooError(f"{folder / stem}.py does not import: {type(error).__name__}: {error}") from None


def _tables(folder: Path, pattern: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in sorted(folder.glob(pattern)):
        try:
            found |= tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ZooError(f"{path}: {error}") from None
    return found


def _place(name: str, found: Any) -> tuple[str, str] | None:
    if found is None:
        return None
    if not (isinstance(found, list) and len(found) == 2 and all(isinstance(part, str) for part in found)):
        raise ZooError(f"caught*.toml: {name} = [case, facet], not {found!r}")
    return found[0], found[1]


def _given(kind: type[Adapter]) -> Callable[[], type[Adapter]]:
    return lambda: kind
