"""What stands outside: the page that tells how to write an adapter, the package it writes, and one written from it."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from shell import CHECKOUT, DENSE, FAKES, SIGMOID, nnconform_in, pytest_in, records, results, run

from nnconform.adapters import Adapter

PAGE = CHECKOUT / "docs" / "your-framework-in-thirty-lines.md"


def written(folder: Path, name: str) -> Path:
    """A file of the page, written as it stands there."""
    found = re.search(rf"```python\n# {name}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    (folder / name).write_text(found[1], "utf-8")
    return folder / name


def test_the_pages_adapter_has_about_thirty_lines_is_sound_and_passes(tmp_path: Path) -> None:
    shutil.copy(FAKES / "pebble.py", tmp_path)
    adapter = written(tmp_path, "pebble_adapter.py")
    code = [line for line in adapter.read_text("utf-8").splitlines() if line.strip()]
    assert len(code) <= 32
    check = nnconform_in(tmp_path, "adapter", "check", adapter.name)
    assert check.status == 0, check.out + check.err
    done = pytest_in(tmp_path, f"--adapter={adapter.name}", "-q", SIGMOID, DENSE)
    assert done.status == 0, done.out + done.err
    counts = Counter(line["outcome"] for line in results(tmp_path).values())
    assert set(counts) == {"passed", "unsupported"}
    assert counts["passed"] > 100
    assert records(tmp_path)[0]["subjects"][0]["versions"] == {"pebble": "1.0"}


def test_the_pages_homework_passes_where_it_can_be_asked(tmp_path: Path) -> None:
    homework = written(tmp_path, "homework.py")
    check = nnconform_in(tmp_path, "adapter", "check", homework.name)
    assert check.status == 0, check.out + check.err
    done = pytest_in(tmp_path, f"--adapter={homework.name}", "-q")
    assert done.status == 0, done.out + done.err
    found = results(tmp_path).values()
    passed = {operation for line in found if line["outcome"] == "passed" for operation in line["operations"]}
    assert {"sigmoid", "dense", "dense_loop", "sequential"} <= passed
    reasons = {line["reason"] for line in found if line["outcome"] == "unsupported"}
    assert {"the file has no relu to give to dense", "homework has no relu"} <= reasons
    assert {"coffee_vectorized", "coffee_loop", "by_hand"} <= {
        line["case"] for line in found if line["outcome"] == "passed" and line["dtype"] == "float32"
    }
    models = {line["case"] for line in found if line["outcome"] == "passed" and "sequential" in line["operations"]}
    assert {"demand_prediction", "two_layers_of_rows"} <= models


ASKED_BY_THE_HARNESS = {"plain", "function", "round_trip", "matmul_precision", "settings_before"}
"""What no adapter writes."""


def test_the_page_tells_all_that_an_adapter_may_say_and_nothing_else() -> None:
    names = set(
        re.findall(
            r"`([a-z_]+)(?:\(|`| = )", "".join(re.findall(r"^\| (`.*?) \|", PAGE.read_text("utf-8"), re.MULTILINE))
        )
    )
    known = {name for name in vars(Adapter) if not name.startswith("_")} | {"__init__"}
    assert names <= known
    assert known - names <= ASKED_BY_THE_HARNESS | {"name"}


def test_every_verb_and_option_of_the_page_exists() -> None:
    text = PAGE.read_text("utf-8")
    assert set(re.findall(r"nnconform ((?:adapter )?[a-z]+)", text)) <= {
        "list", "adapter check", "adapter new", "asks", "time",
    }  # fmt: skip
    assert set(re.findall(r"--([a-z]+)", text)) <= {"adapter", "operations", "device", "dtype"}


def test_a_new_package_works_as_it_was_written(tmp_path: Path) -> None:
    made = nnconform_in(tmp_path, "adapter", "new", "my_frame", "--into", "here")
    assert made.status == 0, made.err
    folder = tmp_path / "here" / "nnconform-my-frame"
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == [
        "README.md",
        "nnconform_my_frame.py",
        "pyproject.toml",
        "tests/test_my_frame.py",
    ]
    again = nnconform_in(tmp_path, "adapter", "new", "my_frame", "--into", "here")
    again.complains("nnconform: ", "is there already")
    site = installed(folder, tmp_path / "site")
    own = run(["-m", "pytest", "-q", "-p", "no:cacheprovider"], folder, site)
    assert "1 passed" in own.out, own.out + own.err
    done = run(["-m", "pytest", "-q", "--adapter=my_frame"], tmp_path, site)
    assert done.status == 0, done.out + done.err
    counts = Counter(line["outcome"] for line in results(tmp_path).values())
    assert set(counts) == {"passed", "unsupported"}
    assert counts["passed"] > 200


def installed(package: Path, site: Path) -> Path:
    """A package, built and installed into a folder of its own."""
    done = run(
        ["-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--target",
         str(site), str(package)],
        package.parent,
    )  # fmt: skip
    assert done.status == 0, done.err
    return site


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outside package, installed; built from a copy, so that nothing is left in the checkout."""
    folder = tmp_path_factory.mktemp("outside")
    shutil.copytree(CHECKOUT / "tests" / "outside_package", folder / "package")
    return installed(folder / "package", folder / "site")


def test_an_outside_package_is_found_by_name_and_passes_what_it_has(outside: Path, tmp_path: Path) -> None:
    listed = run(["-m", "nnconform.harness.cli", "adapter", "list"], tmp_path, outside)
    assert re.search(r"^cairn +nnconform_cairn:Cairn \(nnconform-cairn 0\.1\.0\) +yes$", listed.out, re.MULTILINE)
    check = run(["-m", "nnconform.harness.cli", "adapter", "check", "cairn"], tmp_path, outside)
    assert check.status == 0, check.out + check.err
    done = run(["-m", "pytest", "--adapter=cairn", "-q"], tmp_path, outside)
    assert done.status == 0, done.out + done.err
    found = results(tmp_path)
    assert all("/cairn/cpu/" in name for name in found)
    passed = {name for line in found.values() if line["outcome"] == "passed" for name in line["operations"]}
    assert passed == {"relu", "sigmoid", "transpose", "matmul", "round_trip"}
    assert records(tmp_path)[0]["subjects"][0]["versions"] == {"cairn": "0.1.0"}


def test_an_outside_package_runs_beside_ours(outside: Path, tmp_path: Path) -> None:
    done = run(["-m", "pytest", "--adapter=cairn,numpy", f"{SIGMOID}::around_zero"], tmp_path, outside)
    assert done.status == 0, done.out + done.err
    assert {line["adapter"] for line in results(tmp_path).values()} == {"cairn", "numpy"}
