"""PyTorch: a compiled expm1 is exp(x) - 1 in float32 for bfloat16, which is 0 where 1 does not feel the input."""

import sys

import torch

x = torch.full((32,), 1e-9, dtype=torch.bfloat16)
compiled = torch.compile(torch.special.expm1)
print(compiled(x)[0].item(), "instead of", torch.special.expm1(x)[0].item())
sys.exit(0 if (compiled(x) == 0).all() and (torch.special.expm1(x) == x).all() else 1)
