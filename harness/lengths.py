"""Whether a value's result depends on where it stands, and among how many: asked in pieces, and among very many.

The answers are held against each other here, beside the framework, and not kept: of a million values it says enough
how many differ, and which of them first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from nnconform.harness.buffers import BUFFERS
from nnconform.spec.arrays import Array, fill

Arrays = Mapping[str, Array]
Call = Callable[[Arrays], Arrays]


@dataclass(slots=True)
class Seen:
    """Values whose result differed somewhere, and the first such place: of the shortest length."""

    values: set[tuple[str, int]] = field(default_factory=set)
    witness: dict[str, Any] | None = None

    def add(self, name: str, values: Array, witness: Callable[[], dict[str, Any]]) -> None:
        """More values, by their flat number in the output."""
        self.values.update((name, int(number)) for number in values)
        if self.witness is None:
            self.witness = witness()


@dataclass(slots=True)
class Facts:
    """What was observed so far."""

    values: int = 0
    """How many results were held against others."""
    repeat: Seen = field(default_factory=Seen)
    """Asked again: nothing can be said of lengths where even that differs."""
    position: Seen = field(default_factory=Seen)
    size: Seen = field(default_factory=Seen)
    """Results that no short length gave."""
    zeros: dict[str, str] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """JSON-able; what did not show is left out."""
        told: dict[str, Any] = {"values": self.values, "zeros": self.zeros}
        for name in ("repeat", "position", "size"):
            seen: Seen = getattr(self, name)
            if seen.values:
                told[name] = {"count": len(seen.values), "witness": seen.witness}
        return told


class Asking:
    """One case's rows: how they are taken from the inputs, asked, and found in the outputs."""

    def __init__(self, ask: Mapping[str, Any], given: Arrays, call: Call) -> None:
        self.ask, self.given, self.call = ask, given, call
        self.inputs: Mapping[str, int] = ask["inputs"]
        self.period = min(given[name].shape[axis] for name, axis in self.inputs.items())

    def measure(self, whole: Arrays, facts: Facts) -> None:
        """Fill in the facts; `whole` is the answer to the inputs as they are."""
        if self.ask["repeats"]:
            self._in_themselves(facts)
        else:
            _Apart(self, whole, facts).measure()

    def answer(self, first: int, length: int) -> Iterator[tuple[str, Array]]:
        """The output's rows for so many of the inputs' rows, over and over; rows come first."""
        answers = self.call({name: self._taken(name, first, length) for name in self.given})
        for name, axis in self.ask["outputs"].items():
            rows = np.moveaxis(answers[name], axis, 0)
            if len(rows) != length:
                raise ValueError(f"{len(rows)} rows came for {length}")
            yield name, np.ascontiguousarray(rows)

    def _taken(self, name: str, first: int, length: int) -> Array:
        values, axis = self.given[name], self.inputs.get(name)
        if axis is None:
            return values.copy()
        if axis == 0 and first == 0:
            return fill(BUFFERS.empty((length, *values.shape[1:]), values.dtype), values)
        taken: Array = values.take(np.arange(first, first + length) % self.period, axis)
        return taken

    @property
    def elementwise(self) -> bool:
        """Whether a row is one value."""
        return all(values.ndim == 1 for values in self.given.values())

    def witness(self, name: str, rows: Array, number: int, first: int, other: Any, how: str) -> dict[str, Any]:
        """One element of the rows, by flat number, beside what else came for the same value.

        `first` is the place of the rows' first in the inputs.
        """
        row, *rest = (int(place) for place in np.unravel_index(number, rows.shape))
        axis = self.ask["outputs"][name]
        found = {
            "output": name, "index": [*rest[:axis], row, *rest[axis:]], "of": len(rows),
            "got": float(rows.flat[number]), "how": how, "other": float(other),
        }  # fmt: skip
        if self.elementwise:
            found["inputs"] = {key: float(self.given[key][(first + row) % self.period]) for key in self.inputs}
        return found

    def _in_themselves(self, facts: Facts) -> None:
        for length in sorted({*self.ask["asked"], self.ask["among"]}):
            for name, rows in self.answer(0, length):
                facts.values = max(facts.values, min(rows.size, self.period * (rows.size // length)))
                if _repeats(rows[: self.period], rows):
                    continue
                words = _words(rows)
                places = np.flatnonzero(words != words[np.arange(length) % self.period])
                if places.size:
                    each = words.size // length * self.period
                    place = int(places[0])
                    witness = partial(self.witness, name, rows, place, 0, rows.flat[place % each], _BEFORE)
                    facts.position.add(name, places % each, witness)


_BEFORE = "the same value before it"


class _Apart:
    """Rows that are independent of each other."""

    def __init__(self, asking: Asking, whole: Arrays, facts: Facts) -> None:
        self.asking, self.facts = asking, facts
        self.rows = {
            name: np.ascontiguousarray(np.moveaxis(whole[name], axis, 0))
            for name, axis in asking.ask["outputs"].items()
        }
        self.bits = {name: _words(rows) for name, rows in self.rows.items()}
        self.known = {name: [words] for name, words in self.bits.items()}
        """What came for each value at short lengths."""

    def measure(self) -> None:
        """The same once more, then each length, then many."""
        asking, facts = self.asking, self.facts
        facts.values = sum(words.size for words in self.bits.values())
        facts.zeros = self._zeros()
        self._piece(0, asking.period, facts.repeat, "asked again")
        if facts.repeat.values:
            return
        for length in sorted(asking.ask["asked"]):
            for first in _starts(asking.period, length):
                self._piece(first, length, facts.position, f"among {asking.period}")
        for name, rows in asking.answer(0, asking.ask["among"]):
            self._many(name, rows)

    def _piece(self, first: int, length: int, seen: Seen, how: str) -> None:
        for name, rows in self.asking.answer(first, length):
            bits, words = self.bits[name], _words(rows)
            taken = np.arange(first, first + length) % len(bits)
            before = bits[taken]
            if words.dtype != before.dtype or words.shape != before.shape:
                raise ValueError(f"{rows.dtype} {list(rows.shape)} came for {length} rows")
            places = np.flatnonzero(words != before)
            if places.size:
                each, number = bits[0].size, int(places[0])
                values = taken[places // each] * each + places % each
                other = self.rows[name].flat[values[0]]
                seen.add(name, values, partial(self.asking.witness, name, rows, number, first, other, how))
                known = bits.copy()
                known[taken] = words
                self.known[name].append(known)

    def _many(self, name: str, rows: Array) -> None:
        """Results that no short length gave; value by value only where any has other bits at all."""
        if _repeats(self.rows[name], rows):
            return
        words, each = _words(rows).reshape(-1), self.bits[name].size
        known = np.stack([found.reshape(-1) for found in self.known[name]])
        for number in range(each):
            new = ~np.isin(words[number::each], known[:, number])
            if new.any():
                place = int(np.argmax(new)) * each + number
                other, how = self.rows[name].flat[number], f"among {self.asking.period}"
                witness = partial(self.asking.witness, name, rows, place, 0, other, how)
                self.facts.size.add(name, np.array([number]), witness)

    def _zeros(self) -> dict[str, str]:
        """Which zero comes for which, where the result for zero is one, and values stand for themselves."""
        if not self.asking.elementwise:
            return {}
        (rows,), (values,) = self.rows.values(), self.asking.given.values()
        both = np.flatnonzero((values == 0) & (rows == 0))
        return {repr(float(values[place])): repr(float(rows[place])) for place in both}


def _starts(rows: int, length: int) -> Iterator[int]:
    """Where pieces begin, so that each row is asked; the last piece may go on with the first rows.

    All rows at once begin with another one, so that what stood at the end stands elsewhere.
    """
    yield from range(0, rows, length) if length < rows else (rows // 2,)


def _repeats(rows: Array, many: Array) -> bool:
    """Whether many rows are these over and over, to the bit; looked at where they lie."""
    if many.shape[1:] != rows.shape[1:] or many.dtype != rows.dtype:
        return False
    word = f"u{rows.dtype.itemsize}"
    once, all_of_them = rows.view(word), many.view(word)
    whole = len(many) - len(many) % len(rows)
    same = all_of_them[:whole].reshape(-1, *rows.shape) == once
    return bool(same.all()) and np.array_equal(all_of_them[whole:], once[: len(many) - whole])


def _words(rows: Array) -> Array:
    """The bits of each element, every nan alike."""
    words: Array = rows.view(f"u{rows.dtype.itemsize}")
    nan = np.isnan(rows)
    if nan.any():
        words = words.copy()
        words[nan] = np.iinfo(words.dtype).max
    return words
