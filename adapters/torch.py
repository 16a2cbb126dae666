"""PyTorch, through torch.nn and torch.nn.functional."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import ml_dtypes
import torch
import torch.nn.functional as F

from nnconform.adapters.contract import Adapter


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
    return activate(torch.stack(units), activation)


def dense_column(x: Any, w: Any, b: Any, activation: str) -> Any:
    return activate(w @ x + b, activation, dim=0)


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


class Torch(Adapter):
    """PyTorch on `cpu`, `cuda`, `cuda:1`."""

    name = "torch"
    framework = "torch"
    install = "pip install torch"
    script: ClassVar[str] = "import torch\nimport torch.nn.functional as F"
    array_source = "torch.tensor({values}, dtype=torch.{dtype}, device={device!r})"

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        if device not in self.devices():
            raise ValueError(f"no device {device!r}")

    @classmethod
    def devices(cls) -> Sequence[str]:
        found = torch.cuda.device_count() if torch.cuda.is_available() else 0
        return ("cpu", *(("cuda",) if found else ()), *(f"cuda:{number}" for number in range(found)))

    def to_native(self, array: Any) -> Any:
        if array.dtype == ml_dtypes.bfloat16:  # which NumPy knows only by ml_dtypes: the same bits, by another name
            return torch.from_numpy(array.view("int16")).view(torch.bfloat16).to(self.device)
        return torch.from_numpy(array).to(self.device)

    def to_numpy(self, value: Any) -> Any:
        found = value.detach().cpu()
        if found.dtype == torch.bfloat16:
            return found.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
        return found.numpy()

    def synchronize(self, value: Any) -> None:
        if self.device != "cpu":
            torch.cuda.synchronize(self.device)

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
