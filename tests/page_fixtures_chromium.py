"""A headless Chromium, for what only a browser can tell."""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--enable-logging=stderr",
)  # fmt: skip
FRAME = """<!doctype html><title>nothing yet</title>
<script>addEventListener("message", (event) => (document.title = event.data))</script>
<iframe src="measured.html" style="border: 0; width: WIDTHpx; height: 900px"></iframe>"""
SIDEWAYS = "document.documentElement.scrollWidth + ' of ' + innerWidth"
OVERLAPS = """[...document.querySelectorAll("svg.plot")].map((plot) => {
  const area = plot.getBoundingClientRect();
  const boxes = [...plot.querySelectorAll("text")].map((item) => item.getBoundingClientRect());
  const outside = boxes.filter((box) => box.left < area.left - 1 || box.right > area.right + 1 || box.bottom > area.bottom + 1);
  const crossing = boxes.filter((one, place) => boxes.some((other, number) => number > place &&
    one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 3 && other.top < one.bottom - 3));
  return outside.length + crossing.length;
}).reduce((sum, count) => sum + count, 0) + " of " + document.querySelectorAll("svg.plot text").length"""


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


def measured(folder: Path, page: Path, what: str, width: int) -> str:
    """What a script of ours finds in the page at some width, every part of it open."""
    measure = f"parent.postMessage({what}, '*')"
    digest = b64encode(sha256(measure.encode()).digest()).decode()
    text = page.read_text("utf-8").replace("script-src ", f"script-src 'sha256-{digest}' ")
    text = text.replace("<details", "<details open").replace("</body>", f"<script>{measure}</script></body>")
    (folder / "measured.html").write_text(text, "utf-8")
    (folder / "frame.html").write_text(FRAME.replace("WIDTH", str(width)), "utf-8")
    found = dom(folder, folder / "frame.html", "", "--window-size=1600,900", "--virtual-time-budget=5000")
    return found.partition("<title>")[2].partition("</title>")[0]
