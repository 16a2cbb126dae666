"""The pytest plugin's front door: options, and nothing that a run without `--adapter` would pay for.

Only the standard library and pytest are imported here; installing nnconform must not slow or change anybody's tests.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nnconform.harness.run import Run

OPTIONS = (
    ("adapter", "NAMES", "adapters to ask, by name, comma-separated, or all: numpy, torch, path/file.py:Class"),
    ("device", "DEVICE", "device to ask them on (default: cpu)"),
    ("dtype", "NAMES", "dtypes to run, comma-separated (default: all that a case lists)"),
    ("mode", "NAMES", "execution modes, comma-separated: eager (default), compiled, xla; or all that each adapter has"),
    ("level", "LEVEL", "must (default), or should: fail what a good implementation should do as well"),
    ("sweep", "WHICH", "sweep float32 as well: a sample of its values, or exhaustive (float16, bfloat16: always all)"),
    ("generated", "N", "draw N examples of each operation and dtype as well, and shrink what disagrees"),
    ("generated-seed", "SEED", "what those are drawn from: the same seed draws the same (default: a new one)"),
    ("traits", "HOW", "usual (default), or full: ask whether results depend on their place at all 67 lengths"),
    ("matmul-precision", "WHICH", "highest: ask for products in the dtype's own arithmetic; default: as it ships"),
    ("repeat", "N", "ask each case so many times; the worst outcome counts, and what differed is told (default: 1)"),
    ("threads", "N", "threads that each framework may use, with --timing (default: 1)"),
    ("time-limit", "SECONDS", "of measuring, for each series of a timing case (default: 1)"),
    ("case-timeout", "SECONDS", "ends the process of a case that takes longer; implies --isolate (default there: 600)"),
    ("results", "FOLDER", "where records and the page go (default: nnconform-results)"),
)
FLAGS = (
    ("timing", "run the timing cases instead of all others, and time them"),
    ("isolate", "ask each adapter in a process of its own, which may die: that costs one case"),
    ("strict", "fail traits as well, such as results that are not repeatable; pytest's own --strict does so, too"),
    ("resume", "go on with the newest run in the results folder that was ended; implies --isolate"),
)
MARKERS = (
    "S1 to S32: the documents' systems, as -m S14",
    "example, property, refusal, special, probe, sweep, trait, timing, generated: kinds of case",
    "must, should: levels of a case",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The long names."""
    group = _group(parser)
    for name, text, more in _options():
        group.addoption(f"--nnconform-{name}", dest=_dest(name), default=None, help=text, **more)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(parser: pytest.Parser) -> Generator[None]:
    """Short names where they are free: other plugins and the user's own conftest.py come first."""
    yield
    group, groups = _group(parser), [*parser._groups, parser._anonymous]  # noqa: SLF001 - older ones leave conflicts to argparse
    taken = {name for each in groups for option in each.options for name in option.names()}
    for name, _, more in _options():
        if name != "results" and f"--{name}" not in taken:
            told = f"short for --nnconform-{name}"
            group.addoption(f"--{name}", dest=f"{_dest(name)}_short", default=None, help=told, **more)


def _group(parser: pytest.Parser) -> pytest.OptionGroup:
    return parser.getgroup("nnconform", "conformance of neural-network primitives")


def _options() -> Iterator[tuple[str, str, dict[str, str]]]:
    yield from ((name, text, {"metavar": metavar}) for name, metavar, text in OPTIONS)
    yield from ((name, text, {"action": "store_const", "const": "yes"}) for name, text in FLAGS)


def _dest(name: str) -> str:
    return f"nnconform_{name.replace('-', '_')}"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Wake up only where an adapter is asked for."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if option(config, "adapter") is None:
        _refuse_spec_without_adapter(config)
        return
    run = _run(config)
    config.pluginmanager.register(run, "nnconform-run")
    if option(config, "generated") is not None:
        from nnconform.harness.generated.items import Generating

        config.pluginmanager.register(Generating(run), "nnconform-generating")
    if (
        config.pluginmanager.hasplugin("dsession")
        or hasattr(config, "workerinput")
        or config.pluginmanager.hasplugin("xdist")
    ):
        from nnconform.harness.distribution import Distribution

        config.pluginmanager.register(Distribution(run), "nnconform-distribution")


def _run(config: pytest.Config) -> Run:
    if option(config, "timing"):
        from nnconform.harness.timed_run import TimedRun

        return TimedRun(config)
    from nnconform.harness.run import Run

    return Run(config)


def option(config: pytest.Config, name: str) -> str | None:
    """An option under its long or its short name."""
    dest = _dest(name)
    long: str | None = config.getoption(dest, None)
    short: str | None = config.getoption(f"{dest}_short", None)
    return long if long is not None else short


def _refuse_spec_without_adapter(config: pytest.Config) -> None:
    for argument in config.args:
        path = argument.partition("::")[0]
        if path.endswith(".toml") and _is_spec(path.replace("\\", "/")):
            raise pytest.UsageError(f"{path} is a spec file: say which adapter to ask, as --adapter=numpy")


def _is_spec(path: str) -> bool:
    """Whether a TOML file is one of ours: shipped, or a user's own."""
    from pathlib import Path

    from nnconform.spec.loader import is_ours

    return is_ours(Path(path)) if Path(path).is_file() else path.startswith("spec/")
