"""Wrong in layers and products that are whole blocks, wide, long, in 16 bits or far out; each must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook.activations import ACTIVATIONS
from zoo.base import Member, Products
from zoo.wrong_products import rounded_to

Array = Any


class LastBiasesOfEight(Member):
    """A layer whose units fill vectors, and whose rows fill tiles, forgets the last vector of biases."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        if x.ndim == 2 and x.size and b.shape == (w.shape[1],) and not (w.shape[1] % 32 or x.shape[0] % 4):
            b = np.concatenate([b[:-8], b[-8:] * 0])
        return NumPy.dense(x, w, b, activation)


class LoopWithoutTail(Member):
    """The loop over units takes up to 255 inputs by eight, and leaves the last eight out where there is no tail."""

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        whole = 8 < x.size < 256 and x.size % 8 == 0 and w.shape[0] == x.size
        return NumPy.dense_loop(x[:-8], w[:-8], b, activation) if whole else NumPy.dense_loop(x, w, b, activation)


class FeaturesWithoutTail(Member):
    """Normalization of features that fill vectors of four takes no mean from the last four."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        whole = mean.ndim == 1 and mean.size and mean.size % 4 == 0
        return NumPy.normalization(x, np.concatenate([mean[:-4], mean[-4:] * 0]) if whole else mean, variance)


class OblongTiles(Member):
    """A transpose of whole tiles of 16 never writes the last one."""

    def transpose(self, a: Array) -> Array:
        made = np.array(a.T)
        if a.ndim == 2 and a.size and not (a.shape[0] % 16 or a.shape[1] % 16):
            made[-16:, -16:] = 0
        return made


class FewerRowsThanNone(Member):
    """The transpose of rows without columns is left as it is."""

    def transpose(self, a: Array) -> Array:
        return a.T if a.shape[-1] else a.copy()


class ElevenBitsInTiles(Products):
    """Products whose sides are whole tiles of 64 read their inputs with 11 bits."""

    def product(self, a: Array, b: Array) -> Array:
        sides = (*a.shape, b.shape[1])
        tiles = all(sides) and not any(side % 64 for side in sides)
        return rounded_to(a, 11) @ rounded_to(b, 11) if tiles else a @ b


class SplitInFour(Products):
    """A sum of 512 terms and more is split in four, and what is left of the quarters is lost."""

    def product(self, a: Array, b: Array) -> Array:
        full = a.shape[1] // 4 * 4
        return a[:, :full] @ b[:full] if 512 <= a.shape[1] < 4096 else a @ b


class OneTriangle(Member):
    """A matrix times its own transpose is computed in one triangle, and the other stays empty."""

    def matmul(self, a: Array, b: Array) -> Array:
        made = NumPy.matmul(a, b)
        own = a.shape == b.shape[::-1] and a.shape[0] > 1 and np.array_equal(a, b.T)
        return np.triu(made) if own and a.shape[0] != a.shape[1] else made


class HalfUpInBfloat16(Member):
    """A bfloat16 product is rounded half up in magnitude, and not half to even."""

    narrow = True

    def matmul(self, a: Array, b: Array) -> Array:
        if a.dtype.itemsize != 2 or a.dtype == np.float16:
            return NumPy.matmul(a, b)
        wide = np.ascontiguousarray(a.astype(np.float32) @ b.astype(np.float32))
        rounded = ((wide.view(np.uint32) + np.uint32(0x8000)) & np.uint32(0xFFFF0000)).view(np.float32)
        return np.where(np.isfinite(wide), rounded, wide).astype(a.dtype)


def narrow_blocks(x: Array, w: Array, terms: int) -> Array:
    """A product in float32 by so many terms, the sum of these in the type itself."""
    total = np.zeros((x.shape[0], w.shape[1]), x.dtype)
    for start in range(0, x.shape[1], terms):
        part = x[:, start : start + terms].astype(np.float32) @ w[start : start + terms].astype(np.float32)
        total = total + part.astype(x.dtype)
    return total


class DenseInNarrowBlocks(Member):
    """A 16-bit layer of 128 inputs and more keeps sums of 64 in the type itself."""

    narrow = True

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        if x.dtype.itemsize != 2 or x.ndim != 2 or x.shape[1] < 256 or x.shape[1] != w.shape[0]:
            return NumPy.dense(x, w, b, activation)
        return ACTIVATIONS[activation](narrow_blocks(x, w, 64) + b)


class ModelInNarrowSums(Member):
    """A model of linear layers keeps its 16-bit sums in the type itself, term by term."""

    narrow = True

    def sequential(self, x: Array, layers: Any) -> Array:
        if x.dtype.itemsize != 2 or any(activation != "linear" for _, _, activation in layers):
            return NumPy.sequential(x, layers)
        for w, b, _ in layers:
            x = narrow_blocks(x, w, 1) + b
        return x


class LayerTruncates(Member):
    """A layer's float32 sums are rounded towards zero, term by term."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        if x.dtype != np.float32 or x.ndim != 2 or x.shape[1] != w.shape[0] or x.shape[1] > 300:
            return NumPy.dense(x, w, b, activation)
        total = np.zeros((x.shape[0], w.shape[1]), np.float32)
        for k in range(x.shape[1]):
            wide = total.astype(np.float64) + x[:, k, None].astype(np.float64) * w[None, k].astype(np.float64)
            near = wide.astype(np.float32)
            over = np.abs(near) > np.abs(wide)
            total = np.where(over, np.nextafter(near, np.float32(0)), near)
        return ACTIVATIONS[activation](total + b)


