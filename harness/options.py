"""What the command line asked for, checked before anything heavy is imported."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import nan
from pathlib import Path
from time import time_ns

import pytest

from nnconform.adapters import registry
from nnconform.harness.beside import refuse
from nnconform.harness.generated.asked import Generated, generated
from nnconform.harness.plugin import option
from nnconform.harness.subject import Subject
from nnconform.spec.errors import nearest
from nnconform.spec.formats import FORMATS
from nnconform.spec.model import LEVELS

TRAITS = ("usual", "full")
SWEEPS = ("sample", "exhaustive")
PRECISIONS = ("default", "highest")
"""As the framework ships, or products in the dtype's own arithmetic wherever it has a switch for that."""
_ODD = re.compile(r"[^\w.+-]|^\.+")
"""What no label holds: it is part of ids, where `::`, `/` and `[` have a meaning, and of file names."""
_LONGEST_LABEL = 48
MOST_TIMES = 10_000
"""That a case can be asked."""
MODES = ("eager", "compiled", "xla")
"""All that a `--mode` can name; which of them an adapter has is known once it is imported."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How a timing run measures."""

    threads: int
    limit_s: float
    """Of measuring, for each series of a case."""
    seed: int


@dataclass(frozen=True, slots=True)
class Options:
    """A run, as asked for."""

    subjects: tuple[Subject, ...]
    dtypes: tuple[str, ...] | None
    level: str
    results: Path
    apart: bool
    """Each subject is interviewed in a process of its own: asked for, or there are several, or a compiler's code may
    end it."""
    case_limit_s: float = 600.0
    """So long may such a process take over one question: no run hangs for ever."""
    resume: bool = False
    """Go on with a run that was ended."""
    sweep: str = ""
    """Sweep float32 as well: `sample` or `exhaustive`."""
    traits: str = "usual"
    """How thoroughly traits are measured: `usual` or `full`."""
    repeat: int = 1
    """How many times each case is asked."""
    strict: bool = False
    """Traits fail."""
    timing: Timing | None = None
    """The timing cases, and nothing else; or all but those."""
    generated: Generated | None = None
    """Examples that nobody wrote."""
    paths: tuple[str, ...] = ()
    """As typed; none: the whole specification."""
    every_adapter: bool = False
    """All adapters that are registered: one whose framework is missing is left out."""
    every_mode: bool = False
    """All modes that each adapter has: one that it lacks is not missed."""


def parse(config: pytest.Config) -> Options:
    """Options from the command line.  Raises pytest.UsageError with one line that says what to do."""
    refuse(config)
    asked = _said(config, "mode", "eager")
    named = named_subjects(option(config, "adapter") or "", _said(config, "device", "cpu"), asked, _precision(config))
    typed = option(config, "dtype")
    dtypes = None if typed is None else _known("dtype", typed, tuple(FORMATS))
    strict = _strict(config)  # first: whether it was said decides what goes with it
    timing = _timing(config)
    return Options(
        subjects=named,
        dtypes=dtypes,
        level=_one(config, "level", LEVELS, ": should takes in what must be"),
        results=Path(_said(config, "results", "nnconform-results")),
        apart=asked_apart(named) or any(option(config, name) is not None for name in _ISOLATING),
        case_limit_s=_number(_said(config, "case-timeout", "600"), "case-timeout", 0.1, 86400),
        resume=option(config, "resume") is not None,
        sweep=_sweep(config, dtypes),
        traits=_one(config, "traits", TRAITS),
        repeat=_repeat(config),
        strict=strict,
        timing=timing,
        generated=generated(config),
        paths=tuple(config.args) if config.args_source is pytest.Config.ArgsSource.ARGS else (),
        every_adapter=option(config, "adapter") == "all",
        every_mode=asked == "all",
    )


def named_subjects(adapters: str, device: str, mode: str, precision: str = "") -> tuple[Subject, ...]:
    """Every subject that these options name.  Raises pytest.UsageError."""
    found = _adapters(adapters)
    modes = MODES if mode == "all" else _known("mode", mode, MODES)
    return tuple(Subject(name, label(name), device, each, precision) for name in found for each in modes)


def asked_apart(subjects: tuple[Subject, ...]) -> bool:
    """Whether each is asked in a process of its own."""
    return len(subjects) > 1 or any(subject.mode != "eager" for subject in subjects)


_ISOLATING = ("isolate", "case-timeout", "resume")
_ITS_OWN = "timing has its own processes"
_TIMED_ALONE = "timing runs timing cases alone"
_NOT_TIMED = {
    **dict.fromkeys(_ISOLATING, _ITS_OWN),
    **dict.fromkeys(("sweep", "traits", "strict", "generated"), _TIMED_ALONE),
    "repeat": "timing repeats each call as it is",
}
"""What a timing run cannot be asked for as well, and why."""


