"""TensorFlow: erf in float32 under XLA leaves the range from -1 to 1."""

import sys

import tensorflow as tf

x = tf.constant([-3.83, 3.83])
eager, compiled = tf.math.erf(x).numpy(), tf.function(tf.math.erf, jit_compile=True)(x).numpy()
print("eager:", eager, "compiled:", compiled)
sys.exit(0 if (abs(eager) <= 1).all() and (abs(compiled) > 1).any() else 1)
