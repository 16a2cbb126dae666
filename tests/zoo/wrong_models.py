"""Wrong layers, models, statistics and shape rules: each has one realistic defect, and must fail."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnconform.adapters.numpy import NumPy
from nnconform.reference.textbook.activations import ACTIVATIONS
from zoo.base import Member

Array = Any


class BiasAfterActivation(Member):
    """A dense layer adds its bias after its activation."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return ACTIVATIONS[activation](np.matmul(x, w)) + b


class BiasAsColumn(Member):
    """A dense layer takes its bias for a column where there are as many rows as units."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        z = np.matmul(x, w)
        square = z.ndim == 2 and z.shape[0] == z.shape[1] == b.size
        return ACTIVATIONS[activation](z + (b.reshape(-1, 1) if square else b))


class FirstBiasForAll(Member):
    """A dense layer gives every unit the first one's bias."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return NumPy.dense(x, w, np.zeros_like(b) + b[..., :1] if b.ndim else b, activation)


class BiasInHalf(Member):
    """A dense layer keeps its bias as float16."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return NumPy.dense(x, w, b.astype(np.float16).astype(b.dtype), activation)


class NegatedBias(Member):
    """A layer of columns subtracts its bias, the threshold of an older definition."""

    def dense_column(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return NumPy.dense_column(x, w, -b, activation)


class RowSoftmaxOfColumns(Member):
    """A layer of columns takes its softmax along the rows."""

    def dense_column(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        z = np.matmul(w, x) + b
        return ACTIVATIONS[activation](z)


class TransposedColumnWeights(Member):
    """A layer of columns transposes its weights where they are square."""

    def dense_column(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return NumPy.dense_column(x, w.T if w.shape[0] == w.shape[1] else w, b, activation)


class TransposedLoopWeights(Member):
    """The loop over units takes a row of square weights for a unit's column."""

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return NumPy.dense_loop(x, w.T if w.shape[0] == w.shape[1] else w, b, activation)


class LoopForgetsActivation(Member):
    """The loop over units has no activation but the sigmoid."""

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return NumPy.dense_loop(x, w, b, "sigmoid" if activation == "sigmoid" else "linear")


