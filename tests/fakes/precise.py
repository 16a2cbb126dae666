"""A framework with a switch for how exact its products are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

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


class Shared(Switched):
    """The switch is the whole process's, and there is another that `settings` does not tell of."""

    process: ClassVar[dict[str, bool]] = {"narrow": True, "untold": True}
    seen: ClassVar[list[dict[str, bool]]] = []

    def set_matmul_precision(self, precision: str) -> bool:
        self.process.update(dict.fromkeys(self.process, precision != "highest"))
        return True

    def unset_matmul_precision(self, settings: Mapping[str, Any]) -> None:
        super().unset_matmul_precision(settings)
        self.process["untold"] = True

    def settings(self) -> Mapping[str, Any]:
        return {"narrow": self.process["narrow"]}

    def restore(self, settings: Mapping[str, Any]) -> None:
        self.process["narrow"] = settings["narrow"]

    def matmul(self, a: Any, b: Any) -> Any:
        self.seen.append(dict(self.process))
        return a @ b
