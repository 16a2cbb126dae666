from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from nnconform.harness import grid
from nnconform.harness.cli import main
from nnconform.spec.catalogue import Operation, catalogue
from nnconform.spec.frozen import shipped, shown
from nnconform.spec.loader import load_all
from nnconform.spec.model import Case


@pytest.fixture(scope="module")
def cases() -> Sequence[Case]:
    return load_all((path, shown(path)) for path in shipped())


def findings_with(monkeypatch: pytest.MonkeyPatch, cases: Sequence[Case], changed: Operation) -> list[str]:
    made = {**catalogue(), changed.operation: changed}
    monkeypatch.setattr(grid, "catalogue", lambda: made)
    return list(grid.findings(grid.count(cases)))


def test_no_cell_of_the_shipped_spec_is_empty_without_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--grid"]) == 0, capsys.readouterr().err
    assert "EMPTY" not in capsys.readouterr().out


def test_a_cell_without_cases_and_without_a_reason_is_a_finding(
    cases: Sequence[Case], capsys: pytest.CaptureFixture[str]
) -> None:
    no_probes = [case for case in cases if not (case.kind == "probe" and "dense" in case.operations)]
    assert list(grid.findings(grid.count(no_probes))) == [
        "dense: no probe in float64, float32, float16, bfloat16, and no reason in [absent]"
    ]
    assert main(["list", "--grid", "spec/activations"]) == 1
    out, err = capsys.readouterr()
    assert "dense: no example in " in err
    assert "EMPTY" in out


def test_one_dtype_may_have_a_reason_of_its_own(monkeypatch: pytest.MonkeyPatch, cases: Sequence[Case]) -> None:
    fewer = [
        replace(case, dtypes=tuple(dtype for dtype in case.dtypes if dtype != "float64"))
        if case.kind == "probe" and "dense" in case.operations
        else case
        for case in cases
    ]
    entry = catalogue()["dense"]
    assert findings_with(monkeypatch, fewer, entry) == ["dense: no probe in float64, and no reason in [absent]"]
    with_reason = replace(entry, absent={**entry.absent, "probe.float64": "none is needed"})
    assert findings_with(monkeypatch, fewer, with_reason) == []


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("example", "dense: [absent] says why there is no example, but there are "),
        ("example.float32", "dense: [absent] says why there is no example.float32, but there are "),
        ("exmaple", "dense: [absent] names 'exmaple', which is no kind or kind.dtype (did you mean 'example'?)"),
        ("float32", "dense: [absent] names 'float32', which is no kind or kind.dtype"),
    ],
)
def test_a_reason_that_does_not_hold_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, cases: Sequence[Case], key: str, words: str
) -> None:
    entry = catalogue()["dense"]
    (found,) = findings_with(monkeypatch, cases, replace(entry, absent={**entry.absent, key: "none is needed"}))
    assert found.startswith(words)
