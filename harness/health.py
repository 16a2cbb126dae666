"""Whether a framework still computes at all: after some errors on a device it never does again in that process."""

from __future__ import annotations

import numpy as np

from nnconform.adapters.contract import Adapter
from nnconform.harness.raising import told
from nnconform.harness.transcript import Transcript


class Health:
    """Looks only where a case raised: a refusal leaves a framework whole, a lost device does not."""

    def __init__(self, adapter: Adapter) -> None:
        self.adapter = adapter
        self._well: bool | None = None
        """Whether it ever computed; None until it was asked."""
        self._lost = ""

    def lost(self) -> str:
        """Why nothing can be asked any more, or nothing.  Before the first case it shows what a well framework does."""
        if self._well is None:
            self._well = not self._trouble()
        if self._lost and not self._trouble():
            self._lost = ""
        return self._lost

    def after(self, found: Transcript) -> str:
        """What a case did to the framework: nothing, as a rule."""
        raised = [answer.raised for answer in found.answers.values() if answer.raised]
        if any(each.out_of_memory for each in raised):
            self.adapter.release()
        if raised and self._well and (trouble := self._trouble()):
            self._lost = f"since an earlier case nothing can be computed ({trouble})"
            return f"after it nothing could be computed any more: {trouble}"
        return ""

    def _trouble(self) -> str:
        """What a number raises on its way to the framework and back; nothing where it arrives."""
        try:
            native = self.adapter.to_native(np.ones(1, np.float32))
            self.adapter.synchronize(native)
            self.adapter.to_numpy(native)
        except Exception as error:
            return f"{type(error).__name__}: {told(error).partition(chr(10))[0]}"
        return ""
