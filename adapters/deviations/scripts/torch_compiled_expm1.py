"""PyTorch: a compiled expm1 is exp(x) - 1, which is 0 for every input that 1 does not feel."""

import sys

import torch

x = torch.full((32,), 1e-9, dtype=torch.float32)
wide = torch.full((32,), 1e-17, dtype=torch.float64)
compiled = torch.compile(torch.special.expm1)
print(compiled(x)[0].item(), "instead of", torch.special.expm1(x)[0].item())
print(compiled(wide)[0].item(), "instead of", torch.special.expm1(wide)[0].item())
sys.exit(0 if (compiled(x) == 0).all() and (compiled(wide) == 0).all() else 1)
