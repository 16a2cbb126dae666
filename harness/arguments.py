"""What a typed path means: a spec file wherever nnconform is installed, one case of it, an item as pytest prints it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nnconform.harness.plan import plan
from nnconform.spec.errors import SpecError, nearest
from nnconform.spec.frozen import ROOT, shipped, shown
from nnconform.spec.loader import is_ours, why_not_ours
from nnconform.spec.model import KINDS, LEVELS

if TYPE_CHECKING:
    from nnconform.harness.options import Options
    from nnconform.harness.subject import Subject

_WORD = re.compile(r"[A-Za-z_]\w*")


def choose_spec(config: pytest.Config, options: Options) -> bool:
    """No path typed: the shipped spec.  Otherwise each path is made one that pytest finds.  Raises UsageError.

    Gives whether any path was typed.
    """
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args[:] = [str(ROOT)]
        return False
    found = [made for argument in config.args for made in _found(argument, options)]
    if not config.getoption("pyargs"):
        for argument in found:
            _check_path(argument.partition("::")[0])
    config.args[:] = found
    return True


def check_marks(config: pytest.Config) -> None:
    """A slip in `-m` would select nothing without a word; tell the nearest right name."""
    known = {line.partition(":")[0].partition("(")[0].strip() for line in config.getini("markers")}
    for word in _WORD.findall(config.getoption("markexpr", "") or ""):
        hint = nearest(word, known)
        if hint and word not in known and word not in {"and", "or", "not"}:
            raise pytest.UsageError(f"no case is marked {word!r}{hint}")


def _found(argument: str, options: Options) -> Iterator[str]:
    name, separator, rest = argument.partition("::")
    path = _located(Path(name))
    cases = path.suffix == ".toml" and path.is_file()
    drawn = options.generated and _is_entry(path)
    if cases and not drawn and not is_ours(path):  # pytest would say no more than that nothing was found
        raise pytest.UsageError(*map(str, why_not_ours(path, shown(path)).problems))
    if separator and "/" not in rest and cases:
        yield from (f"{path}::{item}" for item in _items(path, rest, options))
    else:
        yield f"{path}{separator}{rest}"


def _is_entry(path: Path) -> bool:
    from nnconform.harness.generated.items import is_entry

    return is_entry(path)


def _located(path: Path) -> Path:
    inside = ROOT.joinpath(*path.parts[1:])
    if path.exists() or path.parts[:1] != ("spec",) or not inside.exists():
        return path
    return inside


def _check_path(path: str) -> None:
    """What pytest would say too, but before a framework is loaded, and under xdist."""
    if not Path(path).exists():
        raise pytest.UsageError(f"no such file or folder: {path}{_meant(path)}")


def _meant(path: str) -> str:
    """The shipped file of this name, or one that is called like it; of a bare name the folder says nothing."""
    ours = [shown(file) for file in shipped()]
    same = [name for name in ours if Path(name).name == Path(path).name]
    if len(same) == 1:
        return f" (did you mean {same[0]!r}?)"
    if same or Path(path).name != path:
        return nearest(path, same or ours)
    close = get_close_matches(path, [Path(name).name for name in ours], n=1)
    return next((f" (did you mean {name!r}?)" for name in ours if [Path(name).name] == close), "")


def _items(path: Path, case: str, options: Options) -> Iterator[str]:
    """The items of one case: `file::case` stands for all of them."""
    try:
        cases = {found["id"]: found for found in plan(path).cases}
    except SpecError as error:
        raise pytest.UsageError(*map(str, error.problems)) from None
    if case not in cases:
        raise pytest.UsageError(f"{shown(path)} has no case {case!r}{nearest(case, cases)}")
    known = swept_too(cases[case], options)
    dtypes = [dtype for dtype in known if options.dtypes is None or dtype in options.dtypes]
    if not dtypes:
        more = "" if len(known) == len(cases[case]["dtypes"]) else ", and in float32 with --sweep"
        raise pytest.UsageError(f"{case} runs in {', '.join(known)} only{more}")
    for subject in options.subjects:
        for dtype in dtypes:
            yield item_name(case, subject, dtype)


def swept_too(case: dict[str, Any], options: Options) -> list[str]:
    """The dtypes of a case; a sweep has float32 only where that is asked for."""
    found: list[str] = case["dtypes"]
    return [each for each in found if each != "float32"] if case["kind"] == "sweep" and not options.sweep else found


def names_any(argument: str, subjects: Iterable[Subject]) -> bool:
    """Whether an argument is the item of one of these subjects."""
    _, _, name = argument.partition("::")
    asked = name.split("/")
    return any([*asked[1:3], *asked[4:]] == [subject.label, subject.device, subject.mode] for subject in subjects)


def item_name(case: str, subject: Subject, dtype: str) -> str:
    """An item's name: the same in every folder, and without a `[`, which would end it for pytest."""
    return f"{case}/{subject.label}/{subject.device}/{dtype}/{subject.mode}"


def register_markers(config: pytest.Config) -> None:
    """Every marker that an item may carry, so that strict markers accept them."""
    operations = sorted(path.stem for path in (ROOT / "catalogue").glob("*.toml"))
    for name in (*KINDS, *LEVELS, *operations, *(f"S{number}" for number in range(1, 33))):
        config.addinivalue_line("markers", f"{name}: cases of nnconform")
