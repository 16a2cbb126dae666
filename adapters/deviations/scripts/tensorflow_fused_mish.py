"""TensorFlow: x * tanh(softplus(x)) inside tf.function is 0 far below 0, in float32 with oneDNN."""

import sys

import tensorflow as tf


def mish(x: tf.Tensor) -> tf.Tensor:
    return x * tf.tanh(tf.nn.softplus(x))


x = tf.fill([8], -21.17)
print("eager:", mish(x).numpy(), "compiled:", tf.function(mish)(x).numpy())
sys.exit(0 if (mish(x).numpy() < -1e-8).all() and not tf.function(mish)(x).numpy().any() else 1)
