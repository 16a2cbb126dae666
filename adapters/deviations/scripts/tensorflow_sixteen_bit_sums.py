"""TensorFlow: logsumexp and log_softmax of many small terms lose them, since they are summed in 16 bits."""

import sys

import tensorflow as tf

scores = [0.0] + [-7.625] * 100
exact = tf.reduce_logsumexp(tf.constant(scores, tf.float64)).numpy()
half = tf.constant(scores, tf.float16)
got = [tf.reduce_logsumexp(half), *(-tf.nn.log_softmax(x)[0] for x in (half, tf.cast(half, tf.bfloat16)))]
print(*(float(each) for each in got), "instead of", exact)
sys.exit(0 if all(abs(float(each) - exact) > 0.05 * exact for each in got) else 1)
