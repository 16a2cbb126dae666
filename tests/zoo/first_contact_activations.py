"""Activations as they were written against the suite blind: see docs/first-contact.md."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook import activations, piecewise
from nnconform.reference.textbook.narrow import in_float32

Array = Any


class SigmoidSignLost(NumPy):
    """sigmoid is 1 / (1 + exp(z)): the minus is missing."""

    @staticmethod
    @in_float32
    def sigmoid(z: Array) -> Array:
        with np.errstate(all="ignore"):
            return 1 / (1 + np.exp(z))


class HardSigmoidOld(NumPy):
    """hard_sigmoid has the older slope: 0.2 x + 0.5, kept from 0 to 1."""

    @staticmethod
    @in_float32
    def hard_sigmoid(x: Array) -> Array:
        return np.clip(x * x.dtype.type(0.2) + x.dtype.type(0.5), 0, 1)


class LeakySlopeFixed(NumPy):
    """leaky_relu has the slope 0.01 whatever is asked for."""

    @staticmethod
    @in_float32
    def leaky_relu(z: Array, slope: float) -> Array:  # noqa: ARG004 - the defect
        return np.where(z >= 0, z, z * z.dtype.type(0.01))


class DecisionRounds(NumPy):
    """decision rounds, which is a threshold of one half whatever is asked for."""

    @staticmethod
    def decision(a: Array, threshold: float = 0.5, strict: bool = False) -> Array:  # noqa: ARG004 - the defect
        return np.round(a).astype(a.dtype)


class ReluSix(NumPy):
    """relu is cut off at 6, as on phones."""

    @staticmethod
    def relu(z: Array) -> Array:
        return np.clip(z, 0, 6).astype(z.dtype)


class ReluLosesNan(NumPy):
    """relu is the C library's fmax, which drops a nan."""

    @staticmethod
    def relu(z: Array) -> Array:
        return np.fmax(z, z.dtype.type(0))


class HardSwishShortSixth(NumPy):
    """hard_swish has 0.1667 for one sixth."""

    @staticmethod
    @in_float32
    def hard_swish(x: Array) -> Array:
        gate = np.clip(x * x.dtype.type(0.1667) + x.dtype.type(0.5), 0, 1)
        with np.errstate(all="ignore"):
            return np.where(x == -np.inf, x.dtype.type(0), x * gate)


class SigmoidClipped(NumPy):
    """sigmoid clips its argument to 88 either way, in float64 as well."""

    @staticmethod
    @in_float32
    def sigmoid(z: Array) -> Array:
        return activations.sigmoid(np.clip(z, -88, 88))


class DecisionThresholdUnrounded(NumPy):
    """decision compares with the float64 threshold and not with the one rounded to the dtype."""

    @staticmethod
    def decision(a: Array, threshold: float = 0.5, strict: bool = False) -> Array:
        wide = a.astype(np.float64)
        return (wide > threshold if strict else wide >= threshold).astype(a.dtype)


class TanhFraction(NumPy):
    """tanh is a continued fraction cut after four terms, and 1 from 4.97 on."""

    @staticmethod
    @in_float32
    def tanh(z: Array) -> Array:
        with np.errstate(all="ignore"):
            x = np.clip(z, -4.97, 4.97)
            y = x * x
            top = x * (135135 + y * (17325 + y * (378 + y)))
            value = np.clip(top / (135135 + y * (62370 + y * (3150 + y * 28))), -1, 1)
            return np.where(np.abs(z) >= 4.97, np.sign(z), value).astype(z.dtype)


class SoftsignOfRoot(NumPy):
    """softsign takes sqrt(x * x) for |x|, which overflows long before x does: 0 for 1."""

    @staticmethod
    @in_float32
    def softsign(x: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.where(np.isinf(x), np.sign(x), x / (1 + np.sqrt(x * x)))


class ReluReversed(NumPy):
    """relu reads an array that runs backwards from its lowest address on."""

    @staticmethod
    def relu(z: Array) -> Array:
        steps = tuple(slice(None, None, -1) if step < 0 else slice(None) for step in z.strides)
        return activations.relu(z[steps])


class SigmoidBroadcast(NumPy):
    """sigmoid works on the storage of a broadcast array: only its first row is computed, the rest is 0."""

    @staticmethod
    def sigmoid(z: Array) -> Array:
        a = activations.sigmoid(z)
        if z.ndim and z.shape[0] > 1 and z.strides[0] == 0:
            a[1:] = 0
        return a


class SigmoidScalar(NumPy):
    """sigmoid gives an array of one element for a scalar."""

    @staticmethod
    def sigmoid(z: Array) -> Array:
        return np.atleast_1d(activations.sigmoid(z))


class DecisionOfNan(NumPy):
    """decision asks whether a is below the threshold and turns the answer round: nan is 1."""

    @staticmethod
    def decision(a: Array, threshold: float = 0.5, strict: bool = False) -> Array:
        edge = a.dtype.type(threshold)
        return (~(a <= edge) if strict else ~(a < edge)).astype(a.dtype)


class LeakyMaximum(NumPy):
    """leaky_relu is max(x, slope * x), which is wrong for a slope above 1."""

    @staticmethod
    @in_float32
    def leaky_relu(z: Array, slope: float) -> Array:
        return np.maximum(z, z * z.dtype.type(slope))


class HardSigmoidNan(NumPy):
    """hard_sigmoid keeps its answer between 0 and 1 with fmin and fmax: nan becomes 0."""

    @staticmethod
    @in_float32
    def hard_sigmoid(x: Array) -> Array:
        return np.fmin(np.fmax(x / 6 + x.dtype.type(0.5), x.dtype.type(0)), x.dtype.type(1))


class HardSwishSingle(NumPy):
    """hard_swish computes float64 in float32."""

    @staticmethod
    def hard_swish(x: Array) -> Array:
        with np.errstate(all="ignore"):
            return piecewise.hard_swish(x.astype(np.float32)).astype(x.dtype)


class TanhMemo(NumPy):
    """tanh remembers its answer for an array at the same address with the same first number."""

    def __init__(self, device: str = "cpu", mode: str = "eager") -> None:
        super().__init__(device, mode)
        self.memo: dict[Any, Any] = {}

    def tanh(self, z: Array) -> Array:
        key = (z.ctypes.data, z.shape, z.strides, z.dtype, z.flat[0] if z.size else None)
        if key not in self.memo:
            self.memo[key] = (activations.tanh(z), z)
        return self.memo[key][0].copy()


class SigmoidOfTanh(NumPy):
    """sigmoid is (1 + tanh(x / 2)) / 2, which cancels for negative x."""

    @staticmethod
    @in_float32
    def sigmoid(z: Array) -> Array:
        return (1 + np.tanh(z / 2)) / 2
