"""From a spec file on disk to what can be asked: the frozen form beside it, or one made in memory."""

from __future__ import annotations

from pathlib import Path

from nnconform.spec.errors import Problem, SpecError
from nnconform.spec.frozen import FrozenFile, frozen_path, read_current, shown


def plan(path: Path) -> FrozenFile:
    """A TOML file's cases, ready to be asked.  Raises SpecError."""
    current = read_current(path)
    if current is not None:
        return current
    try:
        from nnconform.reference.freeze import freeze_file
    except ModuleNotFoundError as error:
        if error.name != "flint":
            raise
        state = "has changed since it was frozen" if frozen_path(path).is_file() else "is not frozen"
        hint = f"{state}, and freezing needs python-flint: pip install 'nnconform[author]'"
        raise SpecError([Problem(shown(path), 1, hint)]) from None
    return FrozenFile(freeze_file(path, shown(path)))
