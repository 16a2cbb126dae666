"""`nnconform sweep`: every value of a dtype through one operation, or a sample that is called one."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nnconform.harness.commands import BadInput, needs_flint, one_of, said
from nnconform.spec.errors import nearest

if TYPE_CHECKING:
    from nnconform.harness.subject import Subject

HELP = "ask an operation every value of a dtype, and tell how wrong it gets and where"
_SHARD = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})\Z")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("operation", metavar="OPERATION", help="an operation of one input, as sigmoid")
    parser.add_argument("--adapter", metavar="NAMES", required=True, help="as pytest takes it: names, files, or all")
    for name, metavar, text in (
        ("dtype", "NAMES", "of float16, bfloat16 and float32, comma-separated (default: all three)"),
        ("device", "DEVICE", "device to ask on (default: cpu)"),
        ("mode", "NAMES", "eager (default), compiled, xla, or all that each adapter has"),
        ("results", "FOLDER", "where records go (default: nnconform-results)"),
        ("shard", "I/N", "only the I-th of N parts of float32"),
    ):
        parser.add_argument(f"--{name}", metavar=metavar, help=text)
    parser.add_argument(
        "--exhaustive", action="store_true", help="all 4,294,967,296 values of float32; without it, a sample of them"
    )
    parser.add_argument("--resume", action="store_true", help="go on with the same sweep, which was ended before")


def run(arguments: argparse.Namespace) -> int:
    """Sweep; gives 0, 1 where an answer is beyond its bound, 4 where nothing could be asked."""
    from nnconform.harness.subject import SubjectError
    from nnconform.harness.sweeps.command import Command
    from nnconform.harness.sweeps.state import StateError
    from nnconform.harness.sweeps.walk import DTYPES

    _check_operation(arguments.operation)
    dtypes = _dtypes(arguments.dtype, DTYPES)
    if "float32" in dtypes:
        needs_flint("a sweep over float32")
    shard = _shard(arguments.shard)
    if shard != (1, 1) and dtypes != ("float32",):
        raise BadInput("--shard is for float32 alone: say --dtype=float32; 16-bit dtypes are asked whole")
    if arguments.exhaustive and "float32" not in dtypes:
        raise BadInput("--exhaustive is for float32; 16-bit dtypes are always asked whole")
    try:
        command = Command(
            arguments.operation,
            _subjects(arguments),
            dtypes,
            exhaustive=arguments.exhaustive,
            shard=shard,
            folder=Path(said("results", arguments.results, "nnconform-results")),
            every_mode=arguments.mode == "all",
        )
        return command.run(resumed=arguments.resume)
    except (SubjectError, StateError) as error:
        raise BadInput(str(error)) from None


def _check_operation(name: str) -> None:
    from nnconform.reference.sweep.functions import known
    from nnconform.spec.catalogue import catalogue

    if name in catalogue() and name not in known():
        raise BadInput(f"{name} cannot be swept: it is no function of one number; those are {', '.join(known())}")
    one_of("operation", name, known())


def _subjects(arguments: argparse.Namespace) -> tuple[Subject, ...]:
    """Who is asked.  Raises BadInput."""
    import pytest

    from nnconform.harness import options

    try:
        device, mode = said("device", arguments.device, "cpu"), said("mode", arguments.mode, "eager")
        return options.named_subjects(arguments.adapter, device, mode)
    except pytest.UsageError as error:
        raise BadInput(str(error)) from None


def _dtypes(asked: str | None, known: Sequence[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(known if asked is None else (name.strip() for name in asked.split(","))))
    for name in found:
        if name not in known:
            raise BadInput(f"{name!r} cannot be swept{nearest(name, known)}; known: {', '.join(known)}")
    return found


def _shard(asked: str | None) -> tuple[int, int]:
    if asked is None:
        return 1, 1
    found = _SHARD.match(asked)
    number, shards = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= number <= shards <= 128:
        raise BadInput(f"no shard {asked!r}: I/N, with I from 1 to N and N at most 128, as --shard=3/8")
    return number, shards
