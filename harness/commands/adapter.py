"""`nnconform adapter`: write a new adapter's package, tell what is amiss in one, list those registered."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from nnconform.harness.commands import BadInput, table

HELP = "write, check or list adapters"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    tasks = parser.add_subparsers(dest="task", metavar="task", required=True)
    new = tasks.add_parser("new", help="write a small package that works", allow_abbrev=False)
    new.add_argument("name", metavar="NAME", help="the adapter's name: letters, digits, underscores")
    new.add_argument("--into", metavar="DIR", default=".", help="folder to write it into (default: here)")
    check = tasks.add_parser("check", help="tell what is amiss in an adapter", allow_abbrev=False)
    check.add_argument("adapter", metavar="ADAPTER", help="a name, path/file.py[:Class] or package.module:Class")
    tasks.add_parser("list", help="list registered adapters", allow_abbrev=False)


def run(arguments: argparse.Namespace) -> int:
    """Do the task."""
    if arguments.task == "new":
        return _new(arguments.name, Path(arguments.into))
    if arguments.task == "check":
        return _check(arguments.adapter)
    from nnconform.harness.commands.listing import adapters

    print(table(adapters()))
    return 0


def _new(name: str, into: Path) -> int:
    from nnconform.adapters import registry
    from nnconform.adapters.template import write_package

    if not re.fullmatch("[a-z][a-z0-9_]{0,47}", name):
        what = "lower-case letters, digits, underscores, a letter first, 48 at most"
        raise BadInput(f"{name[:60]!r} is no name for an adapter: {what}")
    if name == "all":
        raise BadInput("'all' is no name for an adapter: --adapter=all asks every one")
    if name in registry.installed():
        raise BadInput(f"an adapter {name!r} is registered already: choose another name")
    try:
        folder = write_package(name, into)
    except ValueError as error:
        raise BadInput(f"{name!r} is no name for an adapter: {error}") from None
    except FileExistsError as error:
        raise BadInput(f"{error.filename} is there already: choose another name, or --into another folder") from None
    except OSError as error:
        raise BadInput(f"cannot write into {into}: {error.strerror}") from None
    print(f"{folder}: now pip install -e {folder}, then pytest --adapter={name}")
    return 0


def _check(name: str) -> int:
    from nnconform.adapters import registry
    from nnconform.harness.adapter_check import check_adapter

    try:
        registry.check_name(name)
    except registry.AdapterError as error:
        raise BadInput(str(error)) from None
    notes, findings = check_adapter(name)
    for note in notes:
        print(note)
    for finding in findings:
        print(f"{finding.place}: {finding.message}\n    {finding.advice}")
    count = f"{len(findings)} finding{'s' if len(findings) > 1 else ''}"
    print(count if findings else "nothing amiss", file=sys.stderr)
    return 1 if findings else 0
