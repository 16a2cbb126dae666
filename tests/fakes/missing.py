"""An adapter whose framework is not installed."""

from __future__ import annotations

import frameworkthatisnowhere  # type: ignore[import-not-found]  # on purpose

from nnconform.adapters import Adapter


class Missing(Adapter):
    """Never gets so far."""

    version = frameworkthatisnowhere.__version__
