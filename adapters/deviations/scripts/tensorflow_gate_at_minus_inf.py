"""TensorFlow: silu, gelu, mish and hard_swish are nan at -inf, where they tend to 0."""

import sys

import keras
import tensorflow as tf

found = []
for dtype in (tf.float64, tf.float32, tf.float16, tf.bfloat16):
    lowest = tf.constant([float(dtype.min), -float("inf")], dtype)
    found += [f(lowest) for f in (tf.nn.silu, tf.nn.gelu, keras.activations.mish, keras.activations.hard_swish)]
print(found)
sys.exit(0 if all(pair[0] == 0 and tf.math.is_nan(pair[1]) for pair in found) else 1)
