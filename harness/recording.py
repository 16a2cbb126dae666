"""Writing a run down, line by line, so that whatever ends it loses at most the case in flight."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

import pytest

from nnconform.harness.details import shown_arrays, with_inputs
from nnconform.harness.repeating import Repeats
from nnconform.harness.resuming import Earlier, lock
from nnconform.harness.subject import column
from nnconform.harness.verdict import plain
from nnconform.harness.wording import rerun_line
from nnconform.reports.traits import TENSOR_FLOAT
from nnconform.spec import SPEC_VERSION

if TYPE_CHECKING:
    from nnconform.harness.options import Options
    from nnconform.harness.subject import Subject
    from nnconform.harness.subjects import Opened
    from nnconform.harness.verdict import Verdict

SCHEMA = 2
NOT_KEPT = 3
"""The exit status of a run whose records or page could not be written."""
RECORD = "nnconform_record"
"""The attribute of a pytest report that carries a result from worker to controller."""
_encode = json.JSONEncoder(allow_nan=False).encode
_NAMED = 4
"""So many adapters stand in a file's name."""
_SHOWN = 64
"""An array of at most so many elements is written out beside a failure."""


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
        self.counts: Counter[tuple[str, str]] = Counter()
        self.failures: list[dict[str, Any]] = []
        self.unexpected: Counter[str] = Counter()
        self.should_missed = 0
        self.arithmetics: dict[tuple[str, str], list[tuple[str, str, dict[str, Any]]]] = {}
        """Products that were not computed in their dtype's own arithmetic, by adapter and what it was instead."""
        self.narrowed: Counter[str] = Counter()
        """Cases that were judged by TF32's bounds, by adapter."""
        self.answered: set[tuple[str, str]] = set()
        self.declined: dict[tuple[str, str], str] = {}
        """Operations that an adapter has, by why a case of them could not be asked."""
        self.left: dict[tuple[str, str], list[str]] = {}
        """The cases after which a subject had left something changed of what everybody shares."""
        self.digests: dict[tuple[str, str], dict[str, str]] = {}
        """Of first answers, by adapter and item without its mode, then by mode; of runs in several modes."""
        self.several_modes = len({subject.mode for subject in options.subjects}) > 1
        self.counters: Mapping[str, Mapping[str, int]] = {}
        self.error, self.earlier, self.repeats = "", earlier, Repeats()
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
                self._count(result)
            return
        self._write(_header(config, options, started) | {"environment": environment(), "subjects": descriptions})

    def add(self, result: dict[str, Any]) -> None:
        """One result, as `result_of` made it."""
        self._write(result)
        self._count(result)

    def _count(self, result: dict[str, Any]) -> None:
        name = column(result["adapter"], result["mode"])
        self.counts[name, result["outcome"]] += 1
        if result["outcome"] not in {"passed", "unsupported", "known deviation"}:
            self.failures.append(result)
        if left := result.get("traits", {}).get("leaves changed"):
            self.left.setdefault((name, left), []).append(f"{result['case']} in {result['dtype']}")
        if "fingerprint" in result and not (told := result["fingerprint"])["own"]:
            place = (", ".join(dict.fromkeys(result["operations"])), result["dtype"], told)
            self.arithmetics.setdefault((name, told["name"]), []).append(place)
        if "repeated" in result:
            self.repeats.add(name, result)
        if TENSOR_FLOAT in result.get("traits", ()):
            self.narrowed[name] += 1
        if result.get("should_missed") and result["outcome"] == "passed":
            self.should_missed += 1
        for operation in result["operations"]:
            key = (name, operation)
            if result["outcome"] != "unsupported":
                self.answered.add(key)
            elif not result.get("lacks"):
                self.declined.setdefault(key, result["reason"])
        if self.several_modes and "digest" in result:
            key = result["adapter"], result["id"].rpartition("/")[0]
            self.digests.setdefault(key, {})[result["mode"]] = result["digest"]
        if cause := result.get("no_longer_deviates"):
            self.unexpected[f"{name}: {cause}"] += 1

    def status(self, status: int) -> int:
        """The exit status of a run that ends with this one, its earlier part and its records counted."""
        if self.error and status in {0, 1}:
            return NOT_KEPT
        if self.earlier and status in {0, 5}:  # 5: nothing was left to ask
            return int(self.earlier.failed)
        return status

    def note(self, data: Mapping[str, Any]) -> None:
        """A line beside the results."""
        self._write(data)

    def finish(self, status: int, collected: int, counters: Mapping[str, Mapping[str, int]]) -> None:
        """The footer; without it, or with `complete` false, a run is marked incomplete."""
        self.counters = counters
        done = sum(self.counts.values())
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


