"""TensorFlow: elu and selu of small negative numbers are 0 in 16 bits, because exp(x) - 1 cancels."""

import sys

import tensorflow as tf

half, brain = tf.fill([8], tf.constant(-0.00012207, tf.float16)), tf.fill([8], tf.constant(-0.0019, tf.bfloat16))
found = [function(x).numpy() for function in (tf.nn.elu, tf.nn.selu) for x in (half, brain)]
print(*found, "where expm1 gives", tf.math.expm1(half).numpy()[0], tf.math.expm1(brain).numpy()[0])
sys.exit(0 if not found[0].any() and not found[1].any() else 1)
