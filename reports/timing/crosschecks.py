"""How the timing itself was tried: our medians beside other tools', and one case measured as two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nnconform.reports.timing.model import CrossCheck, SelfCheck
from nnconform.reports.timing.summary import too_few

_MOST_TOOLS = 4


@dataclass(frozen=True, slots=True)
class Trials:
    """All that was tried."""

    told: str
    """In one line."""
    odd: bool
    """Fewer A against A intervals hold 1.0 than chance explains."""
    beside: tuple[CrossCheck, ...]
    alone: tuple[SelfCheck, ...]


def trials(found: Sequence[CrossCheck | SelfCheck]) -> Trials | None:
    """What records say of it; None where they say nothing."""
    if not found:
        return None
    beside = tuple(one for one in found if isinstance(one, CrossCheck))
    alone = tuple(one for one in found if isinstance(one, SelfCheck))
    tools = dict.fromkeys(one.tool for one in beside)
    told = [_near(tool, [one for one in beside if one.tool == tool]) for tool in list(tools)[:_MOST_TOOLS]]
    if len(tools) > _MOST_TOOLS:
        told.append(f"and {len(tools) - _MOST_TOOLS} more tools")
    pairs, held = sum(one.pairs for one in alone), sum(one.held for one in alone)
    if pairs:
        told.append(f"A against A: {held:,} of {pairs:,} intervals hold 1.0")
    return Trials("; ".join(told), too_few(pairs, held), beside, alone)


def _near(tool: str, found: Sequence[CrossCheck]) -> str:
    return f"medians beside {tool[:60]}: {sum(one.near for one in found):,} of {len(found):,} within 3 %"
