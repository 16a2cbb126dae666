"""TensorFlow: log1p in float64 under XLA is off by 128 units in the last place at -0.4142."""

import math
import sys

import tensorflow as tf

x = tf.constant([-0.4142], tf.float64)
got, exact = float(tf.function(tf.math.log1p, jit_compile=True)(x)[0]), math.log1p(-0.4142)
ulps = abs(got - exact) / math.ulp(exact)
print(got, "instead of", exact, "is off by", ulps, "ulps")
sys.exit(0 if ulps > 100 else 1)
