"""PyTorch, through torch.nn and torch.nn.functional."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import ml_dtypes
import torch
import torch.nn.functional as F

from nnconform.adapters.compiled import made_once, nothing_to_compile
from nnconform.adapters.contract import Unavailable
from nnconform.adapters.torch_functions import TorchFunctions


def activate(z: Any, activation: str, dim: int = -1) -> Any:
    if activation == "softmax":
        return F.softmax(z, dim=dim)
    return {"linear": lambda z: z, "relu": F.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}[activation](z)


def dot(a: Any, b: Any) -> Any:
    return torch.dot(a, b)


def matmul(a: Any, b: Any) -> Any:
    return torch.matmul(a, b)


def transpose(a: Any) -> Any:
    return a.T


def linear(x: Any) -> Any:
    return torch.nn.Identity()(x)


def relu(x: Any) -> Any:
    return F.relu(x)


def leaky_relu(x: Any, slope: float) -> Any:
    return F.leaky_relu(x, negative_slope=slope)


def sigmoid(x: Any) -> Any:
    return torch.sigmoid(x)


def tanh(x: Any) -> Any:
    return torch.tanh(x)


def softmax(x: Any, axis: int) -> Any:
    return F.softmax(x, dim=axis)


def dense(x: Any, w: Any, b: Any, activation: str) -> Any:
    return activate(F.linear(x, w.T, b), activation)


def dense_loop(x: Any, w: Any, b: Any, activation: str) -> Any:
    units = [torch.dot(w[:, j], x) + b[j] for j in range(w.shape[1])]
    return activate(torch.stack(units) if units else b, activation)


def dense_column(x: Any, w: Any, b: Any, activation: str) -> Any:
    return activate(w @ x + b, activation, dim=0)


@made_once
def model(layers: Any) -> Any:
    modules = []
    for w, b, activation in layers:
        layer = torch.nn.Linear(w.shape[0], w.shape[1], device="meta")  # no weights of its own
        layer.weight, layer.bias = torch.nn.Parameter(w.T), torch.nn.Parameter(b)
        modules.append(layer)
        if activation != "linear":
            modules.append(
                {"relu": torch.nn.ReLU(), "sigmoid": torch.nn.Sigmoid(), "tanh": torch.nn.Tanh(),
                 "softmax": torch.nn.Softmax(dim=-1)}[activation]
            )  # fmt: skip
    return torch.nn.Sequential(*modules)


def sequential(x: Any, layers: Any) -> Any:
    with torch.no_grad():
        return model(layers)(x)


def parameter_count(layers: Any) -> Any:
    return torch.tensor(
        sum(p.numel() for p in model(layers).parameters()), dtype=layers[0][0].dtype, device=layers[0][0].device
    )


def normalization(x: Any, mean: Any, variance: Any) -> Any:
    return (x - mean) / torch.sqrt(variance)


def normalization_adapted(x: Any, data: Any) -> Any:
    variance, mean = torch.var_mean(data, dim=0, correction=0)
    return (x - mean) / torch.sqrt(variance)


def decision(a: Any, threshold: float, strict: bool) -> Any:
    return (a > threshold if strict else a >= threshold).to(a.dtype)


def whole(function: Any) -> Any:
    """Compiled as one graph (a break raises), one for each shape: no answer depends on what was asked before."""
    return torch.compile(function, fullgraph=True, dynamic=False)


whole_model = made_once(whole)


def sequential_compiled(x: Any, layers: Any) -> Any:
    with torch.no_grad():
        return whole_model(model(layers))(x)


def prepare_compiler(device: str) -> None:
    """Limits that nothing falls back behind.  Raises Unavailable where torch.compile cannot work on this machine."""
    from torch._dynamo import config

    for limit in ("recompile_limit", "accumulated_recompile_limit", "cache_size_limit", "accumulated_cache_size_limit"):
        if hasattr(config, limit):
            setattr(config, limit, 10**6)  # one graph a shape; past it, fullgraph raises
    logging.getLogger("torch._subclasses.fake_tensor").setLevel(logging.CRITICAL)  # it logs every refusal
    try:
        from torch._inductor.cpp_builder import get_cpp_compiler

        get_cpp_compiler()  # kernels from the disk cache would hide that there is none
        whole(lambda x: x + 1)(torch.zeros(2, device=device))
    except Exception as error:
        if type(error).__name__ == "InvalidCxxCompiler":
            text = "needs a C++ compiler: install g++ or clang++ (apt-get install g++), or name one in CXX"
        else:
            text = f"does not work here: {type(error).__name__}: {next(iter(str(error).splitlines()), '')}"
        raise Unavailable(f"torch.compile {text}") from None


class Torch(TorchFunctions):
    """PyTorch on `cpu`, `cuda`, `cuda:1`."""

    name = "torch"
    modes = ("eager", "compiled")
    script: ClassVar[str] = "import torch\nimport torch.nn.functional as F"
    array_source = "torch.tensor({values}, dtype=torch.{dtype}, device={device!r})"

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.reduced = (True, True)
        if device not in self.devices():
            raise ValueError(f"no device {device!r}")
        if mode == "compiled":
            prepare_compiler(device)

    @classmethod
    def devices(cls) -> Sequence[str]:
        found = torch.cuda.device_count() if torch.cuda.is_available() else 0
        return ("cpu", *(("cuda",) if found else ()), *(f"cuda:{number}" for number in range(found)))

    def set_matmul_precision(self, precision: str) -> bool:
        products = torch.backends.cuda.matmul
        self.reduced = products.allow_fp16_reduced_precision_reduction, products.allow_bf16_reduced_precision_reduction
        if precision == "highest":
            torch.set_float32_matmul_precision("highest")
            products.allow_fp16_reduced_precision_reduction = False
            products.allow_bf16_reduced_precision_reduction = False
        return True

    def unset_matmul_precision(self, settings: Mapping[str, Any]) -> None:
        super().unset_matmul_precision(settings)
        products = torch.backends.cuda.matmul
        products.allow_fp16_reduced_precision_reduction, products.allow_bf16_reduced_precision_reduction = self.reduced

    def compile(self, function: Any) -> Any:
        if function is parameter_count:
            return nothing_to_compile(function)
        return sequential_compiled if function is sequential else whole(function)

    def recipe(self, operation: str) -> str:
        if operation == "sequential":
            call = "torch.compile(model(layers), fullgraph=True, dynamic=False)(x)"
            return f"def sequential(x, layers):\n    with torch.no_grad():\n        return {call}"
        compiled = f"{operation} = torch.compile({operation}, fullgraph=True, dynamic=False)"
        return "" if operation == "parameter_count" else compiled

    def to_native(self, array: Any) -> Any:
        if array.dtype == ml_dtypes.bfloat16:  # which NumPy knows only by ml_dtypes: the same bits, by another name
            return torch.from_numpy(array.view("int16")).view(torch.bfloat16).to(self.device)
        return torch.from_numpy(array).to(self.device)

    def to_native_view(self, buffer: Any, shape: Sequence[int], strides: Sequence[int], offset: int) -> Any:
        return torch.as_strided(self.to_native(buffer), shape, strides, offset)

    def to_numpy(self, value: Any) -> Any:
        found = value.detach().cpu()
        if found.dtype == torch.bfloat16:
            return found.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
        return found.numpy()

    def synchronize(self, value: Any) -> None:
        if self.device != "cpu":
            torch.cuda.synchronize(self.device)

    def waits(self) -> bool:
        return self.device != "cpu"

    def copy(self, value: Any, into: Any = None) -> Any:
        return value.clone() if into is None else into.copy_(value)

    def device_time(self, call: Any) -> float | None:
        if self.device == "cpu":
            return None
        with torch.cuda.device(self.device):
            start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            torch.cuda._sleep(1_000_000)  # noqa: SLF001 - meanwhile the queue fills, and kernels follow one another
            start.record()
            call()
            end.record()
            end.synchronize()
        return float(start.elapsed_time(end)) * 1e6

    def free_memory(self) -> int | None:
        return None if self.device == "cpu" else int(torch.cuda.mem_get_info(self.device)[0])

    def device_of(self, value: Any) -> str:
        place = value.device
        return (
            place.type
            if place.index is None or (":" not in self.device and place.index == torch.cuda.current_device())
            else str(place)
        )

    def strides(self, value: Any) -> Sequence[int] | None:
        return tuple(value.stride())

    def versions(self) -> Mapping[str, str]:
        found = {"torch": torch.__version__}
        if torch.version.cuda:
            found["cuda"] = torch.version.cuda
        return found

    def flags(self) -> Mapping[str, str]:
        found = {
            "cpu_capability": torch.backends.cpu.get_cpu_capability(),
            "threads": str(torch.get_num_threads()),
            "float32_matmul_precision": torch.get_float32_matmul_precision(),
        }
        if self.device != "cpu":
            found["gpu"] = torch.cuda.get_device_name(self.device)
        return found

    def settings(self) -> Mapping[str, Any]:
        return {
            "the default dtype": torch.get_default_dtype(),
            "gradient mode": torch.is_grad_enabled(),
            "precision of float32 products": torch.get_float32_matmul_precision(),
            "TF32 in cuDNN": torch.backends.cudnn.allow_tf32,
            "deterministic algorithms": torch.are_deterministic_algorithms_enabled(),
        }

    def restore(self, settings: Mapping[str, Any]) -> None:
        torch.set_default_dtype(settings["the default dtype"])
        torch.set_grad_enabled(settings["gradient mode"])
        torch.set_float32_matmul_precision(settings["precision of float32 products"])
        torch.backends.cudnn.allow_tf32 = settings["TF32 in cuDNN"]
        torch.use_deterministic_algorithms(settings["deterministic algorithms"])

    def out_of_memory(self, error: Exception) -> bool:
        return isinstance(error, MemoryError | torch.cuda.OutOfMemoryError) or "DefaultCPUAllocator" in str(error)

    def release(self) -> None:
        if self.device != "cpu":
            torch.cuda.empty_cache()

    def counters(self) -> Mapping[str, int]:
        if self.mode == "eager":
            return {}
        from torch._dynamo.utils import counters as seen

        cached = seen["inductor"]["fxgraph_cache_hit"]
        return {"compilations": seen["stats"]["unique_graphs"], "of them from the compiler's disk cache": cached}
