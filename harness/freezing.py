"""Freezing files on disk, and telling which are out of date."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nnconform.spec.errors import Problem, SpecError
from nnconform.spec.frozen import frozen_path, shown


def freeze_all(paths: Sequence[Path], *, check: bool = False) -> list[Path]:
    """Write each file's frozen form, or only check; gives the files that were out of date.  Raises SpecError."""
    from nnconform.reference.freeze import freeze_file

    problems: list[Problem] = []
    stale = []
    for path in paths:
        try:
            text = freeze_file(path, shown(path))
        except SpecError as error:
            problems += error.problems
            continue
        target = frozen_path(path)
        if not target.is_file() or target.read_text("utf-8") != text:
            stale.append(path)
            if not check:
                target.write_text(text, "utf-8")
    if problems:
        raise SpecError(problems)
    return stale
