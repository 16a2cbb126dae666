"""JAX: erf in float32 leaves the range from -1 to 1."""

import sys

import jax

found = jax.scipy.special.erf(jax.numpy.array([-3.83, 3.83], "float32"))
print(found)
sys.exit(0 if (abs(found) > 1).any() else 1)
