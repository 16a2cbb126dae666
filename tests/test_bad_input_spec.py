from __future__ import annotations

from pathlib import Path

import pytest
from shell import nnconform_in, pytest_in, records

HEAD = 'nnconform = "0.1"\ntopic = "Bad on purpose"\n'
CASE = """
[[case]]
id = "one"
kind = "example"
requirement = "The logistic function is 1 / (1 + exp(-x))."
source = { document = "numpy-tensorflow-intro", heading = "Sigmoid Function" }
operation = "sigmoid"
inputs.x = [1, 2]
"""
GOOD = HEAD + CASE
DENSE = GOOD.replace('"sigmoid"', '"dense"').replace("inputs.x = [1, 2]", "inputs.x = [[1]]\ninputs.w = [[1]]")
RANGE = CASE.replace('"example"', '"property"')
FILES = {
    "not_toml": (GOOD + "dtypes = = 3\n", ":11:10: not TOML: "),
    "unknown_key": (GOOD + 'requirment = "x"\n', ":4: case 'one': unknown key 'requirment' (did you mean 'requirement'?)"),
    "unknown_operation": (GOOD.replace('"sigmoid"', '"sigmiod"'), ":4: case 'one': unknown operation 'sigmiod' (did you mean 'sigmoid'?)"),
    "duplicate": (GOOD + CASE, ":12: id 'one' stands at line 4 already"),
    "nan_bound": (HEAD + RANGE + 'property = { name = "range", low = nan }\n', ":4: case 'one': low: NaN is no finite number"),
    "too_large": (GOOD.replace("[1, 2]", "[1e400]"), ":4: case 'one': input 'x': 1e+400 is out of range"),
    "infinite_generator": (
        GOOD.replace("[1, 2]", '{ generate = "constant", value = 1e400, shape = [2] }'),
        ":4: case 'one': value: 1E+400 is no finite number",
    ),
    "tiny": (GOOD.replace("[1, 2]", "[1e-999999999]"), ":4: case 'one': input 'x': 1e-999999999 is out of range"),
    "whole": (GOOD.replace("[1, 2]", "[1" + "0" * 400 + "]"), ":4: case 'one': input 'x': 1.00e+400 is out of range"),
    "thousands_of_digits": (GOOD.replace("[1, 2]", "[" + "7" * 5000 + "]"), ":1: not readable: "),
    "no_such_attribute": (GOOD + "attributes = { axis = 0 }\n", ":4: case 'one': unknown attribute of sigmoid 'axis'"),
    "odd_attribute": (
        GOOD.replace('"sigmoid"', '"softmax"') + 'attributes = { axis = "first" }\n',
        ":4: case 'one': axis = 'first': must be a whole number",
    ),
    "truth_as_a_number": (
        GOOD.replace('"sigmoid"', '"leaky_relu"') + "attributes = { slope = true }\n",
        ":4: case 'one': slope = True: must be a number",
    ),
    "odd_activation": (
        DENSE + "inputs.b = [1]\nattributes = { activation = 'swish' }\n", ":4: case 'one': activation 'swish'",
    ),
    "another_order": (
        DENSE.replace("inputs.x", "inputs.b") + "inputs.x = [[1]]\n",
        ":4: case 'one': dense takes x, w, b, in this order: b, w, x given",
    ),
    "no_activations": (
        DENSE.replace('"dense"', '"sequential"') + "inputs.b = [1]\n",
        ":4: case 'one': sequential: weights and biases of 1, activations of 0",
    ),
    "no_bias": (
        DENSE.replace('"dense"', '"sequential"'),
        ":4: case 'one': sequential takes a weight and a bias for each layer: 1 inputs given",
    ),
    "axis_beyond": (
        GOOD.replace('"sigmoid"', '"softmax"') + "attributes = { axis = 7 }\n", ":4: case 'one': source: axis 7 is out",
    ),
    "nothing_to_refuse": (
        GOOD.replace('"example"', '"refusal"') + "refused.x = [3]\n", ":4: case 'one': x of table 'refused' can be taken",
    ),
    "odd_buckets": (GOOD + "buckets = [1]\n", ":4: case 'one': malformed: TypeError: "),
    "tebibyte": (
        GOOD.replace("[1, 2]", '{ generate = "dyadic", shape = [1000000, 1000000] }'),
        ":4: case 'one': shape [1000000, 1000000]: more than ",
    ),
    "nested": (GOOD.replace("[1, 2]", "[" * 3000 + "1" + "]" * 3000), ":10: not TOML: nested too deeply"),
    "nine_deep": (GOOD.replace("[1, 2]", "[" * 10 + "1" + "]" * 10), ":4: case 'one': input 'x': nested too deeply"),
    "ragged": (GOOD.replace("[1, 2]", "[[1, 2], [3]]"), ":4: case 'one': input 'x': rows of unequal length"),
    "quoted": (GOOD.replace("[1, 2]", '["10"]'), ":4: case 'one': input 'x': '10' is no number: leave out the quotes, or "),
    "odd_hexadecimal": (GOOD.replace("[1, 2]", '["0x1.2.3"]'), ":4: case 'one': input 'x': '0x1.2.3' is no number"),
    "empty_topic": (GOOD.replace('"Bad on purpose"', '""'), ":1: needs a topic, a short text"),
    "no_case": (HEAD, ":1: needs at least one [[case]]"),
    "no_topic": ('nnconform = "0.1"\n' + CASE, ":1: needs a topic"),
    "bom": ("\ufeff" + GOOD, ":1: begins with a byte order mark (BOM): save it as UTF-8 without one"),
    "future": (GOOD.replace("0.1", "9.9"), ":1: spec version '9.9': this nnconform reads '0.1'"),
    "bad_id": (GOOD.replace('"one"', '"One/2"'), ":4: case 'One/2': id 'One/2': needs lower-case letters"),
    "bad_table": (GOOD.replace("inputs.x = [1, 2]", "inputs = 3"), ":4: case 'one': inputs must be a table"),
}  # fmt: skip
FROZEN_ONLY = {"axis_beyond", "nothing_to_refuse"}
"""Found when truths are computed, not when the file is read."""
LOADED = {name: found for name, found in FILES.items() if name not in FROZEN_ONLY}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bad")
    for name, (text, _) in FILES.items():
        (made / f"{name}.toml").write_text(text, "utf-8")
    (made / "not_utf8.toml").write_bytes(GOOD.encode() + b"# caf\xe9\n")
    (made / "good.toml").write_text(GOOD, "utf-8")
    (made / "pyproject.toml").write_text('[project]\nname = "somebody-elses"\n', "utf-8")
    return made


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_lists_all_bad_files_one_line_a_finding_and_asks_nothing(folder: Path, workers: str) -> None:
    done = pytest_in(folder, "--adapter=numpy", "-p", "no:cacheprovider", "-n", workers, ".")
    expected = {f"{name}.toml{words}" for name, (_, words) in FILES.items()} | {
        "not_utf8.toml:11: not UTF-8: byte 0xe9"
    }
    assert "Traceback" not in done.out + done.err
    assert "INTERNALERROR" not in done.out + done.err
    assert len(done.said) == len(expected)
    for words in expected:
        assert any(words in line for line in done.said), (words, done.said)
    assert done.status == 4
    assert not list(folder.rglob("*.jsonl"))


