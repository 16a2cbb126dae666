"""TensorFlow: relu after a product and a bias gives 0 for nan inside tf.function, in float32 and bfloat16."""

import sys

import tensorflow as tf


def dense(x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    return tf.nn.relu(tf.nn.bias_add(tf.matmul(x, w), b))


given = [(tf.constant([[float("nan"), 1]], t), tf.ones([2, 3], t), tf.zeros([3], t)) for t in (tf.float32, tf.bfloat16)]
compiled = [tf.function(dense)(*each).numpy() for each in given]
print("eager:", *(dense(*each).numpy() for each in given), "compiled:", *compiled)
sys.exit(0 if all((x == 0).all() for x in compiled) else 1)
