"""JAX: log1p in float64 on the CPU is off by 128 units in the last place at -0.4142."""

import math
import sys

import jax

jax.config.update("jax_enable_x64", True)
got, exact = float(jax.numpy.log1p(-0.4142)), math.log1p(-0.4142)
ulps = abs(got - exact) / math.ulp(exact)
print(got, "instead of", exact, "is off by", ulps, "ulps")
sys.exit(0 if ulps > 100 else 1)
