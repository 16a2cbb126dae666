"""The process beside a framework: reads questions as JSON lines, writes transcripts as JSON lines.

A line that says so is followed by a blob of that many bytes, the bits of its arrays.
Its standard output is the pipe; whatever a framework prints goes to standard error instead.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from typing import IO, Any

from nnconform.harness.interviewers import InProcess
from nnconform.harness.subject import LeftOut, Subject, SubjectCrashed, SubjectError
from nnconform.harness.transcript import to_data


def main() -> None:
    """Serve until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes the pipe
    questions, pipe = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - whatever the adapter starts must not read the questions
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: os.close(pipe.fileno()))  # a copy must not hold it open
    follow_parent()
    adapter, device, mode, precision = sys.argv[1:5]
    try:
        subject = InProcess(Subject(adapter, adapter, device, mode, precision), piped=True)
    except SubjectError as error:
        left_out = {"left_out": error.why} if isinstance(error, LeftOut) else {}
        _write(pipe, {"error": str(error), **left_out})
        return
    _write(pipe, dict(subject.description))
    for line in questions:
        blob = bytearray()
        try:
            found = _answer(subject, json.loads(line), blob)
        except SubjectCrashed as error:  # nothing more can be asked of this process
            _write(pipe, {"crashed": str(error)})
            return
        _write(pipe, found, blob)


def follow_parent() -> None:
    """End with the process that asks: a question in flight must not outlive it."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _answer(subject: InProcess, message: dict[str, Any], blob: bytearray) -> dict[str, Any]:
    if "ask" in message:
        return to_data(subject.ask(message["ask"]), blob)
    if "sweep" in message:
        from nnconform.harness.sweeps.answering import answer

        return answer(subject.adapter, message["sweep"])
    if "source" in message:
        return {"source": subject.source(message["source"])}
    return {"counters": dict(subject.counters())}  # whose names are the adapter's own


def _write(pipe: IO[bytes], data: dict[str, Any], blob: bytes | bytearray = b"") -> None:
    told = {**data, "blob": len(blob)} if blob else data
    pipe.write(json.dumps(told).encode() + b"\n")
    pipe.write(blob)
    pipe.flush()


if __name__ == "__main__":
    main()
