"""pytest's own options at work on the spec, in the checkout and in an empty folder, with the same ids."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from shell import CHECKOUT, DENSE, FAKES, SIGMOID, ids, nnconform_in, pytest_in, records, results, run

from nnconform.harness.plugin import FLAGS, OPTIONS
from nnconform.spec.frozen import shipped, shown
from nnconform.spec.loader import load_all

FAILING = "--adapter=fakes.odd:WrongDtype"
"""Fails each case of the sigmoid."""
FEW = f"{SIGMOID}::long_sigmoid"


def few(outcome: str, adapter: str = "fakes.odd.WrongDtype") -> dict[str, str]:
    return {f"{FEW}/{adapter}/cpu/{dtype}/eager": outcome for dtype in ("float32", "float64")}


def outcomes(folder: Path) -> dict[str, str]:
    return {name: line["outcome"] for name, line in results(folder).items()}


@pytest.fixture(scope="module")
def every_id() -> list[str]:
    cases = load_all((path, shown(path)) for path in shipped())
    return [
        f"{case.path}::{case.id}/numpy/cpu/{dtype}/eager"
        for case in cases
        if not case.timing
        for dtype in case.dtypes
        if (case.kind, dtype) != ("sweep", "float32")  # only with --sweep
    ]


@pytest.mark.parametrize("path", [[], ["spec"]], ids=["nothing typed", "spec"])
def test_ids_are_the_same_everywhere(every_id: list[str], tmp_path: Path, path: list[str]) -> None:
    for folder in (CHECKOUT, tmp_path):
        done = pytest_in(folder, "--adapter=numpy", "--collect-only", "-q", "-p", "no:cacheprovider", *path)
        assert done.status == 0, done.err
        assert ids(done) == every_id
    assert len(set(every_id)) == len(every_id)
    assert not any("[" in name for name in every_id)


@pytest.mark.parametrize("inside", [True, False], ids=["checkout", "empty folder"])
def test_a_file_with_k_and_an_id_pasted_back(tmp_path: Path, *, inside: bool) -> None:
    folder, into = CHECKOUT if inside else tmp_path, f"--nnconform-results={tmp_path / 'found'}"
    options = ["--adapter=numpy", "-p", "no:cacheprovider", into]
    done = pytest_in(folder, DENSE, *options, "-k", "bias_row_for_more_units", "-v")
    assert done.status == 0, done.out + done.err
    found = [line["id"] for line in records(tmp_path, "found") if line["record"] == "result"]
    expected = [f"{DENSE}::bias_row_for_more_units/numpy/cpu/{dtype}/eager" for dtype in ("float32", "float64")]
    assert found == expected
    for name in expected:
        assert f"{name} PASSED" in done.out
    again = pytest_in(folder, expected[1], *options)
    assert "1 passed" in again.out, again.out + again.err
    assert [line["id"] for line in records(tmp_path, "found") if line["record"] == "result"] == expected[1:]


def test_a_case_named_without_the_rest_stands_for_all_its_items(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, FEW, "--adapter=numpy,fakes.good:Good", "--dtype=float64")
    assert done.status == 0, done.out + done.err
    assert list(outcomes(tmp_path)) == [f"{FEW}/{name}/cpu/float64/eager" for name in ("numpy", "fakes.good.Good")]


def test_marks_select_systems_operations_kinds(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=numpy", "-m", "S14 and example and not sigmoid", "--dtype=float32")
    assert done.status == 0, done.out + done.err
    found = list(results(tmp_path).values())
    assert found
    for line in found:
        assert "S14" in line["systems"]
        assert line["kind"] == "example"
        assert "sigmoid" not in line["operations"]


def test_last_failed_and_stepwise(tmp_path: Path) -> None:
    rest = f"{DENSE}::bias_row_for_more_units"
    assert pytest_in(tmp_path, FAILING, FEW, rest).status == 1
    assert outcomes(tmp_path) == {
        **few("failed"), **{f"{rest}/fakes.odd.WrongDtype/cpu/{d}/eager": "passed" for d in ("float32", "float64")}
    }  # fmt: skip
    assert pytest_in(tmp_path, FAILING, "--lf").status == 1
    assert outcomes(tmp_path) == few("failed")
    first, second = few("failed")
    assert pytest_in(tmp_path, FAILING, FEW, "--sw").status == 2
    assert outcomes(tmp_path) == {first: "failed"}
    assert pytest_in(tmp_path, FAILING, FEW, "--sw", "--sw-skip").status == 2
    assert outcomes(tmp_path) == {first: "failed", second: "failed"}


def test_x_stops_and_the_records_say_so(tmp_path: Path) -> None:
    assert pytest_in(tmp_path, FAILING, FEW, "-x").status == 1
    assert list(outcomes(tmp_path)) == [next(iter(few("failed")))]
    footer = records(tmp_path)[-1]
    assert (footer["complete"], footer["results"], footer["collected"]) == (False, 1, 2)


def test_deselect_takes_an_id(tmp_path: Path) -> None:
    first, second = few("passed", "numpy")
    done = pytest_in(tmp_path, "--adapter=numpy", FEW, "--deselect", first)
    assert "1 passed, 1 deselected" in done.out
    assert outcomes(tmp_path) == {second: "passed"}
    assert records(tmp_path)[-1]["complete"] is True


def test_junit_has_every_case_by_name(tmp_path: Path) -> None:
    pytest_in(tmp_path, FAILING, FEW, f"{DENSE}::bias_row_for_more_units", "--junitxml=junit.xml")
    cases = ET.parse(tmp_path / "junit.xml").getroot().iter("testcase")  # noqa: S314 - we wrote it
    found = {case.get("name", ""): [child.tag for child in case] for case in cases}
    assert len(found) == 4
    for name, children in found.items():
        assert children == (["failure"] if name.startswith("long_sigmoid/") else [])


def test_the_line_that_reruns_a_failure_can_be_pasted(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, FAILING, FEW, "--dtype=float32")
    (failed,) = results(tmp_path).values()
    assert failed["rerun"] in done.out
    program, *arguments = shlex.split(failed["rerun"])
    assert program == "pytest"
    for folder in (tmp_path, CHECKOUT):
        again = pytest_in(folder, *arguments, "-p", "no:cacheprovider", f"--nnconform-results={tmp_path / 'again'}")
        assert again.status == 1, again.out + again.err
        assert [line["id"] for line in records(tmp_path, "again")[1:-1]] == [failed["id"]]


def stable(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "elapsed_ns"}


@pytest.mark.parametrize("adapters", ["fakes.odd:WrongDtype", "fakes.odd:WrongDtype,numpy"])
def test_workers_find_what_one_process_finds(tmp_path: Path, adapters: str) -> None:
    found, counters = {}, {}
    for workers in ("0", "2"):
        folder = tmp_path / workers
        folder.mkdir()
        done = pytest_in(folder, f"--adapter={adapters}", "-n", workers, SIGMOID, "-k", "zero")
        assert done.status == 1, done.out + done.err
        lines = records(folder)
        assert lines[-1]["complete"] is True
        assert lines[0]["subjects"][0]["adapter"] == "good"
        found[workers] = {line["id"]: stable(line) for line in lines[1:-1]}
        sent = lines[-1]["counters"]["fakes.odd.WrongDtype"]["arrays sent"]
        counters[workers] = sent - (int(workers) or 1)  # each process sends one of its own: does the framework compute?
    assert len(found["0"]) > 4
    assert found["0"] == found["2"]
    assert counters["0"] == counters["2"] > len(found["0"])


def test_collecting_imports_no_framework(every_id: list[str], tmp_path: Path) -> None:
    missing = FAKES / "missing.py"
    done = pytest_in(tmp_path, f"--adapter={missing}", "--collect-only", "-q", "-p", "no:cacheprovider")
    assert done.status == 0, done.err
    assert len(ids(done)) == len(every_id)
    code = (
        "import pytest, sys\n"
        "status = pytest.main(['--adapter=all', '--collect-only', '-q'])\n"
        "loaded = {'torch', 'tensorflow', 'keras', 'jax', 'jaxlib', 'flint', 'jinja2'} & set(sys.modules)\n"
        "sys.exit(f'{status} {loaded}' if status or loaded else 0)"
    )
    done = run(["-c", code], tmp_path)
    assert done.status == 0, done.err


def test_own_tests_are_left_out_with_a_word_where_no_path_is_typed(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it():\n    pass\n", "utf-8")
    told = "nnconform: no path typed: only the specification is run"
    done = pytest_in(tmp_path, "--adapter=numpy", "-k", "long_sigmoid or test_it", "--dtype=float64")
    assert told in done.out.splitlines()
    assert "test_it.py" not in done.out
    done = pytest_in(tmp_path, "--adapter=numpy", "test_it.py", FEW)
    assert "no path typed" not in done.out
    assert "3 passed" in done.out


def test_without_an_adapter_the_plugin_sleeps(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n\n\ndef test_it(pytestconfig):\n"
        "    assert pytestconfig.pluginmanager.hasplugin('nnconform')\n"
        "    assert not pytestconfig.pluginmanager.hasplugin('nnconform-run')\n"
        "    assert not {'numpy', 'ml_dtypes', 'jinja2', 'nnconform.adapters'} & set(sys.modules)\n",
        "utf-8",
    )
    done = pytest_in(tmp_path)
    assert done.status == 0, done.out
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith(".")) == ["test_it.py"]


def test_ones_own_tests_run_beside_the_spec(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it():\n    pass\n", "utf-8")
    done = pytest_in(tmp_path, "--adapter=numpy", "test_it.py", FEW)
    assert "3 passed" in done.out, done.out + done.err
    assert outcomes(tmp_path) == few("passed", "numpy")
    assert records(tmp_path)[-1]["complete"] is True


def test_every_option_is_written_up() -> None:
    text = (Path(__file__).parent.parent / "docs" / "options.md").read_text("utf-8")
    for name in (*(name for name, *_ in OPTIONS), *(name for name, _ in FLAGS)):
        assert f"`--{name}" in text or f"`--nnconform-{name}" in text, name


def test_a_toml_of_ones_own_with_our_name_in_a_table_is_no_spec(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.poetry.dependencies]\nnnconform = "^0.1"\n', "utf-8")
    done = pytest_in(tmp_path, "--adapter=numpy", ".", FEW)
    assert done.status == 0, done.out + done.err


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["here", "in workers"])
def test_the_line_that_reruns_a_case_of_ones_own_is_typed_from_where_pytest_was_started(
    tmp_path: Path, workers: tuple[str, ...]
) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    (tmp_path / "own.toml").write_text(
        'nnconform = "0.1"\ntopic = "Own"\n[[case]]\nid = "one"\nkind = "example"\nrequirement = "It is half at zero."\n'
        'source = { document = "nnconform", heading = "own" }\noperation = "sigmoid"\ninputs.x = [0, 1]\n',
        "utf-8",
    )
    own = ("-p", "no:cacheprovider", "--adapter=fakes.odd:WrongDtype", "--dtype=float32")
    assert pytest_in(inner, *own, *workers, "../own.toml").status == 1
    (failed,) = results(inner).values()
    _, *arguments = shlex.split(failed["rerun"])
    assert arguments[0] == "../own.toml::one/fakes.odd.WrongDtype/cpu/float32/eager"
    again = pytest_in(inner, *arguments, "--nnconform-results=again")
    assert again.status == 1, again.out + again.err
    assert [line["id"] for line in records(inner, "again")[1:-1]] == [failed["id"]]


def test_a_folder_with_a_name_that_the_locale_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "Ünï"
    folder.mkdir()
    (folder / "mine.py").write_text("import numpy as np\n\n\ndef tanh(x):\n    return np.tanh(x)\n", "utf-8")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONUTF8", "0")
    monkeypatch.setenv("PYTHONCOERCECLOCALE", "0")
    for more in ((), ("--isolate",)):
        done = pytest_in(folder, "--adapter=mine.py", "-k", "tanh and lengths", "--dtype=float64", *more)
        assert done.status == 0, done.out + done.err
    assert nnconform_in(folder, "adapter", "check", "mine.py").err == "nothing amiss\n"


NOT_ASKED = "nnconform: no case was asked"
NOT_RUN = "nnconform: the specification alone was run, and not testpaths: `pytest tests` runs those"


@pytest.mark.parametrize("more", [(), ("-q",), ("-n", "2")], ids=str)
def test_what_was_left_unrun_is_told_at_the_end(tmp_path: Path, more: tuple[str, ...]) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_mine.py").write_text("def test_mine():\n    assert True\n", "utf-8")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\ntestpaths = tests\naddopts = --adapter=numpy --dtype=float64\n", "utf-8"
    )
    done = pytest_in(tmp_path, "tests", *more)
    assert NOT_ASKED in done.out
    assert done.status == 0
    done = pytest_in(tmp_path, "-k", "sigmoid and around_zero or test_mine", *more)
    assert NOT_RUN in done.out
    assert "test_mine.py" not in done.out
    done = pytest_in(tmp_path, "spec/activations/relu.toml", "tests", "-k", "infinities or test_mine", *more)
    assert "nnconform: the spec" not in done.out
    assert NOT_ASKED not in done.out
