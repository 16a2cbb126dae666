"""Memory that large arrays take in turn: never two at a time, and nothing of it kept for long."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnconform.adapters.numpy import NumPy
from nnconform.harness.buffers import Buffers
from nnconform.harness.interview import interview
from nnconform.harness.interviewers import Child, InProcess
from nnconform.harness.judge import judge
from nnconform.harness.pipe import _message
from nnconform.harness.subject import Subject
from nnconform.harness.transcript import Answer, Transcript, from_data, to_data
from nnconform.spec.arrays import Array, fill
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped

COUNT = 10**6
FLOAT32 = np.dtype("float32")


def where(array: Array) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


@pytest.mark.parametrize(
    "hold",
    [lambda made: made, lambda made: made[::2], lambda made: made.reshape(1000, 1000).T, memoryview],
    ids=["itself", "every second", "transposed", "its memory"],
)
def test_memory_is_taken_again_only_once_nobody_looks_into_it(hold: Any) -> None:
    buffers = Buffers()
    made = buffers.empty((COUNT,), FLOAT32)
    first, held = where(made), hold(made)
    del made
    other = buffers.empty((COUNT,), FLOAT32)
    assert where(other) != first
    del held
    assert where(buffers.empty((COUNT,), FLOAT32)) == first


def test_a_framework_array_holds_its_memory() -> None:
    torch = pytest.importorskip("torch")
    buffers = Buffers()
    made = buffers.empty((COUNT,), FLOAT32)
    first, tensor = where(made), torch.from_numpy(made)
    del made
    assert where(buffers.empty((COUNT,), FLOAT32)) != first
    del tensor
    assert where(buffers.empty((COUNT,), FLOAT32)) == first


def test_copies_have_the_numbers_the_order_and_room_for_gaps() -> None:
    buffers = Buffers()
    values = np.arange(COUNT, dtype=np.float32).reshape(500, 2000)
    made = buffers.copy(values, "F")
    assert made.flags.f_contiguous
    assert made.flags.writeable
    assert np.array_equal(made, values)
    place = where(made)
    del made
    assert where(buffers.empty((500, 4000), FLOAT32)) == place


@pytest.mark.parametrize("size", [2**10, 2**24], ids=["small", "too large"])
def test_of_other_sizes_nothing_is_in_store(size: int) -> None:
    buffers = Buffers()
    assert buffers.empty((size,), np.dtype("uint8")).base is None


def test_what_a_case_leaves_behind_is_given_back_by_the_next_that_needs_none() -> None:
    buffers = Buffers()
    buffers.empty((COUNT,), FLOAT32)
    buffers.after_case()
    assert buffers._blocks
    buffers.after_case()
    assert not buffers._blocks


class Hoarder(NumPy):
    """Keeps every input it is given, and looks at the first one again."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[tuple[Array, Array]] = []

    def plain(self, operation: str) -> Any:
        found: Any = super().plain(operation)

        def keeping(*arrays: Array, **attributes: Any) -> Any:
            self.kept.append((arrays[0], arrays[0].copy()))
            return found(*arrays, **attributes)

        return keeping


def test_what_a_framework_keeps_of_its_inputs_nobody_writes_into() -> None:
    face = FrozenFile(frozen_path(next(path for path in shipped() if path.stem == "images")).read_text("utf-8"))
    line = face.line("unrolled_face", "float32")
    adapter = Hoarder()
    assert judge(line, interview(adapter, line["ask"])).outcome == "passed"
    first, *rest = adapter.kept
    assert not np.array_equal(*first)  # the third question changes the first one's arrays in place
    assert all(np.array_equal(now, then) for now, then in rest[:1] + rest[2:])


# ---------------------------------------------------------------------------- answers that come again, and their way


def test_answers_that_come_again_are_kept_and_sent_once() -> None:
    line = FrozenFile(frozen_path(next(path for path in shipped() if path.stem == "sigmoid")).read_text("utf-8"))
    asked = line.line(line.cases[0]["id"], "float32")
    found = InProcess(Subject("numpy", "numpy", "cpu", "eager")).ask(asked["ask"])
    first = found.answers["first"].values["result"]
    assert found.answers["again"].values["result"] is first
    assert found.answers["others"].values["result"] is not first
    blob = bytearray()
    data = json.loads(json.dumps(to_data(found, blob)))
    assert data["answers"]["again"]["values"]["result"] == {"as": ["first", "result"]}
    again = from_data(data, bytes(blob))
    assert again.answers["again"].values["result"] is again.answers["first"].values["result"]
    assert judge(asked, again).record() == judge(asked, found).record()


