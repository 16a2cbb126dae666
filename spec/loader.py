"""From TOML to typed cases.  Every finding is kept, so that an author sees all of them at once."""

from __future__ import annotations

import re
import tomllib
from codecs import BOM_UTF8
from decimal import Decimal
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from nnconform.spec import SPEC_VERSION
from nnconform.spec.build import CaseBuilder
from nnconform.spec.errors import Problem, SpecError, nearest
from nnconform.spec.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from nnconform.spec.model import Case

MARK = "nnconform ="
"""A TOML file is ours where a line before its first table starts so; any other is somebody else's."""
_MARKED = re.compile(rb"""[ \t]*(?:nnconform|"nnconform"|'nnconform')[ \t]*=""")
_LINE = 4096
"""Bytes of one line that are looked at."""
LARGEST_FILE = 4 * 2**20
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*case[ \t]*\]\]", re.MULTILINE)
_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)")
_TOP = ("nnconform", "topic", "left_out", "case")


def is_ours(path: Path) -> bool:
    """Whether a TOML file says that it is a spec file, before its first table.

    Spaces around the equals sign and quotes around the key are TOML's to give: a file that is one, and is passed over
    without a word, would be a case that nobody asks.
    """
    try:
        with path.open("rb") as stream:
            lines = (line.removeprefix(BOM_UTF8) for line in iter(lambda: stream.readline(_LINE), b""))
            top = takewhile(lambda line: not line.lstrip().startswith(b"["), lines)
            return any(_MARKED.match(line) for line in top)
    except OSError:
        return False


def why_not_ours(path: Path, shown: str) -> SpecError:
    """What is wrong with a file that somebody named as a spec file, and that does not say so."""
    try:
        load(path, shown)
    except SpecError as error:
        return SpecError(error.problems[:1])
    return SpecError([Problem(shown, 1, f'needs {MARK} "{SPEC_VERSION}" as a line before its first table')])


def load(path: Path, shown: str | None = None) -> list[Case]:
    """All cases of one file, buckets expanded.  Raises SpecError with every finding in it."""
    shown = shown or str(path)
    text = _read(path, shown)
    data = _parse(text, shown)
    lines = [text.count("\n", 0, match.start()) + 1 for match in _HEADER.finditer(text)]
    problems = [*_top_level(data, shown)]
    if problems:
        raise SpecError(problems)
    cases: list[Case] = []
    for number, raw in enumerate(data["case"]):
        line = lines[number] if number < len(lines) else 1
        try:
            cases += CaseBuilder(raw, shown, line).build()
        except SpecError as error:
            problems += error.problems
        except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            what = f"case {raw.get('id')!r}: malformed: {type(error).__name__}: {error}"
            problems.append(Problem(shown, line, what))
    problems += duplicates(cases)
    if problems:
        raise SpecError(problems)
    return cases


def load_all(paths: Iterable[tuple[Path, str]]) -> list[Case]:
    """Several files; findings of all of them are raised together."""
    cases: list[Case] = []
    problems: list[Problem] = []
    for path, shown in paths:
        try:
            cases += load(path, shown)
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
    return cases


def duplicates(cases: Iterable[Case]) -> list[Problem]:
    """Ids that stand twice in one file."""
    first: dict[tuple[str, str], Case] = {}
    problems = []
    for case in cases:
        earlier = first.setdefault((case.path, case.id), case)
        if earlier is not case:
            problems.append(Problem(case.path, case.line, f"id {case.id!r} stands at line {earlier.line} already"))
    return problems


def _read(path: Path, shown: str) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise SpecError(
                [Problem(shown, 1, f"larger than {LARGEST_FILE} bytes: name large inputs, do not store them")]
            )
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SpecError([Problem(shown, line, f"not UTF-8: byte {error.object[error.start]:#04x}")]) from None
    except OSError as error:
        raise SpecError([Problem(shown, 1, f"cannot be read: {error.strerror}")]) from None
    if text.startswith("\ufeff"):
        raise SpecError([Problem(shown, 1, "begins with a byte order mark (BOM): save it as UTF-8 without one")])
    return text


def _parse(text: str, shown: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line, column = (int(place[1]), int(place[2])) if place else (text.count("\n") + 1, None)
        raise SpecError([Problem(shown, line, f"not TOML: {_PLACE.sub('', str(error))}", column)]) from None
    except ValueError as error:  # a whole number of thousands of digits
        raise SpecError([Problem(shown, 1, f"not readable: {error}")]) from None
    except RecursionError:
        brackets = [line.count("[") for line in text.splitlines()]
        deepest = brackets.index(max(brackets)) + 1
        raise SpecError([Problem(shown, deepest, "not TOML: nested too deeply")]) from None


def _top_level(data: dict[str, Any], shown: str) -> Iterable[Problem]:
    if "nnconform" not in data:
        yield Problem(shown, 1, f'is no spec file: those begin with {MARK} "{SPEC_VERSION}"')
        return
    for name in data:
        if name not in _TOP:
            yield Problem(shown, 1, f"unknown key {name!r}{nearest(name, _TOP)}")
    version = data["nnconform"]
    if version != SPEC_VERSION:
        yield Problem(shown, 1, f"spec version {version!r}: this nnconform reads {SPEC_VERSION!r}")
    if not (isinstance(data.get("topic"), str) and data["topic"]):
        yield Problem(shown, 1, "needs a topic, a short text")
    reasons = data.get("left_out", {})
    if not isinstance(reasons, dict) or not all(name in FORMATS and isinstance(reasons[name], str) for name in reasons):
        yield Problem(shown, 1, "left_out: needs dtypes, each with the reason why cases do not run in it")
    found = data.get("case")
    if not isinstance(found, list) or not found or not all(isinstance(raw, dict) for raw in found):
        yield Problem(shown, 1, "needs at least one [[case]]")