def test_one_bad_file_named_with_an_item_is_told_as_what_it_is(folder: Path) -> None:
    done = pytest_in(folder, "--adapter=numpy", "-p", "no:cacheprovider", "ragged.toml::one/numpy/cpu/float32/eager")
    done.complains("ragged.toml:4: case 'one': input 'x': rows of unequal length")


def test_check_tells_the_same(folder: Path) -> None:
    done = nnconform_in(folder, "check", ".")
    assert done.status == 4
    assert len(done.said) == len(LOADED) + 1
    for name, (_, words) in LOADED.items():
        assert any(line.startswith(f"{name}.toml{words}") for line in done.said), (words, done.said)
    assert nnconform_in(folder, "check", "good.toml").status == 0


def test_a_file_of_somebody_else_is_left_alone(folder: Path, tmp_path: Path) -> None:
    for name in ("pyproject.toml", "good.toml"):
        (tmp_path / name).write_text((folder / name).read_text("utf-8"), "utf-8")
    done = pytest_in(tmp_path, "--adapter=numpy", ".")
    assert done.status == 0, done.out + done.err
    assert [line["id"] for line in records(tmp_path) if line["record"] == "result"] == [
        "good.toml::one/numpy/cpu/float32/eager",
        "good.toml::one/numpy/cpu/float64/eager",
    ]


def test_a_users_own_spec_file_without_an_adapter_is_told(folder: Path) -> None:
    pytest_in(folder, "-p", "no:cacheprovider", "good.toml").complains("good.toml is a spec file", "--adapter=numpy")


UNMARKED = {
    "utf_16": (GOOD.encode("utf-16"), ":1: not UTF-8: byte 0xff"),
    "binary": (bytes(range(128)), ":1:1: not TOML: "),
    "empty": (b"", ':1: is no spec file: those begin with nnconform = "0.1"'),
    "unmarked": (CASE.encode(), ':1: is no spec file: those begin with nnconform = "0.1"'),
    "disguised": (
        GOOD.replace("nnconform =", '"nncon\\u0066orm" =').encode(),
        ':1: needs nnconform = "0.1" as a line before its first table',
    ),
}


@pytest.mark.parametrize("name", UNMARKED)
@pytest.mark.parametrize("more", [(), ("-n", "2")], ids=["alone", "workers"])
def test_a_file_that_is_typed_is_told_why_it_is_no_spec_file(tmp_path: Path, name: str, more: tuple[str, ...]) -> None:
    data, words = UNMARKED[name]
    (tmp_path / "mine.toml").write_bytes(data)
    pytest_in(tmp_path, "--adapter=numpy", "mine.toml", *more).complains(f"mine.toml{words}")
    if not more:
        pytest_in(tmp_path, "--adapter=numpy", "mine.toml::one").complains(f"mine.toml{words}")


MARKED = {
    "aligned": GOOD.replace("nnconform =", "nnconform     ="),
    "tab": GOOD.replace("nnconform = ", "nnconform\t=\t"),
    "tight": GOOD.replace("nnconform = ", "nnconform="),
    "quoted": GOOD.replace("nnconform =", '"nnconform" ='),
    "late": "# talk\n" * 1000 + GOOD,
    "second": GOOD.replace(HEAD, "\n".join(reversed(HEAD.splitlines())) + "\n"),
}


def test_a_spec_file_in_a_folder_is_asked_however_it_is_spaced(tmp_path: Path) -> None:
    for name, text in MARKED.items():
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    done = pytest_in(tmp_path, "--adapter=numpy", "--dtype=float32", "-q", "--collect-only", ".")
    assert sorted(line.partition(".toml")[0] for line in done.out.splitlines() if "::" in line) == sorted(MARKED)


def test_somebody_elses_file_in_a_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(GOOD, "utf-8")
    for name, (data, _) in UNMARKED.items():
        (tmp_path / f"{name}.toml").write_bytes(data)
    done = pytest_in(tmp_path, "--adapter=numpy", "--dtype=float32", ".")
    assert done.status == 0, done.out + done.err
    assert "1 passed" in done.out