def _sweep(config: pytest.Config, dtypes: tuple[str, ...] | None) -> str:
    if option(config, "sweep") is None:
        return ""
    if option(config, "sweep") == "":
        told = f"--nnconform-sweep needs a value: {' or '.join(SWEEPS)}; without the option float32 is not swept"
        raise pytest.UsageError(told)
    which = _one(config, "sweep", SWEEPS)
    if dtypes is not None and "float32" not in dtypes:
        raise pytest.UsageError("--sweep is for float32: float16 and bfloat16 are always swept whole")
    try:
        import flint  # noqa: F401
    except ModuleNotFoundError:
        told = "--sweep needs python-flint, which is not installed: pip install 'nnconform[author]'"
        raise pytest.UsageError(told) from None
    return which


def _precision(config: pytest.Config) -> str:
    return "" if option(config, "matmul-precision") is None else _one(config, "matmul-precision", PRECISIONS)


def _one(config: pytest.Config, name: str, known: tuple[str, ...], why: str = "") -> str:
    """The one of some names that was said, or the first.  Raises pytest.UsageError."""
    found, *others = _known(name, _said(config, name, known[0]), known)
    if others:
        raise pytest.UsageError(f"--{name} is one of {', '.join(known)}{why}")
    return found


def _repeat(config: pytest.Config) -> int:
    if option(config, "repeat") is None:
        return 1
    typed = _said(config, "repeat", "1")
    if not (typed.isdecimal() and typed.isascii() and 1 <= int(typed[:9]) <= MOST_TIMES):
        raise pytest.UsageError(f"--nnconform-repeat is a whole number from 1 to {MOST_TIMES}, not {typed!r}")
    return int(typed)


_TYPED_STRICT = "strict=true"
"""What pytest makes of the option, in PYTEST_ADDOPTS and `addopts` too."""


def _strict(config: pytest.Config) -> bool:
    """Ours, or pytest's option of the short name, typed: its ini setting is about somebody's own tests."""
    if "--strict" in config.invocation_params.args or _TYPED_STRICT in (config.option.override_ini or ()):
        config.option.nnconform_strict = "yes"  # for xdist's workers, who are told options only
    return option(config, "strict") is not None


def _timing(config: pytest.Config) -> Timing | None:
    if option(config, "timing") is None:
        for name in ("threads", "time-limit"):
            if option(config, name) is not None:
                raise pytest.UsageError(f"--nnconform-{name} is for timing: say --timing as well")
        return None
    for name, why in _NOT_TIMED.items():
        if option(config, name) is not None:
            raise pytest.UsageError(f"--{name} and --timing do not go together: {why}")
    threads = _number(_said(config, "threads", "1"), "threads", 1, 4096)
    limit = _number(_said(config, "time-limit", "1"), "time-limit", 0.01, 3600)
    if threads != int(threads):
        raise pytest.UsageError(f"--nnconform-threads is a whole number, not {threads}")
    return Timing(int(threads), limit, time_ns() % 2**31)


def _number(typed: str, name: str, low: float, high: float) -> float:
    try:
        found = float(typed)
    except ValueError:
        found = nan
    if not low <= found <= high:
        raise pytest.UsageError(f"--nnconform-{name} is a number from {low} to {high}, not {typed!r}")
    return found


def _said(config: pytest.Config, name: str, default: str) -> str:
    """An option's value; one that was typed with nothing after it is a mistake, not the default."""
    found = option(config, name)
    if found == "":
        raise pytest.UsageError(f"--nnconform-{name} needs a value; without the option it is {default}")
    return default if found is None else found


def label(adapter: str) -> str:
    """An adapter's name in ids and file names: no path, no colon."""
    file, attribute = registry.split(adapter)
    short = Path(file).stem if file.endswith(".py") else file
    return _ODD.sub("_", f"{short}.{attribute}" if attribute else short)[:_LONGEST_LABEL]


def _adapters(asked: str) -> tuple[str, ...]:
    if asked == "all":
        found = [name for name in registry.installed() if registry.present(name)]
    else:
        found = [name.strip() for name in asked.split(",") if name.strip()]
    if not found:
        raise pytest.UsageError(f"--adapter needs a name: {', '.join(registry.installed())}, or all")
    for name in found:
        try:
            registry.check_name(name)
        except registry.AdapterError as error:
            raise pytest.UsageError(str(error)) from None
    labels = [label(name) for name in dict.fromkeys(found)]
    if twice := [name for name in labels if labels.count(name) > 1]:
        raise pytest.UsageError(f"two adapters would both be called {twice[0]!r}: rename one file, or run them apart")
    return tuple(dict.fromkeys(found))


def _known(what: str, asked: str, known: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(name.strip() for name in asked.split(",") if name.strip()))
    for name in found:
        if name not in known:
            raise pytest.UsageError(f"unknown {what} {name!r}{nearest(name, known)}; known: {', '.join(known)}")
    if not found:
        raise pytest.UsageError(f"--{what} needs one of {', '.join(known)}")
    return found
