"""A headless Chromium, for what only a browser can tell."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--enable-logging=stderr",
)  # fmt: skip


def chromium(folder: Path, page: Path, *flags: str, fragment: str = "") -> subprocess.CompletedProcess[str]:
    """A page opened from disk, in a new profile; a test fails where there is no browser."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.fail(f"these tests need a browser: install one of {', '.join(NAMES)}")
    number = len(list(folder.glob("profile*")))
    address = f"{page.resolve().as_uri()}{fragment}"
    return subprocess.run(
        [program, *FLAGS, f"--user-data-dir={folder / f'profile{number}'}", *flags, address],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip


def dom(folder: Path, page: Path, fragment: str = "", *flags: str) -> str:
    """The page's elements after its scripts ran; a message on the console fails the test."""
    done = chromium(folder, page, "--dump-dom", *flags, fragment=fragment)
    assert "CONSOLE" not in done.stderr, done.stderr
    return done.stdout
