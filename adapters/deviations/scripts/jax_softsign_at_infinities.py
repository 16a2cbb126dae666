"""JAX: soft_sign is nan at the infinities, where it tends to -1 and 1."""

import sys

import jax
import jax.numpy as jnp

found = jax.nn.soft_sign(jnp.array([-jnp.inf, -3e38, 3e38, jnp.inf]))
print(found)
sys.exit(0 if jnp.isnan(found).tolist() == [True, False, False, True] else 1)
