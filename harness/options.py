"""What the command line asked for, checked before anything heavy is imported."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from nnconform.adapters import registry
from nnconform.harness.plugin import option
from nnconform.spec.errors import nearest
from nnconform.spec.formats import FORMATS
from nnconform.spec.model import LEVELS

MODES = ("eager",)


@dataclass(frozen=True, slots=True)
class Subject:
    """One adapter on one device in one mode: a column of the report."""

    adapter: str
    """As it was asked for."""
    label: str
    """As it stands in ids."""
    device: str
    mode: str


@dataclass(frozen=True, slots=True)
class Options:
    """A run, as asked for."""

    subjects: tuple[Subject, ...]
    dtypes: tuple[str, ...] | None
    level: str
    results: Path
    several: bool
    """Several adapters: each is interviewed in a process of its own."""


def parse(config: pytest.Config) -> Options:
    """Options from the command line.  Raises pytest.UsageError with one line that says what to do."""
    adapters = _adapters(option(config, "adapter") or "")
    device = _said(config, "device", "cpu")
    modes = _known("mode", _said(config, "mode", "eager"), MODES)
    dtypes = option(config, "dtype")
    (level,) = _known("level", _said(config, "level", "must"), LEVELS)
    return Options(
        subjects=tuple(Subject(name, label(name), device, mode) for name in adapters for mode in modes),
        dtypes=None if dtypes is None else _known("dtype", dtypes, tuple(FORMATS)),
        level=level,
        results=Path(_said(config, "results", "nnconform-results")),
        several=len(adapters) > 1,
    )


def _said(config: pytest.Config, name: str, default: str) -> str:
    """An option's value; one that was typed with nothing after it is a mistake, not the default."""
    found = option(config, name)
    if found == "":
        raise pytest.UsageError(f"--nnconform-{name} needs a value; without the option it is {default}")
    return default if found is None else found


def label(adapter: str) -> str:
    """An adapter's name in ids and file names: no path, no colon."""
    file, attribute = registry.split(adapter)
    short = Path(file).stem if file.endswith(".py") else file
    return f"{short}.{attribute}" if attribute else short


def _adapters(asked: str) -> tuple[str, ...]:
    if asked == "all":
        found = [name for name in registry.installed() if registry.present(name)]
    else:
        found = [name.strip() for name in asked.split(",") if name.strip()]
    if not found:
        raise pytest.UsageError(f"--adapter needs a name: {', '.join(registry.installed())}, or all")
    for name in found:
        try:
            registry.check_name(name)
        except registry.AdapterError as error:
            raise pytest.UsageError(str(error)) from None
    labels = [label(name) for name in dict.fromkeys(found)]
    if twice := [name for name in labels if labels.count(name) > 1]:
        raise pytest.UsageError(f"two adapters would both be called {twice[0]!r}: rename one file, or run them apart")
    return tuple(dict.fromkeys(found))


def _known(what: str, asked: str, known: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(name.strip() for name in asked.split(",") if name.strip()))
    for name in found:
        if name not in known:
            raise pytest.UsageError(f"unknown {what} {name!r}{nearest(name, known)}; known: {', '.join(known)}")
    if not found:
        raise pytest.UsageError(f"--{what} needs one of {', '.join(known)}")
    return found
