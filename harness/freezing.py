"""Freezing files on disk, and telling which are out of date."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from nnconform.harness.commands import BadInput
from nnconform.harness.side_by_side import side_by_side
from nnconform.reports.files import write_whole
from nnconform.spec.errors import Problem, SpecError
from nnconform.spec.frozen import frozen_path, shown


def freeze_all(paths: Sequence[Path], *, check: bool = False, processes: int | None = None) -> list[Path]:
    """Write each file's frozen form, or only check; gives the files that were out of date.

    Raises SpecError, BadInput.
    """
    problems: list[Problem] = []
    stale = []
    for path, text, found in _frozen(paths, processes or os.cpu_count() or 1):
        problems += found
        if found or _brought(frozen_path(path), text, check=check):
            continue
        stale.append(path)
    if problems:
        raise SpecError(problems)
    return stale


def _brought(target: Path, text: str, *, check: bool) -> bool:
    """Whether a frozen file was current; otherwise it is written, whole or not at all.  Raises BadInput."""
    try:
        if target.is_file() and target.read_bytes() == text.encode():
            return True
        if not check:
            write_whole(target, text)
    except OSError as error:
        raise BadInput(f"cannot write {shown(target)}: {error.strerror}") from None
    return False


Frozen = tuple[Path, str, tuple[Problem, ...]]


def _frozen(paths: Sequence[Path], processes: int) -> Iterator[Frozen]:
    """Each file's frozen text or problems, in order; several files at a time in processes of their own."""
    if len(paths) < 2 or processes < 2:
        yield from map(_freeze, paths)
        return
    longest_first = sorted(paths, key=_size, reverse=True)
    yield from _as_listed(paths, side_by_side(_freeze, longest_first, min(processes, len(paths))))


def _as_listed(paths: Sequence[Path], found: Iterable[Frozen]) -> Iterator[Frozen]:
    """The longest files are frozen first, so that none is left for the end; findings come in the order asked."""
    by_path = {made[0]: made for made in found}
    for path in paths:
        yield by_path[path]


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _freeze(path: Path) -> Frozen:
    from nnconform.reference.freeze import freeze_file

    try:
        return path, freeze_file(path, shown(path)), ()
    except SpecError as error:
        return path, "", error.problems
