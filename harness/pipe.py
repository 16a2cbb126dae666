"""A process behind a pipe: lines of JSON, a limit for each answer, and an end that leaves nothing behind.

An answer that has a `blob` says how many bytes follow its line; they take the number's place in what is read.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from math import inf
from threading import Event, Lock, Thread
from time import monotonic
from typing import IO, Any

from nnconform.harness.noise import Noise

_LOOK_S = 0.1
"""Between two looks at a process that owes an answer."""


class Pipe:
    """A process that answers each line with a line."""

    def __init__(self, command: Sequence[str]) -> None:
        # A group of its own: Ctrl-C is for the parent, which then closes the pipe.
        own: Any = {"process_group": 0} if os.name == "posix" else {"creationflags": 0x200}
        self.noise = Noise()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.noise.stream,
            **own,
        )
        self.owes = True
        """A line that has not come yet; the first of them says that it is ready."""
        self.late = False
        """Whether a limit has passed: the process is ended then."""
        self._watch = _Watch(self)

    def send(self, message: Mapping[str, Any], limit_s: float) -> Any:
        """The answer, or None where the process ended without one."""
        assert self.process.stdin is not None
        if self.owes:
            return None  # interrupted: the next line would answer an earlier question
        self.owes = True
        self._watch.set(monotonic() + limit_s)
        with suppress(OSError):  # it ended: there is nothing to read
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()
        return self.read(limit_s)

    def read(self, limit_s: float) -> Any:
        """The next line, or None where the process ended without one."""
        assert self.process.stdout is not None
        self._watch.set(monotonic() + limit_s)
        found = _message(self.process.stdout)
        self._watch.set(inf)
        self.owes = False
        return None if self.late else found

    def end(self) -> str:
        """How the process ended: on its own where it owes nothing, else it is killed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._watch.over.set()
        with suppress(OSError):  # the pipe may be broken already
            self.process.stdin.close()
        try:
            status = self.process.wait(0 if self.owes else 10)
        except subprocess.TimeoutExpired:
            kill_group(self.process)
            status = self.process.wait()
        kill_group(self.process)  # whatever it started and did not end
        self.process.stdout.close()
        return f"{named(status)}{self.noise.end()}"


def _message(stream: IO[bytes]) -> Any:
    """One answer, or None where it ends too soon."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    found = json.loads(line)
    if "blob" in found:
        size, found["blob"] = found["blob"], stream.read(found["blob"])
        return found if len(found["blob"]) == size else None
    return found


class _Watch:
    """Ends a process whose answer is late, and what a dead one left behind to hold the pipe open."""

    def __init__(self, pipe: Pipe) -> None:
        self.pipe, self.over = pipe, Event()
        self._until, self._lock = inf, Lock()
        Thread(target=self._look, daemon=True).start()

    def set(self, until: float) -> None:
        """Wait for an answer until a moment; no longer for one where that is infinite."""
        with self._lock:
            self._until = until

    def _look(self) -> None:
        while not self.over.wait(_LOOK_S):
            with self._lock:
                if self._until == inf:
                    continue
                dead = self.pipe.process.poll() is not None
                if dead or monotonic() > self._until:
                    self.pipe.late = self.pipe.late or not dead
                    kill_group(self.pipe.process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a process at once, and whatever it started."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def named(status: int) -> str:
    """An exit status, or the signal that ended a process."""
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"status {status}"
