"""TensorFlow: leaky_relu keeps its slope in float32 for a float64 tensor."""

import sys

import tensorflow as tf

got = float(tf.nn.leaky_relu(tf.constant([-1.0], tf.float64), alpha=0.01)[0])
print(got, "instead of -0.01")
sys.exit(0 if abs(got + 0.01) > 1e-12 else 1)
