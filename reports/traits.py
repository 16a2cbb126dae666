"""What was measured and never failed: traits with their smallest witnesses, conventions, `should` that was missed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nnconform.reports.merge import Answer, Asked
from nnconform.reports.model import Result
from nnconform.reports.words import many

MOST_MISSED = 200
EAGER = "other bits than eager"
"""The trait of a compiled mode, found by holding the answers of two columns against each other."""
TENSOR_FLOAT = "judged by TF32's bounds"
"""Of a case that would fail only because products are TF32."""
FLAKY = "flaky"
"""Of a case that was asked several times, and did not have the same outcome each time."""
MEANINGS = {
    FLAKY: "asked several times (--repeat), a case did not have the same outcome each time",
    "not repeatable": "the same question, asked again, had another answer",
    "depends on position": "a value's result depends on where it stands in a short array",
    "depends on size": "among very many, a value has a result that it had at no short length",
    "depends on batch": "the first example alone has another answer than in its batch",
    "depends on layout: fortran": "column-major inputs have another answer",
    "depends on layout: strided": "strided inputs have another answer",
    "depends on layout: reversed": "inputs that run backwards have another answer",
    "depends on layout: rows_reversed": "rows that run backwards have another answer",
    "depends on layout: columns_reversed": "columns that run backwards have another answer",
    "depends on layout: broadcast": "broadcast inputs (strides of 0) have another answer",
    "depends on layout: offset": "inputs that begin within a buffer have another answer",
    "depends on layout: later_strided": "strided inputs behind a plain one have another answer",
    "depends on layout: later_offset": "inputs that begin within a buffer behind a plain one have another answer",
    "depends on layout: permuted": "inputs whose first axis lies closest together have another answer",
    EAGER: "compiled, the first answer has other bits than in eager mode",
    "not monotone": "a result is less than the one before, where the function rises",
    "not symmetric": "results at x and at -x do not sum to 1 to the last bit",
    "flushes inputs": "subnormal inputs are read as zero",
    "flushes results": "subnormal results come as zero",
    "aliases its input": "the answer shares memory with an input",
    "leaves changed": "a setting of the process was changed and left so",
    TENSOR_FLOAT: "products are TF32: one case of the operation fails for it, and this one keeps to what TF32 allows",
}
"""Traits in the order of the page.  Others come after these: counts by name, words as conventions."""
GRAPHS = ""
_LAYOUTS = "depends on layout"
_DECLINES = "declines "
"""What a framework has no arrays for is no convention about an answer."""
_DIGITS = {"float32": 9, "float16": 5, "bfloat16": 4}
"""Significant digits that tell every number of a dtype apart."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One trait of one operation as one subject showed it."""

    name: str
    asked: Asked
    cases: int
    values: int
    """The most in any case; 0 where they are not counted."""
    of: int
    """So many could have been, where that is known."""
    witness: str

    @property
    def often(self) -> str:
        """Such as `2 cases, up to 31 of 67 values`."""
        told = many(self.cases, "case")
        if not self.values:
            return told
        return f"{told}, up to " + (f"{self.values:,} of {self.of:,} values" if self.of else many(self.values, "value"))


@dataclass(frozen=True, slots=True)
class Overview:
    """One trait: how many operations show it, subject by subject; None where it cannot be told."""

    name: str
    meaning: str
    counts: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Convention:
    """One question that has no right answer, and who answered what."""

    operation: str
    name: str
    answers: tuple[tuple[str, tuple[str, ...]], ...]


def shown(asked: Sequence[Asked]) -> Mapping[str, tuple[Shown, ...]]:
    """Every trait that any subject showed, by operation, in the page's order.

    Of a case of several operations nobody knows whose it is: those stand together, under `GRAPHS`.
    """
    found: dict[tuple[str, str, int], list[tuple[Result, int | str]]] = {}
    for number, one in enumerate(asked):
        for result, name, value in _showing(one, _eager(one, asked)):
            if name in MEANINGS or not isinstance(value, str):
                operation = result.operations[0] if len(set(result.operations)) == 1 else GRAPHS
                found.setdefault((operation, name, number), []).append((result, value))
    made: dict[str, list[Shown]] = {}
    for operation, name, number in sorted(found, key=lambda key: (key[0], _rank(key[1]), key[1], key[2])):
        made.setdefault(operation, []).append(_summed(name, asked[number], found[operation, name, number]))
    return {operation: tuple(rows) for operation, rows in made.items()}


def overview(asked: Sequence[Asked], rows: Mapping[str, Sequence[Shown]]) -> tuple[Overview, ...]:
    """How many operations show each trait.  A framework without strides never saw another layout."""
    names = [*MEANINGS, *sorted({row.name for place, each in rows.items() if place for row in each} - set(MEANINGS))]
    made = []
    for name in names:
        counts = tuple(
            sum(any(row.name == name and row.asked is one for row in each) for place, each in rows.items() if place)
            if _can_tell(name, one, asked) else None
            for one in asked
        )  # fmt: skip
        if any(counts) or name in MEANINGS:
            made.append(Overview(name, MEANINGS.get(name, ""), counts))
    return tuple(made)


