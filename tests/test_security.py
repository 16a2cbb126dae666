"""Specs, records and adapter names are data: nothing in them is executed, imported, fetched or followed."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from page_fixtures import footer, header, result, run, subject, write
from page_fixtures_html import parse
from shell import CHECKOUT, nnconform_in, pytest_in
from test_bad_input_spec import GOOD

from nnconform.reports.page import write_page
from nnconform.spec.errors import SpecError
from nnconform.spec.loader import load

ROOMS = ("adapters", "harness", "reference", "reports", "spec")
FILES = sorted(path for room in ROOMS for path in (CHECKOUT / room).rglob("*.py"))
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "execfile"}
FORBIDDEN_MODULES = {
    "pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml", "ruamel", "xmlrpc", "socket",
    "urllib", "http", "requests", "ftplib", "code", "codeop",
}  # fmt: skip
FORBIDDEN_ATTRIBUTES = {
    ("os", "system"), ("os", "popen"), ("np", "load"), ("numpy", "load"), ("torch", "load"), ("jnp", "load"),
    ("np", "save"), ("tf", "py_function"), ("os", "execv"),
}  # fmt: skip
IMPORT_BY_NAME = {"import_module", "spec_from_file_location", "run_path", "run_module"}
MAY_IMPORT_BY_NAME = {
    "adapters/registry.py": "adapters that are named on the command line",
    "harness/score/zoo.py": "a folder of implementations that is named on the command line",
    "reference/sweep/functions.py": "a package by a name that is written there",
}


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text("utf-8")))


def named(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


def suspicious(node: ast.AST) -> str:
    """What a node does that data could misuse, or nothing."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
        return f"calls {node.func.id}"
    if isinstance(node, ast.Call) and any(key.arg in {"allow_pickle", "shell"} for key in node.keywords):
        return "allows pickles, or a shell"
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        pair = (node.value.id, node.attr)
        return f"uses {'.'.join(pair)}" if pair in FORBIDDEN_ATTRIBUTES else ""
    modules = []
    if isinstance(node, ast.Import):
        modules = [name.name for name in node.names]
    elif isinstance(node, ast.ImportFrom) and not node.level:
        modules = [node.module or ""]
    bad = [name for name in modules if name.partition(".")[0] in FORBIDDEN_MODULES]
    return f"imports {bad[0]}" if bad else ""


def test_no_code_executes_unpacks_or_fetches_data() -> None:
    assert len(FILES) > 100
    found = {
        f"{named(path)}:{getattr(node, 'lineno', 0)}": told
        for path in FILES
        for node in nodes(path)
        if (told := suspicious(node))
    }
    assert found == {}


@pytest.mark.parametrize(
    "code",
    ["eval(x)", "exec(x)", "__import__(x)", "import pickle", "from urllib.request import urlopen", "np.load(x)",
     "subprocess.run(x, shell=True)", "os.system(x)", "torch.load(x)", "np.array(x, allow_pickle=True)"],
)  # fmt: skip
def test_what_is_looked_for_would_be_found(code: str) -> None:
    assert any(suspicious(node) for node in ast.walk(ast.parse(code)))


def test_modules_are_imported_by_name_in_three_files_only() -> None:
    found = {
        named(path)
        for path in FILES
        for node in nodes(path)
        if (isinstance(node, ast.Attribute) and node.attr in IMPORT_BY_NAME)
        or (isinstance(node, ast.Name) and node.id in IMPORT_BY_NAME)
    }
    assert found <= set(MAY_IMPORT_BY_NAME)
    assert "adapters/registry.py" in found


# ------------------------------------------------------------------- specs

