"""Interviewers: an adapter in this process, or one in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Protocol

from nnconform.harness.options import Subject
from nnconform.harness.transcript import Transcript, from_data


class SubjectError(Exception):
    """An adapter that cannot be asked at all; the message is one line that says what to do."""


class SubjectCrashed(Exception):  # noqa: N818 - an observation
    """The process beside the framework ended in the middle of a case."""


class Interviewer(Protocol):
    """Asks one adapter on one device."""

    description: Mapping[str, Any]

    def ask(self, ask: Mapping[str, Any]) -> Transcript:
        """The transcript of one case."""

    def source(self, operation: str) -> str:
        """The source of the adapter's implementation of an operation."""

    def counters(self) -> Mapping[str, int]:
        """Counts to print after a run."""

    def close(self) -> None:
        """Let go of the framework."""


class InProcess:
    """The fastest: the adapter lives beside pytest."""

    def __init__(self, subject: Subject) -> None:
        from nnconform.adapters import contract

        self.adapter = open_adapter(subject)
        self.description: Mapping[str, Any] = contract.describe(self.adapter)

    def ask(self, ask: Mapping[str, Any]) -> Transcript:
        from nnconform.harness.interview import interview

        return interview(self.adapter, ask)

    def source(self, operation: str) -> str:
        from nnconform.adapters.contract import source_of

        function = self.adapter.function(operation)
        return source_of(function) if function else ""

    def counters(self) -> Mapping[str, int]:
        return dict(self.adapter.counters())

    def close(self) -> None:
        """Nothing to let go of."""


class Child:
    """An adapter behind a pipe: one framework a process, and a crash costs one case."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._start()
        self.description: Mapping[str, Any] = {}

    def wait(self) -> None:
        """Until the framework is loaded.  Raises SubjectError where it cannot be."""
        ready = self._read()
        if ready is None or "error" in ready:
            self.close()
            raise SubjectError(ready["error"] if ready else f"{self.subject.adapter}: its process ended while loading")
        self.description = ready

    def ask(self, ask: Mapping[str, Any]) -> Transcript:
        found = self._request({"ask": ask})
        if found is None:
            status = self.process.wait()
            self._start()
            self.wait()
            raise SubjectCrashed(f"its process ended with status {status}")
        return from_data(found)

    def source(self, operation: str) -> str:
        found = self._request({"source": operation})
        return str(found["source"]) if found else ""

    def counters(self) -> Mapping[str, int]:
        return self._request({"counters": True}) or {}

    def close(self) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.close()
            self.process.wait(timeout=10)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()

    def _start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "nnconform.harness.child",
            self.subject.adapter,
            self.subject.device,
            self.subject.mode,
        ]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def _request(self, message: Mapping[str, Any]) -> Any:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(message) + "\n")
            self.process.stdin.flush()
        except OSError:
            return None
        return self._read()

    def _read(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return json.loads(line) if line.endswith("\n") else None


def open_adapter(subject: Subject) -> Any:
    """An adapter ready on its device.  Raises SubjectError."""
    from nnconform.adapters.registry import AdapterError, find

    try:
        kind = find(subject.adapter)
    except AdapterError as error:
        raise SubjectError(str(error)) from None
    try:
        if subject.device not in kind.devices():
            raise SubjectError(
                f"{subject.adapter} has no device {subject.device!r} here; it has {', '.join(kind.devices())}"
            )
        return kind(subject.device, subject.mode)
    except SubjectError:
        raise
    except Exception as error:
        text = str(error).splitlines()[0] if str(error) else ""
        raise SubjectError(f"the adapter {subject.adapter!r} does not start: {type(error).__name__}: {text}") from None
