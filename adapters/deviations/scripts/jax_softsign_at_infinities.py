"""JAX: soft_sign is nan at the infinities, where it tends to -1 and 1."""

import sys

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
given, kinds = [-jnp.inf, -3e4, 3e4, jnp.inf], ("float64", "float32", "float16", "bfloat16")
found = [jax.nn.soft_sign(jnp.array(given, dtype)) for dtype in kinds]
print(found)
sys.exit(0 if all(jnp.isnan(x).tolist() == [True, False, False, True] for x in found) else 1)
