"""What the wrong values of a sweep look like: held against what may go wrong in a function of one number."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nnconform.harness.comparison import Truth
from nnconform.harness.diagnosis import NONE
from nnconform.harness.diagnosis.anywhere import LATTICES, NARROW
from nnconform.harness.diagnosis.diagnose import by_operation, told
from nnconform.harness.diagnosis.fit import SURE
from nnconform.harness.diagnosis.hypothesis import Hypothesis
from nnconform.harness.diagnosis.large import chosen, some
from nnconform.harness.diagnosis.problem import Arrays, Part, Problem
from nnconform.harness.sweeps.walk import ALL, RUN, Batch
from nnconform.reference.sweep.fast import Fast
from nnconform.spec.arrays import dtype_of

Array = Any
AROUND = 2**10
_APART = 0x2F5B
"""Where in each run the sample lies: numbers with many digits."""
_ENOUGH = 8
"""So many wrong values at least, for a limit to be told."""

_SPREAD, _FEWEST, _FINEST = 16, 2, 9
"""Errors of one size have to come to results that differ by so much; and decimals that an approximation may have."""


class Swept(Problem):
    """A sweep as if it were a case, of some inputs or of all."""

    def __init__(self, engine: Fast, patterns: Array, got: Array) -> None:
        order = np.unique(patterns, return_index=True)[1]
        patterns, got = patterns[order], got[order]
        rounding, dtype = engine.rounding, engine.rounding.dtype
        self.engine, self.dtype, self.spared = engine, dtype_of(dtype), frozenset()
        self.steps = [
            {"operation": engine.operation, "attributes": engine.attributes, "inputs": ["x"], "name": "result"}
        ]
        self.operations = frozenset({engine.operation})
        self.frozen = {"dtype": dtype, "kind": "sweep"}
        x, answers = patterns.view(self.dtype), got.view(self.dtype)
        self.first = self.second = {"x": x}
        wide, y = rounding.wide(patterns), engine.fast(rounding.wide(patterns))
        truth = truth_of(y, _allowed(engine, patterns, y), dtype)
        self.x, self.y, self.g = wide, y, rounding.wide(got)
        self.wrong = self._wrong(truth)
        self.__dict__["everything"] = (Part("first", "result", answers, truth, self.wrong),)

    def _wrong(self, truth: Truth) -> Array:
        """Beyond the bound; what a verdict excuses as a trait is not."""
        engine, g, y = self.engine, self.g, self.y
        assert truth.error is not None
        same = (g == y) | (np.isnan(g) & np.isnan(y))
        overflows = np.isinf(g) & (np.where(g > 0, y, -y) + truth.error >= engine.rounding.overflow)
        wrong = ~((np.abs(g - y) <= truth.error) | same | overflows) | engine.across(g, y)
        small = wrong & (np.abs(self.x) < engine.rounding.normal) & (self.x != 0) & engine.rounding.format.flushes
        zeros = engine.fast(np.copysign(0.0, self.x[small]))
        wrong[small] = ~((self.g[small] == zeros) | (np.isinf(zeros) & np.isinf(self.g[small])))
        return np.asarray(wrong)

    def arrays(self, question: str) -> Arrays:
        return self.first


class Fewer(Swept):
    """A sweep as if of some of its values, wrong ones and others."""

    def __init__(self, problem: Swept) -> None:
        self.__dict__.update(problem.__dict__)
        places = chosen(problem.wrong)
        self.first = self.second = {"x": problem.first["x"][places]}
        self.__dict__["everything"] = tuple(some(part, places) for part in problem.everything)


def _allowed(engine: Fast, patterns: Array, y: Array) -> Array:
    """Errors that are surely allowed, as close to what is certified as can be told."""
    found = engine.allowed(patterns, y)
    for closeness in range(1, engine.closest + 1):
        found = np.maximum(found, engine.allowed(patterns, y, closeness))
    return found


def truth_of(y: Array, error: Array, dtype: str) -> Truth:
    """Results and bounds of a sweep as those of a case."""
    words = {"shape": [0], "high": "", "error": ""}
    made = Truth(words, dtype)
    made.shape, made.high, made.error = y.shape, y, error
    return made


Asked = Callable[[Batch], Array | None]
"""Gives the bits of the answers to a batch."""


def diagnose_sweep(engine: Fast, asked: Asked, witness: int) -> str:
    """What a sweep with wrong values looks like: of 16 bits all of it, of float32 a sample, and around the worst.

    The worst input is given by its bits; -1 stands for a sweep that came to no end, of which there is nothing to say.
    """
    if witness < 0:
        return NONE
    found = [(batch, asked(batch)) for batch in batches(engine.rounding.dtype, witness)]
    answered = [(batch.patterns(engine.rounding.word).ravel(), got) for batch, got in found if got is not None]
    if len(answered) < len(found):
        return NONE
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        patterns, got = (np.concatenate(each) for each in zip(*answered, strict=True))
        problem = Swept(engine, patterns, got)
        return told(fitting(problem)) or told(list(of_values(problem))) or NONE


def batches(dtype: str, witness: int) -> list[Batch]:
    """What is asked again."""
    if ALL[dtype] == RUN:
        return [Batch(0, RUN, 1, RUN)]
    start = min(max(witness - AROUND // 2, 0), ALL[dtype] - AROUND)
    return [Batch(_APART, RUN, RUN, 1), Batch(start, RUN, 1, AROUND)]


def fitting(problem: Swept) -> list[str]:
    """Hypotheses about the operation that agree with every value."""
    if not problem.wrong.any():
        return []
    own: list[Hypothesis] = [*by_operation().get(problem.engine.operation, []), *NARROW, *LATTICES]
    fewer = Fewer(problem)  # rules out nearly all
    possible = [each for each in own if each.fit(fewer) is not None]
    return list(dict.fromkeys(each.name for each in possible if (each.fit(problem) or 0.0) >= SURE))


# ------------------------------------------------------------------------------------------------ limits and roundings


def of_values(problem: Swept) -> Iterator[str]:
    """What the wrong values have in common, beyond any formula."""
    wrong, g, y, x = problem.wrong, problem.g, problem.y, problem.x
    if np.count_nonzero(wrong) < _ENOUGH:
        return
    normal = problem.engine.rounding.normal
    small = wrong & (np.abs(y) < normal) & (y != 0)
    if (g[wrong] == 0).all() and small[wrong].all() and (g[(np.abs(y) < normal) & np.isfinite(y)] == 0).all():
        yield "as if subnormal results were 0"
        return
    if _cut(problem):
        yield "as if results were cut, and not rounded to the nearest"
        return
    if ((g == x) | (np.isnan(g) & np.isnan(x))).all():
        yield "as if its input were given back"
        return
    decimals = _decimals(problem)
    if decimals:
        yield f"as if it were right to {decimals} decimals only, however small the result"
        return
    sides = [where for where in (wrong & (x > 0), wrong & (x < 0)) if where.any()]
    found = [_limit(problem, where) for where in sides]
    if found and all(found) and not np.isnan(x[wrong]).any():
        yield "as if it were " + ", and ".join(found)


def _decimals(problem: Swept) -> int:
    """To how many decimals all results are right, if errors of that size come to results of all sizes; or 0."""
    wrong, g, y = problem.wrong, problem.g, problem.y
    if not np.isfinite(g[wrong]).all() or not np.isfinite(y[wrong]).all():
        return 0
    off = np.maximum(np.abs(g - y) - problem.engine.rounding.spacing(y), 0.0)  # without what rounding twice takes
    if not off[wrong].max() > 0:
        return 0
    step = 2.0 ** np.floor(np.log2(off[wrong].max())) / 2
    fine = problem.engine.rounding.spacing(y[wrong]) <= step / 2
    if fine.any() and (g[wrong][fine] % step == 0).all():  # digits that a larger number took, not an approximation
        return 0
    decimals = int(np.floor(-np.log10(2 * off[wrong].max())))
    large = np.abs(y[wrong & (off >= off[wrong].max() / 8)])
    spread = large.max() >= _SPREAD * large[large > 0].min(initial=np.inf)
    return decimals if spread and _FEWEST <= decimals <= _FINEST else 0


def _limit(problem: Swept, wrong: Array) -> str:
    """One number, or the input, that comes on one side from some input on; '' where it is not so."""
    x, g = problem.x, problem.g
    side = (x > 0) if x[wrong][0] > 0 else (x < 0)
    size = np.abs(x)
    values, seen = np.unique(g[wrong]), np.abs(x[wrong])
    for told_, there in (
        (_number(values[0]) if values.size == 1 else "", (g == values[0]) | (np.isnan(g) & np.isnan(values[0]))),
        ("its input", (g == x) | (np.isnan(g) & np.isnan(x))),
    ):
        if not told_ or not there[wrong].all():
            continue
        sign = "" if x[wrong][0] > 0 else "-"
        beyond, below = side & (size >= seen.min()), side & (size <= seen.max())
        if there[beyond].all():
            latest = "" if not _within_bounds_before(problem, side, seen.min()) else " at the latest"
            about = "about " if ALL[problem.engine.rounding.dtype] > RUN else ""  # of a sample
            return f"{told_} from {about}{sign}{seen.min():.4g} {'down' if sign else 'on'}{latest}"
        if there[below].all():
            return f"{told_} between 0 and {sign}{seen.max():.4g}"
    return ""


def _within_bounds_before(problem: Swept, side: Array, least: float) -> bool:
    """Whether the same number is as good just before, so that it may have begun earlier."""
    before = side & (np.abs(problem.x) < least)
    nearest = before & (np.abs(problem.x) == np.abs(problem.x[before]).max(initial=0.0))
    return bool((problem.g[nearest] == problem.g[side & (np.abs(problem.x) == least)][:1]).any())


def _number(value: float) -> str:
    return str(value) if not np.isfinite(value) else f"{value:.6g}"


def _cut(problem: Swept) -> bool:
    """Whether every answer is the result without the digits that find no room."""
    y, g = problem.y, problem.g
    rounding = problem.engine.rounding
    finite = np.isfinite(y) & np.isfinite(g) & (np.abs(y) >= rounding.normal)
    spacing = rounding.spacing(y[finite])
    made = np.trunc(y[finite] / spacing) * spacing
    near = np.abs(y[finite] - np.round(y[finite] / spacing) * spacing) <= np.abs(y[finite]) * 2.0**-40  # float64's own
    right = (g[finite] == made) | (near & ~problem.wrong[finite])
    return bool(right.all() and (g[problem.wrong & ~finite] == 0).all() and (problem.wrong & finite).any())
