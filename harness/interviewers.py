"""Interviewers: an adapter in this process, or one in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Protocol

from nnconform.harness.opening import open_adapter
from nnconform.harness.own_process import command
from nnconform.harness.pipe import Pipe
from nnconform.harness.subject import LeftOut, Subject, SubjectCrashed, SubjectError
from nnconform.harness.transcript import Transcript, from_data

_LIMIT_S = 600.0
"""So long may a process load, and take over one question where nobody says otherwise: no run hangs for ever."""
_STARTS = 3
"""A process that does not load so many times in a row is given up."""


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


class InProcess:
    """The fastest: the adapter lives beside pytest."""

    def __init__(self, subject: Subject, *, piped: bool = False) -> None:
        from nnconform.harness.health import Health
        from nnconform.harness.surroundings import Surroundings

        self.description: Mapping[str, Any]
        self.adapter, self.description = open_adapter(subject)
        self.piped = piped
        self.health, self.surroundings, self._process = Health(self.adapter), Surroundings(self.adapter), os.getpid()
        self._sources: dict[str, str] = {}

    def wait(self) -> None:
        """It is loaded already."""

    def ask(self, ask: Mapping[str, Any]) -> Transcript:
        from nnconform.harness.interview import interview

        if "elements" in ask and (told := self._too_large(ask)):
            return Transcript(device=self.adapter.device, too_large=told)
        if lost := self.health.lost():
            raise SubjectCrashed(f"not asked: {lost}; --isolate begins anew after such a case", "error")
        self.surroundings.mark()
        try:
            self.adapter.rest()
            found = interview(self.adapter, ask)
        except (KeyboardInterrupt, Exception):
            raise
        except BaseException as error:  # SystemExit and its like would end the run, or pass for a skip
            raise _ended(error) from None
        finally:
            if os.getpid() != self._process:
                os._exit(0)  # a copy that the adapter's code made by fork would go on as a second run
            left = self.surroundings.restored()
        found.left += left
        if harm := self.health.after(found):
            raise SubjectCrashed(harm)
        return found

    def _too_large(self, ask: Mapping[str, Any]) -> str:
        from nnconform.harness.memory import lacking

        return lacking(self.adapter, ask, piped=self.piped)

    def source(self, operation: str) -> str:
        from nnconform.adapters.contract import files_of
        from nnconform.adapters.sources import source_of

        if operation not in self._sources:
            text = recipe = ""
            with suppress(Exception, SystemExit):  # shown beside a failure, which it must not hide
                function = self.adapter.plain(operation)
                text = source_of(function, files_of(type(self.adapter))) if function else ""
                recipe = "" if self.adapter.mode == "eager" else self.adapter.recipe(operation)
            self._sources[operation] = f"{text}\n\n{recipe}" if text and recipe else text
        return self._sources[operation]

    def counters(self) -> Mapping[str, int]:
        try:
            return {str(name): int(count) for name, count in self.adapter.counters().items()}
        except (Exception, SystemExit) as error:  # printed after a run, whose results it must not cost
            return {f"counts, for counters() raised {type(error).__name__}": 0}

    def close(self) -> None:
        """Whatever runs in this process later finds products as they were."""
        before, self.adapter.settings_before = self.adapter.settings_before, None
        if before is not None:
            self.adapter.unset_matmul_precision(before)


def _ended(error: BaseException) -> SubjectCrashed:
    """What came of a call that would have ended more than itself."""
    if type(error).__name__ == "Failed" and str(error).startswith("Timeout"):  # pytest-timeout's, in this very thread
        return SubjectCrashed(f"{error} (--case-timeout=SECONDS ends what it started as well)", "timeout")
    return SubjectCrashed(f"it raised {type(error).__name__} to end the process")


class Child:
    """An adapter behind a pipe: one framework a process, and a crash or a hang costs one case."""

    def __init__(self, subject: Subject, limit_s: float = _LIMIT_S) -> None:
        self.subject, self.limit_s = subject, limit_s
        self.description: Mapping[str, Any] = {}
        self._sources: dict[str, str] = {}
        self._in_vain = 0
        """Starts in a row that came to nothing."""
        self._pipe: Pipe | None = self._started()

    def wait(self) -> None:
        """Until the framework is loaded.  Raises SubjectError where it cannot be."""
        assert self._pipe is not None
        ready = self._pipe.read(_LIMIT_S)
        if ready is None or "error" in ready:
            told = f"is not loaded after {_LIMIT_S:g} s" if self._pipe.late else "its process ended while loading"
            told = f"{self.subject.adapter}: {told}: {self._end()}"
            if ready and "left_out" in ready:
                raise LeftOut(ready["error"], **ready["left_out"])
            raise SubjectError(ready["error"] if ready else told)
        self.description = ready

    def ask(self, ask: Mapping[str, Any]) -> Transcript:
        found = self._answered({"ask": ask})
        return from_data(found, found.pop("blob", b""))

    def swept(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """A batch of a sweep, answered into the file that the question names.  Raises SubjectCrashed."""
        found: Mapping[str, Any] = self._answered({"sweep": question})
        return found

    def _answered(self, message: Mapping[str, Any]) -> Any:
        pipe = self._revived()
        found = pipe.send(message, self.limit_s)
        if found is not None and "crashed" not in found:
            return found
        ended = self._end()
        if pipe.late:
            raise SubjectCrashed(f"no answer within {self.limit_s:g} s: its process was ended", "timeout")
        raise SubjectCrashed(found["crashed"] if found else f"its process ended with {ended}")

    def source(self, operation: str) -> str:
        if operation not in self._sources:
            self._sources[operation] = ""  # of one that ends its process, too: it is not asked again
            with suppress(SubjectCrashed):
                self._sources[operation] = str(self._answered({"source": operation})["source"])
        return self._sources[operation]

    def counters(self) -> Mapping[str, int]:
        found = self._pipe and self._pipe.send({"counters": True}, self.limit_s)
        return found["counters"] if found else {}

    def close(self) -> None:
        if self._pipe:
            self._end()

    def _revived(self) -> Pipe:
        """The process, or another one where it has ended."""
        if self._pipe is None:
            if self._in_vain == _STARTS:
                raise SubjectCrashed(f"not asked: {self.subject.adapter} did not start again", "error")
            self._in_vain += 1
            self._pipe = self._started()
            try:
                self.wait()
            except SubjectError as error:
                raise SubjectCrashed(f"not asked: it did not start again: {error}", "error") from None
            self._in_vain = 0
        return self._pipe

    def _started(self) -> Pipe:
        subject = self.subject
        asked = (subject.adapter, subject.device, subject.mode, subject.matmul_precision)
        return Pipe(command("nnconform.harness.child", *asked))

    def _end(self) -> str:
        assert self._pipe is not None
        pipe, self._pipe = self._pipe, None
        return pipe.end()
