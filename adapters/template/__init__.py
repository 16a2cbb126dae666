"""The package that `nnconform adapter new` writes."""

from __future__ import annotations

from keyword import iskeyword
from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent


_TAKEN = frozenset({"Adapter", "Any", "Mapping", "Sequence", "Unsupported"})
"""Names that the written module imports."""


def class_of(name: str) -> str:
    """The class that an adapter of this name has.  Raises ValueError where it cannot stand in the written module."""
    made = "".join(part.capitalize() for part in name.split("_"))
    if iskeyword(made):
        raise ValueError(f"its class would be {made}, which is a word of Python's own")
    if made in _TAKEN:
        raise ValueError(f"its class would be {made}, which its module imports")
    return made


def write_package(name: str, into: Path) -> Path:
    """Write an adapter's package below `into`; gives its folder.  Raises OSError, and ValueError as `class_of` does."""
    words = {"name": name, "class": class_of(name)}
    folder = into / f"nnconform-{name.replace('_', '-')}"
    folder.mkdir(parents=True)
    (folder / "tests").mkdir()
    for template, target in {
        "pyproject.toml.txt": "pyproject.toml",
        "module.py.txt": f"nnconform_{name}.py",
        "test.py.txt": f"tests/test_{name}.py",
        "README.md.txt": "README.md",
    }.items():
        text = Template((FOLDER / template).read_text("utf-8")).substitute(words)
        (folder / target).write_text(text, "utf-8")
    return folder
