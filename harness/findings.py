"""Known deviations as pages that people read: one a cause, and an index by framework."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from nnconform.harness.deviations import FOLDER, Deviation
from nnconform.reports.words import one_line, slug
from nnconform.spec.formats import FORMATS

INDEX = "README.md"
_MADE = "<!-- Written by `nnconform findings` from adapters/deviations; do not edit. -->"
_NAMES = {"torch": "PyTorch", "tensorflow": "TensorFlow", "jax": "JAX", "numpy": "NumPy"}
_ISSUE = re.compile(r"\b([\w.-]+/[\w.-]+)#(\d+)")
_EVERY = "_every_value"
_UP = "../../adapters/deviations"


def pages(entries: Sequence[Deviation]) -> dict[str, str]:
    """Every page by its file's name.  Raises ValueError where two causes would share one."""
    made = {INDEX: _index(entries)}
    for entry in entries:
        if page_name(entry) in made:
            raise ValueError(f"two causes make one page: {page_name(entry)}")
        made[page_name(entry)] = _page(entry)
    return made


def page_name(entry: Deviation) -> str:
    """The file of one cause's page."""
    return f"{entry.adapter}-{slug(entry.cause)}.md"


def stale(folder: Path, made: Mapping[str, str]) -> list[str]:
    """Names of pages that are missing, out of date, or no longer any cause's."""
    there = {path.name for path in folder.glob("*.md")}
    changed = [name for name, text in made.items() if name not in there or _read(folder / name) != text]
    return sorted([*changed, *(there - made.keys())])


