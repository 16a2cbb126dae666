"""Whose exception it is: decided by the frame that raised, in each stage of a question."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from zoo import framework

from nnconform.adapters import Adapter
from nnconform.adapters.numpy import NumPy
from nnconform.adapters.registry import find
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge
from nnconform.harness.transcript import Raised
from nnconform.spec.frozen import FrozenFile, frozen_path, shipped

FILES = {path.stem: FrozenFile(frozen_path(path).read_text("utf-8")) for path in shipped()}
REFUSAL = next(
    FILES["matmul"].line(case["id"], "float32") for case in FILES["matmul"].cases if case["kind"] == "refusal"
)
VECTOR = FILES["dense"].line("vector_input", "float32")


def raised(adapter: Adapter) -> Raised:
    found = interview(adapter, REFUSAL["ask"]).answers["refused"].raised
    assert found is not None
    return found


def adapter(product: Any, *, owned: bool = False, **more: Any) -> Adapter:
    """A NumPy with another product."""
    kind = type("Made", (NumPy,), {"matmul": staticmethod(product), "owned": owned, "__module__": __name__, **more})
    made: Adapter = kind()
    return made


def fits(a: Any, b: Any) -> bool:
    return bool(a.shape[-1] == b.shape[0])


def asserts(a: Any, b: Any) -> Any:
    assert fits(a, b)
    return a @ b


def raises(kind: type[Exception], a: Any, b: Any) -> Any:
    if not fits(a, b):
        raise kind("no")
    return a @ b


def slips(a: Any, b: Any) -> Any:
    return a @ b if fits(a, b) else a.nothing


@pytest.mark.parametrize(
    ("product", "theirs", "owned"),
    [
        (framework.asserting, True, True),
        (framework.unimplemented, True, True),
        (framework.endless, False, False),
        (np.matmul, True, True),
        (partial(np.einsum, "ij,jk"), True, True),
        (asserts, False, True),
        (partial(raises, NotImplementedError), False, True),
        (partial(raises, ValueError), False, True),
        (partial(raises, NameError), False, False),
        (partial(raises, ImportError), False, False),
        (partial(raises, MemoryError), False, False),
        (slips, False, False),
        (lambda a, b: a @ b, True, True),
    ],
    ids=lambda value: getattr(value, "__name__", None) or str(value)[:40],
)
def test_the_frame_decides(product: Any, *, theirs: bool, owned: bool) -> None:
    assert raised(adapter(product)).by_framework is theirs
    assert raised(adapter(product, owned=True)).by_framework is owned


def test_a_call_that_does_not_fit_is_the_adapters_fault() -> None:
    def of_one(a: Any) -> Any:
        return a

    made = interview(adapter(of_one), REFUSAL["ask"]).answers["first"].raised
    assert made is not None
    assert (made.type, made.by_framework) == ("TypeError", False)


@pytest.mark.parametrize("stage", ["to native", "call", "synchronize", "to numpy"])
def test_a_refusal_may_come_late_but_not_before_anything_was_asked(stage: str) -> None:
    late = stage in {"synchronize", "to numpy"}

    def wait(self: Any, value: Any) -> Any:
        return framework.waited(value)

    def send(self: Any, array: Any) -> Any:
        framework.asserting(np.ones((1, array.shape[0])), REFUSED)
        return array

    methods: dict[str, Any] = {"to native": {"to_native": send}, "synchronize": {"synchronize": wait}}
    product = framework.deferred(np.matmul) if late else framework.asserting
    made = adapter(product, to_numpy=wait, **methods.get(stage, {}))
    found = raised(made)
    assert (found.stage, found.by_framework) == (stage, stage != "to native")
    assert judge(REFUSAL, interview(made, REFUSAL["ask"])).outcome == ("failed" if stage == "to native" else "passed")


_SHAPES = {name: data["shape"] for name, data in REFUSAL["ask"]["inputs"].items()}
REFUSED = np.ones((next(iter(_SHAPES.values()))[0], 1))
"""Fits what is sent first, and nothing else."""


def test_a_refused_trait_is_the_frameworks_own_or_a_crash() -> None:
    def dense(refuse: Any) -> Any:
        def layer(x: Any, w: Any, b: Any, activation: str) -> Any:
            return refuse() if x.ndim == 1 and activation else x @ w + b

        return layer

    def refuses() -> Any:
        framework.asserting(np.ones((1, 2)), np.ones((3, 1)))

    def slips() -> Any:
        return nowhere  # type: ignore[name-defined]  # noqa: F821 - on purpose

    (name,) = (VECTOR["expect"]["trait"],)
    verdict = judge(VECTOR, interview(adapter(asserts, dense=staticmethod(dense(refuses))), VECTOR["ask"]))
    assert (verdict.outcome, verdict.traits) == ("passed", {name: "refused (AssertionError)"})
    verdict = judge(VECTOR, interview(adapter(asserts, dense=staticmethod(dense(slips))), VECTOR["ask"]))
    assert (verdict.outcome, verdict.facets, verdict.traits) == ("failed", ("crash",), {})
    assert verdict.findings[0].line() == "crash: NameError at call: name 'nowhere' is not defined"


STUDENT = """
import numpy as np

def matmul(a, b):
    {check}
    return a @ b
"""


@pytest.mark.parametrize(
    ("check", "outcome"),
    [
        ("assert a.shape[-1] == b.shape[0]", "passed"),
        ("if a.shape[-1] != b.shape[0]: raise NotImplementedError", "passed"),
        ("pass", "passed"),
        ("if a.shape[-1] != b.shape[0]: raise VauleError", "failed"),
        ("if a.shape[-1] != b.shape[0]: return a.shap", "failed"),
    ],
)
def test_a_students_file_may_refuse_as_it_likes_but_not_by_a_slip(tmp_path: Path, check: str, outcome: str) -> None:
    path = tmp_path / "homework.py"
    path.write_text(STUDENT.format(check=check), "utf-8")
    assert judge(REFUSAL, interview(find(str(path))(), REFUSAL["ask"])).outcome == outcome


def test_an_answer_that_changes_later_is_told_by_its_question() -> None:
    class Shares(NumPy):
        """Answers in two buffers in turn, so that the second answer is gone with the fourth."""

        def __init__(self) -> None:
            super().__init__()
            self.kept: dict[Any, Any] = {}
            self.calls = 0

        def relu(self, x: Any) -> Any:
            self.calls += 1
            key = (x.shape, 0 if self.calls == 1 else 1)
            made = self.kept.setdefault(key, np.empty_like(x))
            made[...] = np.maximum(x, 0)
            return made

    line = FILES["relu"].line("rows_and_columns", "float32")
    transcript = interview(Shares(), line["ask"])
    assert [question for question, _ in transcript.overwritten] == ["others"]
    assert {found.question for found in judge(line, transcript).findings} == {"others"}


def test_time_that_exceptions_take_is_not_the_adapters(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(*_: Any) -> Raised:
        end = time.process_time() + 0.3
        while time.process_time() < end:
            pass
        return Raised("ValueError", "", "call", by_framework=True)

    monkeypatch.setattr("nnconform.harness.interview.raised", told)
    assert interview(NumPy(), REFUSAL["ask"]).adapter_ns < 0.2e9


def test_time_in_the_adapter_is_counted() -> None:
    def product(a: Any, b: Any) -> Any:
        end = time.process_time() + 0.1
        while time.process_time() < end:
            pass
        return a @ b

    found = interview(adapter(product), REFUSAL["ask"]).adapter_ns
    assert 0.15e9 < found < 0.5e9
