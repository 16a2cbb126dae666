"""TensorFlow: relu after a product and a bias gives 0 for nan inside tf.function, in float32 with oneDNN."""

import sys

import tensorflow as tf


def dense(x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    return tf.nn.relu(tf.nn.bias_add(tf.matmul(x, w), b))


given = tf.constant([[float("nan"), 1.0]]), tf.ones([2, 3]), tf.zeros([3])
eager, compiled = dense(*given).numpy(), tf.function(dense)(*given).numpy()
print("eager:", eager, "compiled:", compiled)
sys.exit(0 if (compiled == 0).all() else 1)
