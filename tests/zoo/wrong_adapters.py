"""Adapters that spoil what passes through them: each has one realistic fault, and must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters import Adapter

Array = Any


class _Bare(Adapter):
    """An adapter of nothing but the way to the framework and back, which any copy must survive."""

    name = "bare"


class ThroughSingle(_Bare):
    """Doubles are sent as float32."""

    def to_native(self, array: Array) -> Array:
        return array.astype(np.float32).astype(array.dtype)


class ThroughText(_Bare):
    """Numbers are sent as text with eight digits."""

    def to_native(self, array: Array) -> Array:
        texts = [f"{float(number):.7e}" for number in array.reshape(-1)]
        return np.array([float(text) for text in texts], np.float64).astype(array.dtype).reshape(array.shape)


class ThroughListsOfNumbers(_Bare):
    """Arrays are sent as lists, which come back as doubles."""

    def to_native(self, array: Array) -> Array:
        return np.array(array.tolist()).reshape(array.shape)


class NoSpecials(_Bare):
    """nan and the infinities are cleaned away on the way back."""

    def to_numpy(self, value: Any) -> Array:
        return np.nan_to_num(value)


class LargestForInfinity(_Bare):
    """Infinities come back as the largest number."""

    def to_numpy(self, value: Any) -> Array:
        most = np.finfo(np.float64 if value.dtype == np.float64 else np.float32).max
        return np.clip(value, -most, most) if value.size else value


class Squeezes(_Bare):
    """Axes of length 1 are lost on the way back."""

    def to_numpy(self, value: Any) -> Array:
        return np.squeeze(value)


class MemoryOrder(_Bare):
    """Memory is copied as it lies, whatever its order."""

    def to_native(self, array: Array) -> Array:
        return array.ravel("K").reshape(array.shape)


class Mirrored(_Bare):
    """A matrix comes back with its axes the other way round."""

    def to_numpy(self, value: Any) -> Array:
        return value.T


class TwoAxes(_Bare):
    """Arrays of more than two axes are sent as matrices."""

    def to_native(self, array: Array) -> Array:
        return array if array.ndim <= 2 else array.reshape(-1, array.shape[-1])


class BigEndian(_Bare):
    """Bytes are read in the other order (cupy#5828)."""

    def to_native(self, array: Array) -> Array:
        return np.ascontiguousarray(array).byteswap() if array.dtype.kind == "f" else array


class NoneForEmpty(_Bare):
    """Empty arrays come back as None."""

    def to_numpy(self, value: Any) -> Any:
        return value if value.size else None


class ListsForArrays(_Bare):
    """Answers come back as lists."""

    def to_numpy(self, value: Any) -> Any:
        return value.tolist()


class OnAnotherDevice(_Bare):
    """Answers lie on a device that nobody asked for."""

    def device_of(self, value: Any) -> str:
        return "gpu:0"


class KeepsTheFirstArray(_Bare):
    """Arrays of one shape are sent once."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.sent: dict[Any, Array] = {}

    def to_native(self, array: Array) -> Array:
        return self.sent.setdefault((array.shape, array.dtype), array.copy())


class SendsByAddress(_Bare):
    """An array object is sent once, whatever is written into it later."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.sent: dict[int, tuple[Array, Array]] = {}

    def to_native(self, array: Array) -> Array:
        return self.sent.setdefault(id(array), (array, array.copy()))[1]


class OneStagingBuffer(_Bare):
    """Everything of one shape is sent through one buffer, which answers go on pointing to."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.buffers: dict[Any, Array] = {}

    def to_native(self, array: Array) -> Array:
        buffer = self.buffers.setdefault((array.shape, array.dtype), np.empty_like(array))
        buffer[...] = array
        return buffer


class CannotReadStrides(_Bare):
    """Arrays with gaps are not taken."""

    def to_native(self, array: Array) -> Array:
        if not array.flags.c_contiguous and not array.flags.f_contiguous:
            raise ValueError("cannot read a strided buffer")
        return array


class ClearsWhatItSent(_Bare):
    """Buffers are cleared once they have been sent."""

    def to_native(self, array: Array) -> Array:
        kept = array.copy()
        if array.flags.writeable:
            array[...] = 0
        return kept


class WaitsInVain(_Bare):
    """Waiting for an answer raises an error."""

    def synchronize(self, value: Any) -> None:
        raise RuntimeError("no such stream")
