"""TensorFlow: x * tanh(softplus(x)) inside tf.function is 0 far below 0, in float32 and bfloat16 with oneDNN."""

import sys

import tensorflow as tf


def mish(x: tf.Tensor) -> tf.Tensor:
    return x * tf.tanh(tf.nn.softplus(x))


given = [tf.fill([8], tf.constant(-21.17, dtype)) for dtype in (tf.float32, tf.bfloat16)]
eager, compiled = ([function(x).numpy().astype(float) for x in given] for function in (mish, tf.function(mish)))
print("eager:", *eager, "compiled:", *compiled)
sys.exit(0 if all((x < -1e-8).all() for x in eager) and not any(x.any() for x in compiled) else 1)