CODE = "__import__('os').system('touch pwned')"
PLACES = {
    "operation": ('"sigmoid"', f'"{CODE}"'),
    "input": ("[1, 2]", f'["{CODE}"]'),
    "generator": ("[1, 2]", f'{{ generate = "{CODE}", shape = [2] }}'),
    "parameter": ("[1, 2]", f'{{ generate = "constant", value = "{CODE}", shape = [2] }}'),
    "size": ("[1, 2]", f'{{ generate = "dyadic", shape = ["{CODE}"] }}'),
    "id": ('"one"', f'"{CODE}"'),
    "dtype": ("inputs.x", f'dtypes = ["{CODE}"]\nleft_out = {{ float32 = "no", float64 = "no" }}\ninputs.x'),
    "bucket": ("inputs.x", f'buckets = "{CODE}"\ninputs.x'),
    "attribute": ("inputs.x", f'attributes = {{ "{CODE}" = 1 }}\ninputs.x'),
    "system": ("inputs.x", f'systems = ["{CODE}"]\ninputs.x'),
    "a path": ('"sigmoid"', '"../../../etc/passwd"'),
    "a module": ('"sigmoid"', '"evil:Evil"'),
}
EVIL = "open('pwned', 'w').close()\n"


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with modules that leave a file behind if anything imports them."""
    for name in ("evil.py", "numpyro.py", "sigmoid.py", "conftest_evil.py"):
        (tmp_path / name).write_text(EVIL, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("place", PLACES)
def test_code_in_a_spec_is_refused_as_text(trap: Path, place: str) -> None:
    path = trap / "case.toml"
    text = GOOD.replace(*PLACES[place])
    assert text != GOOD
    tomllib.loads(text)
    path.write_text(text, "utf-8")
    with pytest.raises(SpecError) as caught:
        load(path)
    assert caught.value.problems
    assert not (trap / "pwned").exists()


def test_a_run_of_hostile_specs_executes_nothing(trap: Path) -> None:
    for number, change in enumerate(PLACES.values()):
        (trap / f"case{number}.toml").write_text(GOOD.replace(*change), "utf-8")
    done = pytest_in(
        trap, "--adapter=numpy", "-p", "no:cacheprovider", *sorted(path.name for path in trap.glob("*.toml"))
    )
    assert done.status == 4
    assert len(done.said) == len(PLACES)
    assert not (trap / "pwned").exists()


# ----------------------------------------------------------------- records


def test_names_in_records_are_never_imported_or_followed(trap: Path) -> None:
    lines = [
        result("a", "failed", adapter=name, file=f"{name}.toml", functions={"sigmoid": CODE}, rerun=CODE, id=name)
        for name in ("evil", "evil.py", "evil:Evil", "../evil", "/etc/passwd")
    ]
    subjects = [
        subject(name, **{"class": "evil:Evil", "script": f"import evil\n{CODE}", "array_source": "{values.__class__}"})
        for name in ("evil", "evil.py", "evil:Evil", "../evil", "/etc/passwd")
    ]
    run(trap / "a.jsonl", lines, *subjects)
    run(trap / "b.jsonl", lines[::-1], *subjects)
    for command in (["report", "a.jsonl", "b.jsonl", "-o", "page.html"], ["compare", "a.jsonl", "b.jsonl"]):
        done = nnconform_in(trap, *command)
        assert "Traceback" not in done.err, done.err
        assert done.status in {0, 1}
    assert (trap / "page.html").is_file()
    assert not (trap / "pwned").exists()
    assert "root:" not in (trap / "page.html").read_text("utf-8")


@pytest.mark.parametrize(
    "template",
    ["{values.__class__.__mro__}", "{values!r:>1000000000}", "{0}", "{values[0]}", "{other}", "{", "{values:{dtype}}"],
)
def test_a_template_in_a_record_can_only_be_filled_in(tmp_path: Path, template: str) -> None:
    path = run(tmp_path / "a.jsonl", [result("a", "failed")], subject(array_source=template))
    text = write_page([path], tmp_path / "page.html").read_text("utf-8")
    assert "&lt;class" not in text
    assert len(text) < 10**6


# ------------------------------------------------------------------- pages


def policy(text: str) -> dict[str, list[str]]:
    (found,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
    return {name: values for name, *values in (part.split() for part in found.split(";"))}


def test_the_policy_lets_a_page_do_nothing_but_show_itself(tmp_path: Path) -> None:
    text = write_page([run(tmp_path / "a.jsonl", [result("a", "failed")])], tmp_path / "page.html").read_text("utf-8")
    found = policy(text)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert found == {
        "default-src": ["'none'"], "style-src": ["'unsafe-inline'"], "script-src": [f"'sha256-{digest}'"],
        "base-uri": ["'none'"], "form-action": ["'none'"],
    }  # fmt: skip
    assert text.index("Content-Security-Policy") < text.index("<title>") < text.index("<script>")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|fetch\(|XMLHttp", script
    )


def test_links_in_a_page_lead_nowhere_else(tmp_path: Path) -> None:
    evil = "javascript:alert(1)"
    path = write(tmp_path / "a.jsonl", [
        header(subject(evil, versions={evil: "http://example.org"})),
        result(evil, "failed", rerun=evil, file=evil, operations=[evil], source={"document": evil, "heading": "http://example.org"}),
        footer(1),
    ])  # fmt: skip
    made = parse(write_page([path], tmp_path / "page.html").read_text("utf-8"))
    targets = [
        item.attributes[name] for item in made.walk() for name in ("href", "src", "action") if name in item.attributes
    ]
    assert targets
    assert all(str(target).startswith("#") for target in targets), targets


@pytest.mark.parametrize("more", [[], ["-n", "1"]], ids=["here", "by a worker"])
def test_what_a_run_writes_is_json_without_extensions(tmp_path: Path, more: list[str]) -> None:
    case = "spec/activations/sigmoid.toml::around_zero"
    done = pytest_in(tmp_path, "--adapter=fakes.odd:GivesNan", "--dtype=float32", case, *more)
    assert done.status == 1
    (path,) = tmp_path.rglob("*.jsonl")
    assert '"got": "nan"' in path.read_text("utf-8")

    def refuse(constant: str) -> Any:
        raise ValueError(constant)

    for line in path.read_text("utf-8").splitlines():
        json.loads(line, parse_constant=refuse)
