"""A sound framework on one device, with a sigmoid and a dense layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters import Adapter


def activate(z: Any, activation: str) -> Any:
    return 1 / (1 + np.exp(-z)) if activation == "sigmoid" else z


def sigmoid(x: Any) -> Any:
    return activate(x, "sigmoid")


def dense(x: Any, w: Any, b: Any, activation: str) -> Any:
    return activate(x @ w + b, activation)


class Good(Adapter):
    """Answers as it should."""

    name = "good"