class Asked(Protocol):
    """What a result needs to know of the item that was asked."""

    case: dict[str, Any]
    dtype: str
    subject: Subject
    verdict: Verdict | None
    frozen_line: dict[str, Any] | None
    figures: Mapping[str, Any] | None

    @property
    def nodeid(self) -> str:
        """The item's id."""


def _why(report: pytest.TestReport) -> str:
    """What an exception of the harness's own said."""
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = str(crash.message if crash else report.longrepr or "").strip().splitlines()
    return lines[0 if crash else -1] if lines else ""


def result_of(item: Asked, report: pytest.TestReport, interviewer: Opened | None) -> dict[str, Any]:
    """One case's result as JSON-able data (but for non-finite numbers)."""
    subject = item.subject
    data: dict[str, Any] = {
        "record": "result", "id": item.nodeid, "file": item.nodeid.partition("::")[0], "case": item.case["id"],
        "line": item.case["line"], "adapter": subject.label, "device": subject.device, "dtype": item.dtype,
        "mode": subject.mode, "kind": item.case["kind"], "level": item.case["level"],
        "operations": item.case["operations"], "systems": item.case["systems"],
    }  # fmt: skip
    if item.verdict is None:
        data |= {
            "outcome": "error",
            "reason": _why(report)[:2000],
            "ulps": 0.0,
            "share": 0.0,
            "elapsed_ns": 0,
        }
    else:
        data |= item.verdict.record()
        if item.verdict.witness and item.frozen_line:
            data["witness"] = with_inputs(item.frozen_line, item.verdict.witness)
        if item.verdict.witnesses and item.frozen_line:
            data["witnesses"] = {
                trait: with_inputs(item.frozen_line, seen) for trait, seen in item.verdict.witnesses.items()
            }
    if item.figures:
        data |= item.figures
    if data["outcome"] not in {"passed", "unsupported"} and item.frozen_line:
        data |= _details(item, item.frozen_line, interviewer)
    return data


def _details(item: Asked, frozen: dict[str, Any], interviewer: Opened | None) -> dict[str, Any]:
    """What the page of a failing case shows beside the verdict."""
    question = item.verdict.findings[0].question if item.verdict and item.verdict.findings else "first"
    names = dict.fromkeys(item.case["operations"])
    return {
        "requirement": frozen["requirement"],
        "source": frozen["source"],
        "erratum": frozen.get("erratum", ""),
        "steps": frozen["ask"]["steps"],
        "terms": frozen["expect"].get("terms", []),
        "arrays": shown_arrays(frozen, _SHOWN, question),
        "functions": {name: interviewer.source(name) for name in names} if interviewer else {},
        "rerun": rerun_line(item.nodeid, item.subject, frozen, item.verdict.outcome if item.verdict else ""),
    }


def _header(config: pytest.Config, options: Options, started: datetime) -> dict[str, Any]:
    return {
        "record": "header",
        "schema": SCHEMA,
        "suite": version("nnconform"),
        "spec": SPEC_VERSION,
        "started": started.isoformat(timespec="seconds"),
        "arguments": list(config.invocation_params.args),
        "level": options.level,
        **({"generated": options.generated.record()} if options.generated else {}),
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
