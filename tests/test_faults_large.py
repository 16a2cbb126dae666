"""Very many cases: collecting them takes a known time each, one of them is found at once, and their page opens."""

from __future__ import annotations

import json
import resource
from hashlib import sha256
from pathlib import Path

import pytest
from page_fixtures import footer, header, result, write
from shell import Done, ids, pytest_in, results
from test_bad_input_spec import GOOD

from nnconform.reference.freeze import freeze_file
from nnconform.reports.page import write_page
from nnconform.spec.frozen import frozen_path

FILES, EACH = 100, 1000
"""100,000 cases; one file may not be that large."""
CPU_S = 60.0
"""So long may collecting 100,000 cases take: 0.6 ms each."""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of cases that differ in their ids alone, frozen from one."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "one.toml").write_text(GOOD, "utf-8")
    first, line, *_ = freeze_file(folder / "one.toml", "one.toml").split("\n")
    (folder / "one.toml").unlink()
    index = json.loads(first)
    before, after = line.split(f'"{index["cases"][0]["id"]}"', 1)
    for number in range(FILES):
        path = folder / f"many_{number:02}.toml"
        path.write_text(f'nnconform = "0.1"\n# {number}\n', "utf-8")
        cases = [
            index["cases"][0] | {"id": f"case_{number:02}_{case:03}", "dtypes": ["float32"]} for case in range(EACH)
        ]
        found = index | {"cases": cases, "source_sha256": sha256(path.read_bytes()).hexdigest()}
        lines = [f'{before}"{each["id"]}"{after}' for each in cases]
        frozen_path(path).write_text("\n".join([json.dumps(found), *lines]) + "\n", "utf-8")
    return folder


def timed(folder: Path, *arguments: str) -> tuple[Done, float]:
    """A run, and the CPU time that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = pytest_in(folder, "--adapter=numpy", "-p", "no:cacheprovider", *arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_100_000_cases_are_collected_in_known_time(many: Path) -> None:
    done, took = timed(many, "--collect-only", "-q", ".")
    assert done.status == 0, done.err
    assert len(set(ids(done))) == FILES * EACH
    assert took < CPU_S


def test_one_of_them_is_found_at_once(many: Path) -> None:
    done, took = timed(many, "many_77.toml::case_77_500")
    assert done.status == 0, done.out + done.err
    assert list(results(many)) == ["many_77.toml::case_77_500/numpy/cpu/float32/eager"]
    assert took < CPU_S / 10


def test_the_page_of_100_000_results_can_be_opened(tmp_path: Path) -> None:
    lines = [json.dumps(result(f"case_{number:06}", operations=[f"operation_{number % 50}"])) for number in range(1000)]
    path = tmp_path / "run.jsonl"
    whole = [line.replace("case_000", f"case_{hundred:03}") for hundred in range(100) for line in lines]
    write(path, [json.dumps(header()), *whole, json.dumps(footer(len(whole)))])
    page = write_page([path], tmp_path / "page.html")
    text = page.read_text("utf-8")
    assert "100,000" in text
    assert len(text) < 2 * 10**7
