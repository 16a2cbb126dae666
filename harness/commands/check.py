"""`nnconform check`: everything that is wrong with case files, in one line each."""

from __future__ import annotations

import argparse
import sys

from nnconform.harness.commands import spec_files
from nnconform.reports.words import many

HELP = "tell what is wrong with case files"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("paths", metavar="PATH", nargs="*", help="case files or folders (default: all shipped)")


def run(arguments: argparse.Namespace) -> int:
    """Load every file; the command line prints what SpecError carries."""
    from nnconform.spec.frozen import shown
    from nnconform.spec.loader import load_all

    files = spec_files(arguments.paths)
    cases = load_all((path, shown(path)) for path in files)
    print(f"{many(len(files), 'file')}, {many(len(cases), 'case')}: nothing amiss", file=sys.stderr)
    return 0
