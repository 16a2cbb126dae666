"""Sweeps as rows: one function in one dtype, one cell a subject, the best and the worst of them marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import frexp, inf, isfinite, ldexp

from nnconform.reports.atlas.model import Sweep, value_of
from nnconform.reports.merge import Answer, Asked
from nnconform.reports.model import Result
from nnconform.reports.outcomes import BY_NAME, FAILING
from nnconform.reports.tally import size

_BITS = {"float16": 11, "bfloat16": 8, "float32": 24}
"""Digits of their significands."""
_EVERY = "_every_value"
_DTYPES = ("float16", "bfloat16", "float32", "float64")


@dataclass(frozen=True)
class Entry:
    """What one subject did in one row."""

    result: Result
    sweep: Sweep | None
    """None where nothing was judged: unsupported, or its process ended."""
    mark: str = ""
    """`best` or `worst` among the subjects that were asked as many values, or nothing."""

    @property
    def wrong(self) -> bool:
        """Whether some answer is beyond its bound, known or not."""
        return self.result.outcome in {*FAILING, "known deviation"}

    @property
    def right(self) -> bool:
        """Whether nothing is wrong but the last digits."""
        return self.sweep is not None and not self.wrong and not self.sweep.mistakes

    @property
    def normal_at(self) -> str:
        """The input of the largest error among normal results, as a number; its bits where that is not known."""
        return self._at(self.sweep.normal_input) if self.sweep else ""

    @property
    def at(self) -> str:
        """The input of the largest error of all."""
        return self._at(self.sweep.input) if self.sweep else ""

    def _at(self, bits: str) -> str:
        value = value_of(bits, self.result.dtype)
        return bits if value is None else shortest(value, self.result.dtype)

    @property
    def told(self) -> str:
        """How many values were judged, and what that is called."""
        assert self.sweep
        return "proof" if self.sweep.proof else f"sample of {self.sweep.inputs:,}"

    @property
    def more(self) -> bool:
        """Whether results that are subnormal are farther off."""
        return self.sweep is not None and size(self.sweep.ulps) > size(self.sweep.normal_ulps)

    @cached_property
    def mistakes(self) -> str:
        """Answers wrong whatever the bound, such as `2 nan, 1 sign of zero`."""
        if self.sweep is None:
            return ""
        counts = (self.sweep.nan_wrong, "nan"), (self.sweep.inf_wrong, "inf"), (self.sweep.zero_sign_wrong, "sign of 0")
        return ", ".join(f"{count:,} {what}" for count, what in counts if count)


@dataclass(frozen=True)
class Row:
    """One function in one dtype."""

    function: str
    dtype: str
    entries: tuple[Entry | None, ...]

    @cached_property
    def letters(self) -> str:
        """Every outcome letter in it, for the page's filter."""
        return "".join(dict.fromkeys(BY_NAME[entry.result.outcome].letter for entry in self.entries if entry))

    @property
    def lacked(self) -> bool:
        """Whether no subject has it."""
        return self.letters == BY_NAME["unsupported"].letter

    @property
    def swept(self) -> Iterator[tuple[int, Entry, Sweep]]:
        """The subjects that answered, by their places."""
        for place, entry in enumerate(self.entries):
            if entry and entry.sweep:
                yield place, entry, entry.sweep


def rows(asked: Sequence[Asked]) -> tuple[tuple[Asked, ...], tuple[Row, ...]]:
    """The subjects that were asked for sweeps, and every row, by function and dtype."""
    found: dict[tuple[str, str], dict[int, Entry]] = {}
    for one in asked:
        for answer in one.answers.values():
            result = answer.shown
            if result.kind == "sweep" or result.sweep:
                place = found.setdefault((_function(result), result.dtype), {})
                place[id(one)] = _better(place.get(id(one)), _entry(answer))
    columns = tuple(one for one in asked if any(id(one) in held for held in found.values()))
    order = sorted(found, key=lambda key: (key[0], dtype_order(key[1])))
    return columns, tuple(Row(*key, _marked(_in_order(found[key], columns))) for key in order)


def dtype_order(name: str) -> tuple[int, str]:
    """Where a dtype stands among others: narrow ones first."""
    return _DTYPES.index(name) if name in _DTYPES else len(_DTYPES), name


def _in_order(held: Mapping[int, Entry], columns: Iterable[Asked]) -> list[Entry | None]:
    return [held.get(id(one)) for one in columns]


def _function(result: Result) -> str:
    """What is swept: the operation, or one of its forms that the case is named after, as `gelu_by_tanh_every_value`."""
    operation = result.operations[0] if result.operations else result.case
    form = result.case.removesuffix(_EVERY)
    return form if form.startswith(f"{operation}_") else operation


def _entry(answer: Answer) -> Entry:
    found = [Entry(result, result.sweep) for result in answer.results]
    chosen = found[0]
    for other in found[1:]:
        chosen = _better(chosen, other)
    return chosen


def _better(one: Entry | None, other: Entry) -> Entry:
    """Of two sweeps of one subject the one that says more: a proof, else more inputs, else the larger error."""
    return other if one is None or _weight(other) >= _weight(one) else one


def _weight(entry: Entry) -> tuple[bool, bool, int, float]:
    sweep = entry.sweep
    if sweep is None:
        return False, False, 0, 0.0
    return True, sweep.proof, sweep.inputs, size(sweep.ulps)


@dataclass(frozen=True, slots=True)
class _Errors:
    best: float
    worst: float


def _marked(entries: Sequence[Entry | None]) -> tuple[Entry | None, ...]:
    """The best and the worst of those that answered the same number of values, the largest such number.

    An answer beyond its bound, or a wrong nan, infinity or sign of zero, is never the best, however small the largest
    error is otherwise.  What reads the same is the same.
    """
    most = max((entry.sweep.inputs for entry in entries if entry and entry.sweep), default=0)
    found = [
        (entry, _shown(entry.sweep.normal_ulps) if entry and entry.sweep and entry.sweep.inputs == most else None)
        for entry in entries
    ]
    all_of_them = [error for _, error in found if error is not None]
    if len(all_of_them) < 2 or min(all_of_them) == max(all_of_them):
        return tuple(entries)
    right = [error for entry, error in found if error is not None and entry and entry.right]
    errors = _Errors(min(right, default=-1.0), max(all_of_them))
    return tuple(_mark(entry, error, errors) for entry, error in found)


def _mark(entry: Entry | None, error: float | None, errors: _Errors) -> Entry | None:
    if entry is None or error is None:
        return entry
    mark = "worst" if error == errors.worst else "best" if error == errors.best and entry.right else ""
    return replace(entry, mark=mark)


def _shown(value: float) -> float:
    """An error as far as it is shown."""
    return round(size(value), 2) if isfinite(value) else inf


def shortest(value: float, dtype: str) -> str:
    """A number in as few digits as tell it apart from its dtype's others."""
    if dtype not in _BITS or not isfinite(value):
        return repr(value)
    nearer = ldexp(1.0, frexp(value)[1] - 1 - _BITS[dtype])  # half a step between neighbours
    tried = (f"{value:.{digits}g}" for digits in range(1, 18))
    return next((text for text in tried if abs(float(text) - value) < nearer), repr(value))
