"""Formulas of cost: what they give, and that nothing else gets through."""

from __future__ import annotations

import pytest

from nnconform.spec.formula import LONGEST, FormulaError, evaluate, names, renamed

SIZES = {"m": 64, "k": 784, "n": 16}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2*m*k*n", 2 * 64 * 784 * 16),
        ("k*n + n", 12_560),
        ("4*(m*k + k*n + n + m*n)", 4 * (64 * 784 + 784 * 16 + 16 + 64 * 16)),
        ("m - n - 1", 47),
        ("m - (n - 1)", 49),
        ("k // n // 7", 7),
        ("k // (n // 8)", 392),
        ("k // n * 3", 147),
        ("k // (n * 7)", 7),
        (" 13002 ", 13_002),
        ("m-n*4", 0),
    ],
)
def test_value(text: str, value: int) -> None:
    assert evaluate(text, SIZES) == value
    letters = {name: f"{name}_2" for name in SIZES}
    assert evaluate(renamed(text, letters), {letters[name]: size for name, size in SIZES.items()}) == value


def test_names_stand_once_in_the_order_of_the_text() -> None:
    assert names("2*m*k*n + m*n2") == ("m", "k", "n", "n2")
    assert names("4 * 5") == ()


def test_renaming_writes_no_more_brackets_than_it_needs() -> None:
    assert renamed("((2*m)*k)*n+(m*n)", {"n": "n2"}) == "2*m*k*n2 + m*n2"
    assert renamed("4*(m + k)", {}) == "4*(m + k)"
    assert renamed("m - (k - n)", {}) == "m - (k - n)"
    assert renamed("m*(k//n)", {}) == "m*(k//n)"


HOSTILE = [
    "__import__('os').system('true')", "m.real", "m()", "m[0]", "lambda: m", "[m for m in n]", "'m'*9", "1.5*m", "m**k",
    "m/n", "m % n", "-m", "True", "m if n else k", "m := 3", "m = 3", "m; n", "", " ", "(", "m +", "m\x00n", "0x", "1e9",
    "m < n", "m and n", "{m}", "f'{m}'", "...", "None", "m @ n", "m << n", "1_0j",
    "(" * 400 + "m" + ")" * 400, "m" + "*m" * LONGEST, "9" * 900,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:20]))
def test_anything_else_is_one_line(text: str) -> None:
    with pytest.raises(FormulaError) as told:
        evaluate(text, SIZES)
    assert str(told.value).startswith("formula ")
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 200


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("m*w", "names 'w', which is no size"),
        ("m*nn", "no size (did you mean 'n'?)"),
        ("k // (m - 64)", "divides by zero"),
        ("m" + "*m" * 40, "grows beyond 1e+30"),
    ],
)
def test_no_value_is_one_line(text: str, told: str) -> None:
    with pytest.raises(FormulaError, match="formula") as found:
        evaluate(text, SIZES)
    assert told in str(found.value)
