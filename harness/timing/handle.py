"""A worker process, from the side of the rounds."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from nnconform.harness.noise import Noise
from nnconform.harness.own_process import command
from nnconform.harness.subject import LeftOut, Subject, SubjectError
from nnconform.harness.timing import errors
from nnconform.harness.timing.errors import WorkerLost
from nnconform.harness.timing.model import Block, Ceiling, Prepared
from nnconform.harness.timing.threads import choose, environment
from nnconform.harness.transcript import Transcript, from_data

_PATIENCE_S = 600.0
"""A device that hangs gives no error.  The slowest honest answer is a large compilation."""


class Worker:
    """A process beside one framework; it starts at once, and is waited for when it is first asked."""

    def __init__(self, subject: Subject, threads: int = 1, patience_s: float = _PATIENCE_S) -> None:
        """Raises SubjectError where so many threads cannot be pinned."""
        self.subject, self.threads, self.patience_s = subject, threads, patience_s
        try:
            self.cpus = choose(threads)
        except ValueError as error:
            raise SubjectError(str(error)) from None
        self.lost = ""
        """Why nothing more can be asked."""
        self._description: Mapping[str, Any] | None = None
        self._asked = False
        """A question is open: after an interruption its answer would pass for the next one's."""
        self._start()

    @property
    def description(self) -> Mapping[str, Any]:
        """What is timed, on what, and how it is pinned.  Raises SubjectError where the adapter cannot be had."""
        if self._description is None:
            found = self._read()
            if found is None or "refused" in found:
                self.close()
                raise self._refusal(found or {})
            self._description = found
        return self._description

    def prepare(self, ask: Mapping[str, Any], memory: int | None = None) -> Prepared:
        """Inputs made native and the first call timed; `memory`: bytes of inputs and outputs.  Raises TimingError.

        Where there is nothing to repeat `slot` is None, and the transcript says why.
        """
        found = self._request("prepare", ask=ask, memory=memory)
        return Prepared(**{**found, "transcript": from_data(found["transcript"])})

    def block(self, slot: int, calls: int, *, cold: bool = False, lead: int = 0) -> Block:
        """`calls` synchronised calls, timed, after `lead` that are not.  Raises TimingError."""
        return Block(**self._request("block", slot=slot, calls=calls, cold=cold, lead=lead))

    def others(self, slot: int) -> Transcript:
        """The second question's answer, to be judged as well.  Raises TimingError."""
        return from_data(self._request("others", slot=slot))

    def release(self, slot: int) -> None:
        """Let go of a case's memory; nothing to do where the process is lost."""
        with suppress(WorkerLost):
            self._request("release", slot=slot)

    def ceilings(self, dtype: str, budget_s: float) -> list[Ceiling]:
        """Copy bandwidth and matrix rate, each size of a product within so many seconds.  Raises TimingError."""
        return [Ceiling(**found) for found in self._request("ceilings", dtype=dtype, budget_s=budget_s)]

    def close(self) -> int:
        """End the process.  Gives its exit status."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with suppress(OSError):  # the pipe may be broken already
            self.process.stdin.close()
        try:
            status = self.process.wait(0 if self._asked else 10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.process.stdout.close()
        self.noise.end()
        self.lost = self.lost or "its process was ended"
        return status

    def _refusal(self, found: Mapping[str, Any]) -> SubjectError:
        line = found.get("refused", f"{self.subject.adapter}: its process ended while loading{self.noise.end()}")
        return LeftOut(line, **found["left_out"]) if "left_out" in found else SubjectError(line)

    def _start(self) -> None:
        subject = self.subject
        cpus = ",".join(map(str, self.cpus))
        asked = (subject.adapter, subject.device, subject.mode)
        # A group of its own: Ctrl-C is for the parent, which then closes the pipe.
        own: Any = {"process_group": 0} if os.name == "posix" else {"creationflags": 0x200}
        self.noise = Noise()
        self.process = subprocess.Popen(
            command("nnconform.harness.timing.worker", *asked, cpus, str(self.threads), subject.matmul_precision),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.noise.stream,
            text=True,
            encoding="utf-8",
            env={**os.environ, **environment(self.threads)},
            **own,
        )

    def _request(self, question: str, **given: Any) -> Any:
        if self.lost:
            raise WorkerLost(self.lost)
        if self._asked:
            raise WorkerLost("it was interrupted in the middle of a question")
        _ = self.description
        assert self.process.stdin is not None
        self._asked = True
        try:
            self.process.stdin.write(json.dumps({question: given}) + "\n")
            self.process.stdin.flush()
        except OSError:
            found = None
        else:
            found = self._read()
        self._asked = False
        if found is None:
            raise WorkerLost(self._ended())
        if "error" in found:
            raise errors.from_data(found)
        return found

    def _read(self) -> Any:
        assert self.process.stdout is not None
        if os.name == "posix" and not select.select([self.process.stdout], [], [], self.patience_s)[0]:
            self.process.kill()
            self.lost = f"its process gave no answer for {self.patience_s:.0f} s and was ended"
            return None
        line = self.process.stdout.readline()
        return json.loads(line) if line.endswith("\n") else None

    def _ended(self) -> str:
        hung, status = self.lost, self.close()
        name = signal.Signals(-status).name if -status in set(signal.Signals) else f"status {status}"
        self.lost = hung or f"its process ended with {name}{self.noise.end()}"
        return self.lost
