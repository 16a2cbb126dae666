"""TensorFlow: softsign is nan at the infinities, where it tends to -1 and 1."""

import sys

import tensorflow as tf

given, kinds = [-float("inf"), -3e4, 3e4, float("inf")], (tf.float64, tf.float32, tf.float16, tf.bfloat16)
found = [tf.nn.softsign(tf.constant(given, dtype)) for dtype in kinds]
print(found)
sys.exit(0 if all(tf.math.is_nan(x).numpy().tolist() == [True, False, False, True] for x in found) else 1)
