"""`nnconform score`: what a pass of the suite is worth."""

from __future__ import annotations

import argparse
import os
import sys
from time import perf_counter

from nnconform.harness.commands import BadInput, one_of, results_folder

HELP = "ask a zoo of wrong and right implementations, and tell how many are caught and how many blamed"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--zoo", metavar="FOLDER", help="where the implementations are (default: tests/zoo of a clone)")
    parser.add_argument("--groups", metavar="NAMES", help="of wrong, right and mutants, comma-separated (default: all)")
    parser.add_argument("--only", metavar="NAME", action="append", help="this member alone; may be given several times")
    parser.add_argument("--matrix", action="store_true", help="ask every case, not only up to the first that fails")
    parser.add_argument("--results", metavar="FOLDER", help="where the record goes (default: nnconform-results)")
    parser.add_argument("--processes", metavar="N", help="how many at a time (default: one a core)")


def run(arguments: argparse.Namespace) -> int:
    """Score; gives 0, or 1 where a wrong implementation survives or a right one fails."""
    from nnconform.harness.score import cases, engine, zoo
    from nnconform.harness.score.report import Report

    processes = _processes(arguments.processes)
    since = perf_counter()
    try:
        folder = zoo.find(arguments.zoo)
        found = zoo.load(folder).members
    except zoo.ZooError as error:
        raise BadInput(str(error)) from None
    groups = zoo.GROUPS if arguments.groups is None else [name.strip() for name in arguments.groups.split(",")]
    for name in groups:
        one_of("group", name, zoo.GROUPS)
    for name in arguments.only or ():
        one_of("member", name, found)
    only = set(arguments.only or found)
    members = [member for member in found.values() if member.group in groups and member.name in only]
    if not members:
        raise BadInput(f"{folder} has no member in {', '.join(groups)}")
    results = results_folder(arguments.results)
    count = len(cases.load())
    scored = list(engine.score_all(folder, members, processes, every=arguments.matrix))
    report = Report(str(folder), count, arguments.matrix, perf_counter() - since, scored)
    print(*report.lines(), sep="\n")
    try:
        print(f"record: {report.write(results)}", file=sys.stderr)
    except OSError as error:
        raise BadInput(f"cannot write into {results}: {error.strerror}; say --results=FOLDER") from None
    return 1 if report.survivors or report.alarms else 0


def _processes(asked: str | None) -> int:
    if asked is None:
        return os.cpu_count() or 1
    if not asked.isdecimal() or not 1 <= int(asked) <= 1024:
        raise BadInput(f"--processes={asked}: a number from 1 to 1024")
    return int(asked)
