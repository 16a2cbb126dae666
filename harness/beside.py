"""Other plugins' options that would change what is asked, or where."""

from __future__ import annotations

from contextlib import suppress

import pytest

REFUSED = (
    (
        "reruns",
        "--reruns asks again until it passes, where the worst answer counts: say --nnconform-repeat=N",
    ),
    ("forked", "--forked asks each case in a process that forgets what it found: say --nnconform-isolate"),
)
"""Options by the name under which pytest keeps them, and what to say instead."""


def refuse(config: pytest.Config) -> None:
    """Raises UsageError where another plugin would ask again, or elsewhere, what is asked once and here."""
    for name, words in REFUSED:
        if _given(config, name):
            raise pytest.UsageError(words)


def _given(config: pytest.Config, name: str) -> bool:
    """Whether it is switched on, on the command line or in a configuration file."""
    if config.getoption(name, None):
        return True
    with suppress(ValueError, KeyError):  # there is no such setting
        return str(config.getini(name) or "0").lower() not in {"0", "false"}
    return False
