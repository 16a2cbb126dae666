"""What a run has found so far, counted for the lines that it says at its end."""

from __future__ import annotations

from collections import Counter
from typing import Any

from nnconform.harness.repeating import Repeats
from nnconform.harness.subject import column
from nnconform.reports.traits import TENSOR_FLOAT


class Tally:
    """Results by what is told of them; `column` says who a name is."""

    def __init__(self, *, several_modes: bool = False) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.failures: list[dict[str, Any]] = []
        self.unexpected: Counter[str] = Counter()
        self.should_missed = 0
        self.arithmetics: dict[tuple[str, str], list[tuple[str, str, dict[str, Any]]]] = {}
        """Products that were not computed in their dtype's own arithmetic, by adapter and what it was instead."""
        self.narrowed: Counter[str] = Counter()
        """Cases that were judged by TF32's bounds, by adapter."""
        self.answered: set[tuple[str, str]] = set()
        self._declined: dict[tuple[str, tuple[str, ...]], str] = {}
        """The operations of cases that could not be asked although the adapter has them, by why."""
        self.left: dict[tuple[str, str], list[str]] = {}
        """The cases after which a subject had left something changed of what everybody shares."""
        self.digests: dict[tuple[str, str], dict[str, str]] = {}
        """Of first answers, by adapter and item without its mode, then by mode; of runs in several modes."""
        self.several_modes = several_modes
        self.repeats = Repeats()

    @property
    def results(self) -> int:
        """How many were added."""
        return sum(self.counts.values())

    @property
    def declined(self) -> dict[tuple[str, str], str]:
        """Operations that an adapter has, by why a case of them could not be asked.

        Of a case of several nobody knows which of them declined: they are told together, where nothing else is known
        of any.
        """
        alone = {(name, asked[0]): why for (name, asked), why in self._declined.items() if len(asked) == 1}
        told = self.answered | alone.keys()
        together = {
            (name, " with ".join(asked)): why
            for (name, asked), why in self._declined.items()
            if len(asked) > 1 and told.isdisjoint((name, each) for each in asked)
        }
        return {**alone, **together}

    def add(self, result: dict[str, Any]) -> None:
        """One result, as `result_of` made it."""
        name = column(result["adapter"], result["mode"])
        self.counts[name, result["outcome"]] += 1
        if result["outcome"] not in {"passed", "unsupported", "known deviation"}:
            self.failures.append(result)
        if left := result.get("traits", {}).get("leaves changed"):
            self.left.setdefault((name, left), []).append(f"{result['case']} in {result['dtype']}")
        if "fingerprint" in result and not (told := result["fingerprint"])["own"]:
            place = (", ".join(dict.fromkeys(result["operations"])), result["dtype"], told)
            self.arithmetics.setdefault((name, told["name"]), []).append(place)
        if "repeated" in result:
            self.repeats.add(name, result)
        if TENSOR_FLOAT in result.get("traits", ()):
            self.narrowed[name] += 1
        if result.get("should_missed") and result["outcome"] == "passed":
            self.should_missed += 1
        for operation in result["operations"]:
            key = (name, operation)
            if result["outcome"] != "unsupported":
                self.answered.add(key)
        if result["outcome"] == "unsupported" and not result.get("lacks"):
            self._declined.setdefault((name, tuple(result["operations"])), result["reason"])
        if self.several_modes and "digest" in result:
            key = result["adapter"], result["id"].rpartition("/")[0]
            self.digests.setdefault(key, {})[result["mode"]] = result["digest"]
        if cause := result.get("no_longer_deviates"):
            self.unexpected[f"{name}: {cause}"] += 1
