"""Reading what a timing case says of itself: the table `timing`."""

from __future__ import annotations

from typing import Any

from nnconform.spec.cost import work
from nnconform.spec.errors import nearest
from nnconform.spec.inputs import InputReader
from nnconform.spec.model import FAMILIES, OPERANDS, Case, Estimate, Timing

_KEYS = ("family", "series", "x", "x_name", "operands", "estimate")
_ESTIMATE = ("what", "operations", "bytes")
DTYPES = ("float32",)
"""What a timing case runs in unless it says otherwise: what the frameworks are made for."""


class TimingReader(InputReader):
    """Reads the table `timing`, and sees that the case's cost adds up."""

    def _timing(self, kind: str) -> Timing | None:
        if kind != "timing":
            return None
        raw = self._table("timing")
        self._keys(raw, _KEYS, "key of timing")
        for name, known in (("family", FAMILIES), ("operands", OPERANDS)):
            found = raw.get(name, "ordinary" if name == "operands" else None)
            if found not in known:
                self._fail(f"timing: {name} {found!r} is none of {', '.join(known)}{nearest(found, known)}")
        texts = {name: self._words(raw.get(name), name) for name in ("series", "x_name")}
        return Timing(
            family=raw["family"], x=self._formula(raw.get("x"), "x"), operands=raw.get("operands", "ordinary"),
            estimate=self._estimate(raw["estimate"]) if "estimate" in raw else None, **texts,
        )  # fmt: skip

    def _estimate(self, raw: Any) -> Estimate:
        if not isinstance(raw, dict) or set(raw) != set(_ESTIMATE):
            self._fail("timing: estimate must be a table of what, operations and bytes")
        operations, moved = (self._formula(raw[name], name) for name in ("operations", "bytes"))
        return Estimate(self._words(raw["what"], "what"), operations, moved)

    def _words(self, raw: Any, name: str) -> str:
        if not isinstance(raw, str) or not raw.strip():
            self._fail(f"timing: needs {name}, a text")
        return raw

    def _formula(self, raw: Any, name: str) -> str:
        if isinstance(raw, bool) or not isinstance(raw, int | str):
            self._fail(f"timing: needs {name}, a whole number or a formula over the axes of the arrays")
        return str(raw)

    def _adds_up(self, case: Case) -> None:
        """Raise where axes do not agree or a formula has no value."""
        for dtype in case.dtypes:
            try:
                work(case, dtype)
            except ValueError as error:
                self._fail(str(error))
