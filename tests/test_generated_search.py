"""The search itself: it catches wrong members of the zoo, passes right ones, and notices when it proves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from zoo import right, right_forms, wrong_activations, wrong_products

from nnconform.adapters.contract import Adapter
from nnconform.adapters.numpy import NumPy
from nnconform.harness.deviations import Deviation, Excuse
from nnconform.harness.generated import liveness, operations
from nnconform.harness.generated.drawing import Drawing
from nnconform.harness.generated.items import _verdict
from nnconform.harness.generated.known import causes
from nnconform.harness.generated.operations import Asked, drawn
from nnconform.harness.generated.search import Examples, Judged, Search
from nnconform.harness.generated.writing import frozen
from nnconform.harness.interview import interview
from nnconform.harness.score.zoo import classes, touched
from nnconform.reference.freeze import freeze_file
from nnconform.reference.truth.activations import softmax
from nnconform.reference.truth.arithmetic import arithmetic
from nnconform.reference.truth.ball import Ball
from nnconform.spec.catalogue import catalogue
from nnconform.spec.formats import FORMATS
from nnconform.spec.frozen import FrozenFile

SEED = 20_261_121


def search(kind: type[Adapter], operation: str, dtype: str = "float32", wanted: int = 40, **more: Any) -> Search:
    adapter = kind()
    return Search(Examples(operation, dtype), lambda ask: interview(adapter, ask), [], wanted, **more)


@pytest.mark.parametrize("operation", catalogue())
def test_every_operation_is_drawn_and_what_is_drawn_is_live(operation: str) -> None:
    assert operation in drawn()
    asked = search(NumPy, operation, wanted=10)
    assert asked.run(SEED) is None
    assert asked.tally.live == 10, asked.tally
    assert asked.tally.uncertain <= asked.tally.asked
    assert _verdict(asked, None).outcome == "passed"


@pytest.mark.parametrize(
    ("kind", "operation", "largest"),
    [
        (wrong_activations.SigmoidOff, "sigmoid", 1),
        (wrong_activations.NanToZeroRelu, "relu", 1),
        (wrong_activations.SoftmaxWrongAxis, "softmax", 4),
        (wrong_products.ForgottenBias, "dense", 2),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_wrong_implementation_is_caught_by_a_small_example(kind: type[Adapter], operation: str, largest: int) -> None:
    asked = search(kind, operation)
    found = asked.run(SEED)
    assert found is not None, kind.__doc__
    assert found.failed
    assert found.prepared.frozen is not None
    sizes = [int(np.prod(given["shape"])) for given in found.prepared.frozen["ask"]["inputs"].values()]
    assert max(sizes) <= largest, found.prepared.toml
    assert _verdict(asked, found).diagnosis


class Nothing(NumPy):
    def function(self, operation: str) -> None:
        """There is none."""


def test_an_operation_that_is_lacking_is_asked_of_once() -> None:
    """The truths of further examples would take their time, for nobody."""
    asked = search(Nothing, "softmax")
    assert asked.run(SEED) is None
    assert (asked.tally.unsupported, asked.tally.asked, len(asked.seen)) == (1, 0, 1)
    assert _verdict(asked, None).lacks == "softmax"


RIGHT = [
    (kind, operation)
    for module in (right, right_forms)
    for kind in classes(module)
    for operation in sorted(touched(kind) or ())[:2]
]


@pytest.mark.parametrize(("kind", "operation"), RIGHT, ids=lambda value: getattr(value, "__name__", str(value)))
def test_a_right_implementation_passes(kind: type[Adapter], operation: str) -> None:
    for dtype in getattr(kind, "dtypes", None) or ("float32", "float64"):
        found = search(kind, operation, dtype, wanted=8).run(SEED)
        assert found is None, found.prepared.toml


def test_the_same_seed_draws_the_same_whoever_is_asked_and_another_others() -> None:
    def texts(kind: type[Adapter], seed: int) -> list[str]:
        asked = search(kind, "dense", wanted=12)
        asked.run(seed)
        return list(asked.judged)

    assert texts(NumPy, SEED) == texts(right.Reversed, SEED)
    assert texts(NumPy, SEED) != texts(NumPy, SEED + 1)


@pytest.mark.parametrize("dtype", FORMATS)
def test_an_example_s_toml_asks_the_same_question(tmp_path: Path, dtype: str) -> None:
    for operation in drawn():
        asked = search(NumPy, operation, dtype, wanted=3)
        asked.run(SEED)
        for number, judged in enumerate(asked.judged.values()):
            path = tmp_path / f"{operation}{number}.toml"
            path.write_text(judged.prepared.toml, "utf-8")
            line = FrozenFile(freeze_file(path, path.name)).line(f"generated_{operation}", dtype)
            assert line == judged.prepared.frozen


def always_1(_: Drawing, shape: Any, domain: Any) -> Any:
    assert domain
    return np.ones(shape, np.float32)


def always_0(_: Drawing, shape: Any, domain: Any) -> Any:
    assert domain
    return np.zeros(shape, np.float32)


def never_below_0(drawing: Drawing, shape: Any, domain: Any) -> Any:
    assert domain
    return drawing.below(64) + 1 + np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


BROKEN = (always_1, always_0, never_below_0)


@pytest.mark.parametrize("how", BROKEN, ids=lambda how: how.__name__)
def test_a_generator_of_dead_examples_is_noticed(monkeypatch: pytest.MonkeyPatch, how: Any) -> None:
    monkeypatch.setattr(Drawing, "array", how)
    asked = search(NumPy, "relu", wanted=10)
    assert asked.run(SEED) is None
    verdict = _verdict(asked, None)
    assert verdict.outcome == "error"
    assert " 0 could prove anything" in verdict.reason
    assert asked.tally.dead


def of(operation: str, attributes: Mapping[str, Any], **inputs: Any) -> str:
    arrays = {name: np.array(values, np.float32) for name, values in inputs.items()}
    asked = Asked(operation, arrays, attributes)
    return liveness.dead(asked, frozen(asked, "float32"))


W, B = [[1, -1], [2, 0.5]], [0, 0.25]


@pytest.mark.parametrize(
    ("operation", "attributes", "inputs", "reason"),
    [
        ("relu", {}, {"x": [1, 2, 3]}, liveness.ONE_BRANCH),
        ("relu", {}, {"x": [1, -2, 3]}, ""),
        ("relu", {}, {"x": [-1, -2]}, liveness.BLIND),
        ("leaky_relu", {"slope": 0.5}, {"x": [-1, -2]}, liveness.ONE_BRANCH),
        ("hard_sigmoid", {}, {"x": [-1, 2]}, liveness.ONE_BRANCH),
        ("hard_sigmoid", {}, {"x": [-4, 2]}, ""),
        ("hard_sigmoid", {}, {"x": [-4, 4]}, liveness.SATURATED),
        ("tanh", {}, {"x": [40, -40]}, liveness.SATURATED),
        ("tanh", {}, {"x": [[1, 1], [2, 2]]}, liveness.CONSTANT),
        ("tanh", {}, {"x": [np.nan]}, liveness.SPECIAL),
        ("tanh", {}, {"x": []}, liveness.EMPTY),
        ("softmax", {"axis": -1}, {"x": [[200, 0], [0, 300]]}, liveness.SATURATED),
        ("softmax", {"axis": -1}, {"x": [[2, 0], [0, 3]]}, ""),
        ("dense", {"activation": "linear"}, {"x": [[1, 2]], "w": [[0, 0], [0, 0]], "b": [1, 2]}, liveness.NO_WEIGHTS),
        ("dense", {"activation": "relu"}, {"x": [[1, 2]], "w": [[1, 2], [3, 4]], "b": B}, liveness.ONE_BRANCH),
        ("dense", {"activation": "relu"}, {"x": [[1, 0]], "w": W, "b": B}, ""),
        ("sequential", {"activations": ["relu", "linear"]}, {"x": [[1, 0]], "w1": W, "b1": B, "w2": W, "b2": B}, ""),
        ("sequential", {"activations": ["relu", "linear"]}, {"x": [[0, 1]], "w1": W, "b1": B, "w2": W, "b2": B}, liveness.ONE_BRANCH),
        ("decision", {"threshold": 0.5, "strict": False}, {"a": [1, 2]}, liveness.CONSTANT),
    ],
)  # fmt: skip
def test_what_proves_nothing_is_known(operation: str, attributes: Any, inputs: Any, reason: str) -> None:
    assert of(operation, attributes, **inputs) == reason


class HalfAtTwo(NumPy):
    """Wrong for 2 in one way and for 3 in another."""

    def tanh(self, x: Any) -> Any:
        made = np.where(x == 2, x.dtype.type(0.5), np.tanh(x))
        return np.where(abs(x) == 3, x.dtype.type(np.nan), made)


def entry(cause: str, facet: str, **excuses: Any) -> Deviation:
    return Deviation(cause, "numpy", ("spec/activations/tanh.toml::*",), (facet,), Excuse(**excuses), {}, "", "", "")


AT_TWO, AT_THREE = entry("half at 2", "value", got=0.5, inputs=(2.0, 2.0)), entry("nan", "nan", got=np.nan)


@pytest.mark.parametrize(
    ("listed", "x", "told"),
    [
        ([AT_TWO, AT_THREE], [1, 2, 3], ("half at 2", "nan")),
        ([AT_TWO, AT_THREE], [1, 2], ("half at 2",)),
        ([AT_TWO], [1, 2, 3], ()),
        ([AT_THREE], [1, 2, 3], ()),
        ([entry("elsewhere", "value", got=0.5, inputs=(1.0, 1.5))], [1, 2], ()),
    ],
)
def test_known_deviations_may_share_an_example_and_excuse_nothing_else(listed: Any, x: Any, told: Any) -> None:
    line = frozen(Asked("tanh", {"x": np.array(x, np.float32)}, {}), "float32")
    asked = search(HalfAtTwo, "tanh")
    asked.listed = listed
    judged = asked._judged(asked.examples.prepared(Asked("tanh", {"x": np.array(x, np.float32)}, {})), line)
    assert causes(listed, judged.verdict, line) == told
    assert judged.failed is not bool(told)


def test_a_known_deviation_does_not_end_the_search() -> None:
    asked = search(HalfAtTwo, "tanh", wanted=60)
    asked.listed = [AT_TWO, AT_THREE]
    assert asked.run(SEED) is None
    assert set(asked.tally.known) == {"half at 2", "nan"}
    verdict = _verdict(asked, None)
    assert (verdict.outcome, set(verdict.deviation.split("; "))) == ("known deviation", {"half at 2", "nan"})
    asked = search(HalfAtTwo, "tanh", wanted=60)
    asked.listed = [AT_TWO]
    found = asked.run(SEED)
    assert isinstance(found, Judged)
    assert found.facet == "nan"
    assert found.prepared.toml.splitlines()[-1] in {f"inputs.x = [{value}.0]" for value in (-6, -3, 3, 6)}


def test_a_softmax_of_uncertain_scores_is_bounded_on_both_sides() -> None:
    """Scores that may be off by thousands may give any shares: a bound of 0.1 was stored for these."""
    work, error = arithmetic("float32"), 70_000
    shares = softmax([Ball(exact, error) for exact in map(_arb, (6.6e11, 6.6e11 + 2))], work)
    for share in shares:
        assert isinstance(share, Ball)
        assert share.low <= 0
        assert share.high >= 1


def _arb(value: float) -> Any:
    from flint import arb

    return arb(value)


def test_shapes_are_few_and_never_all_square() -> None:
    for shapes in (operations.ARRAYS, operations.ROWS, operations.PRODUCTS):
        assert len(shapes) <= 12
        assert any(0 in shape for shape in shapes)
        assert not any(len(shape) > 1 and len(set(shape)) == 1 and shape[0] > 1 for shape in shapes)
