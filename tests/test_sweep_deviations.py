"""Known deviations of a sweep: every wrong value is held against them, and one that is not excused fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from test_sweep_judging import ONE, Spoiled, nothing, right

from nnconform.harness.deviations import Deviation, Excuse
from nnconform.harness.sweeps.figures import verdict
from nnconform.harness.sweeps.state import State, resume
from nnconform.harness.sweeps.sweep import Entry, Sweep
from nnconform.harness.sweeps.tally import Tally
from nnconform.harness.sweeps.truths import truth
from nnconform.harness.sweeps.walk import Batch, walk
from nnconform.harness.verdict import Finding, Verdict, Wrong

AT = ONE["float16"]
CAUSE = Deviation(
    cause="exp is a quarter off around 1", adapter="numpy", cases=("*",), facets=("value",),
    excuses=Excuse(ratio=(1.2, 1.3), inputs=(1, 1.01)), versions={}, reason="so", witness="so", script="none.py",
)  # fmt: skip
GATE = replace(
    CAUSE, cause="exp is nan at -inf", facets=("nan",), excuses=Excuse(got=np.nan, inputs=(-np.inf, -np.inf))
)
BITS = {"1": AT, "1.005": AT + 5, "2": 0x4000, "-inf": 0xFC00}


def quarter(bits: Any, *names: str) -> None:
    """Answers a quarter too large."""
    made = truth("exp", {}, "float16").rounding
    for name in names:
        place = BITS[name]
        bits[place] = made.nearest(made.wide(bits[place : place + 1]) * 1.25)[0]


def judged(spoil: Any, *known: Deviation) -> Verdict:
    sweep = Sweep(truth("exp", {}, "float16"), walk("float16", exhaustive=False))
    entry = Entry(Spoiled(spoil), known=known)
    sweep.run([entry])
    return verdict(entry.tally, sweep.engine, [each.cause for each in known])


def test_what_is_excused_is_a_known_deviation_with_its_count_and_witness() -> None:
    found = judged(lambda bits: quarter(bits, "1", "1.005"), CAUSE)
    assert (found.outcome, found.deviation, found.no_longer_deviates) == ("known deviation", CAUSE.cause, "")
    assert found.witness
    assert found.witness["index"][0] in {BITS["1"], BITS["1.005"]}
    assert found.share > 1
    assert "2 inputs" in found.findings[0].message


@pytest.mark.parametrize(
    "known",
    [
        (),
        (replace(CAUSE, facets=("nan",)),),
        (replace(CAUSE, excuses=Excuse(ratio=(1.3, 1.4), inputs=(1, 1.01))),),
        (replace(CAUSE, excuses=Excuse(ratio=(1.2, 1.3), inputs=(2, 3))),),
        (replace(CAUSE, excuses=Excuse(ulps=3)),),
        (replace(CAUSE, excuses=Excuse(says="*")),),
    ],
    ids=["none", "facet", "ratio", "inputs", "ulps", "says"],
)
def test_what_is_not_excused_fails(known: tuple[Deviation, ...]) -> None:
    found = judged(lambda bits: quarter(bits, "1"), *known)
    assert (found.outcome, found.deviation) == ("failed", "")


def test_one_wrong_value_beside_an_excused_one_fails_and_is_the_witness() -> None:
    found = judged(lambda bits: quarter(bits, "1", "2"), CAUSE)
    assert (found.outcome, found.deviation) == ("failed", "")
    assert found.witness
    assert found.witness["index"] == [BITS["2"]]


def test_two_causes_of_one_sweep() -> None:
    def spoil(bits: Any) -> None:
        quarter(bits, "1")
        bits[BITS["-inf"]] = 0x7E00

    found = judged(spoil, CAUSE, GATE)
    assert (found.outcome, found.deviation) == ("known deviation", f"{CAUSE.cause}; {GATE.cause}")
    assert found.facets == ("value", "nan")
    assert judged(spoil, CAUSE).outcome == "failed"
    assert judged(spoil, GATE).outcome == "failed"


def test_a_cause_that_is_gone_is_told() -> None:
    found = judged(lambda bits: quarter(bits, "1"), CAUSE, GATE)
    assert (found.outcome, found.no_longer_deviates) == ("known deviation", GATE.cause)
    found = judged(nothing, CAUSE)
    assert (found.outcome, found.no_longer_deviates) == ("passed", CAUSE.cause)


def test_a_part_of_the_values_tells_of_no_cause_that_it_is_gone() -> None:
    class Half(Spoiled):
        def answered(self, question: Any, memory: Any, count: int) -> Any:
            memory.array[:count] = right("exp", "float16")[:count]
            return {"cpu_ns": 1}

    sweep = Sweep(truth("exp", {}, "float16"), [Batch(0, 2**16, 1, 2**15)])
    entry = Entry(Half(nothing), known=[CAUSE])
    sweep.run([entry])
    found = verdict(entry.tally, sweep.engine, [CAUSE.cause])
    assert (found.outcome, found.no_longer_deviates) == ("passed", "")


def test_what_is_within_the_bound_is_no_deviation() -> None:
    def one_step(bits: Any) -> None:
        bits[AT] += 1

    wide = replace(CAUSE, excuses=Excuse(ulps=1e6))
    found = judged(one_step, wide)
    assert right("exp", "float16")[AT] + 1 < 0x7C00
    assert (found.outcome, found.no_longer_deviates) == ("passed", wide.cause)


def test_what_is_excused_survives_a_resumed_sweep(tmp_path: Any) -> None:
    sweep = Sweep(truth("exp", {}, "float16"), walk("float16", exhaustive=False))
    entry = Entry(Spoiled(lambda bits: quarter(bits, "1")), known=[CAUSE])
    sweep.run([entry])
    assert entry.tally.excused
    State(tmp_path / "a", {}, tallies={"numpy": entry.tally}).save()
    assert resume(tmp_path / "a", {}).tallies == {"numpy": entry.tally}
    assert Tally.from_data(entry.tally.to_data()) == entry.tally


@pytest.mark.parametrize(
    ("inputs", "given", "covered"),
    [
        ((-np.inf, -np.inf), [1.0, -np.inf, 2.0], True),
        ((-np.inf, -np.inf), [1.0, 3.0, -np.inf], False),
        ((-np.inf, -np.inf, 2.5, 3.5), [1.0, 3.0, 2.0], True),
        ((-np.inf, -np.inf, np.inf, np.inf), [1.0, 3.0, 2.0], False),
        ((5, 6), [5.5], False),
    ],
)
def test_an_ordinary_case_is_held_against_its_inputs_too(
    inputs: tuple[float, ...], given: list[float], *, covered: bool
) -> None:
    wrong = Wrong(np.array([1]), np.array([np.nan]), np.array([0.0]), np.array([np.nan]))
    finding = Finding("nan", "first", "y", "1 of 3 values", None, wrong)
    excuse = Excuse(got=np.nan, inputs=inputs)
    assert excuse.covers(finding, [np.array(given)], "float32") is covered
    assert excuse.covers(finding, [np.zeros(3), np.array(given)], "float32") is covered
