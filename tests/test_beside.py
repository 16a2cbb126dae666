"""Other plugins that ask again, elsewhere, or end a call."""

from __future__ import annotations

from pathlib import Path

import pytest
from shell import pytest_in, results

OPTION = """
def pytest_addoption(parser):
    parser.addoption("--{name}", {how})
    parser.addini("{name}", "as on the command line")
"""
HOWS = {"reruns": "type=int", "forked": "action='store_true'"}
TIMED = """
import pytest


def sigmoid(z):
    pytest.fail("Timeout (>1.0s) from pytest-timeout.")
"""


@pytest.mark.parametrize(("name", "given"), [("reruns", "--reruns=3"), ("forked", "--forked")])
def test_what_asks_again_or_elsewhere_is_refused(tmp_path: Path, name: str, given: str) -> None:
    (tmp_path / "conftest.py").write_text(OPTION.format(name=name, how=HOWS[name]), "utf-8")
    asked = ("--adapter=numpy", "spec/activations/sigmoid.toml", "-q", "-k", "around_zero")
    pytest_in(tmp_path, *asked, given).complains(f"--{name} asks", "--nnconform-")
    assert pytest_in(tmp_path, *asked).status == 0
    for value, refused in (("1", True), ("0", False), ("false", False), ("", False)):
        (tmp_path / "pytest.ini").write_text(f"[pytest]\n{name} = {value}\n", "utf-8")
        done = pytest_in(tmp_path, *asked)
        assert (done.status == 4) is refused, value


def test_a_call_that_another_plugin_ends_is_a_timeout(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(TIMED, "utf-8")
    done = pytest_in(tmp_path, "--adapter=mine.py", "spec/activations/sigmoid.toml", "-k", "around_zero", "-q")
    assert {line["outcome"] for line in results(tmp_path).values() if line["outcome"] != "unsupported"} == {"timeout"}
    assert "Timeout (>1.0s) from pytest-timeout. (--case-timeout=SECONDS ends what it started as well)" in done.out
