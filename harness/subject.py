"""What is asked: an adapter on a device in a mode, and why it cannot be.

The processes beside frameworks need no more of the options.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """One adapter on one device in one mode: a column of the report."""

    adapter: str
    """As it was asked for."""
    label: str
    """As it stands in ids."""
    device: str
    mode: str
    matmul_precision: str = ""
    """What the framework is told of products: `default` or `highest`, or nothing."""

    @property
    def column(self) -> str:
        """What stands for it beside counts: the label, and a mode that is not the usual one."""
        return column(self.label, self.mode)


def column(label: str, mode: str) -> str:
    """A subject in a few words."""
    return label if mode == "eager" else f"{label} {mode}"


class SubjectError(Exception):
    """An adapter that cannot be asked at all; the message is one line that says what to do."""


class LeftOut(SubjectError):  # noqa: N818 - an answer
    """An adapter in a mode that it lacks, or that this machine cannot run: others may be asked without it.

    One whose framework is missing is left out where all adapters were asked for, and ends the run if it was named.
    """

    def __init__(self, message: str, *, lacks_mode: bool = False, missing: bool = False) -> None:
        super().__init__(message)
        self.lacks_mode = lacks_mode
        self.missing = missing

    @property
    def why(self) -> dict[str, bool]:
        """How a process of its own tells."""
        return {"lacks_mode": self.lacks_mode, "missing": self.missing}


class SubjectCrashed(Exception):  # noqa: N818 - an observation
    """The process beside the framework ended in the middle of a case, was ended, or could not be asked at all."""

    def __init__(self, message: str, outcome: str = "crashed") -> None:
        super().__init__(message)
        self.outcome = outcome
