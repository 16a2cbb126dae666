"""JAX, through jax.numpy and jax.nn."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from nnconform.adapters.compiled import arrays_only, nothing_to_compile
from nnconform.adapters.jax_functions import JAXFunctions

_PILED_UP = 100
"""Compilations, after which what they were lowered from is let go."""
_LOWERED = (("jax._src.pjit", "_pjit_lower"), ("jax._src.interpreters.pxla", "_cached_lowering_to_hlo"))
"""Where JAX 0.10 keeps it: 1.4 MB for each of the last 2,048 compilations, which slow down the next one's lowering, to
a third of its speed by then.  Compiled code is kept elsewhere, and stays: without it (`jax.clear_caches`) JAX would
have to compile a third more."""


def activate(z: Any, activation: str) -> Any:
    return {
        "linear": lambda z: z,
        "relu": jax.nn.relu,
        "sigmoid": jax.nn.sigmoid,
        "tanh": jnp.tanh,
        "softmax": jax.nn.softmax,
    }[activation](z)


def dot(a: Any, b: Any) -> Any:
    return jnp.dot(a, b)


def matmul(a: Any, b: Any) -> Any:
    return jnp.matmul(a, b)


def transpose(a: Any) -> Any:
    return a.T


def linear(x: Any) -> Any:
    return jax.nn.identity(x)


def relu(x: Any) -> Any:
    return jax.nn.relu(x)


def leaky_relu(x: Any, slope: float) -> Any:
    return jax.nn.leaky_relu(x, negative_slope=slope)


def sigmoid(x: Any) -> Any:
    return jax.nn.sigmoid(x)


def tanh(x: Any) -> Any:
    return jnp.tanh(x)


def softmax(x: Any, axis: int) -> Any:
    return jax.nn.softmax(x, axis=axis)


def dense(x: Any, w: Any, b: Any, activation: str) -> Any:
    return activate(jnp.matmul(x, w) + b, activation)


def dense_loop(x: Any, w: Any, b: Any, activation: str) -> Any:
    units = [jnp.dot(x, w[:, j]) + b[j] for j in range(w.shape[1])]
    return activate(jnp.stack(units) if units else b, activation)


def dense_column(x: Any, w: Any, b: Any, activation: str) -> Any:
    return jax.nn.softmax(w @ x + b, axis=0) if activation == "softmax" else activate(w @ x + b, activation)


def sequential(x: Any, layers: Any) -> Any:
    for w, b, activation in layers:
        x = activate(jnp.matmul(x, w) + b, activation)
    return x


def parameter_count(layers: Any) -> Any:
    parameters = [(w, b) for w, b, _ in layers]
    first = parameters[0][0]
    return jnp.full_like(first, sum(leaf.size for leaf in jax.tree.leaves(parameters)), shape=())  # where they lie


def normalization(x: Any, mean: Any, variance: Any) -> Any:
    return jax.nn.standardize(x, mean=mean, variance=variance, epsilon=0)


def normalization_adapted(x: Any, data: Any) -> Any:
    return jax.nn.standardize(x, mean=jnp.mean(data, axis=0), variance=jnp.var(data, axis=0), epsilon=0)


def decision(a: Any, threshold: float, strict: bool) -> Any:
    return (a > threshold if strict else a >= threshold).astype(a.dtype)


class JAX(JAXFunctions):
    """JAX on `cpu`, `cuda` (or `gpu`), `cuda:1`."""

    name = "jax"
    modes = ("eager", "compiled")
    script: ClassVar[str] = "import jax\nimport jax.numpy as jnp\njax.config.update('jax_enable_x64', True)"
    array_source = "jnp.array({values}, dtype=jnp.{dtype})"

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        jax.config.update("jax_enable_x64", True)
        known = self._known()
        if device not in known:
            raise ValueError(f"no device {device!r}")
        self.native_device = known[device]
        self.compilations = self._let_go = 0
        jax.monitoring.register_event_duration_secs_listener(self._count)

    @classmethod
    def devices(cls) -> Sequence[str]:
        return tuple(cls._known())

    @classmethod
    def _known(cls) -> dict[str, Any]:
        found: dict[str, Any] = {"cpu": jax.devices("cpu")[0]}
        try:
            graphics = jax.devices("gpu")
        except RuntimeError:
            return found
        found |= {"cuda": graphics[0], "gpu": graphics[0]}
        return found | {f"{kind}:{number}": item for kind in ("cuda", "gpu") for number, item in enumerate(graphics)}

    def _count(self, event: str, seconds: float, **details: Any) -> None:
        if event == "/jax/core/compile/backend_compile_duration":
            self.compilations += 1

    def set_matmul_precision(self, precision: str) -> bool:
        if precision == "highest":
            jax.config.update("jax_default_matmul_precision", "highest")
        return True

    def compile(self, function: Any) -> Any:
        return nothing_to_compile(function) if function is parameter_count else arrays_only(function, jax.jit)

    def recipe(self, operation: str) -> str:
        plain = self.plain(operation)
        if plain is None or operation in {"sequential", "parameter_count"}:
            return ""
        static = [name for name, kind in plain.__annotations__.items() if kind in {"int", "float", "bool", "str"}]
        return f"{operation} = jax.jit({operation}, static_argnames={static})"

    def to_native(self, array: Any) -> Any:
        return jax.device_put(array, self.native_device)

    def to_numpy(self, value: Any) -> Any:
        return jax.device_get(value)

    def synchronize(self, value: Any) -> None:
        value.block_until_ready()

    def copy(self, value: Any, into: Any = None) -> Any:
        return jnp.copy(value)

    def free_memory(self) -> int | None:
        found = None if self.device == "cpu" else self.native_device.memory_stats()
        return found["bytes_limit"] - found["bytes_in_use"] if found else None

    def device_of(self, value: Any) -> str:
        (place,) = value.devices()
        return self.device if place == self.native_device else str(place)

    def versions(self) -> Mapping[str, str]:
        return {"jax": jax.__version__, "jaxlib": version("jaxlib")}

    def flags(self) -> Mapping[str, str]:
        return {
            "device_kind": self.native_device.device_kind,
            "enable_x64": str(jax.config.jax_enable_x64),
            "default_matmul_precision": str(jax.config.jax_default_matmul_precision),
            **({"compilation_cache": "on disk"} if jax.config.jax_compilation_cache_dir else {}),
        }

    def settings(self) -> Mapping[str, Any]:
        config = jax.config
        return {"64-bit mode": config.jax_enable_x64, "precision of products": config.jax_default_matmul_precision}

    def restore(self, settings: Mapping[str, Any]) -> None:
        jax.config.update("jax_enable_x64", settings["64-bit mode"])
        jax.config.update("jax_default_matmul_precision", settings["precision of products"])

    def out_of_memory(self, error: Exception) -> bool:
        return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error)

    def rest(self) -> None:
        if self.compilations - self._let_go >= _PILED_UP:
            self._let_go = self.compilations
            for module, name in _LOWERED:
                clear = getattr(getattr(sys.modules.get(module), name, None), "cache_clear", None)
                if clear:  # another version may keep it elsewhere, which costs time alone
                    clear()

    def counters(self) -> Mapping[str, int]:
        return {"compilations": self.compilations}
