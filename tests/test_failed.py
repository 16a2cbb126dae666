"""What a run says of its failures: counts by operation, and some of each rather than many of one."""

from __future__ import annotations

from math import inf
from pathlib import Path
from typing import Any

import pytest
from shell import pytest_in

from nnconform.harness.failed import failed_lines
from nnconform.harness.verdict import Finding

BIAS = "as if the bias were left out"


def failure(case: str, *operations: str, **more: Any) -> dict[str, Any]:
    return {
        "adapter": "fw", "mode": "eager", "dtype": "float32", "case": case, "kind": "special", "systems": [],
        "operations": list(operations or ("relu",)), "outcome": "failed", "diagnosis": "no known defect fits",
        "findings": [{"facet": "value", "line": f"value: {case}"}], "rerun": f"pytest {case}", **more,
    }  # fmt: skip


def told(*failures: dict[str, Any]) -> list[str]:
    """All but the lines to ask it again."""
    return [line for line in failed_lines(failures) if not line.startswith(" ")]


def cases(lines: list[str]) -> list[str]:
    return [line.split(": ")[1].partition("/")[0] for line in lines if line.startswith("failed: ")]


def test_one_failure_needs_no_table() -> None:
    assert list(failed_lines([failure("one", diagnosis=BIAS)])) == [
        f"failed: one/fw/float32: value: one: {BIAS}",
        "    pytest one",
    ]
    assert not told()


def test_counts_by_operation_come_first_with_what_most_of_them_look_like() -> None:
    crash = {"outcome": "crashed", "findings": [], "reason": "status -11"}
    lines = told(
        failure("a", "dense", diagnosis=BIAS), failure("b", "dense", diagnosis=BIAS), failure("c", "dense"),
        failure("d", "relu"), failure("e", "relu", "exp"), failure("f", "tanh", **crash), failure("g", "tanh", **crash),
        failure("h", adapter="other"), failure("i", adapter="more"), failure("j", adapter="more"),
    )  # fmt: skip
    assert lines[:2] == [
        f"fw failed by operation: dense 3 ({BIAS}: 2), tanh 2 (crashed), relu 1, relu with exp 1",
        "more failed by operation: relu 2",
    ]
    assert cases(lines) == list("abcdehij")


def test_the_table_is_short_whatever_fails() -> None:
    (line, *_) = told(*(failure(f"c{n}", f"op{n}", diagnosis=f"as if {'so ' * 99}") for n in range(30)))
    assert line.endswith(" ...), and 18 more")
    assert len(line) < 12 * 130


def test_every_failing_operation_is_seen_and_none_fills_the_screen() -> None:
    lines = told(*(failure(f"s{n}", "softmax") for n in range(2)), *(failure(f"r{n}") for n in range(79)),
                 failure("t", "tanh"))  # fmt: skip
    assert cases(lines) == ["s0", "s1", "r0", "r1", "r2", "r3", "r4", "t"]
    assert lines[-1] == "... and 74 more, all in the report"
    many = told(*(failure(f"c{n}_{m}", f"op{n}") for n in range(15) for m in range(9)))
    assert cases(many)[:4] == ["c0_0", "c0_1", "c1_0", "c1_1"], "the first of each before any second"
    assert len(cases(many)) == 20


def test_few_failures_are_all_told() -> None:
    assert len(cases(told(*(failure(f"r{n}") for n in range(20))))) == 20


def test_worked_examples_of_the_documents_are_chosen_first() -> None:
    others = [failure(f"r{n}") for n in range(30)]
    own = [failure(f"e{n}", kind="example") for n in range(3)]
    worked = [failure(f"w{n}", kind="example", systems=["S1"]) for n in range(3)]
    assert cases(told(*others, *own, *worked)) == ["e0", "e1", "w0", "w1", "w2"]


@pytest.mark.parametrize(
    ("exact", "off_by", "ulps", "words"),
    [
        (0.5, 0.25, 4194304.0, "off by 0.25 (4.19e+06 ulps) where 0 is allowed"),
        (0.0, 1.0, inf, "off by 1 where 0 is allowed"),
        (0.0, 1.0, 7.14e44, "off by 1 where 0 is allowed"),
        (1e-300, 1.0, 1e300, "off by 1 where 0 is allowed"),
    ],
)
def test_a_line_of_why_has_ulps_where_they_tell_something(exact: float, off_by: float, ulps: float, words: str) -> None:
    witness = {"output": "y", "index": [0], "got": 1.0, "exact": exact, "off_by": off_by, "ulps": ulps, "bound": 0.0}
    assert Finding("value", "first", "y", "1 of 1 values", witness).line().endswith(words)


def test_the_terminal_says_it(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import numpy as np\ndef relu(x):\n    return np.abs(x)\n", "utf-8")
    done = pytest_in(tmp_path, "--adapter=mine.py", "spec/activations/relu.toml", "--dtype=float64")
    lines = done.out.splitlines()
    (table,) = [place for place, line in enumerate(lines) if line.startswith("mine failed by operation: relu ")]
    assert lines[table + 1].startswith("failed: ")
    assert "inf ulps" not in done.out
