"""JAX: silu, gelu, mish and hard_silu are nan at -inf, where they tend to 0."""

import sys

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
found = []
for dtype in ("float64", "float32", "float16", "bfloat16"):
    lowest = jnp.array([jnp.finfo(dtype).min, -jnp.inf], dtype)
    found += [f(lowest) for f in (jax.nn.silu, jax.nn.gelu, jax.nn.mish, jax.nn.hard_silu)]
print(found)
sys.exit(0 if all(pair[0] == 0 and jnp.isnan(pair[1]) for pair in found) else 1)
