"""TensorFlow: relu of negative subnormals is one of them for the one element that a vector loop leaves over."""

import sys

import tensorflow as tf

least = tf.bitcast(tf.constant(0x8001, tf.uint16), tf.bfloat16)  # about -9e-41
tiny = tf.constant(-1e-40), tf.constant(-1e-310, tf.float64), least
odd = [tf.nn.relu(tf.fill([7], x)).numpy() for x in tiny]
print("of seven:", *odd, "of eight:", *(tf.nn.relu(tf.fill([8], x)).numpy() for x in tiny))
sys.exit(0 if all((x < 0).any() for x in odd) else 1)
