"""Timing cases: their cost by hand, the sample they are judged on, and what that sample lets through."""

from __future__ import annotations

import copy
import json
from collections import Counter
from typing import Any

import numpy as np
import pytest
from timing_answers import (
    FILES,
    InFloat64,
    InHalves,
    LastTermLost,
    Narrow,
    Plain,
    TermByTerm,
    line_of,
    lines,
    read_back,
    transcript,
)

from nnconform.harness.comparison import Truth
from nnconform.harness.judge import judge
from nnconform.harness.transcript import Transcript, from_data, to_data
from nnconform.spec.frozen import ROOT

SMALL = 2**19
"""Elements of an input, in tests that ask several implementations."""
ALL = [line["case"] for line in lines()]


def test_every_line_is_small_and_stores_no_input() -> None:
    for path in (ROOT / "timing").glob("*.jsonl"):
        assert max(map(len, path.read_text("utf-8").splitlines())) <= 50 * 1024
    for line in lines():
        assert all("generate" in given for given in line["ask"]["inputs"].values())


def test_each_place_in_the_report_is_taken_once() -> None:
    works = [line["work"] for line in lines()]
    places = [(each["family"], each["series"], each["x"], each["operands"]) for each in works]
    assert max(Counter(places).values()) == 1
    for family, series, x, operands in places:
        assert operands == "ordinary" or (family, series, x, "ordinary") in places


def test_a_loop_and_its_vectorized_twin_have_the_same_numbers_and_the_same_work() -> None:
    pairs = [(line_of(f"as_a_loop_{n}"), line_of(f"vectorized_{n}")) for n in (4, 16, 64, 256)]
    for loop, vectorized in pairs:
        for key in ("x", "operations", "bytes", "distribution"):
            assert loop["work"][key] == vectorized["work"][key]
        one, other = loop["ask"]["inputs"], vectorized["ask"]["inputs"]
        assert [each["name"] for each in one.values()] == [each["name"] for each in other.values()]
        given = loop["expect"]["outputs"]["result"]["high"], vectorized["expect"]["outputs"]["result"]["high"]
        assert given[0] == given[1]


def work(case: str) -> tuple[int, int]:
    found = line_of(case)["work"]
    return found["operations"], found["bytes"]


def test_work_by_hand() -> None:
    assert work("perceptron_1") == (2 * (784 * 16 + 16 * 16 + 16 * 10) + 2 * 42, 4 * (784 + 13_002 + 10))
    assert work("perceptron_65536") == (65_536 * 26_004, 4 * (65_536 * 784 + 13_002 + 65_536 * 10))
    assert work("coffee_8") == (8 * (12 + 6 + 6 + 2), 4 * (8 * 2 + 9 + 4 + 8))
    assert work("digits_1") == (2 * (1600 + 375 + 15) + 2 * 41, 4 * (64 + 1625 + 390 + 16 + 1))
    assert work("square_2048") == (2**34, 3 * 2**24)
    assert work("tall_1024") == (2 * 1024 * 64 * 64, 4 * (1024 * 64 + 64 * 64 + 1024 * 64))
    assert work("face_1") == (2_000_002, 4 * 2_000_002)
    assert work("sigmoid_16777216") == (2**24, 2**27)
    assert work("softmax_65536") == (2**24, 2**27)
    assert work("vectorized_4") == (2 * 256 * 4 + 8, 4 * (256 + 1024 + 4 + 4))
    assert work("wide_layer_1") == (2 * 3072 * 6144 + 6144, 4 * (3072 + 3072 * 6144 + 6144 + 6144))


def test_estimates_by_hand() -> None:
    layer = line_of("wide_layer_16")["work"]["estimate"]
    weights = 603_979_776
    assert layer["operations"] == 16 * (2 * weights + 49_152)
    assert layer["bytes"] == 4 * (16 * 12_288 + weights + 49_152 + 16 * 49_152)
    network = line_of("wide_layer_back_256")["work"]["estimate"]
    assert (network["operations"], network["bytes"]) == (256 * 350 * 10**9, 700 * 10**9)
    assert line_of("square_64")["work"]["estimate"] is None


def test_distributions_in_words() -> None:
    told = {line["case"]: line["work"]["distribution"] for line in lines()}
    assert told["sigmoid_4096"] == "x: normal, mean 0, variance 1"
    assert told["square_64"].startswith(
        "a: whole numbers from -4095 to 4095, times 2**-12; b: whole numbers from -6 to 6"
    )
    assert told["tanh_of_subnormals"] == "x: log-uniform from 2**-149 to 2**-127, with either sign, all subnormal"
    assert told["sigmoid_far_out"] == "x: log-uniform from 2**6 to 2**7, with either sign"
    assert "w2, b2, w3, b3: uniform from -1 to 1" in told["perceptron_1"]


@pytest.mark.parametrize("case", [name for name in ALL if name.startswith(("square", "tall", "wide"))])
def test_no_order_of_summation_rounds_a_product(case: str) -> None:
    line = line_of(case)
    for question in ("outputs", "others"):
        truth = Truth(line["expect"][question]["result"], line["dtype"])
        assert truth.error is not None
        assert not truth.error.any()
        assert np.abs(truth.high).max() > 0.25


