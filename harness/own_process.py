"""How a process of the suite's own is started: so that it imports what this one does.

`python -m` looks into the working folder first, which a console script does not: a file there named like a framework,
or another version of it, would be asked in the one and not in the other.
"""

from __future__ import annotations

import json
import sys

_BEGIN = (
    "import json, runpy, sys; sys.path[:] = json.loads(sys.argv.pop(1)); "
    "runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)


def command(module: str, *arguments: str) -> list[str]:
    """What runs a module as a program, with this process's import path."""
    return [sys.executable, "-P", "-c", _BEGIN, json.dumps([str(folder) for folder in sys.path]), module, *arguments]
