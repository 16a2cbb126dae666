"""`nnconform findings`: a page for each known deviation, and an index of them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nnconform.harness.commands import BadInput

HELP = "write a page for each known deviation, or check that they are current"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--into", metavar="FOLDER", default="docs/findings", help="where (default: docs/findings)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a page is out of date")


def run(arguments: argparse.Namespace) -> int:
    """Write, or only check."""
    from nnconform.harness import findings
    from nnconform.harness.deviations import load

    made, folder = findings.pages(load()), Path(arguments.into)
    try:
        names = findings.stale(folder, made) if arguments.check else findings.write(folder, made)
    except FileExistsError as error:
        raise BadInput(str(error)) from None
    except OSError as error:
        raise BadInput(f"cannot use {folder}: {error.strerror}") from None
    for name in names:
        print(f"{folder / name}: {'out of date: run nnconform findings' if arguments.check else 'written'}")
    print(f"{len(made.keys() - set(names))} of {len(made)} pages current", file=sys.stderr)
    return int(bool(names) and arguments.check)
