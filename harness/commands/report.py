"""`nnconform report`: a page from the records of one or more runs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from nnconform.harness.commands import BadInput

HELP = "write one page from the records of one or more runs"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("records", metavar="RECORDS", nargs="+", help="records (.jsonl) that runs wrote")
    parser.add_argument("-o", "--output", metavar="PAGE", help="the page (default: beside the first records)")
    parser.add_argument("--picture", metavar="SVG", help="write the matrix as a picture as well")


def run(arguments: argparse.Namespace) -> int:
    """Write the page and say where it is."""
    paths = [Path(name) for name in arguments.records]
    for path in paths:
        if not path.is_file():
            raise BadInput(f"no records {str(path)!r}: a run writes them into nnconform-results")
    target = Path(arguments.output) if arguments.output else paths[0].with_suffix(".html")
    from nnconform.reports.page import write_page

    try:
        print(write_page(paths, target))
        if arguments.picture:
            print(_picture(paths, Path(arguments.picture)))
    except OSError as error:
        raise BadInput(f"cannot write {target}: {error.strerror}") from None
    except ValueError as error:
        raise BadInput(f"no page from {', '.join(map(str, paths))}: {error}") from None
    return 0


def _picture(paths: Sequence[Path], target: Path) -> Path:
    from nnconform.reports.picture import matrix_svg

    target.write_text(matrix_svg(paths), "utf-8")
    return target
