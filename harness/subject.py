"""What is asked: an adapter on a device in a mode.  The processes beside frameworks need no more of the options."""

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
