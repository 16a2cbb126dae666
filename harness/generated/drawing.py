"""Arrays drawn by Hypothesis, through its public strategies alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import isfinite, prod
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from nnconform.harness.generated.numbers import MIXTURES, PAYLOAD, Domain, number, stored
from nnconform.spec.arrays import Array
from nnconform.spec.generator import words

_FAR = 2**130
"""Whole numbers are drawn from here up: so far out Hypothesis draws evenly, and mixes in none of the constants that it
finds in the modules that happen to be loaded, which would make a seed mean something else in every process."""
_DRAWN = 10
"""So many numbers of an array are drawn; a longer one holds them again and again in a mixed order."""
_SMALL = 2.0**15
"""Numbers below are in every dtype's range."""
Item = TypeVar("Item")


@cache
def _below(limit: int) -> SearchStrategy[int]:
    return st.integers(_FAR, _FAR + limit - 1).map(lambda drawn: drawn - _FAR)


class Drawing:
    """What one example is drawn with."""

    def __init__(self, draw: Callable[[SearchStrategy[Any]], Any], dtype: str) -> None:
        self._draw, self.dtype = draw, dtype

    def below(self, limit: int) -> int:
        """A whole number from 0, below the limit: the smaller the simpler."""
        return int(self._draw(_below(limit)))

    def pick(self, among: Sequence[Item]) -> Item:
        """One of several, the simplest first."""
        return among[self.below(len(among))]

    def array(self, shape: Sequence[int], domain: Domain) -> Array:
        """An array of the dtype."""
        size = prod(shape)
        kinds, salt = self.pick(MIXTURES), self.below(16)
        # as many draws whatever the size, or a smaller shape would shift all that is drawn after it
        drawn = [number(self.pick(kinds), self.below(PAYLOAD), self.dtype, domain) for _ in range(_DRAWN)]
        return stored(_spread(drawn, size, salt), self.dtype).reshape(tuple(shape))


def _spread(drawn: Sequence[float], size: int, salt: int) -> list[float]:
    """The drawn numbers and then any of them; with a salt every other one of these is moved, so that they differ."""
    found = list(drawn[:size])
    for word in words(f"generated/{salt}", size).tolist()[len(found) :]:
        value = drawn[(word >> 32) % len(drawn)]
        moved = value * (1 + (word >> 8 & 31) / 64)
        found.append(moved if salt and word & 1 and isfinite(moved) and abs(moved) < _SMALL else value)
    return found


def strategy(make: Callable[[Drawing], Item], dtype: str) -> SearchStrategy[Item]:
    """What `make` makes of a drawing."""

    @st.composite
    def example(draw: Callable[[SearchStrategy[Any]], Any]) -> Item:
        return make(Drawing(draw, dtype))

    return example()
