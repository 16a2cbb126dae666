"""The process beside a framework that is timed: `-m nnconform.harness.timing.worker ADAPTER DEVICE MODE CPUS THREADS`.

It reads questions as JSON lines and writes answers as JSON lines, one at a time, and ends with its parent.  It is kept
on its CPUs before anything is imported that starts threads.  Its standard output is the pipe; whatever a framework
prints goes to standard error instead.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import warnings
from typing import IO, TYPE_CHECKING, Any

from nnconform.harness.timing.threads import pin

if TYPE_CHECKING:
    from nnconform.harness.timing.desk import Desk


def main() -> None:
    """Serve until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes the pipe
    questions, pipe = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - whatever the adapter starts must not read the questions
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    adapter, device, mode, listed, threads, precision = sys.argv[1:7]
    cpus = tuple(int(number) for number in listed.split(",") if number)
    done = pin(cpus)

    from nnconform.harness.child import follow_parent
    from nnconform.harness.opening import open_adapter
    from nnconform.harness.subject import LeftOut, Subject, SubjectError

    follow_parent()
    warnings.simplefilter("ignore")
    try:
        made, description = open_adapter(Subject(adapter, adapter, device, mode, precision))
    except SubjectError as error:
        left_out = {"left_out": error.why} if isinstance(error, LeftOut) else {}
        _write(pipe, {"refused": str(error), **left_out})
        return
    desk, described = _ready(made, description)
    _write(pipe, {**described, "threads": int(threads), "pinned": done, "cpus": cpus})
    for line in questions:
        _write(pipe, _answer(desk, json.loads(line)))


def _ready(adapter: Any, description: dict[str, Any]) -> tuple[Desk, dict[str, Any]]:
    import numpy as np

    from nnconform.harness.timing.caches import last_level
    from nnconform.harness.timing.conditions import resolution
    from nnconform.harness.timing.desk import Desk

    np.seterr(all="ignore")  # a warning for each special operand would be timed as well
    desk = Desk(adapter)
    return desk, {
        **description,
        "clock_resolution_ns": resolution(),
        "last_level_cache": last_level(),
        "cold": desk.cold(),
    }


def _answer(desk: Desk, message: dict[str, Any]) -> Any:
    from dataclasses import asdict

    from nnconform.harness.timing.errors import TimingError, to_data
    from nnconform.harness.transcript import to_data as transcript_data

    (question, given), *_ = message.items()
    try:
        found = getattr(desk, question)(**given)
    except TimingError as error:
        return to_data(error)
    if question == "prepare":
        plain = {name: getattr(found, name) for name in ("slot", "first_ns", "steady_ns", "compile_ns")}
        return {**plain, "transcript": transcript_data(found.transcript)}
    if question == "others":
        return transcript_data(found)
    if question == "ceilings":
        return [asdict(ceiling) for ceiling in found]
    return asdict(found) if question == "block" else {}


def _write(pipe: IO[str], data: Any) -> None:
    pipe.write(json.dumps(data) + "\n")
    pipe.flush()


if __name__ == "__main__":
    main()
