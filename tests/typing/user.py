"""What a type checker must see of an installed nnconform; checked in CI, never run."""

from typing import Any, assert_type

import numpy as np

from nnconform.adapters import Adapter
from nnconform.harness.judge import judge
from nnconform.harness.transcript import Transcript
from nnconform.harness.verdict import Verdict
from nnconform.spec.frozen import FrozenFile


class Mine(Adapter):
    """An adapter of a user's own."""

    name = "mine"

    def to_native(self, array: np.ndarray[Any, Any]) -> list[float]:
        return [float(value) for value in array.ravel()]


assert_type(Mine("cpu").device, str)
assert_type(judge({}, Transcript(device="cpu")), Verdict)
assert_type(FrozenFile("{}").line("a", "float32"), dict[str, Any])
