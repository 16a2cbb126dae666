"""TensorFlow: Keras refuses a dense layer of no units, where a product by a matrix without columns is taken."""

import sys

import keras
import tensorflow as tf

print("tf.linalg.matmul:", tf.linalg.matmul(tf.ones((1, 2)), tf.ones((2, 0))).shape)
try:
    print("keras.layers.Dense:", keras.layers.Dense(0)(tf.ones((1, 2))).shape)
except ValueError as raised:
    print("keras.layers.Dense:", raised)
    sys.exit(0)
sys.exit(1)
