"""TensorFlow: softmax in float32 gives 0 beside a nan, in float64 it gives nan."""

import sys

import tensorflow as tf

row = [1.0, float("nan"), 2.0]
single, double = (tf.nn.softmax(tf.constant(row, dtype)).numpy() for dtype in (tf.float32, tf.float64))
print("float32:", single, "float64:", double)
sys.exit(0 if (single == 0).any() else 1)
