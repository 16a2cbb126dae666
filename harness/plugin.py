"""The pytest plugin's front door: options, and nothing that a run without `--adapter` would pay for.

Only the standard library and pytest are imported here; installing nnconform must not slow or change anybody's tests.
"""

from __future__ import annotations

import argparse
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
    ("threads", "N", "threads that each framework may use, with --timing (default: 1)"),
    ("time-limit", "SECONDS", "of measuring, for each series of a timing case (default: 1)"),
    ("results", "FOLDER", "where records and the page go (default: nnconform-results)"),
)
MARKERS = (
    "S1 to S32: the documents' systems, as -m S14",
    "example, property, refusal, special, probe, trait, timing: kinds of case",
    "must, should: levels of a case",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Long names always; short ones where no other plugin has taken them."""
    group = parser.getgroup("nnconform", "conformance of neural-network primitives")
    for name, metavar, text in OPTIONS:
        _add(group, name, text, short=name != "results", metavar=metavar)
    _add(
        group, "timing", "run the timing cases instead of all others, and time them", action="store_const", const="yes"
    )


def _add(group: pytest.OptionGroup, name: str, text: str, *, short: bool = True, **more: str) -> None:
    dest = f"nnconform_{name.replace('-', '_')}"
    group.addoption(f"--nnconform-{name}", dest=dest, default=None, help=text, **more)
    if short:
        try:
            group.addoption(
                f"--{name}", dest=f"{dest}_short", default=None, help=f"short for --nnconform-{name}", **more
            )
        except (ValueError, argparse.ArgumentError):
            return  # another plugin's option, such as pytest-playwright's --device


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
    dest = f"nnconform_{name.replace('-', '_')}"
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
