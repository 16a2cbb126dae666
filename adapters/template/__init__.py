"""The package that `nnconform adapter new` writes."""

from __future__ import annotations

from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent


def write_package(name: str, into: Path) -> Path:
    """Write an adapter's package below `into`; gives its folder.  Raises OSError."""
    words = {"name": name, "class": "".join(part.capitalize() for part in name.split("_"))}
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
