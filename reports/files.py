"""Writing a file whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(target: Path, text: str) -> Path:
    """Replace `target` in one step, so that no reader ever sees half of it."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return target