def outcome(line: dict[str, Any], answers: Transcript) -> tuple[str, set[str]]:
    verdict = judge(line, answers)
    return verdict.outcome, set(verdict.facets)


@pytest.mark.parametrize("by", [Plain(), InFloat64(), InHalves(), TermByTerm()], ids=lambda by: type(by).__name__)
def test_right_implementations_pass(by: Plain) -> None:
    for line in lines(SMALL):
        assert outcome(line, transcript(line, by)) == ("passed", set()), line["case"]


def test_large_ones_are_judged_the_same() -> None:
    for case in ("sigmoid_16777216", "wide_layer_1"):
        assert outcome(line_of(case), transcript(line_of(case), Plain())) == ("passed", set())
    assert outcome(line_of("wide_layer_1"), transcript(line_of("wide_layer_1"), Narrow(11))) == ("failed", {"value"})


SUMS = [
    line["case"] for line in lines(SMALL)
    if line["ask"]["steps"][0]["operation"] in {"matmul", "dense", "dense_loop", "sequential"}
]  # fmt: skip


@pytest.mark.parametrize("by", [Narrow(11), Narrow(8), LastTermLost()], ids=["11 bits", "8 bits", "a term lost"])
@pytest.mark.parametrize("case", SUMS)
def test_products_of_less_precision_or_fewer_terms_fail(case: str, by: Plain) -> None:
    found, facets = outcome(line_of(case), transcript(line_of(case), by))
    assert (found, facets) == ("failed", {"value"})


@pytest.mark.parametrize("case", ALL)
def test_one_wrong_element_of_either_answer_fails(case: str) -> None:
    line = line_of(case)
    for question, key in (("first", "outputs"), ("others", "others")):
        answers = perfect(line)
        assert outcome(line, answers) == ("passed", set())
        value = answers.answers[question].values["result"]
        truth = Truth(line["expect"][key]["result"], line["dtype"])
        bound = np.zeros(truth.shape) if truth.error is None else truth.error
        value.flat[-1] += np.float32(4 * bound.flat[-1] + 1e-3 * abs(value.flat[-1]) + 1e-37)
        assert outcome(line, answers) == ("failed", {"value"})


def perfect(line: dict[str, Any]) -> Transcript:
    """The truth itself, rounded."""
    made = Transcript("cpu")
    for question, key in (("first", "outputs"), ("others", "others")):
        truth = Truth(line["expect"][key]["result"], line["dtype"])
        answer = read_back({"ask": {"sample": {"result": {"rows": None, "columns": None}}}}, {"result": truth.high})
        answer.values["result"] = truth.high.astype(line["dtype"])
        answer.whole["result"] = list(line["expect"]["whole"]["result"])
        made.answers[question] = answer
    return made


@pytest.mark.parametrize("case", ["tall_1024", "perceptron_8", "tanh_4096", "softmax_16"])
def test_a_stale_answer_is_caught_by_the_second_question(case: str) -> None:
    line = line_of(case)
    answers = transcript(line, Plain())
    answers.answers["others"] = copy.deepcopy(answers.answers["first"])
    assert outcome(line, answers) == ("failed", {"stale"})


def test_a_wrong_whole_shape_is_caught_whatever_the_sample_says() -> None:
    line = line_of("square_64")
    right = perfect(line)
    for whole, facet in (([64, 65], "shape"), ([4096], "shape"), (None, "type")):
        answers = copy.deepcopy(right)
        if whole:
            answers.answers["first"].whole["result"] = whole
        else:
            answers.answers["first"].whole.clear()
        assert outcome(line, answers) == ("failed", {facet})
    nothing = copy.deepcopy(right)
    nothing.answers["others"].values.clear()
    assert outcome(line, nothing) == ("failed", {"type"})
    listed = copy.deepcopy(nothing)
    listed.answers["others"].odd["result"] = "list"
    found = judge(line, listed)
    assert [finding.message for finding in found.findings] == ["list instead of an array asked with other numbers"]


def test_a_part_left_out_is_seen_wherever_it_lies() -> None:
    line = line_of("tall_8192")
    right = transcript(line, Plain())
    rows = line["ask"]["sample"]["result"]["rows"]
    for start in range(0, 8192, 512):
        seen = [number for number, row in enumerate(rows) if start <= row < start + 512]
        answers = copy.deepcopy(right)
        answers.answers["first"].values["result"][seen] = 0
        assert outcome(line, answers) == ("failed", {"value"})


def test_the_whole_shape_survives_the_pipe() -> None:
    line = line_of("square_64")
    again = from_data(json.loads(json.dumps(to_data(perfect(line)))))
    assert again.answers["first"].whole == {"result": [64, 64]}
    assert outcome(line, again) == ("passed", set())


def test_the_files_are_those_of_the_folder() -> None:
    assert len(FILES) == len(list((ROOT / "timing").glob("*.toml")))
    assert {case["kind"] for file in FILES for case in file.cases} == {"timing"}
