"""Interviewers: an adapter in this process, or one in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from nnconform.harness.noise import Noise
from nnconform.harness.options import Subject
from nnconform.harness.transcript import Transcript, from_data
from nnconform.spec.errors import nearest


class SubjectError(Exception):
    """An adapter that cannot be asked at all; the message is one line that says what to do."""


class LeftOut(SubjectError):  # noqa: N818 - an answer
    """An adapter in a mode that it lacks, or that this machine cannot run: others may be asked without it.

    One whose framework is missing is left out where all adapters were asked for, and ends the run if it was named.
    """

    def __init__(self, message: str, *, lacks_mode: bool = False, missing: bool = False) -> None:
        super().__init__(message)
        self.lacks_mode = lacks_mode
        self.missing = missing

    @property
    def why(self) -> dict[str, bool]:
        """How a process of its own tells."""
        return {"lacks_mode": self.lacks_mode, "missing": self.missing}


class SubjectCrashed(Exception):  # noqa: N818 - an observation
    """The process beside the framework ended in the middle of a case."""


class Opened(Protocol):
    """One adapter on one device, ready to be asked or timed."""

    description: Mapping[str, Any]

    def wait(self) -> None:
        """Until the framework is loaded.  Raises SubjectError where it cannot be."""

    def source(self, operation: str) -> str:
        """The source of the adapter's implementation of an operation."""

    def counters(self) -> Mapping[str, int]:
        """Counts to print after a run."""

    def close(self) -> None:
        """Let go of the framework."""


class Interviewer(Opened, Protocol):
    """Asks it."""

    def ask(self, ask: Mapping[str, Any]) -> Transcript:
        """The transcript of one case."""


Ready = TypeVar("Ready", bound=Opened)


class InProcess:
    """The fastest: the adapter lives beside pytest."""

    def __init__(self, subject: Subject) -> None:
        from nnconform.adapters import contract

        self.adapter = open_adapter(subject)
        self.description: Mapping[str, Any] = contract.describe(self.adapter)

    def wait(self) -> None:
        """It is loaded already."""

    def ask(self, ask: Mapping[str, Any]) -> Transcript:
        from nnconform.harness.interview import interview

        try:
            return interview(self.adapter, ask)
        except (KeyboardInterrupt, Exception):
            raise
        except BaseException as error:  # SystemExit and its like would end the run, or pass for a skip
            raise SubjectCrashed(f"it raised {type(error).__name__} to end the process") from None

    def source(self, operation: str) -> str:
        from nnconform.adapters.contract import files_of
        from nnconform.adapters.sources import source_of

        function = self.adapter.plain(operation)
        text = source_of(function, files_of(type(self.adapter))) if function else ""
        recipe = "" if self.adapter.mode == "eager" else self.adapter.recipe(operation)
        return f"{text}\n\n{recipe}" if text and recipe else text

    def counters(self) -> Mapping[str, int]:
        return dict(self.adapter.counters())

    def close(self) -> None:
        """Nothing to let go of."""