UNJUDGED = {"refusal", "trait"}
"""Kinds that are asked no single row."""


class Stale(NumPy):
    """Keeps its answers, and gives a batch's for the first rows of it as well."""

    def plain(self, operation: str) -> Any:
        found: Any = super().plain(operation)
        seen: list[tuple[Array, Array]] = []

        def kept(x: Array, *arrays: Array, **attributes: Any) -> Any:
            for batch, answer in seen:
                if len(x) < len(batch) and np.array_equal(x, batch[: len(x)]):
                    return answer
            seen.append((x.copy(), found(x, *arrays, **attributes)))
            return seen[-1][1]

        return kept


def test_the_answer_to_a_whole_batch_is_none_for_its_first_row() -> None:
    dense = FrozenFile(frozen_path(next(path for path in shipped() if path.stem == "dense")).read_text("utf-8"))
    lines = [dense.line(case["id"], "float32") for case in dense.cases if "float32" in case["dtypes"]]
    asked = [line for line in lines if line["ask"].get("alone", {}).get("x") == 0 and line["kind"] not in UNJUDGED]
    batches = [line for line in asked if line["ask"]["inputs"]["x"]["shape"][0] > 1 and len(line["ask"]["steps"]) == 1]
    assert len(batches) > 5
    for line in batches:
        assert judge(line, interview(NumPy(), line["ask"])).outcome == "passed"
        assert "shape" in judge(line, interview(Stale(), line["ask"])).facets, line["case"]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64", "uint8", "bool"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0), (3, 5)])
def test_a_blob_loses_nothing(dtype: str, shape: tuple[int, ...]) -> None:
    odd, values = np.ones(3, np.uint8), np.full(shape, 3, dtype)  # what follows three bytes begins at a whole word
    sent = Transcript(device="cpu", answers={"first": Answer(values={"a": odd, "b": values}, left={"x": values})})
    blob = bytearray()
    data = json.loads(json.dumps(to_data(sent, blob)))
    found = from_data(data, bytes(blob)).answers["first"]
    for got in (found.values["b"], found.left["x"]):
        assert got.dtype == values.dtype
        assert got.shape == shape
        assert got.tobytes() == values.tobytes()


def test_a_process_that_dies_within_its_answer_has_not_answered() -> None:
    whole = b'{"device": "cpu", "blob": 4}\n' + b"abcd"
    assert _message(BytesIO(whole)) == {"device": "cpu", "blob": b"abcd"}
    for length in range(len(whole)):
        assert _message(BytesIO(whole[:length])) is None


# ------------------------------------------------------------------------------------------------- over and over again


@pytest.mark.parametrize(("length", "rows"), [(7, 3), (6, 3), (2, 3), (0, 3), (4, 0)])
def test_rows_come_over_and_over(length: int, rows: int) -> None:
    once = np.arange(2.0 * rows).reshape(rows, 2)
    made = fill(np.zeros((length, 2)), once)
    assert np.array_equal(made, once[np.arange(length) % rows] if rows else np.zeros((length, 2)))


TWICE = """
import gc
import pytest

before = gc.get_threshold()
frozen = []
for _ in range(3):
    assert pytest.main(["-q", "-pno:cacheprovider", "--nnconform-adapter=numpy", "-m", "property"]) == 0
    assert gc.get_threshold() == before
    frozen.append(gc.get_freeze_count())
assert frozen[2] < 1.1 * frozen[1], frozen
"""


def test_garbage_is_collected_as_before_once_a_run_is_over_and_a_later_run_frees_what_it_left(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", TWICE], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


COUNTING = """
from nnconform.adapters.numpy import NumPy


class Counting(NumPy):
    def counters(self):
        return {"blob": 3, "crashed": 1}
"""


def test_counters_may_have_any_name(tmp_path: Path) -> None:
    (tmp_path / "counting.py").write_text(COUNTING, "utf-8")
    child = Child(Subject(f"{tmp_path / 'counting.py'}:Counting", "counting", "cpu", "eager"), limit_s=20.0)
    try:
        child.wait()
        assert child.counters() == {"blob": 3, "crashed": 1}
    finally:
        child.close()
