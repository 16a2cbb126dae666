"""JAX on the second of two devices that it makes of one CPU: nothing may fall back to the first."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"  # before JAX looks for its devices

import jax

from nnconform.adapters.jax import JAX


class Second(JAX):
    """Its only device is the second CPU."""

    name = "second"

    @classmethod
    def devices(cls) -> Sequence[str]:
        return ("cpu",)

    @classmethod
    def _known(cls) -> dict[str, Any]:
        return {"cpu": jax.devices("cpu")[1]}
