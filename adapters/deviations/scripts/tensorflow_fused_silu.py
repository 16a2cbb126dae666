"""TensorFlow: silu inside tf.function is 0 at -87, in float32 and bfloat16 with oneDNN; called eagerly it is not."""

import sys

import tensorflow as tf

given = [tf.fill([33], tf.constant(-87, dtype)) for dtype in (tf.float32, tf.bfloat16)]
eager, compiled = ([function(x).numpy() for x in given] for function in (tf.nn.silu, tf.function(tf.nn.silu)))
print("eager:", *eager, "compiled:", *compiled)
sys.exit(0 if all(x.all() for x in eager) and not any(x.any() for x in compiled) else 1)