class LoopCutsInputs(Member):
    """The loop over units stops where inputs or weights end, whichever comes first."""

    def dense_loop(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        least = min(x.shape[0], w.shape[0])
        return NumPy.dense_loop(x[:least], w[:least], b, activation)


class LinearForTanh(Member):
    """A dense layer does not know the hyperbolic tangent, and answers the sum."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return NumPy.dense(x, w, b, "linear" if activation == "tanh" else activation)


class TransposedWeights(Member):
    """A dense layer takes weights (units, inputs) where both fit, as another framework has them."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        return NumPy.dense(x, w.reshape(w.shape[::-1]).T, b, activation)


class LastActivationForAll(Member):
    """A model gives all its layers the last one's activation."""

    def sequential(self, x: Array, layers: Any) -> Array:
        return NumPy.sequential(x, [(w, b, layers[-1][2]) for w, b, _ in layers])


class SkipsTheThirdLayer(Member):
    """A model of more than three layers leaves out the third where its input fits the fourth."""

    def sequential(self, x: Array, layers: Any) -> Array:
        fits = len(layers) > 2 and layers[1][0].shape == layers[0][0].shape
        return NumPy.sequential(x, [layers[0], *layers[2:]] if fits else layers)


class FusesLinearLayers(Member):
    """A model multiplies the weights of linear layers first, and forgets the first bias on the way."""

    def sequential(self, x: Array, layers: Any) -> Array:
        if len(layers) > 1 and layers[0][2] == "linear":
            (w, _, _), (v, c, activation), *rest = layers
            layers = [(np.matmul(w, v), c, activation), *rest]
        return NumPy.sequential(x, layers)


class OneLayerIsNoModel(Member):
    """A model of a single layer answers the sum, for want of a layer after it."""

    def sequential(self, x: Array, layers: Any) -> Array:
        if len(layers) == 1:
            layers = [(layers[0][0], layers[0][1], "linear")]
        return NumPy.sequential(x, layers)


class HalfBetweenLayers(Member):
    """A model keeps what lies between its layers as float16."""

    def sequential(self, x: Array, layers: Any) -> Array:
        for number, (w, b, activation) in enumerate(layers):
            x = NumPy.dense(x if not number else x.astype(np.float16).astype(x.dtype), w, b, activation)
        return x


class CountsTwinsOnce(Member):
    """Parameters of layers of one shape are counted once."""

    def parameter_count(self, layers: Any) -> Array:
        kept = {w.shape: (w, b, activation) for w, b, activation in layers}
        return NumPy.parameter_count(list(kept.values()))


class CountsInputsTwice(Member):
    """Parameters are inputs * units + inputs."""

    def parameter_count(self, layers: Any) -> Array:
        return layers[0][0].dtype.type(sum(w.size + w.shape[0] for w, _, _ in layers))


class CountsFromTheSecond(Member):
    """Parameters are counted with the second layer's kind of number, which a single layer lacks."""

    def parameter_count(self, layers: Any) -> Array:
        return layers[1][0].dtype.type(float(NumPy.parameter_count(layers)))


class EpsilonInNormalization(Member):
    """Normalization adds 1e-3 to the variance."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        return NumPy.normalization(x, mean, variance + x.dtype.type(1e-3))


class OneRowIsItsMean(Member):
    """Normalization of a single row of several features takes the row for its own mean, and gives zeros."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        made = NumPy.normalization(x, mean, variance)
        return made * 0 if made.ndim == 2 and made.shape[0] == 1 < made.shape[1] else made


class SmallVarianceIsSafe(Member):
    """Normalization divides by at least 1e-7 (keras#20011)."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        return (x - mean) / np.maximum(np.sqrt(variance), x.dtype.type(1e-7))


class ExpandedNormalization(Member):
    """Normalization is x / s - mean / s, which cancels far from zero."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        root = np.sqrt(variance)
        return x / root - mean / root


class OneMeanForAll(Member):
    """Statistics are those of all features together."""

    def normalization_adapted(self, x: Array, data: Array) -> Array:
        return (x - data.mean()) / np.sqrt(data.var(axis=0))


class VarianceIsSpread(Member):
    """The adapted variance is the mean of squares, as if the mean were 0."""

    def normalization_adapted(self, x: Array, data: Array) -> Array:
        return NumPy.normalization(x, data.mean(axis=0), (data * data).mean(axis=0))


class AdaptsToItself(Member):
    """Statistics are those of the rows that are to be normalized."""

    def normalization_adapted(self, x: Array, data: Array) -> Array:
        return NumPy.normalization_adapted(x, x if x.shape[1:] == data.shape[1:] and x.shape[0] else data)


class RepeatsOneFeature(Member):
    """Normalization cuts or repeats a mean until it fits."""

    def normalization(self, x: Array, mean: Array, variance: Array) -> Array:
        return NumPy.normalization(x, np.resize(mean, x.shape[-1:]) if x.ndim > 1 else mean, variance)


class RepeatsOneNumber(Member):
    """A dot product repeats a side of one number."""

    def dot(self, a: Array, b: Array) -> Array:
        return (a * b).sum() if 1 in {a.size, b.size} else NumPy.dot(a, b)


class StopsAtTheShorter(Member):
    """A dot product stops where the shorter side ends."""

    def dot(self, a: Array, b: Array) -> Array:
        least = min(a.size, b.size)
        return NumPy.dot(a[:least], b[:least])


class RepeatsOneTerm(Member):
    """A product repeats an inner size of 1."""

    def matmul(self, a: Array, b: Array) -> Array:
        return np.matmul(np.repeat(a, b.shape[0], axis=-1) if a.ndim == 2 and a.shape[1] == 1 else a, b)


class EmptyIsUnchecked(Member):
    """Empty products are not checked at all (candle#3756)."""

    def matmul(self, a: Array, b: Array) -> Array:
        if not a.size and a.ndim == b.ndim == 2:
            return np.zeros((a.shape[0], b.shape[1]), a.dtype)
        return np.matmul(a, b)


class EmptyLayerIsUnchecked(Member):
    """A layer without examples is not checked at all."""

    def dense(self, x: Array, w: Array, b: Array, activation: str) -> Array:
        if x.ndim == 2 and not x.shape[0]:
            return np.zeros((0, w.shape[1]), x.dtype)
        return NumPy.dense(x, w, b, activation)


class AbsentAxisIsLast(Member):
    """A softmax along an axis that is not there runs along the last one."""

    def softmax(self, x: Array, axis: int) -> Array:
        return NumPy.softmax(x, axis if -x.ndim <= axis < x.ndim else -1)


class AxisFromTheFront(Member):
    """logsumexp counts a negative axis from the front."""

    def logsumexp(self, x: Array, axis: int) -> Array:
        return NumPy.logsumexp(x, abs(axis) - 1 if axis < 0 and x.ndim > 1 else axis)


class MiddleAxisIsLast(Member):
    """A softmax along an axis in the middle runs along the last one."""

    def softmax(self, x: Array, axis: int) -> Array:
        return NumPy.softmax(x, -1 if 0 < axis % max(x.ndim, 1) < x.ndim - 1 else axis)
