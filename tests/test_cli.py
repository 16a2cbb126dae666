from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from shell import DENSE, SIGMOID, environment, nnconform_in, pytest_in, records, run

from nnconform.harness.cli import VERBS, main
from nnconform.reference.truth.table import ULPS
from nnconform.spec.catalogue import catalogue
from nnconform.spec.frozen import shipped, shown
from nnconform.spec.loader import load_all


def lines(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> list[str]:
    assert main(arguments) == status
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lst"], "unknown verb 'lst' (did you mean 'list'?); known: "),
        (["list", "--sytems"], "unknown argument '--sytems' (did you mean '--systems'?)"),
        (["--verison"], "unknown argument '--verison' (did you mean '--version'?)"),
        (["list", "--version"], "--version goes without a verb: nnconform --version"),
        (["--grid", "list"], "--grid goes behind its verb"),
        (["list", "--grid", "--systems"], "not allowed with argument --grid"),
        (["adapter", "chek", "numpy"], "unknown task 'chek' (did you mean 'check'?)"),
        (["adapter", "check", "numpie"], "no adapter 'numpie' (did you mean 'numpy'?)"),
        (["adapter", "check"], "required: ADAPTER"),
        (["adapter", "new", "My-Framework"], "is no name for an adapter: lower-case"),
        (["adapter", "new", "all"], "'all' is no name for an adapter: --adapter=all asks every one"),
        (["adapter", "new", "none"], "'none' is no name for an adapter: its class would be None, which is a word of"),
        (["adapter", "new", "unsupported"], "its class would be Unsupported, which its module imports"),
        (["adapter", "new", "../up"], "'../up' is no name for an adapter: lower-case"),
        (
            ["adapter", "new", "n" * 300],
            "is no name for an adapter: lower-case letters, digits, underscores, a letter first, 48 at most",
        ),
        (["adapter", "new", "torch"], "an adapter 'torch' is registered already"),
        (["explain", "coffee_vectorised"], "no case 'coffee_vectorised' (did you mean 'coffee_vectorized'?)"),
        (["explain", f"{SIGMOID}::arround_zero"], "no case 'arround_zero' (did you mean 'around_zero'?)"),
        (["explain", "coffee_vectorized", "--dtype=flaot64"], "unknown dtype 'flaot64' (did you mean 'float64'?)"),
        (["explain", "around_zero"], f"stands in several files: {SIGMOID}::around_zero, "),
        (["check", "spec/layers/dens.toml"], f"spec/layers/dens.toml (did you mean '{DENSE}'?)"),
        (["freeze", "nowhere"], "no such file or folder: nowhere"),
        (["report", "nothing.jsonl"], "no records 'nothing.jsonl'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_asked_wrongly_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(arguments) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert err.startswith("nnconform: ")
    assert words in err


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert re.fullmatch(r"nnconform \d+\.\d+\.\d+", lines(capsys, "--version")[0])
    text = "\n".join(lines(capsys, status=4))
    assert all(f"    {verb} " in text for verb in VERBS)


def test_list_names_every_case_once(capsys: pytest.CaptureFixture[str]) -> None:
    cases = load_all((path, shown(path)) for path in shipped())
    found = lines(capsys, "list")
    assert [line.split()[0] for line in found] == [f"{case.path}::{case.id}" for case in cases]
    some = lines(capsys, "list", DENSE)
    assert [line.split()[0] for line in some] == [f"{case.path}::{case.id}" for case in cases if case.path == DENSE]


def test_list_systems_counts_cases(capsys: pytest.CaptureFixture[str]) -> None:
    cases = load_all((path, shown(path)) for path in shipped())
    found = {line.split()[0]: line for line in lines(capsys, "list", "--systems")[1:]}
    assert list(found) == [f"S{number}" for number in range(1, 33)]
    for system, line in found.items():
        documents = {case.source.document for case in cases if system in case.systems}
        assert re.search(rf"  {sum(system in case.systems for case in cases)}  ", line)
        assert all(document in line for document in documents)


def test_list_operations_shows_how_each_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    found = lines(capsys, "list", "--operations")
    assert len(found) == 1 + len(catalogue())
    assert "dense(x, w, b, activation='linear')" in {line.partition("  ")[0] for line in found}
    assert "sequential(x, layers)" in {line.partition("  ")[0] for line in found}


def test_list_adapters_imports_none(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom nnconform.harness.cli import main\n"
        "status = [main(words) for words in (['list'], ['list', '--grid'], ['list', '--adapters'], ['adapter', 'list'])]\n"
        "loaded = {'torch', 'tensorflow', 'keras', 'jax', 'flint', 'jinja2', 'pytest'} & set(sys.modules)\n"
        "sys.exit(f'{status} {loaded}' if loaded else 0)"
    )
    done = run(["-c", code], tmp_path)
    assert done.status == 0, done.err
    assert "nnconform.adapters.numpy:NumPy (nnconform " in done.out


def test_help_and_list_import_no_numpy(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom nnconform.harness.cli import main\nmain([])\nmain(['list'])\nsys.exit('numpy' in sys.modules)"
    )
    assert run(["-c", code], tmp_path).status == 0


def test_check_of_the_shipped_spec(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "spec"]) == 0
    told = capsys.readouterr().err
    assert f"{len(shipped())} files, " in told
    assert main(["check"]) == 0
    assert capsys.readouterr().err == told


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "nnconform.harness.cli", "list"], cwd=tmp_path, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 141
    process.stderr.close()


