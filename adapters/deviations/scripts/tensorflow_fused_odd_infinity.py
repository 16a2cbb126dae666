"""TensorFlow: a compiled bfloat16 layer of an odd number of inputs gives nan where the last input is an infinity."""

import math
import sys

import tensorflow as tf

x = tf.constant([[1, 1, math.inf], [1, 1, 1]], tf.bfloat16)
w, b = tf.ones([3, 2], tf.bfloat16), tf.zeros([2], tf.bfloat16)
eager = tf.nn.bias_add(tf.matmul(x, w), b)
compiled = tf.function(lambda x, w, b: tf.nn.bias_add(tf.matmul(x, w), b))(x, w, b)
print(float(eager[0, 0]), "eagerly, compiled", float(compiled[0, 0]))
sys.exit(0 if math.isinf(eager[0, 0]) and math.isnan(compiled[0, 0]) else 1)
