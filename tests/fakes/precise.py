"""A framework with a switch for how exact its products are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoo.wrong_products import rounded_to

from nnconform.adapters.numpy import NumPy


class Switched(NumPy):
    """Inputs of float32 products are rounded to 11 bits, unless somebody objects."""

    narrow = True

    def set_matmul_precision(self, precision: str) -> bool:
        self.narrow = precision != "highest"
        return True

    def matmul(self, a: Any, b: Any) -> Any:
        return rounded_to(a, 11) @ rounded_to(b, 11) if self.narrow else a @ b

    def flags(self) -> Mapping[str, str]:
        return {"narrow": str(self.narrow)}
