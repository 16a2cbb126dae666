"""TensorFlow: softsign is nan at the infinities, where it tends to -1 and 1."""

import sys

import tensorflow as tf

found = tf.nn.softsign(tf.constant([-float("inf"), -3e38, 3e38, float("inf")]))
print(found)
sys.exit(0 if tf.math.is_nan(found).numpy().tolist() == [True, False, False, True] else 1)
