"""TensorFlow: relu(-1e-40) is -1e-40 for the one element that a vector loop leaves over."""

import sys

import tensorflow as tf

odd = tf.nn.relu(tf.fill([7], -1e-40)).numpy()
even = tf.nn.relu(tf.fill([8], -1e-40)).numpy()
print("of seven:", odd, "of eight:", even)
sys.exit(0 if (odd < 0).any() else 1)
