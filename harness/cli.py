"""The command line: `nnconform VERB`.

Exit codes are pytest's: 0 fine, 1 findings, 2 interrupted, 3 what it says could not be written, 4 asked wrongly.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, Protocol

from nnconform.harness.commands import (
    BAD_INPUT,
    BadInput,
    adapter,
    check,
    compare,
    explain,
    findings,
    freeze,
    listing,
    report,
    score,
    sweep,
    timing,
)
from nnconform.spec.errors import SpecError, nearest

BROKEN_PIPE = 128 + 13
FINDINGS = 1
INTERRUPTED = 2
UNWRITTEN = 3


class Verb(Protocol):
    """What a module in `commands` gives."""

    HELP: str

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the verb's arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; gives the exit code."""


VERBS: Mapping[str, Verb] = {
    "list": listing,
    "freeze": freeze,
    "check": check,
    "explain": explain,
    "report": report,
    "compare": compare,
    "sweep": sweep,
    "findings": findings,
    "score": score,
    "time": timing,
    "adapter": adapter,
}


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line with the nearest right name."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message} ({self.prog} --help lists what there is)")

    def _check_value(self, action: argparse.Action, value: object) -> None:
        known = [str(choice) for choice in action.choices or ()]
        if known and value not in known:
            what = action.metavar or action.dest
            raise BadInput(f"unknown {what} {value!r}{nearest(value, known)}; known: {', '.join(known)}")

    def _print_message(self, message: str, file: Any = None) -> None:
        print(message, end="", file=file)  # argparse would keep a full disk to itself


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; gives the exit code."""
    if sys.stdout is None:  # closed by whoever started this; the first file opened would take its place
        return _unwritten("it is closed (>/dev/null is a place for what nobody reads)")
    try:
        status = _run(sys.argv[1:] if argv is None else list(argv))
        sys.stdout.flush()
    except BadInput as error:
        print(f"nnconform: {error}", file=sys.stderr)
        return BAD_INPUT
    except SpecError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left has no reader
        return BROKEN_PIPE
    except OSError:
        if not (why := _stopped()):
            raise
        return _unwritten(why)
    except KeyboardInterrupt:
        print("nnconform: interrupted", file=sys.stderr)
        return INTERRUPTED
    return status


def _unwritten(why: str) -> int:
    print(f"nnconform: cannot write to standard output: {why}", file=sys.stderr)
    return UNWRITTEN


def _stopped() -> str:
    """Why standard output takes no more, or nothing where the error came from elsewhere."""
    try:
        print(flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains as well, at its end
        return error.strerror or type(error).__name__
    return ""


def _run(argv: list[str]) -> int:
    parser = _parser()
    try:
        arguments, rest = parser.parse_known_args(argv)
    except SystemExit:  # --help, which is printed
        return 0
    if rest:
        raise BadInput(_unknown(rest[0], parser, argv))
    if arguments.version:
        from importlib.metadata import version

        print(f"nnconform {version('nnconform')}")
        return 0
    if arguments.verb is None:
        parser.print_help()
        return BAD_INPUT
    try:
        return VERBS[arguments.verb].run(arguments)
    except SystemExit as error:  # an adapter's code would end this with a code of its own, 0 perhaps
        print(f"nnconform: code of the adapter ended the process: SystemExit: {error}", file=sys.stderr)
        return FINDINGS


def _unknown(argument: str, parser: Parser, argv: Sequence[str]) -> str:
    name = argument.partition("=")[0]
    known = [option for option in _options(parser, argv) if option.startswith("--")]
    if name in parser._option_string_actions:  # noqa: SLF001
        return f"{name} goes without a verb: nnconform {name}"
    if name in known:
        return f"{name} goes behind its verb"
    return f"unknown argument {argument!r}{nearest(name, known)}"


def _parser() -> Parser:
    parser = Parser(
        prog="nnconform",
        description="A conformance suite for neural-network primitives.  To run it: pytest --adapter=NAME.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    verbs = parser.add_subparsers(dest="verb", metavar="verb")
    for name, verb in VERBS.items():
        made = verbs.add_parser(name, help=verb.HELP, description=verb.HELP, allow_abbrev=False)
        verb.arguments(made)
    return parser


def _options(parser: argparse.ArgumentParser, argv: Sequence[str]) -> list[str]:
    """The options of the verb that was typed, or of the whole."""
    found = list(parser._option_string_actions)  # noqa: SLF001 - argparse lists them nowhere else
    for action in parser._actions:  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            typed = next((word for word in argv if word in action.choices), None)
            if typed is not None:
                found += _options(action.choices[typed], argv)
    return found


if __name__ == "__main__":
    sys.exit(main())
