"""TensorFlow: silu inside tf.function is 0 at -87, in float32 with oneDNN; called eagerly it is not."""

import sys

import tensorflow as tf

x = tf.fill([33], -87.0)
eager, compiled = tf.nn.silu(x).numpy(), tf.function(tf.nn.silu)(x).numpy()
print("eager:", eager, "compiled:", compiled)
sys.exit(0 if eager.all() and not compiled.any() else 1)
