"""Findings: a page for every known deviation, current, with links that lead somewhere and a script of its own."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nnconform.harness import findings
from nnconform.harness.cli import main
from nnconform.harness.deviations import FOLDER, Deviation, Excuse, load

PAGES = Path(__file__).parent.parent / "docs" / "findings"
FRAMEWORKS = {"torch": {"torch"}, "tensorflow": {"tensorflow", "keras"}, "jax": {"jax"}}
PLAIN = {"numpy", *sys.stdlib_module_names}
"""What a script may import beside its framework."""
ENTRY = load()[0]


def test_the_committed_pages_are_current() -> None:
    assert findings.stale(PAGES, findings.pages(load())) == [], "run nnconform findings"


@pytest.mark.parametrize("entry", load(), ids=findings.page_name)
def test_a_script_is_short_and_imports_its_framework_alone(entry: Deviation) -> None:
    text = (FOLDER / entry.script).read_text("utf-8")
    assert len(text.strip().splitlines()) <= 15
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    roots = {name.partition(".")[0] for name in names}
    assert any(f"import {name}" in text for name in FRAMEWORKS[entry.adapter])
    assert roots <= FRAMEWORKS[entry.adapter] | PLAIN


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.name)
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8"))
    assert links
    for link in links:
        assert link.startswith("https://github.com/") or (page.parent / link).exists(), link


def test_a_page_says_what_where_since_when_and_how_to_see_it() -> None:
    entry = replace(
        ENTRY, since="1.2; 1.1 is right.", upstream="owner/name#12 (gelu), other/one#3", flags={"f": "[!0]*"}
    )
    text = findings.pages([entry])[findings.page_name(entry)]
    for told in (entry.witness, "1.2; 1.1 is right.", "[owner/name#12](https://github.com/owner/name/issues/12) (gelu)",
                 "https://github.com/other/one/issues/3", "f `[!0]*`", (FOLDER / entry.script).read_text("utf-8").strip()):  # fmt: skip
        assert told in text


@pytest.mark.parametrize(
    ("excuse", "told"),
    [
        (Excuse(ulps=129), "errors of at most 129 units in the last place"),
        (Excuse(ratio=(0, 2), ulps=3), "at most 3 units in the last place, and 0 to 2 times the exact value"),
        (Excuse(got="input"), "the input itself"),
        (Excuse(got=(0.5, 1)), "a number from 0.5 to 1"),
        (Excuse(got=float("nan")), "the answer nan"),
        (Excuse(says="ends * so"), "the words `ends * so`"),
    ],
    ids=str,
)
def test_what_is_excused_is_said(excuse: Excuse, told: str) -> None:
    entry = replace(ENTRY, excuses=excuse)
    assert told in findings.pages([entry])[findings.page_name(entry)]


def test_sweeps_are_named_by_their_function_and_open_patterns_by_words() -> None:
    cases = ("spec/sweeps/functions.toml::gelu_by_tanh_every_value/float16", "spec/layers/dense.toml::x/bfloat16")
    index = findings.pages([replace(ENTRY, cases=cases)])[findings.INDEX]
    assert "| gelu_by_tanh, dense | bfloat16, float16 |" in index
    assert (
        "| every function | all |"
        in findings.pages([replace(ENTRY, cases=("spec/sweeps/x.toml::*/*",))])[findings.INDEX]
    )


def test_markup_in_an_entry_stays_text() -> None:
    entry = replace(ENTRY, cause="a <b>cause</b> | of *two* [x](y)", reason="<img src=x>")
    made = findings.pages([entry])
    text = made[findings.page_name(entry)] + made[findings.INDEX]
    assert "<img" not in text.replace(r"\<img", "")
    assert r"a \<b\>cause\</b\> \| of \*two\* \[x\](y)" in text


def test_two_causes_of_one_page_are_refused() -> None:
    with pytest.raises(ValueError, match="two causes make one page"):
        findings.pages([ENTRY, replace(ENTRY, cause=ENTRY.cause + "!")])


def test_the_command_writes_checks_and_clears(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "pages"
    arguments = ["findings", f"--into={folder}"]
    assert main([*arguments, "--check"]) == 1
    assert not folder.exists()
    assert main(arguments) == 0
    assert main([*arguments, "--check"]) == 0
    assert capsys.readouterr().err.splitlines()[-1] == f"{len(load()) + 1} of {len(load()) + 1} pages current"
    (folder / "README.md").write_text("other", "utf-8")
    (folder / "torch-gone.md").write_text((folder / findings.page_name(ENTRY)).read_text("utf-8"), "utf-8")
    assert main([*arguments, "--check"]) == 1
    assert "torch-gone.md: out of date" in capsys.readouterr().out
    assert main(arguments) == 0
    assert not (folder / "torch-gone.md").exists()


def test_a_page_that_is_somebody_elses_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.md").write_text("mine", "utf-8")
    assert main(["findings", f"--into={tmp_path}"]) == 4
    assert "notes.md is none of these pages" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.md"]