class Child:
    """An adapter behind a pipe: one framework a process, and a crash costs one case."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._waiting = True
        """For a line that has not come yet."""
        self._start()
        self.description: Mapping[str, Any] = {}

    def wait(self) -> None:
        """Until the framework is loaded.  Raises SubjectError where it cannot be."""
        self._waiting = True  # after a restart, too
        ready = self._read()
        self._waiting = False
        if ready is None or "error" in ready:
            self.close()
            if ready and "left_out" in ready:
                raise LeftOut(ready["error"], **ready["left_out"])
            ended = f"{self.subject.adapter}: its process ended while loading{self.noise.end()}"
            raise SubjectError(ready["error"] if ready else ended)
        self.description = ready

    def ask(self, ask: Mapping[str, Any]) -> Transcript:
        return from_data(self._answered({"ask": ask}))

    def swept(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """A batch of a sweep, answered into the file that the question names.  Raises SubjectCrashed."""
        found: Mapping[str, Any] = self._answered({"sweep": question})
        return found

    def _answered(self, message: Mapping[str, Any]) -> Any:
        found = self._request(message)
        if found is None:
            how = f"its process ended with {_named(self._end(patience=10))}{self.noise.end()}"
            self._start()
            self.wait()
            raise SubjectCrashed(how)
        return found

    def source(self, operation: str) -> str:
        found = self._request({"source": operation})
        return str(found["source"]) if found else ""

    def counters(self) -> Mapping[str, int]:
        return self._request({"counters": True}) or {}

    def close(self) -> None:
        self._end(patience=0 if self._waiting else 10)

    def _end(self, patience: float) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with suppress(OSError):  # the pipe may be broken already
            self.process.stdin.close()
        try:
            status = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.process.stdout.close()
        self.noise.end()
        return status

    def _start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "nnconform.harness.child",
            self.subject.adapter,
            self.subject.device,
            self.subject.mode,
        ]
        # A group of its own: Ctrl-C is for the parent, which then closes the pipe.
        own: Any = {"process_group": 0} if os.name == "posix" else {"creationflags": 0x200}
        self.noise = Noise()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.noise.stream,
            text=True,
            encoding="utf-8",
            **own,
        )

    def _request(self, message: Mapping[str, Any]) -> Any:
        assert self.process.stdin is not None
        if self._waiting:
            return None  # interrupted: the next line would answer an earlier question
        self._waiting = True
        try:
            self.process.stdin.write(json.dumps(message) + "\n")
            self.process.stdin.flush()
        except OSError:
            found = None
        else:
            found = self._read()
        self._waiting = False
        return found

    def _read(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return json.loads(line) if line.endswith("\n") else None


def _named(status: int) -> str:
    """An exit status, or the signal that ended a process."""
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"status {status}"


def open_all(
    subjects: Iterable[Subject],
    opened: dict[Subject, Ready],
    make: Callable[[Subject], Ready],
    *,
    named: bool = True,
) -> dict[Subject, LeftOut]:
    """Fill `opened`; gives those that are left out.  Raises SubjectError, for those where that is everybody.

    A framework that is missing is an error where its adapter was `named`.
    """
    left_out = {}
    for subject in subjects:
        try:
            opened[subject] = make(subject)  # those in processes of their own load at the same time
        except LeftOut as error:
            left_out[subject] = error
    for subject, interviewer in list(opened.items()):
        try:
            interviewer.wait()
        except LeftOut as error:
            del opened[subject]
            left_out[subject] = error
    missing = [error for error in left_out.values() if error.missing and named]
    if missing or not opened:
        raise SubjectError("; ".join(dict.fromkeys(map(str, missing or left_out.values()))))
    return left_out


def open_adapter(subject: Subject) -> Any:
    """An adapter ready on its device.  Raises SubjectError."""
    from nnconform.adapters.contract import Adapter, Unavailable
    from nnconform.adapters.registry import AdapterError, MissingError, find

    try:
        kind = find(subject.adapter)
    except MissingError as error:
        raise LeftOut(str(error), missing=True) from None
    except AdapterError as error:
        raise SubjectError(str(error)) from None
    try:
        if subject.device not in kind.devices():
            raise SubjectError(
                f"{subject.adapter} has no device {subject.device!r} here{nearest(subject.device, kind.devices())}; "
                f"it has {', '.join(kind.devices())}"
            )
        if subject.mode not in kind.modes:
            has = f"{subject.adapter} has no mode {subject.mode!r}; it has {', '.join(kind.modes)}"
            raise LeftOut(has, lacks_mode=True)
        if subject.mode != "eager" and (kind.compile, kind.function) == (Adapter.compile, Adapter.function):
            raise SubjectError(f"{subject.adapter} lists the mode {subject.mode!r} and has no compile()")
        return kind(subject.device, subject.mode)
    except SubjectError:
        raise
    except Unavailable as error:
        raise LeftOut(f"{subject.adapter} cannot be asked in mode {subject.mode!r}: {error}") from None
    except Exception as error:
        text = str(error).splitlines()[0] if str(error) else ""
        raise SubjectError(f"the adapter {subject.adapter!r} does not start: {type(error).__name__}: {text}") from None
