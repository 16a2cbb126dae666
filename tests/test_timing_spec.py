"""Reading and freezing timing cases: the sample's rule, the truth on it, and what is wrong in one line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_generator import word

from nnconform.harness.cli import main
from nnconform.harness.comparison import Truth
from nnconform.reference import sampled
from nnconform.reference.results import judged_by
from nnconform.spec.cost import Layout, work
from nnconform.spec.errors import SpecError
from nnconform.spec.generator import generate, others
from nnconform.spec.loader import load
from nnconform.spec.model import Case, Generated

HEAD = 'nnconform = "0.1"\ntopic = "Timed"\n'
CASE = """
[[case]]
id = "{id}"
kind = "timing"
requirement = "It is timed."
source = {{ document = "d", heading = "h" }}
timing = {{ family = "layers", series = "s", x = "{x}", x_name = "x" }}
{more}
"""


def loaded(folder: Path, more: str, x: str = "m") -> Case:
    path = folder / "timed.toml"
    path.write_text(HEAD + CASE.format(id="one", more=more, x=x), "utf-8")
    (case,) = load(path)
    return case


def normal(*shape: int) -> str:
    return f'{{ generate = "normal", shape = {list(shape)} }}'


def dense(m: int, k: int, n: int, activation: str) -> str:
    return (
        f'operation = "dense"\nattributes.activation = "{activation}"\n'
        f"inputs.x = {normal(m, k)}\ninputs.w = {normal(k, n)}\ninputs.b = {normal(n)}"
    )


SEQUENTIAL = (
    'operation = "sequential"\nattributes.activations = ["tanh", "LAST"]\n'
    f"inputs.x = {normal(40, 5)}\ninputs.w1 = {normal(5, 4)}\ninputs.b1 = {normal(4)}\n"
    f"inputs.w2 = {normal(4, 30)}\ninputs.b2 = {normal(30)}"
)
GRAPH = f"""steps = [
  {{ name = "ab", operation = "matmul", inputs = ["a", "b"] }},
  {{ name = "abc", operation = "matmul", inputs = ["ab", "c"] }},
  {{ name = "s", operation = "softmax", inputs = ["abc"] }},
]
outputs = ["ab", "abc", "s"]
inputs.a = {normal(40, 3)}
inputs.b = {normal(3, 25)}
inputs.c = {normal(25, 30)}
"""
CASES = {
    "dense": dense(40, 7, 30, "sigmoid"),
    "dense, softmax": dense(40, 7, 30, "softmax"),
    "one row": dense(1, 7, 600, "relu"),
    "one column": dense(600, 3, 1, "linear"),
    "nothing left out": dense(3, 7, 5, "tanh"),
    "dense_loop": f'operation = "dense_loop"\ninputs.x = {normal(9)}\ninputs.w = {normal(9, 600)}\n'
    f"inputs.b = {normal(600)}",
    "sequential": SEQUENTIAL.replace("LAST", "sigmoid"),
    "sequential, softmax": SEQUENTIAL.replace("LAST", "softmax"),
    "softmax": f'operation = "softmax"\ninputs.x = {normal(50, 20)}',
    "leaky_relu": f'operation = "leaky_relu"\ninputs.x = {normal(700)}',
    "subnormals": 'operation = "tanh"\ninputs.x = { generate = "log_uniform", low = -149, high = -128, shape = [700] }',
    "graph": GRAPH,
}


@pytest.mark.parametrize("name", CASES)
def test_the_truth_on_the_sample_is_that_of_the_whole(name: str, tmp_path: Path) -> None:
    case = loaded(tmp_path, CASES[name], x="700" if name in {"leaky_relu", "subnormals", "dense_loop"} else "m")
    given = {name: generate(made.named, "float32") for name, made in case.inputs.items() if isinstance(made, Generated)}
    second = {name: others(values) for name, values in given.items()}
    whole = judged_by(replace(case, kind="example", timing=None), "float32", given, second)
    asked, found = sampled.ask(case), sampled.expect(case, "float32")["expect"]
    # A timing is of the dtype's own products, or marked as wrong: it has no bounds of TF32.
    assert set(found) - {"whole", "should_ulps"} == set(whole) - {"tensor_float"}
    for question in {"outputs", "others", "flushed", "flushed_others"} & set(whole):
        for output, data in whole[question].items():
            everything, sample = Truth(data, "float32"), asked["sample"][output]
            part = Truth(found[question][output], "float32")
            assert list(everything.shape) == found["whole"][output]
            assert (part.high == taken(everything.high, sample)).all()
            if everything.error is not None:
                assert part.error is not None
                assert (part.error == taken(everything.error, sample)).all()


def taken(values: Any, sample: dict[str, list[int] | None]) -> Any:
    if sample["rows"] is not None:
        values = values[sample["rows"]]
    return values if sample["columns"] is None else values[..., sample["columns"]]


def test_the_samples_have_the_sizes_that_the_page_names(tmp_path: Path) -> None:
    def size(name: str) -> tuple[int | None, int | None]:
        sample = sampled.ask(loaded(tmp_path, CASES[name], x="1"))["sample"]["result"]
        rows, columns = (None if sample[axis] is None else len(sample[axis]) for axis in ("rows", "columns"))
        return rows, columns

    assert size("dense") == (32, 12)
    assert size("softmax") == size("dense, softmax") == (16, 12)
    assert size("one row") == (None, 257)
    assert size("one column") == (257, None)
    assert size("dense_loop") == size("leaky_relu") == (257, None)
    assert size("nothing left out") == (None, None)


@pytest.mark.parametrize(("length", "count"), [(2048, 32), (33, 32), (13, 12), (16_777_216, 257), (3, 2)])
def test_places_follow_the_published_rule(length: int, count: int) -> None:
    found = sampled.places("case/m", length, count)
    assert found is not None
    for j, place in enumerate(found):
        low, high = j * length // count, (j + 1) * length // count
        drawn = low + word("case/m", j) % (high - low)
        assert place == {0: 0, count - 1: length - 1}.get(j, drawn)
    assert found == sorted(set(found))
    assert sampled.places("case/m", count, count) is None


def test_only_the_needed_elements_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def counted(data: Any, dtype: str, places: Any) -> Any:
        made.append(np.asarray(places).size)
        return np.zeros(np.asarray(places).shape, np.float32)

    monkeypatch.setattr(sampled, "elements", counted)
    monkeypatch.setattr(sampled, "other_elements", counted)
    sampled.expect(loaded(tmp_path, dense(65_536, 3, 4096, "linear")), "float32")
    assert made == 2 * [32 * 3, 3 * 12, 12]


def test_work_of_a_graph_adds_its_steps_up(tmp_path: Path) -> None:
    case = loaded(tmp_path, GRAPH)
    assert Layout(case).tied == {"k", "n", "n2"}
    found = work(case, "float64")
    assert found["operations_formula"] == "2*m*k*n + 2*m*n*n2 + m*n2, where m = 40, k = 3, n = 25, n2 = 30"
    assert found["operations"] == 2 * 40 * 3 * 25 + 2 * 40 * 25 * 30 + 40 * 30
    assert found["bytes"] == found["memory"] == 8 * (40 * 3 + 3 * 25 + 25 * 30 + 40 * 25 + 2 * 40 * 30)


TWICE = f"""steps = [
  {{ name = "a", operation = "matmul", inputs = ["x", "y"] }},
  {{ name = "b", operation = "matmul", inputs = ["x", "a"] }},
]
inputs.x = {normal(3, 3)}
inputs.y = {normal(3, 3)}
"""
BAD = {
    "numbers that are not random": ('operation = "relu"\ninputs.x = [0, 1]', "must be random numbers, generated"),
    "zeros": (
        'operation = "relu"\ninputs.x = { generate = "constant", value = 0, shape = [9] }',
        "must be random numbers, generated",
    ),
    "an operation without a cost": (f'operation = "decision"\ninputs.a = {normal(9)}', "states no cost of decision"),
    "another rank": (f'operation = "relu"\ninputs.x = {normal(2, 3)}', "relu takes x with axes n, not [2, 3]"),
    "sizes that disagree": (
        f'operation = "matmul"\ninputs.a = {normal(2, 3)}\ninputs.b = {normal(4, 5)}',
        "the axis k has 3 elements in one array, 4 in another",
    ),
    "an axis of two names": (TWICE, "must have one name"),
    "a layer without a bias": (
        f'operation = "sequential"\nattributes.activations = ["relu"]\ninputs.x = {normal(3, 3)}\ninputs.w = {normal(3, 3)}',
        "takes a weight and a bias for each layer",
    ),
    "an unknown size": (f'operation = "tanh"\ninputs.x = {normal(9)}', "names 'm', which is no size"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_add_up_is_one_line(name: str, tmp_path: Path) -> None:
    more, told = BAD[name]
    with pytest.raises(SpecError) as found:
        loaded(tmp_path, more)
    (problem,) = found.value.problems
    assert problem.message.startswith("case 'one': ")
    assert told in problem.message
    assert "\n" not in str(problem)


@pytest.mark.parametrize("x", ["m - 41", "__import__('os')", "m//0", "m.bit_length()"])
def test_a_formula_without_a_value_is_one_line(x: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as found:
        loaded(tmp_path, CASES["dense"], x=x)
    assert len(str(found.value).splitlines()) == 1


def test_explain_tells_what_is_timed_and_judged(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "wide_layer_256"]) == 0
    told = capsys.readouterr().out
    assert "timed as:    wide layer, 12,288 to 49,152, scaled to 1/4 by 1/8, 256 tokens, ordinary operands" in told
    assert "operations:  9665249280 = 2*m*k*n + m*n, where m = 256, k = 3072, n = 6144" in told
    assert "(an estimate)" in told
    assert "judged of result [256, 6144]: 32 rows by 12 columns, before and after it is timed" in told
    assert "w [3072, 6144], generated: integers 'wide_layer_256/w'" in told
    assert "\n  [0][0] " in told
    assert "\n  [0][6143] " in told  # the last column of the whole, not the twelfth
