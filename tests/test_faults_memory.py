"""Large cases: asked last, and not at all where memory is too little, told before anything of them is made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shell import ids, pytest_in, records, results
from test_bad_input_spec import CASE, HEAD
from test_faults_process import subject

from nnconform.harness import memory
from nnconform.harness.interviewers import InProcess
from nnconform.harness.judge import judge
from nnconform.harness.plan import plan
from nnconform.harness.subject import Subject
from nnconform.harness.transcript import from_data, to_data
from nnconform.spec.frozen import frozen_path
from nnconform.spec.size import LARGE

HUGE = '{ generate = "normal", scale = 4, period = 61, shape = [%d] }'
LEFT_OUT = 'dtypes = ["float32", "float64"]\nleft_out = { float16 = "no", bfloat16 = "no" }\n'


def case(name: str, *changes: tuple[str, str]) -> str:
    text = CASE.replace('"one"', f'"{name}"') + LEFT_OUT
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text


def sized(name: str, count: int) -> str:
    return case(name, ("[1, 2]", HUGE % count))


OWN = HEAD + sized("larger", 2 * LARGE) + case("small") + sized("large", LARGE) + case("little")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's own file, frozen, in which the largest case stands first."""
    path = tmp_path_factory.mktemp("own") / "own.toml"
    path.write_text(OWN, "utf-8")
    found = plan(path)
    lines = [{"nnconform": "0.1", "frozen": 1, "source_sha256": found.source_sha256, "cases": found.cases}]
    lines += [found.line(each["id"], dtype) for each in found.cases for dtype in each["dtypes"]]
    frozen_path(path).write_text("\n".join(map(json.dumps, lines)) + "\n", "utf-8")
    return path


def run_in(own: Path, *arguments: str) -> Any:
    return pytest_in(own.parent, own.name, "-p", "no:cacheprovider", *arguments)


# ---------------------------------------------------------------- the order


def test_large_cases_come_last_of_each_subject_and_the_others_stay_as_they_are(own: Path) -> None:
    adapters = ("numpy", "fakes.good.Good")
    done = run_in(own, "--adapter=numpy,fakes.good:Good", "--collect-only", "-q")
    assert ids(done) == [
        f"own.toml::{name}/{adapter}/cpu/{dtype}/eager"
        for adapter in adapters
        for name in ("small", "little", "large", "larger")
        for dtype in ("float32", "float64")
    ]


@pytest.mark.parametrize("more", [[], ["-n", "1"], ["-n", "2"]], ids=" ".join)
def test_they_run_last_with_workers_too(own: Path, more: list[str]) -> None:
    done = run_in(own, "--adapter=fakes.faulty:Cramped", *more)
    assert done.status == 1, done.out + done.err
    for dtype in ("float32", "float64"):
        asked = [line["case"] for line in records(own.parent)[1:-1] if line["dtype"] == dtype]
        assert asked == ["small", "little", "large", "larger"]


# ------------------------------------------------------------ what is told


@pytest.mark.parametrize("more", [[], ["--isolate"]], ids=["in process", "isolated"])
def test_what_does_not_fit_is_told_in_one_line_before_it_is_asked(own: Path, more: list[str]) -> None:
    done = run_in(own, "--adapter=fakes.faulty:Cramped", "--dtype=float32", *more)
    assert done.status == 1, done.out + done.err
    assert "fakes.faulty.Cramped: 2 out of memory, 2 passed" in done.out
    found = {line["case"]: line for line in results(own.parent).values()}
    reason = "not asked: it takes about 96 MiB of memory of cpu, where 1 MiB is free"
    assert (found["large"]["outcome"], found["large"]["reason"]) == ("out of memory", reason)
    assert f"out of memory: large/fakes.faulty.Cramped/float32: {reason}" in done.out.splitlines()
    sent = records(own.parent)[-1]["counters"]["fakes.faulty.Cramped"]["arrays sent"]
    assert sent == 1 + 7 * 2, "one to see that it computes, and those of the two small cases"
    (page,) = own.parent.rglob(
        f"{max(own.parent.rglob('*.jsonl'), key=lambda each: each.stat().st_mtime_ns).stem}.html"
    )
    assert reason in page.read_text("utf-8")


def test_last_failed_and_k_find_them_as_ever(own: Path) -> None:
    assert pytest_in(own.parent, own.name, "--adapter=fakes.faulty:Cramped", "--dtype=float32").status == 1
    assert pytest_in(own.parent, own.name, "--adapter=fakes.faulty:Cramped", "--lf", "--dtype=float32").status == 1
    assert [line["case"] for line in records(own.parent)[1:-1]] == ["large", "larger"]
    run_in(own, "--adapter=fakes.faulty:Cramped", "-k", "larger or small")
    assert [line["case"] for line in records(own.parent)[1:-1]] == ["small", "small", "larger", "larger"]


@pytest.fixture
def question(own: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The large case in float32, and its question as a run asks it."""
    found = plan(own)
    line = found.line("large", "float32")
    (case_,) = (each for each in found.cases if each["id"] == "large")
    return line, {**line["ask"], "elements": case_["elements"]}


def test_what_a_device_keeps_in_store_is_free(question: tuple[dict[str, Any], dict[str, Any]]) -> None:
    line, ask = question
    assert judge(line, InProcess(subject("Hoards")).ask(ask)).outcome == "passed"


@pytest.mark.parametrize(
    ("there", "outcome"), [(2**29, "out of memory"), (2**40, "passed"), (None, "passed")], ids=["little", "much", "?"]
)
def test_main_memory_counts_as_well(
    question: tuple[dict[str, Any], dict[str, Any]], monkeypatch: pytest.MonkeyPatch, there: int | None, outcome: str
) -> None:
    line, ask = question
    monkeypatch.setattr(memory, "free", lambda: there)
    verdict = judge(line, InProcess(Subject("fakes.good:Good", "good", "cpu", "eager")).ask(ask))
    assert verdict.outcome == outcome
    told = "not asked: it takes about 448 MiB of memory, where 512 MiB is free"
    assert verdict.reason == (told if outcome != "passed" else "")


def test_it_is_told_to_whoever_asks_through_a_pipe(monkeypatch: pytest.MonkeyPatch, own: Path) -> None:
    monkeypatch.setattr(memory, "free", lambda: 0)
    line = plan(own).line("small", "float32")
    ask = {**line["ask"], "elements": {"inputs": 3, "results": 3}}
    found = from_data(json.loads(json.dumps(to_data(InProcess(subject("Cramped"), piped=True).ask(ask)))))
    assert judge(line, found).outcome == "out of memory"
