"""PyTorch: a compiled erf of float32 is right to six decimals only: 0 for tiny inputs."""

import sys

import torch

x = torch.tensor([1e-9, 0.015304] * 16, dtype=torch.float32)
got, exact = torch.compile(torch.special.erf)(x), torch.special.erf(x)
for number in range(2):
    print(got[number].item(), "instead of", exact[number].item())
sys.exit(0 if got[0] == 0 and exact[0] > 1e-9 and (got - exact).abs().max() < 1e-6 else 1)
