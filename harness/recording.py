"""Writing a run down, line by line, so that whatever ends it loses at most the case in flight."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest

from nnconform.harness.resuming import Earlier, lock
from nnconform.harness.tally import Tally
from nnconform.harness.verdict import plain
from nnconform.spec import SPEC_VERSION

if TYPE_CHECKING:
    from nnconform.harness.options import Options

SCHEMA = 2
NOT_KEPT = 3
"""The exit status of a run whose records or page could not be written."""
_encode = json.JSONEncoder(allow_nan=False).encode
_NAMED = 4
"""So many adapters stand in a file's name."""


class Recorder:
    """One `.jsonl` file: a header, a line a result, a footer."""

    def __init__(
        self,
        config: pytest.Config,
        options: Options,
        descriptions: list[dict[str, Any]],
        earlier: Earlier | None = None,
    ) -> None:
        started = datetime.now(UTC)
        folder = folder_of(config, options)
        self.tally = Tally(several_modes=len({subject.mode for subject in options.subjects}) > 1)
        self.counters: Mapping[str, Mapping[str, int]] = {}
        self.error, self.earlier = "", earlier
        try:
            found = (earlier.path, earlier.reopened()) if earlier else _created(folder, _stem(started, options))
        except OSError as error:
            raise pytest.UsageError(
                f"cannot write results into {folder}: {error.strerror}; say --nnconform-results=FOLDER"
            ) from None
        self.path, self.stream = found
        lock(self.stream)
        if earlier:
            for result in earlier.results:
                self.tally.add(result)
            return
        self._write(_header(config, options, started) | {"environment": environment(), "subjects": descriptions})

    def add(self, result: dict[str, Any]) -> None:
        """One result, as `result_of` made it."""
        self._write(result)
        self.tally.add(result)

    def status(self, status: int) -> int:
        """The exit status of a run that ends with this one, its earlier part and its records counted."""
        if self.error and status in {0, 1}:
            return NOT_KEPT
        if self.earlier and status in {0, 5}:  # 5: nothing was left to ask
            return int(self.earlier.failed)
        return status

    def missed(self, told: str) -> None:
        """What could not be written, beside what could not be before."""
        self.error = f"{self.error}; {told}" if self.error else told

    def note(self, data: Mapping[str, Any]) -> None:
        """A line beside the results."""
        self._write(data)

    def finish(self, status: int, collected: int, counters: Mapping[str, Mapping[str, int]]) -> None:
        """The footer; without it, or with `complete` false, a run is marked incomplete."""
        self.counters = counters
        done = self.tally.results
        collected += len(self.earlier.lines) if self.earlier else 0
        self._write(
            {
                "record": "footer",
                "finished": datetime.now(UTC).isoformat(timespec="seconds"),
                "exit_status": status,
                "complete": status in {0, 1} and done >= collected,
                "collected": collected,
                "results": done,
                **({"resumed": True} if self.earlier else {}),
                "counters": counters,
            }
        )
        with suppress(OSError):  # it tries once more to write what a full disk refused
            self.stream.close()

    def discard(self) -> None:
        """A run that came to nothing leaves no records."""
        self.stream.close()
        self.path.unlink()

    def _write(self, data: Mapping[str, Any]) -> None:
        try:
            line = _encode(data)
        except ValueError:  # numbers that JSON lacks
            line = _encode(plain(data))
        try:
            self.stream.write(line.encode() + b"\n")
            self.stream.flush()
        except (OSError, ValueError) as error:
            self.error = self.error or f"records stopped: {error}"


def _header(config: pytest.Config, options: Options, started: datetime) -> dict[str, Any]:
    return {
        "record": "header",
        "schema": SCHEMA,
        "suite": version("nnconform"),
        "spec": SPEC_VERSION,
        "started": started.isoformat(timespec="seconds"),
        "arguments": list(config.invocation_params.args),
        "level": options.level,
        **({"asked": selection(config, options)} if hasattr(config, "option") else {}),
        **({"generated": options.generated.record()} if options.generated else {}),
    }


def selection(config: pytest.Config, options: Options) -> dict[str, str]:
    """What decides, beside the subjects, which cases are asked and what fails: the same in all parts of one record."""
    typed = config.option
    return {
        "the paths": " ".join(options.paths),
        "-m": typed.markexpr or "",
        "-k": typed.keyword or "",
        "--deselect": " ".join(typed.deselect or ()),
        "--dtype": ",".join(options.dtypes or ()),
        "--traits": options.traits,
        "--sweep": options.sweep,
        "--strict": "yes" if options.strict else "",
    }


def environment() -> dict[str, Any]:
    """What decides whether two runs can be compared."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "numpy": version("numpy"),
        "pytest": version("pytest"),
        "byte_order": sys.byteorder,
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as stream:  # noqa: PTH123 - not a file of ours
            return next((line.partition(":")[2].strip() for line in stream if line.startswith("model name")), "")
    except OSError:
        return platform.processor()


def _stem(started: datetime, options: Options) -> str:
    labels = dict.fromkeys(subject.label for subject in options.subjects)
    names = "+".join(labels) if len(labels) <= _NAMED else f"{len(labels)}-adapters"
    return f"{started:%Y%m%dT%H%M%S}-{names}-{options.subjects[0].device.replace(':', '')}"


def folder_of(config: pytest.Config, options: Options) -> Path:
    """Where records go."""
    return options.results if options.results.is_absolute() else config.invocation_params.dir / options.results


def _created(folder: Path, stem: str) -> tuple[Path, IO[bytes]]:
    """A file that was not there before, however many runs begin in the same second."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        path = folder / (f"{stem}-{number}.jsonl" if number > 1 else f"{stem}.jsonl")
        try:
            return path, path.open("xb")
        except FileExistsError:
            continue
    raise AssertionError
