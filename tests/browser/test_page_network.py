"""Hostile records in a real browser: nothing runs, and nothing is asked for from anywhere, with a listener to prove it."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from page_fixtures import BIDI, hostile_run
from page_fixtures_chromium import chromium, dom
from page_fixtures_html import parse

from nnconform.reports.page import write_page

OFF = ("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",)
"""No name can be looked up; only the listener can be reached."""


class Listener(BaseHTTPRequestHandler):
    """Notes each request."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """Where it listens, and what it was asked for."""
    Listener.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", Listener.asked
    server.shutdown()
    server.server_close()


def attacks(place: str) -> list[str]:
    return [
        f"<img src={place}/img><script src={place}/script></script><iframe src={place}/frame></iframe>",
        f"\"'><link rel=stylesheet href={place}/style><style>@import '{place}/import'; * {{ background: url({place}/url) }}</style>",
        f"</script></style></title><object data={place}/object></object><meta http-equiv=refresh content='0;url={place}/refresh'>",
        f"<svg><image href={place}/svg /></svg><base href={place}/><form action={place}/form><input autofocus onfocus=this.form.submit()></form>",
        f"javascript:fetch('{place}/fetch')//{BIDI}",
    ]


def everywhere(folder: Path, evil: str) -> Path:
    """A page with a text in every field that takes one."""
    path = hostile_run(folder / "run.jsonl", evil)
    return write_page([path], folder / "page.html")


def test_the_listener_would_hear(tmp_path: Path, asked: tuple[str, list[str]]) -> None:
    place, heard = asked
    (tmp_path / "open.html").write_text(f"<!doctype html><body>{''.join(attacks(place)[:2])}</body>", "utf-8")
    chromium(tmp_path, tmp_path / "open.html", "--dump-dom", *OFF)
    assert {"/img", "/script", "/frame", "/style"} <= set(heard)


@pytest.mark.parametrize("number", range(5))
def test_hostile_text_in_every_field_runs_nothing_and_asks_for_nothing(
    tmp_path: Path, asked: tuple[str, list[str]], number: int
) -> None:
    place, heard = asked
    page = everywhere(tmp_path, attacks(place)[number])
    made = parse(dom(tmp_path, page, "", *OFF))
    assert heard == []
    (title,) = made.all("title")
    assert title.text.startswith("nnconform: ")
    for tag in ("img", "iframe", "object", "link", "base", "image"):
        assert not made.all(tag)


@pytest.mark.parametrize("number", range(2))
def test_the_policy_alone_would_hold(tmp_path: Path, asked: tuple[str, list[str]], number: int) -> None:
    """Even if escaping failed somewhere: the attack is put into the page as markup."""
    place, heard = asked
    page = everywhere(tmp_path, "harmless")
    text = page.read_text("utf-8").replace("</body>", f"{attacks(place)[number]}</body>")
    (tmp_path / "broken.html").write_text(text, "utf-8")
    chromium(tmp_path, tmp_path / "broken.html", "--dump-dom", *OFF)
    assert heard == []
