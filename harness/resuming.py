"""A run that was ended, taken up again: what it found is kept, and only the rest is asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

import pytest

from nnconform.adapters import registry
from nnconform.harness.collect import CaseItem
from nnconform.harness.generated.asked import resumed
from nnconform.reports.files import write_whole
from nnconform.reports.model import Run as Records
from nnconform.reports.model import Subject as Asked
from nnconform.reports.outcomes import FAILING
from nnconform.reports.records import RecordError, read
from nnconform.spec import SPEC_VERSION

if TYPE_CHECKING:
    from nnconform.harness.options import Options
    from nnconform.harness.run import Run


@dataclass
class Earlier:
    """The records of a run that was ended."""

    path: Path
    records: Records
    lines: dict[str, str]
    """Each result as it stands in the file, by id."""

    @property
    def results(self) -> list[dict[str, Any]]:
        """What was found, in order."""
        return [json.loads(line) for line in self.lines.values()]

    @property
    def started(self) -> float:
        """The last moment at which it may have begun; it is written to the second."""
        return datetime.fromisoformat(self.records.started).timestamp() + 1

    @property
    def failed(self) -> bool:
        """Whether anything of it fails."""
        return any(found["outcome"] in FAILING for found in self.results)

    def keep(self, path_of: Callable[[str], Path], digests: Mapping[str, str]) -> None:
        """Forget what has to be asked again: what nobody could ask, and cases that changed since, or their files.

        `digests` are of the cases of now, by id, where their files are somebody's own: a file's time may lie.
        """
        changed = {
            file: not path_of(file).is_file() or path_of(file).stat().st_mtime > self.started
            for file in {found.file for found in self.records.results}
        }
        for found in self.records.results:
            other = found.case_digest and digests.get(found.id, found.case_digest) != found.case_digest
            if found.outcome == "error" or other or changed[found.file]:
                self.lines.pop(found.id, None)

    def end(self, held: int) -> NoReturn:
        """Of a run that is complete nothing is left: it ends as it did.  What is to be asked again is a new run's."""
        if again := held - len(self.lines):
            told = f"{again:,} of its cases have changed since, or could not be asked: begin a new run"
            raise pytest.UsageError(f"--resume: {self.path} is complete, and {told}")
        pytest.exit(f"--resume: {self.path} is complete: nothing is left to ask", int(self.failed))

    def reopened(self) -> IO[bytes]:
        """The file, with what is kept and nothing else, ready for more."""
        with self.path.open("ab") as held:
            lock(held)
            write_whole(self.path, "\n".join([self.records.texts[0], *self.lines.values()]) + "\n")
        return self.path.open("ab")


def earlier_run(
    folder: Path, options: Options, descriptions: Iterable[Mapping[str, Any]], selected: Mapping[str, str]
) -> Earlier:
    """The newest run of the same subjects.  Raises pytest.UsageError where there is none to go on with."""
    places = {(subject.label, subject.device, subject.mode) for subject in options.subjects}
    for path in sorted(folder.glob("*.jsonl"), key=lambda found: found.stat().st_mtime_ns, reverse=True):
        found = _read(path)
        if found and {subject.place for subject in found.records.subjects} == places:
            _check_same(found, descriptions, options)
            _check_asked(found, options, selected)
            return found
    names = ", ".join(sorted({label for label, *_ in places}))
    raise pytest.UsageError(f"--resume: no run of {names} that was ended is in {folder}")


def _read(path: Path) -> Earlier | None:
    """One run's records; lines that cannot be used are asked again."""
    try:
        (records,) = read(path)
    except (RecordError, ValueError):  # none of ours, a newer one's, or several runs in one file
        return None
    lines = (text for text in records.texts[1:] if json.loads(text)["record"] == "result")
    return Earlier(path, records, {found.id: line for found, line in zip(records.results, lines, strict=True)})


