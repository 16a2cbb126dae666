"""The search for a disagreement: examples drawn, asked and judged, and the first new failure shrunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from hashlib import sha256
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, find, reject, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import NoSuchExample, Unsatisfiable

from nnconform.harness.deviations import Deviation
from nnconform.harness.generated.drawing import strategy
from nnconform.harness.generated.known import causes
from nnconform.harness.generated.liveness import dead
from nnconform.harness.generated.operations import Asked, example
from nnconform.harness.generated.smaller import smaller
from nnconform.harness.generated.writing import frozen, toml
from nnconform.harness.judge import judge
from nnconform.harness.subject import SubjectCrashed
from nnconform.harness.transcript import Transcript
from nnconform.harness.verdict import Verdict

SHRINKING = 400
"""So many examples more are asked to shrink a disagreement, by Hypothesis and after it."""
UNCERTAIN = "without a certain truth"
_ENDED = frozenset({"crashed", "timeout", "out of memory", "error"})
"""Outcomes that cost a process: they are told as they came, not shrunk."""
Ask = Callable[[Mapping[str, Any]], Transcript]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An example with its truth."""

    toml: str
    frozen: Mapping[str, Any] | None
    """None where no verdict would be certain."""
    dead: str


@dataclass(slots=True)
class Judged:
    """One answer."""

    prepared: Prepared
    verdict: Verdict
    transcript: Transcript | None
    causes: tuple[str, ...] = ()
    """Of known deviations, where the failure is no more than these."""

    @property
    def failed(self) -> bool:
        """Whether something of it is new."""
        return self.verdict.outcome not in {"passed", "unsupported"} and not self.causes

    @property
    def facet(self) -> str:
        """What a smaller example must show as well."""
        return self.verdict.facets[0] if self.verdict.findings else self.verdict.outcome


