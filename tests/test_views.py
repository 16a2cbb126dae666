"""Further layouts: what they are, who is asked in them, and what is made of a framework that has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shell import nnconform_in

from nnconform.adapters.contract import Unsupported
from nnconform.adapters.numpy import NumPy
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.reference.freeze import freeze_file
from nnconform.spec.arrays import dtype_of
from nnconform.spec.catalogue import catalogue
from nnconform.spec.errors import SpecError
from nnconform.spec.frozen import ROOT, FrozenFile, frozen_path
from nnconform.spec.loader import load
from nnconform.spec.model import FURTHER
from nnconform.spec.views import views

CASE = """
nnconform = "0.1"
topic = "Layouts"

[[case]]
id = "rows"
kind = "{kind}"
requirement = "Rows are rows."
source = {{ document = "nnconform", heading = "Layouts" }}
operation = "relu"
layouts = {layouts}
inputs.x = {x}
"""
ROWS = np.array([[1.5, 2, -3], [1.5, 2, -3]])
DISTINCT = np.arange(6.0).reshape(2, 3)


def written(folder: Path, layouts: str, x: str = "[[1, 2], [1, 2]]", kind: str = "example") -> Path:
    path = folder / "mine.toml"
    path.write_text(CASE.format(layouts=layouts, x=x, kind=kind), "utf-8")
    return path


def asked(folder: Path, layouts: str) -> dict[str, Any]:
    return FrozenFile(freeze_file(written(folder, layouts), "mine.toml")).line("rows", "float32")


@pytest.mark.parametrize(
    ("layout", "steps", "other"),
    [
        ("reversed", (-3, -1), (-1,)),
        ("rows_reversed", (-3, 1), (1,)),
        ("columns_reversed", (3, -1), (-1,)),
        ("broadcast", (3, 1), (1,)),
        ("offset", (5, 1), (1,)),
        ("later_strided", (3, 1), (2,)),
        ("later_offset", (3, 1), (1,)),
        ("permuted", (1, 2), (1,)),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
def test_a_view_has_the_same_numbers(layout: str, steps: tuple[int], other: tuple[int], dtype: str) -> None:
    given = {"x": DISTINCT.astype(dtype_of(dtype)), "b": np.array([1, 2, 3], dtype_of(dtype))}
    found = views(layout, given)
    assert {name: view.array.tobytes() for name, view in found.items()} == {
        name: values.tobytes() for name, values in given.items()
    }
    assert [found[name].strides for name in given] == [steps, other]
    size = found["x"].array.itemsize
    assert found["x"].array.strides == tuple(step * size for step in steps)
    assert not found["x"].array.flags.writeable


@pytest.mark.parametrize("layout", FURTHER)
def test_around_a_view_lies_nan(layout: str) -> None:
    numbers = DISTINCT if layout != "broadcast" else ROWS
    view = views(layout, {"first": numbers, "x": numbers})["first" if layout == "rows_reversed" else "x"]
    stored = view.buffer[~np.isnan(view.buffer)]
    assert sorted(stored) == sorted(set(view.array.flat))
    begin = view.offset
    assert np.isnan(view.buffer[0])
    onward = view.buffer[begin : begin + view.array.size]
    if layout == "permuted":
        assert onward.tolist() != view.array.ravel().tolist()  # whoever reads on meets another number
    else:
        assert np.isnan(onward).any()  # whoever reads on meets it


def test_three_permuted_axes_are_neither_row_major_nor_column_major() -> None:
    view = views("permuted", {"x": np.arange(60.0).reshape(3, 5, 4)})["x"]
    assert view.strides == (1, 12, 3)


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        (ROWS, (0, 1)),
        (ROWS.T, (1, 0)),
        (np.full((2, 3), 0.5), (0, 0)),
        (np.full(3, np.nan), (0,)),
        (np.array([0.0, -0.0]), (1,)),
        (np.array(1.0), ()),
        (np.zeros((0, 3)), (3, 1)),
    ],
)
def test_what_repeats_to_the_bit_is_broadcast(values: np.ndarray[Any, Any], steps: tuple[int, ...]) -> None:
    view = views("broadcast", {"x": values})["x"]
    assert view.strides[: len(steps)] == steps or not values.size
    assert view.array.tobytes() == values.tobytes()


@pytest.mark.parametrize("layout", FURTHER)
@pytest.mark.parametrize("shape", [(), (0,), (1,), (0, 3), (2, 0), (2, 3, 4)])
def test_any_shape_has_a_view(layout: str, shape: tuple[int, ...]) -> None:
    values = np.arange(np.prod(shape, dtype=int), dtype=np.float32).reshape(shape)
    assert views(layout, {"x": values})["x"].array.tobytes() == values.tobytes()


# ------------------------------------------------------------------------------------------------- who is asked


def test_a_case_is_asked_in_those_that_it_states(tmp_path: Path) -> None:
    line = asked(tmp_path, '["broadcast", "reversed"]')
    assert line["ask"]["layouts"] == ["broadcast", "reversed"]
    found = interview(NumPy(), line["ask"])
    assert list(found.answers)[-2:] == ["broadcast", "reversed"]
    assert found.answers["broadcast"].strides == {"x": [0, 1]}
    assert found.answers["reversed"].strides == {"x": [-2, -1]}
    assert judge(line, found).outcome == "passed"


def test_every_operation_is_asked_in_each() -> None:
    known: dict[str, set[str]] = {}
    for path in sorted((ROOT / "layouts").glob("*.toml")):
        frozen = FrozenFile(frozen_path(path).read_text("utf-8"))
        for case in frozen.cases:
            for operation in case["operations"]:
                known.setdefault(operation, set()).update(frozen.line(case["id"], "float32")["ask"]["layouts"])
    assert known.keys() == catalogue().keys()
    matrices = {"reversed", "offset", "broadcast", "rows_reversed", "columns_reversed"}
    several = {"sequential"} | {name for name, entry in catalogue().items() if len(entry.arguments) > 1}
    for name in several - {"dot"}:
        assert known[name] == matrices | {"later_strided", "later_offset"}, name
    assert known["dot"] == (matrices | {"later_strided", "later_offset"}) - {
        "columns_reversed"
    }  # of vectors they are the same
    assert {name for name in known.keys() - several if known[name] - {"permuted"} != matrices} == {"parameter_count"}


@pytest.mark.parametrize(
    ("layouts", "kind", "told"),
    [
        ('["revesred"]', "example", "unknown layout 'revesred' (did you mean 'reversed'?)"),
        ("[]", "example", "layouts lists one or more, each once"),
        ('["offset", "offset"]', "example", "layouts lists one or more, each once"),
        ('["offset"]', 'trait"\ntrait = "odd', "of a case of kind example, property, special, probe"),
    ],
)
def test_a_bad_layout_is_one_line(tmp_path: Path, layouts: str, kind: str, told: str) -> None:
    with pytest.raises(SpecError) as raised:
        load(written(tmp_path, layouts, kind=kind))
    [problem] = raised.value.problems
    assert told in str(problem)


def test_nothing_is_broadcast_that_does_not_repeat(tmp_path: Path) -> None:
    path = written(tmp_path, '["broadcast"]', x="[[1, 2], [1, 3]]")
    with pytest.raises(SpecError, match="needs an input whose rows or columns are all the same"):
        freeze_file(path, "mine.toml")


def test_explain_tells_them(tmp_path: Path) -> None:
    done = nnconform_in(tmp_path, "explain", "row_for_many_softmax")
    assert "layouts:     broadcast: axes along which the numbers repeat have a stride of 0" in done.out


# ------------------------------------------------------------------------------------------------ who has none


class Refuses(NumPy):
    """Makes no view that runs backwards."""

    def to_native_view(self, buffer: Any, shape: Any, strides: Any, offset: int) -> Any:
        if min(strides) < 0:
            raise ValueError("negative strides are not supported\nat the moment")
        return super().to_native_view(buffer, shape, strides, offset)


class HasNone(NumPy):
    """Says that it has none."""

    def to_native_view(self, buffer: Any, shape: Any, strides: Any, offset: int) -> Any:
        raise Unsupported("no views")


class TooLittleMemory(NumPy):
    """Runs out of memory, which says nothing of its views."""

    def to_native_view(self, buffer: Any, shape: Any, strides: Any, offset: int) -> Any:
        raise MemoryError


class Breaks(NumPy):
    """Takes the view, and raises when it is asked."""

    def relu(self, x: Any) -> Any:
        if min(x.strides) < 0:
            raise ValueError("no")
        return NumPy.relu(x)


@pytest.mark.parametrize(
    ("kind", "outcome", "traits"),
    [
        (Refuses, "passed", {"declines reversed": "ValueError: negative strides are not supported"}),
        (HasNone, "passed", {"declines reversed": "no views", "declines broadcast": "no views"}),
        (TooLittleMemory, "out of memory", {}),
        (Breaks, "failed", {}),
    ],
)
def test_a_view_may_be_declined(tmp_path: Path, kind: type[NumPy], outcome: str, traits: dict[str, str]) -> None:
    line = asked(tmp_path, '["broadcast", "reversed"]')
    verdict = judge(line, interview(kind(), line["ask"]))
    assert verdict.outcome == outcome
    assert {name: told for name, told in verdict.traits.items() if name.startswith("declines")} == traits


class ReadsOn(NumPy):
    """Reads what lies behind a view's first number."""

    def relu(self, x: Any) -> Any:
        return np.full_like(x, 7) if x.strides[0] == 0 else NumPy.relu(x)


def test_a_wrong_answer_says_in_which_layout(tmp_path: Path) -> None:
    line = asked(tmp_path, '["broadcast", "reversed"]')
    [finding] = judge(line, interview(ReadsOn(), line["ask"])).findings
    assert (finding.question, finding.facet) == ("broadcast", "value")
    assert "4 of 4 values asked with broadcast inputs" in finding.line()