def _check_same(found: Earlier, descriptions: Iterable[Mapping[str, Any]], options: Options) -> None:
    """One record is of one framework on one machine, asked one specification."""
    records = found.records
    pairs: list[tuple[str, Any, Any]] = [
        ("nnconform", records.suite, version("nnconform")),
        ("the specification", records.spec, SPEC_VERSION),
        ("--level", records.level, options.level),
        ("--repeat", _times(records, options.repeat), options.repeat),
    ]
    here = {(each["label"], each["device"], each["mode"]): each for each in descriptions}
    for subject in records.subjects:
        now = here[subject.place]
        pairs.append((f"{subject.label}'s version", dict(subject.versions), now["versions"]))
        pairs.append((f"{subject.label}'s settings", dict(subject.flags), now["flags"]))
        if file := _edited(found, subject, now["sources"], options):
            raise pytest.UsageError(f"--resume: {found.path}: {file} has changed since: begin a new run")
    for what, then, now in pairs:
        if then != now:
            told = f"{what} was {_told(then)}, and is {_told(now)}: begin a new run"
            raise pytest.UsageError(f"--resume: {found.path}: {told}")


def _edited(found: Earlier, subject: Asked, now: Mapping[str, str], options: Options) -> str:
    """A file of the adapter's code that is not what it was, or ''.  Older records know the time alone."""
    then = dict(subject.sources)
    if then:
        return next((name for name in {**then, **now} if then.get(name) != now.get(name)), "")
    names = [each.adapter for each in options.subjects if each.label == subject.label]
    files = [Path(registry.split(name)[0]) for name in names]
    late = (file for file in files if file.suffix == ".py" and file.is_file() and file.stat().st_mtime > found.started)
    return str(next(late, ""))


def _check_asked(found: Earlier, options: Options, selected: Mapping[str, str]) -> None:
    """One record is of one selection, graded in one way."""
    then = json.loads(found.records.texts[0]).get("asked", selected)  # older records do not say
    for what, now in selected.items():
        if (before := then.get(what, now)) != now:
            told = f"{what} was {before or 'not said'}, and is {now or 'not said'}: begin a new run"
            raise pytest.UsageError(f"--resume: {found.path}: {told}")


def _times(records: Records, now: int) -> int:
    """How often each case was asked; sweeps, and what is not supported, do not tell."""
    told = {
        found.repeated.times if found.repeated else 1
        for found in records.results
        if found.kind != "sweep" and found.outcome not in {"unsupported", "error"}
    }
    return max(told, default=now)


def _told(value: Any) -> str:
    return ", ".join(f"{name} {each}" for name, each in value.items()) if isinstance(value, dict) else str(value)


class Resumption:
    """Registered only where `--resume` is said."""

    def __init__(self, run: Run) -> None:
        if run.config.getoption("tx", None):
            raise pytest.UsageError("--resume and -n do not go together: a worker cannot tell what is left")
        self.run = run

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """What was answered before is left out, once every other selection is made."""
        from nnconform.harness.recording import folder_of, selection

        run = self.run
        if config.option.collectonly or run.bad_files:
            return
        run.earlier = earlier_run(
            folder_of(config, run.options), run.options, run.descriptions, selection(config, run.options)
        )
        run.options = resumed(run.options, run.earlier)
        own = {item.nodeid: item.case_digest for item in items if isinstance(item, CaseItem)}
        held = len(run.earlier.lines)
        run.earlier.keep(run.path_of, own)
        if (footer := run.earlier.records.footer) and footer.complete:
            run.earlier.end(held)
        done = [item for item in items if item.nodeid in run.earlier.lines]
        config.hook.pytest_deselected(items=done)
        items[:] = [item for item in items if item.nodeid not in run.earlier.lines]


def lock(stream: IO[bytes]) -> None:
    """Mark records as being written, as long as they are open.  Raises pytest.UsageError where another run does."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise pytest.UsageError(f"{stream.name} is still being written by another run") from None
    except OSError:
        return  # a file system without locks
