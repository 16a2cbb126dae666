"""Whatever a spec file holds, reading it gives cases or findings, one line each, and nothing else."""

from __future__ import annotations

import json
import tomllib
from copy import deepcopy
from math import isfinite, isnan
from pathlib import Path
from typing import Any

import pytest
from fuzzing import DRAWN, TEXTS, VALUES
from hypothesis import given
from hypothesis import strategies as st
from test_spec_schema import GOOD, RIGHT, amiss, changed

from nnconform.spec.errors import SpecError
from nnconform.spec.formula import FormulaError, evaluate, names, renamed
from nnconform.spec.frozen import shipped
from nnconform.spec.loader import load
from nnconform.spec.model import Case

GOODS = [changed(change) for change in RIGHT.values()]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "case.toml"


def loaded(path: Path) -> list[Case] | None:
    """The cases; None where there are findings, which are then looked at."""
    try:
        return load(path)
    except SpecError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.path == str(path)
            assert problem.line >= 1
            assert len(str(problem).splitlines()) == 1, str(problem)
        return None


@DRAWN
@given(st.binary(max_size=200))
def test_any_bytes(path: Path, raw: bytes) -> None:
    path.write_bytes(raw)
    assert loaded(path) is None


SHIPPED = [file.read_text("utf-8") for file in shipped()]


@DRAWN
@given(st.data())
def test_a_file_of_ours_cut_and_sewn(path: Path, data: st.DataObject) -> None:
    """Lines of a real file dropped, doubled and swapped, and a few characters changed."""
    lines = data.draw(st.sampled_from(SHIPPED)).splitlines()[:60]
    for _ in range(data.draw(st.integers(1, 4))):
        place, other = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        lines[place] = data.draw(
            st.sampled_from(
                [
                    "",
                    lines[other],
                    lines[place] * 2,
                    lines[place][: len(lines[place]) // 2],
                    lines[place].replace("=", "", 1),
                ]
            )
        )
        if data.draw(st.booleans()):
            lines[other] += data.draw(TEXTS)
    path.write_text("\n".join(lines), "utf-8", errors="surrogatepass")
    loaded(path)


@DRAWN
@given(st.data())
def test_any_value_anywhere(path: Path, data: st.DataObject) -> None:
    """A good case with something else in one or two places: refused, or good by the published schema as well."""
    whole = deepcopy(data.draw(st.sampled_from(GOODS)))
    for _ in range(data.draw(st.integers(1, 2))):
        spoil(whole, data)
    path.write_text("\n".join(f"{toml(name)} = {toml(value)}" for name, value in whole.items()), "utf-8")
    found = loaded(path)
    if found is not None:
        assert all(isinstance(case, Case) for case in found)
        assert amiss("case-file", tomllib.loads(path.read_text("utf-8"))) == []


def spoil(whole: Any, data: st.DataObject) -> None:
    """Change, add or drop one thing somewhere in a tree."""
    place = whole
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys or (place is not whole and data.draw(st.integers(0, 3)) == 0):
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.integers(0, 4)) == 0:
            if data.draw(st.booleans()):
                place[key] = data.draw(VALUES)
            else:
                del place[key]
            return
        place = place[key]
    value = data.draw(VALUES)
    if isinstance(place, dict):
        place[data.draw(TEXTS)] = value
    else:
        place.append(value)


def toml(value: Any) -> str:
    """A value as TOML, which has neither null nor lone surrogates, and no whole number beyond 64 bits by promise."""
    if value is None:
        return '"null"'
    if isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, float):
        return repr(value) if isfinite(value) else "nan" if isnan(value) else "inf" if value > 0 else "-inf"
    if isinstance(value, str):
        text = "".join(
            letter if letter.isprintable() and letter not in '"\\' else f"\\U{ord(letter):08x}" for letter in value
        )
        return f'"{text}"'
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml(name)} = {toml(item)}" for name, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value)


FORMULAS = st.one_of(
    st.text("nmk0123456789+-*/() ", max_size=24),
    st.text(max_size=12),
    st.sampled_from(["n**n**n", "9**9**9", "(" * 900 + "n", "__import__('os').system('id')", "n if n else m", "lambda: n", "n.__class__"]),
)  # fmt: skip


@DRAWN
@given(FORMULAS, st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_formula_gives_a_number_or_one_line(text: str, n: int, m: int) -> None:
    """What Python itself makes of a formula that is taken, and of the same one under other names."""
    try:
        told = names(text)
        value = evaluate(text, {"n": n, "m": m})
    except FormulaError as error:
        assert len(str(error).splitlines()) == 1
        return
    assert set(told) <= {"n", "m"}
    assert value == eval(text.strip(), {"__builtins__": {}}, {"n": n, "m": m})  # noqa: S307 - a test's own, of what was taken
    assert evaluate(renamed(text, {"n": "a", "m": "b"}), {"a": n, "b": m}) == value


def test_what_is_drawn_is_alive() -> None:
    """Good cases stay good as TOML, so that what refuses a spoilt one is the spoiling."""
    assert all(amiss("case-file", whole) == [] for whole in GOODS)
    assert GOOD in GOODS
