"""Which worker runs what.  Imported only where xdist is."""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadScopeScheduling


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Items travel in groups: file by adapter by dtype."""

    all_modes = False
    """A group holds all modes, whose answers are to be held against each other."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, rest = nodeid.partition("::")
        places = rest.split("/")[1:]
        return "/".join([file, *(places[:-1] if self.all_modes else places)])

    def schedule(self) -> None:
        """A worker keeps its last item until it hears of more, so a replacement for a dead one is told twice."""
        again = self.collection is not None
        super().schedule()
        if again:
            for node in self.nodes:
                self._reschedule(node)

    def _reschedule(self, node: Any) -> None:
        """A replacement that is still collecting cannot be told of items; it hears of them once it has."""
        if node in self.registered_collections:
            super()._reschedule(node)

    def remove_node(self, node: Any) -> str | None:
        """Give a dead worker's work to others, but for the item that it died of, which would kill them as well."""
        workload = self.assigned_work.pop(node)
        unfinished = (item for unit in workload.values() for item, finished in unit.items() if not finished)
        died_of: str | None = next(unfinished, None)
        if died_of is not None:
            workload[self._split_scope(died_of)][died_of] = True
            self.workqueue.update({scope: unit for scope, unit in workload.items() if not all(unit.values())})
            for other in self.assigned_work:
                self._reschedule(other)
        return died_of
