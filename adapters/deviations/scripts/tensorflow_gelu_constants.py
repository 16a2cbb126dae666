"""TensorFlow: gelu in float64 is as wrong as float32, whose constants it takes."""

import math
import sys

import tensorflow as tf

got, exact = float(tf.nn.gelu(tf.constant([1.0], tf.float64))[0]), (1 + math.erf(1 / math.sqrt(2))) / 2
print(got, "instead of", exact)
sys.exit(0 if abs(got - exact) > 1e-10 else 1)