def test_report_writes_one_page_from_several_runs(tmp_path: Path) -> None:
    for adapter in ("numpy", "fakes.good:Good"):
        assert pytest_in(tmp_path, f"--adapter={adapter}", f"{SIGMOID}::around_zero").status == 0
    found = sorted(str(path) for path in (tmp_path / "nnconform-results").glob("*.jsonl"))
    assert len(found) == 2
    done = nnconform_in(tmp_path, "report", *found, "-o", "page.html")
    assert done.status == 0, done.err
    assert done.out.strip() == "page.html"
    text = (tmp_path / "page.html").read_text("utf-8")
    assert "numpy" in text
    assert "fakes.good.Good" in text
    (tmp_path / "no.jsonl").write_text("no records\n", "utf-8")
    for arguments in ([*found, "-o", "nowhere/page.html"], ["no.jsonl"]):
        nnconform_in(tmp_path, "report", *arguments).complains("nnconform: ")


def test_explain_tells_the_requirement_the_truth_and_the_bound_in_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    text = "\n".join(lines(capsys, "explain", "coffee_vectorized"))
    case = next(case for case in load_all((path, shown(path)) for path in shipped()) if case.id == "coffee_vectorized")
    assert f"{DENSE}::coffee_vectorized (line {case.line}), example, must, in float32" in text
    assert case.requirement in text
    assert "intuition-slides, 'Dense layer vectorized'" in text
    assert "z = dense(x, w, b, activation=linear): g(x @ w + b)" in text
    assert "x [1, 2] = [[200.0, 17.0]]" in text
    assert "[0][1] -531.0, exactly" in text
    assert "computed in float32, unit roundoff 2**-24" in text
    assert f"exp may err by {float(ULPS['float32']['exp']):g} ulps (OpenCL C 3.0" in text
    double = "\n".join(lines(capsys, "explain", f"{DENSE}::coffee_vectorized/numpy/cpu/float64/eager"))
    assert "unit roundoff 2**-53" in double
    assert f"divide may err by {float(ULPS['float64']['divide']):g} ulps" in double


def test_explain_gives_each_dtype_that_is_left_out_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    case = next(case for case in load_all((path, shown(path)) for path in shipped()) if case.left_out)
    found = lines(capsys, "explain", f"{case.path}::{case.id}")
    for dtype, why in case.left_out.items():
        assert f"left out:    {dtype}: {why}" in found
    case = next(case for case in load_all((path, shown(path)) for path in shipped()) if len(case.guards) > 1)
    assert f"guards:      {', '.join(case.guards)}" in lines(capsys, "explain", f"{case.path}::{case.id}")


@pytest.mark.parametrize("kind", ["example", "property", "refusal", "special", "probe", "sweep", "trait", "timing"])
def test_explain_knows_every_kind(capsys: pytest.CaptureFixture[str], kind: str) -> None:
    cases = [case for case in load_all((path, shown(path)) for path in shipped()) if case.kind == kind]
    for case in (cases[0], cases[-1]):
        for dtype in case.dtypes:
            text = "\n".join(lines(capsys, "explain", f"{case.path}::{case.id}", "--dtype", dtype))
            assert case.requirement in text
            assert f"in {dtype}\n" in text


def test_explaining_needs_no_flint(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom nnconform.harness.cli import main\nmain(['explain', 'coffee_vectorized'])\n"
        "sys.exit('flint' in sys.modules)"
    )
    assert run(["-c", code], tmp_path).status == 0


def test_records_of_a_run_are_where_the_summary_says(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=numpy", f"{SIGMOID}::around_zero")
    (path,) = (tmp_path / "nnconform-results").glob("*.jsonl")
    assert f"records: {path.relative_to(tmp_path)}" in done.out
    assert f"report:  {path.relative_to(tmp_path).with_suffix('.html')}" in done.out
    assert records(tmp_path)[0]["record"] == "header"