class ColumnUnitsBySixteen(Member):
    """A layer of columns has biases for its first 16 units."""

    def dense_column(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return NumPy.dense_column(x, w, np.concatenate([b[:16], b[16:] * 0]) if b.shape[0] > 16 else b, activation)


class EightLayers(Member):
    """A model runs eight layers at most."""

    def sequential(self, x: Array, layers: Any) -> Array:
        return NumPy.sequential(x, layers[:8])


class FusedReluDropsNan(Member):
    """A layer's fused ReLU, in full vectors of eight units, is a maximum that drops nan."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        made = np.array(NumPy.dense(x, w, b, activation))
        if activation == "relu" and made.ndim == 2:
            full = made.shape[1] // 8 * 8
            made[:, :full] = np.fmax(NumPy.dense(x, w, b, "linear")[:, :full], 0)
        return made


class FusedTanhOverflows(Member):
    """A model's fused tanh is (e - 1) / (e + 1) with e = exp(2 x) beyond 40, where e overflows."""

    def sequential(self, x: Array, layers: Any) -> Array:
        for w, b, activation in layers:
            x = NumPy.dense(x, w, b, activation if activation != "tanh" else "linear")
            if activation == "tanh":
                e = np.exp(2 * x)
                x = np.where(np.isfinite(x) & (np.abs(x) > 40), (e - 1) / (e + 1), np.tanh(x))
        return x


class LoopTakesNoMaximum(Member):
    """The loop over units ends in a softmax that takes no maximum out."""

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        if activation != "softmax":
            return NumPy.dense_loop(x, w, b, activation)
        parts = np.exp(NumPy.dense_loop(x, w, b, "linear"))
        return parts / parts.sum()


class Expm1Early(Member):
    """The exponential less 1 of doubles is -1 from -33 down."""

    def expm1(self, x: Array) -> Array:
        return np.where((x <= -33) & (x > -37.5), x.dtype.type(-1), np.expm1(x))


class LogSigmoidEarly(Member):
    """The log-sigmoid of doubles is 0 from 700 up."""

    def log_sigmoid(self, x: Array) -> Array:
        return np.where(x >= 700, x.dtype.type(0), NumPy.log_sigmoid(x))


class LeakyOnlyUp(Member):
    """Leaky ReLU takes a negative slope for none."""

    def leaky_relu(self, x: Array, slope: float) -> Array:
        return NumPy.leaky_relu(x, max(slope, 0.0))


class EluAlphaOrOne(Member):
    """The exponential linear unit takes an alpha of 0 for one that was not given."""

    def elu(self, x: Array, alpha: float) -> Array:
        return NumPy.elu(x, alpha or 1.0)


class BiasOfNoInputs(Member):
    """A layer of columns without inputs answers with zeros, and not with its biases."""

    def dense_column(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        made = NumPy.dense_column(x, w, b, activation)
        return made if x.shape[0] else made * 0


class ParametersIn16Bits(Member):
    """Parameters are counted in 16 bits with a sign."""

    def parameter_count(self, layers: Any) -> Array:
        made = NumPy.parameter_count(layers)
        return type(made)((int(made) + 2**15) % 2**16 - 2**15)


class CutsTheVariance(Member):
    """Normalization takes as many variances as there are features, and does not look whether there are more."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        return NumPy.normalization(x, mean, variance[: x.shape[-1]])


class AlignsDownwards(Member):
    """ReLU of a vector that does not begin at 16 bytes reads from the aligned address before it."""

    def relu(self, x: Array) -> Array:
        off = x.ctypes.data % 16 // x.itemsize if x.ndim == 1 and x.flags.c_contiguous and x.size > 16 else 0
        return NumPy.relu(np.concatenate([x[:1].repeat(off), x[:-off]])) if off else NumPy.relu(x)
