"""TensorFlow: erf in float64 is nan for huge numbers and at the infinities."""

import sys

import tensorflow as tf

found = tf.math.erf(tf.constant([1e150, 1e300, -1e300, float("inf")], tf.float64))
print(found)
sys.exit(0 if tf.math.is_nan(found).numpy().tolist() == [False, True, True, True] else 1)
