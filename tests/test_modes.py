from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes.modes import Compiles
from shell import SIGMOID, pytest_in, records, results

from nnconform.adapters.compiled import arrays_only, made_once
from nnconform.harness.adapter_check import check_adapter

CASE = f"{SIGMOID}::around_zero"
FAKE = "fakes.modes:"


def outcomes(folder: Path) -> Counter[tuple[str, str]]:
    return Counter((line["mode"], line["outcome"]) for line in results(folder).values())


def test_both_modes_in_one_run_are_two_subjects_with_the_same_cases(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, f"--adapter={FAKE}Compiles", "--mode=eager,compiled", SIGMOID)
    assert done.status == 0, done.out + done.err
    found = results(tmp_path)
    eager = {name.removesuffix("/eager") for name in found if name.endswith("/eager")}
    assert eager == {name.removesuffix("/compiled") for name in found if name.endswith("/compiled")}
    counts = outcomes(tmp_path)
    assert counts["eager", "passed"] == counts["compiled", "passed"] > 40
    assert [subject["mode"] for subject in records(tmp_path)[0]["subjects"]] == ["eager", "compiled"]
    label = f"{FAKE}Compiles".replace(":", ".")
    counters = records(tmp_path)[-1]["counters"]
    assert counters[label]["compilations"] == 0
    assert counters[f"{label} compiled"]["compilations"] > 0
    assert f"{label} compiled: {counts['compiled', 'passed']} passed" in done.out


def test_a_fault_of_the_compiler_is_found_in_its_mode_alone(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, f"--adapter={FAKE}Miscompiles", "--mode=all", "--dtype=float32", CASE)
    assert done.status == 1, done.out + done.err
    found = {line["mode"]: line for line in results(tmp_path).values()}
    assert found["eager"]["outcome"] == "passed"
    assert found["compiled"]["outcome"] == "failed"
    assert {finding["facet"] for finding in found["compiled"]["findings"]} == {"value"}
    assert found["compiled"]["rerun"].endswith("--nnconform-mode=compiled")
    assert found["compiled"]["functions"]["sigmoid"].endswith("\n\nsigmoid = compiled(sigmoid)")


def test_compiled_code_that_ends_its_process_costs_one_case_each(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, f"--adapter={FAKE}CompilesBadly", "--mode=compiled", CASE)
    assert done.status == 1, done.out + done.err
    assert outcomes(tmp_path) == {("compiled", "crashed"): 4}
    assert {line["reason"] for line in results(tmp_path).values()} == {"its process ended with SIGABRT"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--adapter=numpy", "--mode=compiled"], ["numpy has no mode 'compiled'; it has eager"]),
        (["--adapter=numpy", "--mode=compild"], ["unknown mode 'compild' (did you mean 'compiled'?)", "compiled, xla"]),
        (["--adapter=numpy", "--mode="], ["--nnconform-mode needs a value"]),
        ([f"--adapter={FAKE}Compiles,numpy", "--mode=xla"], ["it has eager, compiled; numpy has no mode 'xla'"]),
        ([f"--adapter={FAKE}Forgets", "--mode=compiled"], ["lists the mode 'compiled' and has no compile()"]),
        ([f"--adapter={FAKE}NoCompiler", "--mode=compiled"], ["in mode 'compiled': it needs a compiler: install one"]),
    ],
)
def test_nobody_to_ask_is_one_line_and_no_records(tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    pytest_in(tmp_path, *arguments, CASE).complains(*words)
    assert not (tmp_path / "nnconform-results").exists()


def test_who_lacks_a_mode_is_left_out_with_a_line_and_the_others_are_asked(tmp_path: Path) -> None:
    asked = f"--adapter=numpy,{FAKE}NoCompiler,{FAKE}Compiles"
    done = pytest_in(tmp_path, asked, "--mode=compiled", CASE)
    assert done.status == 0, done.out + done.err
    assert outcomes(tmp_path) == {("compiled", "passed"): 4}
    lines = [line for line in done.out.splitlines() if line.startswith("nnconform: left out: ")]
    assert lines == [
        "nnconform: left out: numpy has no mode 'compiled'; it has eager",
        f"nnconform: left out: {FAKE}NoCompiler cannot be asked in mode 'compiled': it needs a compiler: install one",
    ]


def test_all_modes_are_those_that_each_adapter_has_without_a_word_of_others(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, f"--adapter=numpy,{FAKE}Compiles", "--mode=all", "--dtype=float32", CASE)
    assert done.status == 0, done.out + done.err
    assert outcomes(tmp_path) == {("eager", "passed"): 2, ("compiled", "passed"): 1}
    assert "left out" not in done.out


def test_attributes_and_activations_are_bound_and_arrays_are_handed_on() -> None:
    seen: list[Any] = []

    def compiler(function: Any) -> Any:
        seen.append("compiled")

        def compiled(*arrays: Any) -> Any:
            seen.append(arrays)
            return function(*arrays)

        return compiled

    def model(x: float, layers: Any, *, times: int) -> Any:
        return [x * w + b if kind == "a" else kind for w, b, kind in layers] * times

    call = arrays_only(model, compiler)
    assert call(2.0, [(3.0, 4.0, "a"), (5.0, 6.0, "b")], times=2) == [10.0, "b", 10.0, "b"]
    assert call(3.0, [(3.0, 4.0, "a"), (5.0, 6.0, "b")], times=2) == [13.0, "b", 13.0, "b"]
    assert seen == [
        "compiled",
        (2.0, [(3.0, 4.0), (5.0, 6.0)]),
        (3.0, [(3.0, 4.0), (5.0, 6.0)]),
    ]
    call(2.0, [(3.0, 4.0, "b"), (5.0, 6.0, "b")], times=2)
    call(2.0, [(3.0, 4.0, "b"), (5.0, 6.0, "b")], times=1)
    assert seen.count("compiled") == 3


def test_a_model_is_made_again_for_other_arrays_only() -> None:
    made: list[Any] = []

    @made_once
    def make(layers: Any, *, factor: int) -> Any:
        if factor < 0:
            raise ValueError("refused")
        made.append(layers)
        return [w * factor for w, _ in layers]

    one, two = np.ones(2), np.ones(2)
    first = make([(one, "a")], factor=3)
    assert make([(one, "a")], factor=3) is first
    assert make([(two, "a")], factor=3) is not first  # equal numbers are not the same array
    assert make([(one, "a")], factor=3) is not first
    with pytest.raises(ValueError, match="refused"):
        make([(one, "a")], factor=-1)
    assert len(made) == 3
    make([(one, "a")], factor=3)
    assert len(made) == 4


def test_each_operation_is_compiled_once_and_keeps_its_plain_function() -> None:
    adapter = Compiles("cpu", "compiled")
    called = adapter.function("sigmoid")
    assert called is adapter.function("sigmoid")
    assert called is not None
    assert called.__wrapped__ is adapter.plain("sigmoid")  # type: ignore[attr-defined]
    assert adapter.function("tanh") is None
    called(np.zeros(3))
    called(np.zeros(4))
    assert adapter.compiled == 1
    assert Compiles("cpu").function("sigmoid") is adapter.plain("sigmoid")


def test_the_check_of_an_adapter_tells_modes_that_cannot_be() -> None:
    _, amiss = check_adapter(f"{FAKE}Forgets")
    assert ("modes", "there is no compile()") in {(each.place, each.message) for each in amiss}
    _, amiss = check_adapter(f"{FAKE}Compiles")
    assert "modes" not in {each.place for each in amiss}
