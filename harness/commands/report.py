"""`nnconform report`: a page from the records of one or more runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from nnconform.harness.commands import BadInput

Make = Callable[[Sequence[Path], Path], None]

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
    asked: list[tuple[str, Make, Path]] = [
        ("page", _page, Path(arguments.output) if arguments.output else paths[0].with_suffix(".html"))
    ]
    pictures: dict[str, Make] = {
        "picture": _picture,
        "atlas picture": _atlas_picture,
        "timing picture": _timing_picture,
    }
    for what, make in pictures.items():
        if target := getattr(arguments, what.replace(" ", "_")):
            asked.append((what, make, Path(target)))
    _check_targets(paths, [target for _, _, target in asked])
    for what, make, target in asked:
        _write(what, make, paths, target)
        print(target)
    return 0


def _check_targets(paths: Sequence[Path], targets: Sequence[Path]) -> None:
    """Nothing is written over the records it is made of, or over what was written just before."""
    taken: dict[Path, str] = {path.resolve(): "would be written over the records it is made of" for path in paths}
    for target in targets:
        if why := taken.get(target.resolve()):
            raise BadInput(f"{target} {why}: choose another name")
        taken[target.resolve()] = "is asked for twice"


def _write(what: str, make: Make, paths: Sequence[Path], target: Path) -> None:
    try:
        make(paths, target)
    except OSError as error:
        raise BadInput(f"cannot write {target}: {error.strerror}") from None
    except ValueError as error:
        raise BadInput(f"no {what} from {', '.join(map(str, paths))}: {error}") from None


def _page(paths: Sequence[Path], target: Path) -> None:
    from nnconform.reports.page import write_page

    write_page(paths, target)


def _picture(paths: Sequence[Path], target: Path) -> None:
    from nnconform.reports.picture import matrix_svg

    target.write_text(matrix_svg(paths), "utf-8")


def _atlas_picture(paths: Sequence[Path], target: Path) -> None:
    from nnconform.reports.atlas.picture import atlas_svg

    target.write_text(atlas_svg(paths), "utf-8")


def _timing_picture(paths: Sequence[Path], target: Path) -> None:
    from nnconform.reports.timing.picture import throughput_svg

    target.write_text(throughput_svg(paths), "utf-8")