def conventions(asked: Sequence[Asked]) -> tuple[Convention, ...]:
    """What was told in words, with those who say the same together: the most common answer first."""
    names = [one.name for one in asked]
    found: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
    for one in asked:
        for answer in one.answers.values():
            for name, value in answer.shown.traits:
                if isinstance(value, str) and name not in MEANINGS and not name.startswith(_DECLINES):
                    place = ", ".join(dict.fromkeys(answer.shown.operations)), name
                    found.setdefault(place, {}).setdefault(_without_dtype(value), {})[
                        one.name if names.count(one.name) == 1 else one.full_name
                    ] = None
    return tuple(Convention(*place, _most_common_first(answers)) for place, answers in sorted(found.items()))


def _most_common_first(answers: Mapping[str, Mapping[str, None]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (words, tuple(answers[words])) for words in sorted(answers, key=lambda each: (-len(answers[each]), each))
    )


def sentence(seen: Mapping[str, Any], dtype: str) -> str:
    """A witness in words: `result[3] of 7 = 0.25, among 67 0.24999999, at x = -1.5`."""
    told = f"{seen['output']}{''.join(f'[{number}]' for number in seen['index'])}"
    told += f" of {seen['of']:,}" if "of" in seen else ""
    told += f" = {_number(seen['got'], dtype)}"
    told += f", {seen['how']} {_number(seen['other'], dtype)}" if "other" in seen else f" {seen['how']}"
    inputs = ", ".join(f"{name} = {_number(value, dtype)}" for name, value in seen.get("inputs", {}).items())
    return told + (f", at {inputs}" if inputs else "")


def _number(value: Any, dtype: str) -> str:
    """A number in so many digits as tell it apart in its dtype; records have those that JSON lacks as texts."""
    return repr(float(f"{float(value):.{_DIGITS.get(dtype, 17)}g}"))


def _showing(one: Asked, eager: Asked | None) -> Iterator[tuple[Result, str, int | str]]:
    for key, answer in one.answers.items():
        for name, value in answer.shown.traits:
            yield answer.shown, name, value
        before = eager.answers.get(key) if eager else None
        if before and before.shown.digest and answer.shown.digest not in {"", before.shown.digest}:
            yield answer.shown, EAGER, "case"


def _eager(one: Asked, asked: Sequence[Asked]) -> Asked | None:
    """The eager column of the same framework on the same device and machine."""
    if one.subject.mode == "eager":
        return None
    return next((other for other in asked if other.subject.mode == "eager" and _alike(one, other)), None)


def _alike(one: Asked, other: Asked) -> bool:
    left, right = one.subject, other.subject
    return replace(left, mode="eager", flags=right.flags, script=right.script, array_source=right.array_source) == right


def _can_tell(name: str, one: Asked, asked: Sequence[Asked]) -> bool:
    if name == EAGER:
        return _eager(one, asked) is not None
    return not (name.startswith(_LAYOUTS) and one.subject.strides is False)


def _summed(name: str, one: Asked, found: Sequence[tuple[Result, int | str]]) -> Shown:
    """Of all witnesses the smallest: of the fewest elements."""
    seen = [
        (told["size"], result.case, result.dtype, told)
        for result, _ in found
        for trait, told in result.witnesses
        if trait == name
    ]
    counts = [value for _, value in found if isinstance(value, int)]
    if not seen:
        result, value = found[0]
        words = f": {value}" if name != EAGER and isinstance(value, str) else ""
        return Shown(name, one, len(found), max(counts, default=0), 0, f"{result.case} in {result.dtype}{words}")
    _, case, dtype, smallest = min(seen, key=lambda each: each[:3])
    of = smallest.get("values", 0)
    return Shown(name, one, len(found), max(counts, default=0), of, f"{case} in {dtype}: {sentence(smallest, dtype)}")


def _without_dtype(words: str) -> str:
    """The answer without the dtype it was asked in, so that a convention is one answer in all of them."""
    for dtype in ("bfloat16", "float16", "float32", "float64"):
        words = words.removeprefix(f"{dtype} ")
    return words


def _rank(name: str) -> int:
    names = list(MEANINGS)
    return names.index(name) if name in MEANINGS else len(names)


def missed(asked: Sequence[Asked]) -> tuple[tuple[Asked, Result], ...]:
    """Results that passed but missed a `should`."""
    return tuple((one, answer.shown) for one in asked for answer in one.answers.values() if answer.shown.should_missed)


def differing(asked: Sequence[Asked]) -> tuple[tuple[Asked, Answer], ...]:
    """Cases whose outcome, or which themselves, differ between runs of the same subject."""
    found = ((one, answer) for one in asked for answer in one.answers.values())
    return tuple((one, answer) for one, answer in found if answer.differs or answer.altered)
