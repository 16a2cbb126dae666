"""TensorFlow: softmax in float32 and bfloat16 gives 0 beside a nan, in float64 it gives nan."""

import sys

import tensorflow as tf

row, kinds = [1.0, float("nan"), 2.0], (tf.float32, tf.bfloat16, tf.float64)
found = [tf.nn.softmax(tf.constant(row, dtype)).numpy() for dtype in kinds]
print("float32:", found[0], "bfloat16:", found[1], "float64:", found[2])
sys.exit(0 if (found[0] == 0).any() and (found[1] == 0).any() else 1)
