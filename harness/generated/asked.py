"""`--generated=N` and `--generated-seed=S`, checked before anything is imported for them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from secrets import randbelow
from typing import TYPE_CHECKING, Any

import pytest

from nnconform.harness.plugin import option

if TYPE_CHECKING:
    from nnconform.harness.options import Options
    from nnconform.harness.resuming import Earlier

MOST, LARGEST_SEED = 1_000_000, 2**31
SENT = "nnconform_generated_seed"
"""What a controller of xdist workers tells them."""
_NEEDED = {"hypothesis": "hypothesis", "flint": "python-flint"}


@dataclass(frozen=True, slots=True)
class Generated:
    """How many examples of each operation and dtype, and from what they are drawn."""

    examples: int
    seed: int
    typed: bool
    """The seed was said, not drawn."""

    @property
    def arguments(self) -> list[str]:
        """What asks the same again."""
        return [f"--nnconform-generated={self.examples}", f"--nnconform-generated-seed={self.seed}"]

    def record(self) -> dict[str, Any]:
        """What the header of the records says."""
        return {"examples": self.examples, "seed": self.seed}


def generated(config: pytest.Config) -> Generated | None:
    """What was asked for.  Raises pytest.UsageError with one line that says what to do."""
    asked, seed = option(config, "generated"), option(config, "generated-seed")
    if asked is None:
        if seed is not None:
            raise pytest.UsageError("--generated-seed is for generated cases: say --generated=N as well")
        return None
    examples = _whole(asked, "generated", 1, MOST)
    if missing := _missing():
        told = f"--generated needs {' and '.join(missing)}, not installed here: pip install 'nnconform[generated]'"
        raise pytest.UsageError(told)
    if seed is None:
        sent = getattr(config, "workerinput", {}).get(SENT)
        return Generated(examples, randbelow(LARGEST_SEED) if sent is None else sent, typed=False)
    return Generated(examples, _whole(seed, "generated-seed", 0, LARGEST_SEED - 1), typed=True)


def resumed(options: Options, earlier: Earlier) -> Options:
    """The options with the seed of the run that is taken up.  Raises pytest.UsageError where it asked otherwise."""
    then = json.loads(earlier.records.texts[0]).get("generated")
    now = options.generated
    if (then is None) != (now is None) or (now and then and now.examples != then["examples"]):
        told = f"--generated={then['examples']}" if then else "no --generated"
        raise pytest.UsageError(f"--resume: {earlier.path} was asked with {told}: say the same, or begin a new run")
    if now is None or then is None or now.seed == then["seed"]:
        return options
    if now.typed:
        told = f"the seed of {earlier.path} is {then['seed']}, not {now.seed}: begin a new run"
        raise pytest.UsageError(f"--resume: {told}")
    return replace(options, generated=replace(now, seed=then["seed"]))


def _whole(typed: str, name: str, low: int, high: int) -> int:
    if not (typed.isascii() and typed.isdigit() and low <= int(typed) <= high):
        raise pytest.UsageError(f"--nnconform-{name} is a whole number from {low} to {high}, not {typed!r}")
    return int(typed)


def _missing() -> list[str]:
    """What is not installed of what drawing and judging need."""
    found = []
    try:
        import hypothesis  # noqa: F401 - only whether it is there
    except ModuleNotFoundError as error:
        found.append(_package(error))
    try:
        import flint  # noqa: F401
    except ModuleNotFoundError as error:
        found.append(_package(error))
    return found


def _package(error: ModuleNotFoundError) -> str:
    """The package that would bring the module.  Raises where one that is installed lacks something else."""
    found = _NEEDED.get((error.name or "").partition(".")[0])
    if found is None:
        raise error
    return found
