"""How far a sweep is, in a file beside the records, so that a later run can go on where it was killed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nnconform.harness.sweeps.tally import Tally

FORM = 1
SAVED_S = 2.0
"""A sweep that is killed loses at most so many seconds."""


class StateError(Exception):
    """A state that cannot be gone on from; the message is one line that says what to do."""


@dataclass(slots=True)
class State:
    """What was asked, the lines of the sweeps that are finished, and the one in flight."""

    path: Path
    asked: Mapping[str, Any]
    """Everything that would change an answer or a figure."""
    finished: list[dict[str, Any]] = field(default_factory=list)
    dtype: str = ""
    done: int = 0
    """Batches of the sweep in flight."""
    tallies: dict[str, Tally] = field(default_factory=dict)

    def save(self) -> None:
        """Write it whole, then put it in the old one's place."""
        data = {
            "nnconform_sweep": FORM, "asked": self.asked, "finished": self.finished, "dtype": self.dtype,
            "done": self.done, "tallies": {name: tally.to_data() for name, tally in self.tallies.items()},
        }  # fmt: skip
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(data, allow_nan=False), "utf-8")
        new.replace(self.path)

    def clear(self) -> None:
        """The sweep is whole."""
        self.path.unlink(missing_ok=True)


def resume(path: Path, asked: Mapping[str, Any]) -> State:
    """The state in a file.  Raises StateError where there is none, or of something else."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise StateError(f"nothing to go on from: there is no {path}; leave out --resume") from None
    except (OSError, ValueError) as error:
        raise StateError(f"{path} cannot be read ({type(error).__name__}): start anew without --resume") from None
    try:
        return _state(path, data, asked)
    except StateError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError):
        raise StateError(f"{path} is no state of a sweep: start anew without --resume") from None


def _state(path: Path, data: Any, asked: Mapping[str, Any]) -> State:
    if data["nnconform_sweep"] != FORM:
        raise ValueError("another form")
    for name, value in json.loads(json.dumps(asked)).items():
        if data["asked"].get(name) != value:
            raise StateError(
                f"{path} is of a sweep with another {name.replace('_', ' ')}: ask the same again, "
                "or start anew without --resume"
            )
    tallies = {str(name): Tally.from_data(found) for name, found in data["tallies"].items()}
    done, finished = data["done"], data["finished"]
    if not isinstance(done, int) or done < 0 or not all(isinstance(line, dict) for line in finished):
        raise ValueError("no counts")
    return State(path, asked, finished, str(data["dtype"]), done, tallies)
