"""`nnconform freeze`: compute truths and bounds, once, beside each case file."""

from __future__ import annotations

import argparse
import sys

from nnconform.harness.commands import needs_flint, spec_files
from nnconform.reports.words import many

HELP = "write the frozen form of case files (needs python-flint)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("paths", metavar="PATH", nargs="*", help="case files or folders (default: all shipped)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a frozen form is out of date")


def run(arguments: argparse.Namespace) -> int:
    """Freeze, or only check."""
    files = spec_files(arguments.paths)
    needs_flint("freezing")
    from nnconform.harness.freezing import freeze_all
    from nnconform.spec.frozen import shown

    stale = freeze_all(files, check=arguments.check)
    for path in stale:
        print(f"{shown(path)}: {'out of date: run nnconform freeze' if arguments.check else 'frozen'}")
    current = f"{len(files) - len(stale)} of {many(len(files), 'file')} current"
    print(current if arguments.check else f"{len(stale)} of {many(len(files), 'file')} frozen anew", file=sys.stderr)
    return 1 if stale and arguments.check else 0
