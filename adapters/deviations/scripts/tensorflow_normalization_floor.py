"""Keras: Normalization divides by at least 1e-7, however small the variance that it was given."""

import sys

import keras
import numpy as np

got = []
for dtype in ("float64", "float32", "bfloat16"):
    layer = keras.layers.Normalization(mean=np.zeros(1), variance=np.full(1, 2.0**-60), dtype=dtype)
    got.append(float(layer(np.full((1, 1), 2.0**-28, "float32"))[0, 0]))
print("got", got, "where (x - mean) / sqrt(variance) is", 2.0**-28 / 2.0**-30)
sys.exit(0 if all(each < 0.1 for each in got) else 1)
