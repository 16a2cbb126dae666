"""`nnconform list`: cases, systems, the grid, operations, adapters."""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from nnconform.harness.commands import signature, spec_files, table

if TYPE_CHECKING:
    from nnconform.spec.model import Case

HELP = "list cases (or systems, the grid, operations, adapters)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("paths", metavar="PATH", nargs="*", help="case files or folders (default: all shipped)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--systems", action="store_true", help="the documents' systems, with their cases")
    what.add_argument("--grid", action="store_true", help="operation by kind by dtype; exit 1 where a cell is empty")
    what.add_argument("--operations", action="store_true", help="operations: arguments, attributes, formula")
    what.add_argument("--adapters", action="store_true", help="registered adapters")


def run(arguments: argparse.Namespace) -> int:
    """Print what was asked for."""
    if arguments.operations:
        print(table(operations()))
        return 0
    if arguments.adapters:
        print(table(adapters()))
        return 0
    cases = _cases(arguments.paths)
    if arguments.grid:
        return _grid(cases)
    print(table(systems(cases) if arguments.systems else map(_case, cases)))
    return 0


def _cases(paths: Sequence[str]) -> list[Case]:
    from nnconform.spec.frozen import shown
    from nnconform.spec.loader import load_all

    return load_all((path, shown(path)) for path in spec_files(paths))


def _case(case: Case) -> tuple[str, ...]:
    return (
        f"{case.path}::{case.id}",
        case.kind,
        case.level,
        ",".join(case.systems) or "-",
        ",".join(case.operations),
        ",".join(case.dtypes),
    )


def systems(cases: Sequence[Case]) -> Iterator[tuple[str, ...]]:
    """Each system: its short name, how many cases it has, the documents that they cite."""
    titles = tomllib.loads(files("nnconform.reports").joinpath("systems.toml").read_text("utf-8"))
    yield ("system", "", "cases", "documents")
    for system, title in titles.items():
        mine = [case for case in cases if system in case.systems]
        documents = dict.fromkeys(case.source.document for case in mine)
        yield (system, str(title), str(len(mine)), ", ".join(documents) or "-")


def operations() -> Iterator[tuple[str, ...]]:
    """Each operation as a signature, with its formula."""
    from nnconform.spec.catalogue import catalogue

    yield ("operation", "formula")
    for entry in catalogue().values():
        yield (signature(entry), entry.formula)


def adapters() -> Iterator[tuple[str, ...]]:
    """Each registered adapter: where it comes from, whether its framework seems to be there, unimported."""
    from nnconform.adapters import registry

    yield ("adapter", "from", "importable")
    for name, point in registry.installed().items():
        origin = f"{point.dist.name} {point.dist.version}" if point.dist else "?"
        yield (name, f"{point.value} ({origin})", "yes" if registry.present(name) else "no")


def _grid(cases: Sequence[Case]) -> int:
    from nnconform.harness import grid

    counts = grid.count(cases)
    print(table(grid.rows(counts)))
    found = list(grid.findings(counts))
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0
