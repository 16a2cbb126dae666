"""TensorFlow, through tf.nn, tf.linalg and Keras layers and models."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache, partial, wraps
from inspect import signature
from typing import Any, ClassVar

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import tensorflow as tf

from nnconform.adapters.compiled import made_once, nothing_to_compile
from nnconform.adapters.tensorflow_functions import TensorFlowFunctions


def dot(a: Any, b: Any) -> Any:
    return tf.tensordot(a, b, axes=1)


def matmul(a: Any, b: Any) -> Any:
    return tf.linalg.matmul(a, b)


def transpose(a: Any) -> Any:
    return tf.transpose(a)


def linear(x: Any) -> Any:
    return keras.activations.linear(x)


def relu(x: Any) -> Any:
    return tf.nn.relu(x)


def leaky_relu(x: Any, slope: float) -> Any:
    return tf.nn.leaky_relu(x, alpha=slope)


def sigmoid(x: Any) -> Any:
    return tf.sigmoid(x)


def tanh(x: Any) -> Any:
    return tf.tanh(x)


def softmax(x: Any, axis: int) -> Any:
    return tf.nn.softmax(x, axis=axis)


@cache
def layer(inputs: int, units: int, activation: str, dtype: str) -> Any:
    made = keras.layers.Dense(units, activation=activation, dtype=dtype)
    made.build((None, inputs))
    return made


def bias(b: Any) -> Any:
    return b[0] if b.shape[:-1] == (1,) else b  # Keras keeps the one row of a bias as a vector


@made_once
def dense_layer(w: Any, b: Any, activation: str) -> Any:
    made = layer(w.shape[0], w.shape[1], activation, w.dtype.name)
    made.set_weights([w, bias(b)])
    return made


def dense(x: Any, w: Any, b: Any, activation: str) -> Any:
    return dense_layer(w, b, activation=activation)(x)


def dense_loop(x: Any, w: Any, b: Any, activation: str) -> Any:
    units = [tf.tensordot(x, w[:, j], axes=1) + b[j] for j in range(w.shape[1])]
    return keras.activations.get(activation)(tf.stack(units) if units else b)


def dense_column(x: Any, w: Any, b: Any, activation: str) -> Any:
    z = tf.linalg.matmul(w, x) + b
    return tf.nn.softmax(z, axis=0) if activation == "softmax" else keras.activations.get(activation)(z)


@cache
def model(inputs: int, units: tuple[int, ...], activations: tuple[str, ...], dtype: str) -> Any:
    stack = [keras.layers.Dense(*each, dtype=dtype) for each in zip(units, activations, strict=True)]
    return keras.Sequential([keras.Input(shape=(inputs,), dtype=dtype), *stack])


@made_once
def filled(layers: Any) -> Any:
    weights, biases, activations = zip(*layers, strict=True)
    first = weights[0]
    made = model(first.shape[0], tuple(w.shape[1] for w in weights), activations, first.dtype.name)
    made.set_weights([item for w, b in zip(weights, biases, strict=True) for item in (w, bias(b))])
    return made


def sequential(x: Any, layers: Any) -> Any:
    return filled(layers)(x)


def parameter_count(layers: Any) -> Any:
    return tf.constant(filled(layers).count_params(), dtype=layers[0][0].dtype)


@made_once
def normalization_layer(mean: Any, variance: Any) -> Any:
    return keras.layers.Normalization(axis=-1, mean=mean, variance=variance, dtype=mean.dtype.name)


def normalization(x: Any, mean: Any, variance: Any) -> Any:
    return normalization_layer(mean, variance)(x)


@made_once
def adapted_layer(data: Any) -> Any:
    layer = keras.layers.Normalization(axis=-1, dtype=data.dtype.name)
    layer.adapt(data)
    return layer


def normalization_adapted(x: Any, data: Any) -> Any:
    return adapted_layer(data)(x)


def decision(a: Any, threshold: float, strict: bool) -> Any:
    return tf.cast(a > threshold if strict else a >= threshold, a.dtype)


MADE_BY = {
    dense: dense_layer,
    sequential: filled,
    normalization: normalization_layer,
    normalization_adapted: adapted_layer,
}
"""Operations that call a Keras layer or model: it is made and filled eagerly, and its call is what is compiled."""


class TensorFlow(TensorFlowFunctions):
    """TensorFlow on `cpu`, `cuda` (or `gpu`), `cuda:1`."""

    name = "tensorflow"
    modes = ("eager", "compiled", "xla")
    script: ClassVar[str] = "from functools import cache\n\nimport keras\nimport tensorflow as tf"
    array_source = "tf.constant({values}, dtype=tf.{dtype})"

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        tf.config.set_soft_device_placement(False)
        tf.get_logger().setLevel("ERROR")  # it warns of functions that meet many shapes
        known = self._known()
        if device not in known:
            raise ValueError(f"no device {device!r}")
        self.native_device = known[device]
        self.traced: dict[Any, Any] = {}

    @classmethod
    def devices(cls) -> Sequence[str]:
        return tuple(cls._known())

    @classmethod
    def _known(cls) -> dict[str, str]:
        count = len(tf.config.list_physical_devices("GPU"))
        found = {"cpu": "/CPU:0"}
        if count:
            found |= {"cuda": "/GPU:0", "gpu": "/GPU:0"}
        return found | {f"{kind}:{number}": f"/GPU:{number}" for kind in ("cuda", "gpu") for number in range(count)}

    def to_native(self, array: Any) -> Any:
        with tf.device(self.native_device):
            return tf.constant(array)

    def to_numpy(self, value: Any) -> Any:
        return value.numpy()

    def scope(self) -> Any:
        return tf.device(self.native_device)

    def copy(self, value: Any, into: Any = None) -> Any:
        with tf.device(self.native_device):
            return tf.raw_ops.DeepCopy(x=value)  # tf.identity gives the same memory

    def device_of(self, value: Any) -> str:
        return self.device if value.device.endswith(self.native_device.lstrip("/")) else str(value.device)

    def set_matmul_precision(self, precision: str) -> bool:
        if precision == "highest":
            tf.config.experimental.enable_tensor_float_32_execution(enabled=False)
        return True

    def compile(self, function: Any) -> Any:
        if function is parameter_count:
            return nothing_to_compile(function)
        if function not in MADE_BY:
            return self.trace(function)

        def call(x: Any, *arrays: Any, **attributes: Any) -> Any:
            return self.trace(MADE_BY[function](*arrays, **attributes))(x)

        return wraps(function)(call)

    def recipe(self, operation: str) -> str:
        plain, options = self.plain(operation), ", jit_compile=True" if self.mode == "xla" else ""
        if plain in MADE_BY:
            x, *rest = signature(plain).parameters
            made = f"{MADE_BY[plain].__name__}({', '.join(rest)})"
            return f"def {operation}({', '.join([x, *rest])}):\n    return tf.function({made}{options})({x})"
        return "" if operation == "parameter_count" else f"{operation} = tf.function({operation}{options})"

    def trace(self, what: Any) -> Any:
        if what not in self.traced:
            self.traced[what] = tf.function(what, jit_compile=self.mode == "xla")
        return self.traced[what]

    def function(self, operation: str) -> Any:
        found = super().function(operation)
        if found is None:
            return None

        def placed(*inputs: Any, **attributes: Any) -> Any:
            with tf.device(self.native_device):
                return found(*inputs, **attributes)

        placed.__wrapped__ = found  # type: ignore[attr-defined]
        placed.ready = partial(partial, found)  # type: ignore[attr-defined]  # within `scope`
        return placed

    def versions(self) -> Mapping[str, str]:
        return {"tensorflow": tf.__version__, "keras": keras.__version__}

    def flags(self) -> Mapping[str, str]:
        return {
            "tensor_float_32": str(tf.config.experimental.tensor_float_32_execution_enabled()),
            "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "default"),
        }

    def settings(self) -> Mapping[str, Any]:
        return {
            "TensorFloat-32": tf.config.experimental.tensor_float_32_execution_enabled(),
            "Keras' default dtype": keras.backend.floatx(),
        }

    def restore(self, settings: Mapping[str, Any]) -> None:
        tf.config.experimental.enable_tensor_float_32_execution(settings["TensorFloat-32"])
        keras.backend.set_floatx(settings["Keras' default dtype"])

    def out_of_memory(self, error: Exception) -> bool:
        return isinstance(error, MemoryError | tf.errors.ResourceExhaustedError)

    def counters(self) -> Mapping[str, int]:
        return (
            {}
            if self.mode == "eager"
            else {"traces": sum(each.experimental_get_tracing_count() for each in self.traced.values())}
        )
