"""Element functions and activations in TensorFlow's own API, Keras where that alone has them."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from nnconform.adapters.contract import Adapter


def exp(x: Any) -> Any:
    return tf.exp(x)


def expm1(x: Any) -> Any:
    return tf.math.expm1(x)


def log(x: Any) -> Any:
    return tf.math.log(x)


def log1p(x: Any) -> Any:
    return tf.math.log1p(x)


def erf(x: Any) -> Any:
    return tf.math.erf(x)


def sqrt(x: Any) -> Any:
    return tf.sqrt(x)


def rsqrt(x: Any) -> Any:
    return tf.math.rsqrt(x)


def elu(x: Any, alpha: float) -> Any:
    return keras.activations.elu(x, alpha=alpha)


def selu(x: Any) -> Any:
    return tf.nn.selu(x)


def gelu(x: Any, approximate: str) -> Any:
    return tf.nn.gelu(x, approximate=approximate == "tanh")


def silu(x: Any) -> Any:
    return tf.nn.silu(x)


def softplus(x: Any) -> Any:
    return tf.nn.softplus(x)


def log_sigmoid(x: Any) -> Any:
    return tf.math.log_sigmoid(x)


def hard_sigmoid(x: Any) -> Any:
    return keras.activations.hard_sigmoid(x)


def hard_swish(x: Any) -> Any:
    return keras.activations.hard_swish(x)


def mish(x: Any) -> Any:
    return keras.activations.mish(x)


def softsign(x: Any) -> Any:
    return tf.nn.softsign(x)


def log_softmax(x: Any, axis: int) -> Any:
    return tf.nn.log_softmax(x, axis=axis)


def logsumexp(x: Any, axis: int) -> Any:
    return tf.reduce_logsumexp(x, axis=axis)


class TensorFlowFunctions(Adapter):
    """What the adapter has from this file: its functions are found by name."""
