"""`nnconform time`: the timing cases, with a bar that shows how far it is; `pytest --timing` in fewer words."""

from __future__ import annotations

import argparse

HELP = "time the documents' work on several frameworks, in interleaved rounds"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("paths", metavar="CASE", nargs="*", help="spec files or cases (default: every timing case)")
    parser.add_argument("--adapter", metavar="NAMES", default="all", help="as pytest takes it (default: all)")
    for name, metavar, text in (
        ("device", "DEVICE", "device to time on (default: cpu)"),
        ("mode", "NAMES", "eager (default), compiled, xla, or all that each adapter has"),
        ("dtype", "NAMES", "dtypes, comma-separated"),
        ("threads", "N", "threads that each framework may use (default: 1)"),
        ("time-limit", "SECONDS", "of measuring, for each series of a case (default: 1)"),
        ("results", "FOLDER", "where records and the page go (default: nnconform-results)"),
    ):
        parser.add_argument(f"--{name}", metavar=metavar, help=text)
    parser.add_argument("-k", metavar="EXPRESSION", dest="keyword", help="only cases whose ids match, as in pytest")
    parser.add_argument("-m", metavar="MARKS", dest="marks", help="only cases with these marks, as -m S31")


def run(arguments: argparse.Namespace) -> int:
    """Run pytest; gives its exit code."""
    import pytest

    line = [
        "-p",
        "no:cacheprovider",
        "--tb=no",
        "-q",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
        "--nnconform-timing",
        *arguments.paths,
    ]
    for name in ("adapter", "device", "mode", "dtype", "threads", "time-limit", "results"):
        value = getattr(arguments, name.replace("-", "_"))
        if value is not None:
            line.append(f"--nnconform-{name}={value}")
    for option, value in (("-k", arguments.keyword), ("-m", arguments.marks)):
        if value is not None:
            line += [option, value]
    return int(pytest.main(line))