def write(folder: Path, made: Mapping[str, str]) -> list[str]:
    """Bring a folder up to date; gives the names of what changed.  Raises FileExistsError for a foreign page."""
    names = stale(folder, made)
    foreign = [name for name in names if name not in made and _MADE not in _read(folder / name)]
    if foreign:
        raise FileExistsError(f"{folder / foreign[0]} is none of these pages: move it, or name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name in made:
            (folder / name).write_text(made[name], "utf-8", newline="\n")
        else:
            (folder / name).unlink()
    return names


def _read(path: Path) -> str:
    return path.read_text("utf-8")


# ------------------------------------------------------------------ a page


def _page(entry: Deviation) -> str:
    script = f"[{Path(entry.script).name}]({_UP}/{entry.script})"
    excused = f"What the suite takes for this, and nothing more: {_excused(entry)}."
    parts = [
        f"# {_framework(entry)}: {_text(entry.cause)}", _MADE, _text(entry.reason),
        f"**Witness.** {_text(entry.witness)}",
        "\n".join(["| where | |", "| --- | --- |", *(f"| {what} | {told} |" for what, told in _where(entry))]),
        f"**Since.** {_text(entry.since) or 'Not traced: no other version was tried.'}",
        f"**Upstream.** {_upstream(entry) or 'No report of it was found.'}",
        f"**Script.** {script} imports only the framework, and exits with 0 while this shows:",
        f"```python\n{_read(FOLDER / entry.script).strip()}\n```", excused,
        f"Entry: [{entry.adapter}.toml]({_UP}/{entry.adapter}.toml). [All findings](README.md)",
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _where(entry: Deviation) -> Iterator[tuple[str, str]]:
    yield "operations", ", ".join(_operations(entry))
    yield "dtypes", _dtypes(entry)
    yield "modes", _every(entry.modes)
    yield "devices", _every(entry.devices)
    yield "versions", ", ".join(f"{name} `{wanted}`" for name, wanted in entry.versions.items())
    if entry.flags:
        yield "flags", ", ".join(f"{name} `{wanted}`" for name, wanted in entry.flags.items())
    yield "cases", "<br>".join(f"`{one_line(pattern)}`" for pattern in entry.cases)


def _operations(entry: Deviation) -> list[str]:
    """What is asked, by the files of the cases; of a sweep by the case itself."""
    found = []
    for pattern in entry.cases:
        file, _, case = pattern.partition("::")
        name = case.partition("/")[0].removesuffix(_EVERY) if "/sweeps/" in file else Path(file).stem
        found.append("every function" if "*" in name else name)
    return list(dict.fromkeys(found))


def _dtypes(entry: Deviation) -> str:
    """Every dtype that the patterns name, narrow ones first."""
    patterns = [pattern.rpartition("/")[2] for pattern in entry.cases]
    found = [name for name in reversed(FORMATS) if any(fnmatchcase(name, pattern) for pattern in patterns)]
    return "all" if len(found) == len(FORMATS) else ", ".join(found)


def _every(patterns: Sequence[str]) -> str:
    return "all that were asked" if tuple(patterns) == ("*",) else ", ".join(patterns)


def _excused(entry: Deviation) -> str:
    excuse, told = entry.excuses, []
    if excuse.ulps is not None:
        told.append(f"errors of at most {excuse.ulps:g} units in the last place")
    if excuse.ratio is not None:
        told.append(f"{excuse.ratio[0]:g} to {excuse.ratio[1]:g} times the exact value")
    if isinstance(excuse.got, tuple):
        told.append(f"a number from {excuse.got[0]:g} to {excuse.got[1]:g}")
    elif excuse.got is not None:
        told.append("the input itself" if excuse.got == "input" else f"the answer {excuse.got}")
    told += [f"{name} {value}" for name, value in _others(entry)]
    if excuse.says is not None:
        told.append(f"the words `{excuse.says}`")
    return ", and ".join(told) + f" ({', '.join(entry.facets)})"


def _others(entry: Deviation) -> Iterator[tuple[str, str]]:
    """Limits that this page has no words of its own for."""
    for name in entry.excuses.__dataclass_fields__:
        value = getattr(entry.excuses, name)
        if name not in {"ulps", "ratio", "got", "says"} and value is not None:
            yield name, " to ".join(f"{each:g}" for each in value) if isinstance(value, tuple) else f"{value:g}"


def _upstream(entry: Deviation) -> str:
    return _ISSUE.sub(r"[\1#\2](https://github.com/\1/issues/\2)", _text(entry.upstream))


# ------------------------------------------------------------------ the index


_INTRODUCTION = """# Findings

{made}

{count} causes, each a known deviation of a framework: verified in the framework alone by a script of at most 15 lines,
and expected by the suite only where, and only as far as, its page says. A case is never deleted or loosened because a
framework fails it. `nnconform findings` writes these pages from `adapters/deviations/*.toml`."""


def _index(entries: Sequence[Deviation]) -> str:
    adapters = list(dict.fromkeys(entry.adapter for entry in entries))
    lines = (line for adapter in adapters for line in _of(adapter, entries))
    return "\n".join([_INTRODUCTION.format(made=_MADE, count=len(entries)), *lines, ""])


def _of(adapter: str, entries: Sequence[Deviation]) -> Iterator[str]:
    found = sorted((entry for entry in entries if entry.adapter == adapter), key=lambda entry: entry.cause)
    yield from (
        "",
        f"## {_NAMES.get(adapter, adapter)}",
        "",
        "| cause | operations | dtypes | modes | upstream |",
    )
    yield "| --- | --- | --- | --- | --- |"
    for entry in found:
        told = [
            f"[{_text(entry.cause)}]({page_name(entry)})", ", ".join(_operations(entry)),
            _dtypes(entry), "all" if tuple(entry.modes) == ("*",) else ", ".join(entry.modes),
            _upstream(entry),
        ]  # fmt: skip
        yield f"| {' | '.join(told)} |"


def _framework(entry: Deviation) -> str:
    return _NAMES.get(entry.adapter, entry.adapter)


def _text(text: str) -> str:
    """One line that Markdown shows as it is; underscores within words are no emphasis."""
    return re.sub(r"([*|<>`\[\]])", r"\\\1", one_line(text)) if text else ""