@dataclass(slots=True)
class Tally:
    """What a search came to."""

    asked: int = 0
    """Examples that were put to the framework, each counted once; those of shrinking apart."""
    live: int = 0
    dead: Counter[str] = field(default_factory=Counter)
    """By reason; they were asked as well."""
    uncertain: int = 0
    """Not asked: no verdict would have been certain."""
    unsupported: int = 0
    known: Counter[str] = field(default_factory=Counter)
    """Examples by cause."""
    shrinking: int = 0
    """Asked, or without a certain truth, once a disagreement was found."""

    def record(self) -> dict[str, Any]:
        """JSON-able data."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self)}


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Counter) else value


class Examples:
    """Examples of one operation in one dtype with their truths, kept while one subject after another is asked them."""

    def __init__(self, operation: str, dtype: str) -> None:
        self.operation, self.dtype = operation, dtype
        self._kept: dict[str, Prepared] = {}

    def prepared(self, asked: Asked) -> Prepared:
        """The example with its truth, made once."""
        text = toml(asked, self.dtype)
        if text not in self._kept:
            try:
                line = frozen(asked, self.dtype)
            except (ValueError, ArithmeticError):
                self._kept[text] = Prepared(text, None, UNCERTAIN)
            else:
                self._kept[text] = Prepared(text, line, dead(asked, line))
        return self._kept[text]


class Search:
    """One item: `wanted` live examples of an operation in a dtype, asked of one subject."""

    def __init__(
        self, examples: Examples, ask: Ask, listed: Sequence[Deviation], wanted: int, *, demanding: bool = False
    ) -> None:
        self.examples, self.ask, self.listed = examples, ask, list(listed)
        self.wanted, self.demanding = wanted, demanding
        self.tally = Tally()
        self.left = SHRINKING
        self.adapter_ns = 0
        self.judged: dict[str, Judged] = {}
        """By their TOML."""
        self.seen: set[str] = set()
        self.first: Judged | None = None
        """The first new failure."""
        self.declined = Verdict()
        """The first verdict of an example that could not be asked."""
        self.known: Judged | None = None
        """The first example that shows a known deviation."""
        self.worst = Verdict()
        """Of those that passed, the one nearest to its bound."""

    def run(self, seed: int) -> Judged | None:
        """The smallest example that shows a disagreement, or None.  The same seed draws the same examples."""
        of_item = sha256(f"{seed}/{self.examples.operation}/{self.examples.dtype}".encode()).digest()
        drawn = strategy(lambda drawing: example(self.examples.operation, drawing), self.examples.dtype)
        try:
            with _nothing_left_behind():
                found = find(drawn, self._disagrees, settings=_settings(self.wanted), random=Random(of_item))
        except (NoSuchExample, Unsatisfiable):
            return None
        return self._finished(found)

    def _finished(self, found: Asked) -> Judged:
        """The example as small as it gets."""
        best, self.left = self.judged[toml(found, self.examples.dtype)], SHRINKING
        wanted = True
        while wanted:
            wanted = False
            for each in smaller(found):
                judged = self._again(self.examples.prepared(each))
                if judged is not None and judged.failed and judged.facet == best.facet:
                    best, found, wanted = judged, each, True
                    break
        return best

    def _again(self, prepared: Prepared) -> Judged | None:
        """What is known of an example, or found now."""
        return self.judged.get(prepared.toml) or self._asked(prepared)

    def _disagrees(self, asked: Asked) -> bool:
        """What Hypothesis looks for.  What passes and proves nothing, or came before, is not one of those wanted."""
        if self.declined.lacks:  # the operation itself: no other example would be asked, and truths take time
            return False
        prepared = self.examples.prepared(asked)
        found, again = self.judged.get(prepared.toml), prepared.toml in self.seen
        self.seen.add(prepared.toml)
        if not again:
            found = self._asked(prepared)
        if found is not None and found.failed and self.first is not None:
            return found.facet == self.first.facet
        if prepared.dead or again:
            reject()
        return False

    def _asked(self, prepared: Prepared) -> Judged | None:
        """The answer to a new example; None where it is not asked."""
        if self.first is not None:
            self.tally.shrinking += 1
            self.left -= 1
            if prepared.frozen is None or self.left < 0 or self.first.facet in _ENDED:
                return None
        if prepared.frozen is None:
            self.tally.uncertain += 1
            return None
        found = self.judged[prepared.toml] = self._judged(prepared, prepared.frozen)
        if self.first is None:
            self._count(found)
            self.first = found if found.failed else None
        return found

    def _judged(self, prepared: Prepared, line: Mapping[str, Any]) -> Judged:
        try:
            transcript = self.ask(line["ask"])
        except SubjectCrashed as error:
            found = Judged(prepared, Verdict(outcome=error.outcome, reason=str(error)), None)
        else:
            self.adapter_ns += transcript.adapter_ns
            found = Judged(prepared, judge(line, transcript), transcript)
        verdict = found.verdict
        if verdict.outcome == "passed" and verdict.should_missed and self.demanding:
            verdict.outcome, verdict.reason = "failed", f"should: {verdict.should_missed}"
        found.causes = causes(self.listed, verdict, line)
        return found

    def _count(self, found: Judged) -> None:
        verdict, tally = found.verdict, self.tally
        if verdict.outcome == "unsupported":
            tally.unsupported += 1
            self.declined = self.declined if self.declined.reason else verdict
            return
        tally.asked += 1
        tally.live += not found.prepared.dead
        if found.prepared.dead:
            tally.dead[found.prepared.dead] += 1
        tally.known.update(found.causes)
        if found.causes:
            self.known = self.known or found
        elif verdict.outcome == "passed" and verdict.share >= self.worst.share:
            self.worst = verdict


def _settings(wanted: int) -> settings:
    """Hypothesis as a search: no deadline, since first calls compile; no database, since the seed is recorded.

    All its health checks are off, and ours stands instead: what proves nothing is drawn again, and counted.
    """
    return settings(
        max_examples=wanted, database=None, deadline=None, derandomize=False, print_blob=False,
        phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet,
    )  # fmt: skip


@contextmanager
def _nothing_left_behind() -> Iterator[None]:
    """Hypothesis keeps what it read of the modules around in a folder: in one that goes."""
    with TemporaryDirectory(prefix="nnconform-") as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)
