"""TensorFlow: a product over no terms, then a bias, ends the process inside tf.function, with oneDNN."""

import subprocess
import sys

CODE = """
import tensorflow as tf
f = tf.function(lambda x, w, b: tf.nn.bias_add(tf.matmul(x, w), b))
print(f(tf.ones([3, 0], tf.DTYPE), tf.ones([0, 2], tf.DTYPE), tf.ones([2], tf.DTYPE)))
"""
codes = [CODE.replace("DTYPE", name) for name in ("float32", "bfloat16")]
done = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False) for code in codes]
print(*((each.returncode, each.stderr[-300:]) for each in done))
sys.exit(0 if all(each.returncode < 0 for each in done) else 1)
