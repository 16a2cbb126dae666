"""`nnconform report`: a page from the records of one or more runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from nnconform.harness.commands import BadInput

HELP = "write one page from the records of one or more runs"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("records", metavar="RECORDS", nargs="+", help="records (.jsonl) that runs wrote")
    parser.add_argument(
        "-o", "--output", metavar="PAGE", help="the page (default: beside the records, if they are of one run)"
    )
    parser.add_argument("--picture", metavar="SVG", help="write the matrix as a picture as well")
    parser.add_argument("--atlas-picture", metavar="SVG", help="write the accuracy atlas as a picture as well")
    parser.add_argument("--timing-picture", metavar="SVG", help="write throughput over batch size as a picture as well")


def run(arguments: argparse.Namespace) -> int:
    """Write the page and say where it is."""
    paths = [Path(name) for name in arguments.records]
    for path in paths:
        if not path.is_file():
            raise BadInput(f"no records {str(path)!r}: a run writes them into nnconform-results")
    if len(paths) > 1 and not arguments.output:
        raise BadInput("several records make a page of their own: say where it goes, as -o page.html")
    target = Path(arguments.output) if arguments.output else paths[0].with_suffix(".html")
    from nnconform.reports.page import write_page

    _write("page", write_page, paths, target)
    if arguments.picture:
        _write("picture", _picture, paths, Path(arguments.picture))
    if arguments.atlas_picture:
        _write("atlas picture", _atlas_picture, paths, Path(arguments.atlas_picture))
    if arguments.timing_picture:
        _write("timing picture", _timing_picture, paths, Path(arguments.timing_picture))
    return 0


def _write(what: str, make: Callable[[Sequence[Path], Path], Path], paths: Sequence[Path], target: Path) -> None:
    """Write one thing and say where it is."""
    try:
        print(make(paths, target))
    except OSError as error:
        raise BadInput(f"cannot write {target}: {error.strerror}") from None
    except ValueError as error:
        raise BadInput(f"no {what} from {', '.join(map(str, paths))}: {error}") from None


def _picture(paths: Sequence[Path], target: Path) -> Path:
    from nnconform.reports.picture import matrix_svg

    target.write_text(matrix_svg(paths), "utf-8")
    return target


def _atlas_picture(paths: Sequence[Path], target: Path) -> Path:
    from nnconform.reports.atlas.picture import atlas_svg

    target.write_text(atlas_svg(paths), "utf-8")
    return target


def _timing_picture(paths: Sequence[Path], target: Path) -> Path:
    from nnconform.reports.timing.picture import throughput_svg

    target.write_text(throughput_svg(paths), "utf-8")
    return target
