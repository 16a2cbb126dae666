"""Element functions and activations in JAX's own API."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from nnconform.adapters.contract import Adapter


def exp(x: Any) -> Any:
    return jnp.exp(x)


def expm1(x: Any) -> Any:
    return jnp.expm1(x)


def log(x: Any) -> Any:
    return jnp.log(x)


def log1p(x: Any) -> Any:
    return jnp.log1p(x)


def erf(x: Any) -> Any:
    return jax.scipy.special.erf(x)


def sqrt(x: Any) -> Any:
    return jnp.sqrt(x)


def rsqrt(x: Any) -> Any:
    return jax.lax.rsqrt(x)


def elu(x: Any, alpha: float) -> Any:
    return jax.nn.elu(x, alpha=alpha)


def selu(x: Any) -> Any:
    return jax.nn.selu(x)


def gelu(x: Any, approximate: str) -> Any:
    return jax.nn.gelu(x, approximate=approximate == "tanh")


def silu(x: Any) -> Any:
    return jax.nn.silu(x)


def softplus(x: Any) -> Any:
    return jax.nn.softplus(x)


def log_sigmoid(x: Any) -> Any:
    return jax.nn.log_sigmoid(x)


def hard_sigmoid(x: Any) -> Any:
    return jax.nn.hard_sigmoid(x)


def hard_swish(x: Any) -> Any:
    return jax.nn.hard_swish(x)


def mish(x: Any) -> Any:
    return jax.nn.mish(x)


def softsign(x: Any) -> Any:
    return jax.nn.soft_sign(x)


def log_softmax(x: Any, axis: int) -> Any:
    return jax.nn.log_softmax(x, axis=axis)


def logsumexp(x: Any, axis: int) -> Any:
    return jax.nn.logsumexp(x, axis=axis)


class JAXFunctions(Adapter):
    """What the adapter has from this file: its functions are found by name."""
