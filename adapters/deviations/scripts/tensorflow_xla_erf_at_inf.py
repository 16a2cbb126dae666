"""TensorFlow: erf of one infinity under XLA is 0.9999998 in float32; of two it is 1."""

import sys

import tensorflow as tf

erf = tf.function(tf.math.erf, jit_compile=True)
one, two = erf(tf.fill([1], float("inf"))).numpy(), erf(tf.fill([2], float("inf"))).numpy()
print(one, two)
sys.exit(0 if one[0] < 1 and (two == 1).all() else 1)
