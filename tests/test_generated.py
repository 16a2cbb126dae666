"""Generated cases as a user meets them: asked for, recorded, failing with a case to keep, refused where they make no sense."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from shell import CHECKOUT, hide, ids, nnconform_in, pytest_in, records, results, run

from nnconform.reports.records import read

ENTRY = "spec/catalogue/leaky_relu.toml"
WRONG = (
    "import numpy as np\n\n\ndef leaky_relu(z, slope=0.25):\n"
    "    out = np.where(z > 0, z, z.dtype.type(slope) * z)\n"
    "    if z.size > 7:\n        out.flat[7:] = np.maximum(z.flat[7:], 0)\n    return out\n\n\n"
    "def relu(z):\n    return np.maximum(z, 0)\n"
)
ASKS = (
    "import sys\nimport pytest\n"
    "pytest.main(['--adapter=numpy', 'spec', '-k', 'generated_dot or one_neuron', '-q', '-p', 'no:hypothesispytest', *sys.argv[1:]])\n"
    "print('drawn with:', 'hypothesis.strategies' in sys.modules)\n"
)
FEW = ("-m", "generated", "-k", "tanh or dot")


def test_without_the_option_there_are_none_and_hypothesis_stays_out(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=numpy", "-m", "generated", "--collect-only", "-q")
    assert done.status == 5, done.out + done.err
    assert not ids(done)
    (tmp_path / "asks.py").write_text(ASKS, "utf-8")
    assert "drawn with: False" in run(["asks.py"], tmp_path).out
    assert "drawn with: True" in run(["asks.py", "--generated=1"], tmp_path).out


def test_items_are_those_of_the_catalogue_and_stay_beside_the_written_ones(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=numpy", "--generated=3", "-m", "generated", "--collect-only", "-q")
    entries = list((CHECKOUT / "spec" / "catalogue").glob("*.toml"))
    assert len(ids(done)) == 4 * len(entries), done.out + done.err
    assert f"{ENTRY}::generated_leaky_relu/numpy/cpu/bfloat16/eager" in ids(done)
    done = pytest_in(tmp_path, "--adapter=numpy", "--generated=3", "-k", "leaky_relu", "--collect-only", "-q")
    kept = [name for name in ids(done) if not name.startswith(ENTRY)]
    assert len(ids(done)) - len(kept) == 4
    assert kept


def test_what_passes_is_recorded_with_its_seed_and_counts(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=numpy", "--generated=6", *FEW, "--dtype=float32,bfloat16")
    assert done.status == 0, done.out + done.err
    header, *lines, _ = records(tmp_path)
    assert f"(--generated-seed={header['generated']['seed']} draws the same)" in done.out
    assert {(line["case"], line["dtype"]) for line in lines} == {
        (f"generated_{operation}", dtype) for operation in ("tanh", "dot") for dtype in ("float32", "bfloat16")
    }
    for line in lines:
        told = line["generated"]
        assert (line["kind"], line["outcome"]) == ("generated", "passed")
        assert told["asked"] == told["live"] + sum(told["dead"].values()), told
        assert (told["live"], told["examples"], told["seed"]) == (6, 6, header["generated"]["seed"])
        assert 0 < line["share"] < 1
    assert not (tmp_path / ".hypothesis").exists(), "Hypothesis left nothing behind"
    (read_back,) = read(next((tmp_path / "nnconform-results").glob("*.jsonl")))
    assert not read_back.problems


def test_a_disagreement_is_shrunk_told_and_fails_again_from_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(WRONG, "utf-8")
    done = pytest_in(tmp_path, "--adapter=mine.py", "--generated=60", "--generated-seed=5", "-m", "generated", "-k", "relu", "--dtype=float32")  # fmt: skip
    assert done.status == 1, done.out + done.err
    found = {line["case"]: line for line in results(tmp_path).values()}
    assert found["generated_relu"]["outcome"] == "passed"
    line = found["generated_leaky_relu"]
    assert line["outcome"] == "failed"
    (shown,) = line["arrays"]["inputs"].values()
    assert shown["shape"] == [8], "one element more than those that are right"
    assert [abs(value) for value in shown["values"][:7]] == [0.0] * 7, "and no more in it than it needs"
    assert "as a spec file of its own" in done.out
    page = next((tmp_path / "nnconform-results").glob("*.html")).read_text("utf-8")
    assert "generated_leaky_relu" in page
    assert line["generated"]["toml"].splitlines()[-1] in page
    (tmp_path / "kept.toml").write_text(line["generated"]["toml"], "utf-8")
    kept = pytest_in(tmp_path, "kept.toml", "--adapter=mine.py")
    assert kept.status == 1, kept.out + kept.err
    (of_file,) = results(tmp_path).values()
    assert [each["line"] for each in of_file["findings"]] == [each["line"] for each in line["findings"]]
    assert nnconform_in(tmp_path, "check", "kept.toml").status == 0
    again = pytest_in(tmp_path, *shlex.split(line["rerun"])[1:])
    assert again.status == 1, again.out + again.err
    (repeated,) = results(tmp_path).values()
    assert repeated["generated"] == line["generated"], "the same seed came to the same, in an item by itself"


def test_workers_draw_from_one_seed(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=numpy", "--generated=4", *FEW, "--dtype=float32", "-n", "2")
    assert done.status == 0, done.out + done.err
    header, *lines, _ = records(tmp_path)
    assert len(lines) == 2
    assert {line["generated"]["seed"] for line in lines} == {header["generated"]["seed"]}


def test_a_run_taken_up_again_goes_on_with_its_seed(tmp_path: Path) -> None:
    asked = ("--adapter=numpy", "--generated=4", *FEW, "--dtype=float32")
    assert pytest_in(tmp_path, *asked, "--generated-seed=77", "--isolate").status == 0
    (path,) = (tmp_path / "nnconform-results").glob("*.jsonl")
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(lines[:2]) + "\n", "utf-8")
    done = pytest_in(tmp_path, *asked, "--resume")
    assert done.status == 0, done.out + done.err
    assert {line["generated"]["seed"] for line in results(tmp_path).values()} == {77}
    path.write_text("\n".join(lines[:2]) + "\n", "utf-8")
    pytest_in(tmp_path, *asked[:1], "--generated=5", *asked[2:], "--resume").complains("was asked with --generated=4")
    pytest_in(tmp_path, *asked, "--resume", "--generated-seed=78").complains("is 77, not 78: begin a new run")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--generated=0",), ("--nnconform-generated is a whole number from 1 to 1000000, not '0'",)),
        (("--generated=-3",), ("--nnconform-generated is a whole number", "not '-3'")),
        (("--generated=x",), ("--nnconform-generated is a whole number", "not 'x'")),
        (("--generated=",), ("--nnconform-generated is a whole number", "not ''")),
        (("--generated=1.5",), ("not '1.5'",)),
        (("--generated=10000000",), ("from 1 to 1000000",)),
        (("--generated=²",), ("not '²'",)),
        (("--generated=5", "--generated-seed=-1"), ("--nnconform-generated-seed is a whole number from 0", "not '-1'")),
        (("--generated=5", "--generated-seed=x"), ("not 'x'",)),
        (("--generated-seed=5",), ("--generated-seed is for generated cases: say --generated=N as well",)),
        (("--generated=5", "--timing"), ("--generated and --timing do not go together",)),
        (("--generated=5", "spec/products"), ("none of the paths that were typed is an operation's", "spec/catalogue")),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_one_line(tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    pytest_in(tmp_path, "--adapter=numpy", *arguments).complains(*words)


@pytest.mark.parametrize(
    ("modules", "words"),
    [
        (("hypothesis", "_hypothesis_pytestplugin"), "--generated needs hypothesis, not installed here"),
        (("flint",), "--generated needs python-flint, not installed here: pip install 'nnconform[generated]'"),
        (("flint", "hypothesis", "_hypothesis_pytestplugin"), "--generated needs hypothesis and python-flint"),
    ],
)
def test_what_it_needs_is_told(tmp_path: Path, modules: tuple[str, ...], words: str) -> None:
    first, *more = modules
    hide(first, tmp_path, *more)
    run(["-m", "pytest", "--adapter=numpy", "--generated=5"], tmp_path, tmp_path).complains(words)


def test_every_record_fits_the_schema(tmp_path: Path) -> None:
    import jsonschema

    (tmp_path / "mine.py").write_text(WRONG, "utf-8")
    pytest_in(tmp_path, ENTRY, "--adapter=mine.py", "--generated=30", "--generated-seed=5", "--dtype=float32")
    schema = json.loads((CHECKOUT / "reports" / "schema" / "record.schema.json").read_text("utf-8"))
    for line in records(tmp_path):
        jsonschema.validate(line, schema)
