"""One verb of `nnconform` a file, each with `HELP`, `arguments(parser)` and `run(arguments)`.

Nothing here imports a framework, python-flint or NumPy before its verb needs them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nnconform.spec.errors import nearest

if TYPE_CHECKING:
    from nnconform.spec.catalogue import Operation

BAD_INPUT = 4
"""The exit code for what was asked wrongly, pytest's own."""


class BadInput(Exception):  # noqa: N818 - what was typed is wrong, not the program
    """What was asked cannot be done; the message is one line that says what to do."""


def needs_flint(what: str) -> None:
    """Raise BadInput where python-flint, an author's extra, is not installed."""
    try:
        import flint  # noqa: F401
    except ModuleNotFoundError:
        raise BadInput(f"{what} needs python-flint, which is not installed: pip install 'nnconform[author]'") from None


def one_of(what: str, asked: str, known: Iterable[str]) -> str:
    """`asked`, where it is known.  Raises BadInput with the nearest right name."""
    names = list(known)
    if asked not in names:
        raise BadInput(f"unknown {what} {asked!r}{nearest(asked, names)}; known: {', '.join(names)}")
    return asked


def said(option: str, typed: str | None, default: str) -> str:
    """An option's value; one that was typed with nothing after it is a mistake, not the default."""
    if typed == "":
        raise BadInput(f"--{option} needs a value; without the option it is {default}")
    return default if typed is None else typed


def results_folder(typed: str | None) -> Path:
    """Where records go, made and tried now: an hour later it would be too late to say so.  Raises BadInput."""
    from tempfile import TemporaryFile

    folder = Path(said("results", typed, "nnconform-results"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise BadInput(f"cannot write into {folder}: {error.strerror}; say --results=FOLDER") from None


def spec_files(paths: Sequence[str]) -> list[Path]:
    """The case files among `paths`, folders searched; all that ship with nnconform where none is named.

    Raises BadInput.
    """
    from nnconform.spec.frozen import shipped
    from nnconform.spec.loader import MARK, is_ours

    if not paths:
        return shipped()
    found: list[Path] = []
    for path in map(located, paths):
        if path.is_dir():
            inside = [file for file in sorted(path.rglob("*.toml")) if is_ours(file)]
            if not inside:  # nothing amiss in nothing would be no answer
                raise BadInput(f"no case file in {path}: those are .toml files that begin with {MARK} ...")
            found += inside
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def located(name: str) -> Path:
    """A path as typed; `spec/...`, or the end of it, is also found where nnconform is installed."""
    from nnconform.spec.frozen import ROOT, shipped, shown

    path = Path(name)
    if path.exists():
        return path
    if path.parts[:1] == ("spec",) and ROOT.joinpath(*path.parts[1:]).exists():
        return ROOT.joinpath(*path.parts[1:])
    ours = {shown(file): file for file in shipped()}
    ends = [file for place, file in ours.items() if place.endswith(f"/{path.as_posix()}")]
    if len(ends) == 1:
        return ends[0]
    raise BadInput(f"no such file or folder: {name}{nearest(path.as_posix(), ours)}")


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows as lines, columns aligned."""
    lines = [tuple(row) for row in rows]
    if not lines:
        return ""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def signature(entry: Operation) -> str:
    """How an adapter's function is called: arrays by position, attributes by keyword; a layer is (w, b, activation)."""
    attributes = [f"{name}={value!r}" for name, value in entry.attributes.items()]
    taken = [*entry.arguments, *(["layers"] if entry.layers else attributes)]
    return f"{entry.operation}({', '.join(taken)})"
