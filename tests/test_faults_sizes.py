"""How large a case is, what that takes, and what there is: estimates from shapes, the machine's memory, a container's."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_bad_input_spec import HEAD
from test_faults_memory import HUGE, LEFT_OUT, case, sized

from nnconform.harness import buffers, memory
from nnconform.harness import free as free_module
from nnconform.harness.free import free, left_in_groups
from nnconform.harness.interviewers import InProcess
from nnconform.harness.judge import judge
from nnconform.harness.plan import plan
from nnconform.harness.subject import Subject
from nnconform.harness.transcript import from_data, to_data
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped
from nnconform.spec.loader import load
from nnconform.spec.size import LARGE, large

# ---------------------------------------------------------------- estimates

WIDE = """
[[case]]
id = "outer"
kind = "probe"
requirement = "Every product of two numbers."
source = { document = "numpy-tensorflow-intro", heading = "Sigmoid Function" }
operation = "matmul"
inputs.a = { generate = "integers", low = 1, high = 3, shape = [70000, 1], period = 4 }
inputs.b = { generate = "integers", low = -3, high = 3, shape = [1, 64] }
"""
LONG = """
[[case]]
id = "dot"
kind = "probe"
requirement = "One number is selected."
source = { document = "numpy-tensorflow-intro", heading = "Sigmoid Function" }
operation = "dot"
inputs.a = { generate = "one_hot", axis = 0, shape = [2100000] }
inputs.b = { generate = "integers", low = -3, high = 3, shape = [2100000] }
"""


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> FrozenFile:
    path = tmp_path_factory.mktemp("shapes") / "own.toml"
    texts = [sized("curve", LARGE // 2), *(text + LEFT_OUT for text in (WIDE, LONG))]
    path.write_text(HEAD + "".join(texts), "utf-8")
    return plan(path)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["curve", "outer", "dot"])
def test_an_estimate_covers_what_a_case_takes_and_not_much_more(
    shapes: FrozenFile, name: str, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buffers, "_WITH_GAPS", 1)  # room that nobody has written to is counted here, and takes nothing
    line = shapes.line(name, dtype)
    (elements,) = (each["elements"] for each in shapes.cases if each["id"] == name)
    here = InProcess(Subject("numpy", "numpy", "cpu", "eager"))
    tracemalloc.start()
    try:
        assert judge(line, here.ask(line["ask"])).outcome == "passed"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    host, _ = memory.needed({**line["ask"], "elements": elements}, piped=False)
    assert peak <= host <= 3 * peak


def test_a_pipe_takes_no_more_than_is_said(shapes: FrozenFile) -> None:
    line = shapes.line("outer", "float32")
    (elements,) = (each["elements"] for each in shapes.cases if each["id"] == "outer")
    here = InProcess(Subject("numpy", "numpy", "cpu", "eager"))
    tracemalloc.start()
    try:
        blob = bytearray()
        text = json.dumps(to_data(here.ask(line["ask"]), blob))
        _, asked = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        judge(line, from_data(json.loads(text), bytes(blob)))
        _, judged = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    host, _ = memory.needed({**line["ask"], "elements": elements}, piped=True)
    assert asked + judged <= host <= 3 * (asked + judged)


@pytest.mark.parametrize(
    ("changes", "elements"),
    [
        ([("[1, 2]", HUGE % (LARGE // 2))], {"inputs": LARGE // 2, "results": LARGE // 2}),
        ([("[1, 2]", HUGE % (LARGE // 2 - 1))], {}),
    ],
    ids=["at the limit", "below it"],
)
def test_a_case_is_large_from_so_many_elements_on(
    tmp_path: Path, changes: list[tuple[str, str]], elements: dict[str, int]
) -> None:
    (tmp_path / "own.toml").write_text(HEAD + case("one", *changes), "utf-8")
    (found,) = load(tmp_path / "own.toml")
    assert large(found) == elements


MODEL = """
[[case]]
id = "model"
kind = "probe"
requirement = "Two layers."
source = { document = "numpy-tensorflow-intro", heading = "Sigmoid Function" }
operation = "sequential"
attributes = { activations = ["relu", "linear"] }
inputs.x = { generate = "integers", low = 1, high = 3, shape = [100000, 2] }
inputs.w1 = { generate = "integers", low = 1, high = 3, shape = [2, 40] }
inputs.b1 = { generate = "integers", low = 1, high = 3, shape = [40] }
inputs.w2 = { generate = "integers", low = 1, high = 3, shape = [40, 3] }
inputs.b2 = { generate = "integers", low = 1, high = 3, shape = [3] }
"""
REPEATED = """
[[case]]
id = "lengths"
kind = "trait"
trait = "lengths"
requirement = "Asked in pieces."
source = { document = "numpy-tensorflow-intro", heading = "Sigmoid Function" }
operation = "sigmoid"
inputs.x = { generate = "normal", scale = 4, shape = [10] }
lengths = { asked = [1, 10], among = 4_000_001 }
"""


@pytest.mark.parametrize(
    ("text", "inputs", "results_"),
    [
        (MODEL, 200_000 + 80 + 40 + 120 + 3, 100_000 * (40 + 3)),
        (WIDE, 70_064, 70_000 * 64),
        (LONG, 4_200_000, 1),
        (REPEATED, 4_000_010, 4_000_010),
    ],
    ids=["layers", "a product", "a sum", "lengths"],
)
def test_sizes_come_from_shapes(tmp_path: Path, text: str, inputs: int, results_: int) -> None:
    (tmp_path / "own.toml").write_text(HEAD + text + LEFT_OUT, "utf-8")
    (found,) = load(tmp_path / "own.toml")
    assert large(found) == {"inputs": inputs, "results": results_}


def test_the_index_says_so_of_every_large_case_that_is_shipped() -> None:
    for path in shipped():
        with frozen_path(path).open(encoding="utf-8") as stream:
            indexed = {each["id"]: each.get("elements", {}) for each in json.loads(stream.readline())["cases"]}
        assert indexed == {each.id: large(each) for each in load(path)}


# ------------------------------------------------------------------- groups


def group(folder: Path, **files: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        (folder / name.replace("__", ".")).write_text(f"{value}\n", "utf-8")
    return folder


def test_a_container_has_its_own_limit_and_those_around_it(tmp_path: Path) -> None:
    own, root = tmp_path / "own", tmp_path / "groups"
    own.write_text("0::/a/b\n", "utf-8")
    group(root, memory__current=5)
    group(root / "a", memory__max=1000, memory__current=600, memory__stat="anon 1\ninactive_file 50\nfile 7")
    group(root / "a" / "b", memory__max="max", memory__current=7, memory__stat="inactive_file 0")
    assert list(left_in_groups(own, root)) == [450]
    group(root / "a" / "b", memory__max=100)
    assert list(left_in_groups(own, root)) == [93, 450]
    group(root / "a" / "b", memory__max=5)
    assert list(left_in_groups(own, root)) == [0, 450]


def test_the_older_kind_of_group(tmp_path: Path) -> None:
    own, root = tmp_path / "own", tmp_path / "groups"
    own.write_text("5:cpu,cpuacct:/x\n4:memory:/docker/1\n", "utf-8")
    stat = "total_inactive_file 3"
    group(root / "memory", memory__limit_in_bytes=50, memory__usage_in_bytes=20, memory__stat=stat)
    assert list(left_in_groups(own, root)) == [33]


def test_where_nobody_says_nothing_is_known(tmp_path: Path) -> None:
    assert list(left_in_groups(tmp_path / "none", tmp_path)) == []
    (tmp_path / "odd").write_text("no group\n", "utf-8")
    assert list(left_in_groups(tmp_path / "odd", tmp_path)) == []


@pytest.mark.parametrize(
    ("machine", "groups", "workers", "told"),
    [
        (900, [], None, 900),
        (900, [500, 700], None, 500),
        (900, [500], "4", 125),
        (None, [], "2", None),
        (900, [], "x", 900),
    ],
)
def test_the_least_of_them_is_what_there_is(
    monkeypatch: pytest.MonkeyPatch, machine: int | None, groups: list[int], workers: str | None, told: int | None
) -> None:
    def left() -> Iterator[int]:
        yield from groups

    monkeypatch.setattr(free_module, "available", lambda: machine)
    monkeypatch.setattr(free_module, "left_in_groups", left)
    monkeypatch.delenv("PYTEST_XDIST_WORKER_COUNT", raising=False)
    if workers is not None:
        monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", workers)
    assert free() == told
