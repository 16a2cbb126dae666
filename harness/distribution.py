"""Under xdist, tiny cases travel in groups: file by adapter by dtype."""

from __future__ import annotations

from typing import Any


class Distribution:
    """Registered only where xdist is."""

    def pytest_xdist_make_scheduler(self, config: Any, log: Any) -> Any:
        if config.getoption("dist") not in {"load", "no"}:
            return None
        from xdist.scheduler import LoadScopeScheduling

        class GroupScheduling(LoadScopeScheduling):
            def _split_scope(self, nodeid: str) -> str:
                file, _, rest = nodeid.partition("::")
                return "/".join([file, *rest.split("/")[1:]])

        return GroupScheduling(config, log)
