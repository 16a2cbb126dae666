"""Element functions and activations in PyTorch's own API."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

from nnconform.adapters.contract import Adapter


def exp(x: Any) -> Any:
    return torch.exp(x)


def expm1(x: Any) -> Any:
    return torch.expm1(x)


def log(x: Any) -> Any:
    return torch.log(x)


def log1p(x: Any) -> Any:
    return torch.log1p(x)


def erf(x: Any) -> Any:
    return torch.erf(x)


def sqrt(x: Any) -> Any:
    return torch.sqrt(x)


def rsqrt(x: Any) -> Any:
    return torch.rsqrt(x)


def elu(x: Any, alpha: float) -> Any:
    return F.elu(x, alpha=alpha)


def selu(x: Any) -> Any:
    return F.selu(x)


def gelu(x: Any, approximate: str) -> Any:
    return F.gelu(x, approximate=approximate)


def silu(x: Any) -> Any:
    return F.silu(x)


def softplus(x: Any) -> Any:
    return F.softplus(x)


def log_sigmoid(x: Any) -> Any:
    return F.logsigmoid(x)


def hard_sigmoid(x: Any) -> Any:
    return F.hardsigmoid(x)


def hard_swish(x: Any) -> Any:
    return F.hardswish(x)


def mish(x: Any) -> Any:
    return F.mish(x)


def softsign(x: Any) -> Any:
    return F.softsign(x)


def log_softmax(x: Any, axis: int) -> Any:
    return F.log_softmax(x, dim=axis)


def logsumexp(x: Any, axis: int) -> Any:
    return torch.logsumexp(x, dim=axis)


class TorchFunctions(Adapter):
    """What the adapter has from this file: its functions are found by name."""
