"""PyTorch: erf in 16 bits is right to six decimals, and gives 0 for tiny inputs."""

import sys

import torch

x = torch.full([64], 1e-5, dtype=torch.float16)
tiny = torch.full([64], 5e-8, dtype=torch.bfloat16)
half, brain = torch.special.erf(x)[0].item(), torch.special.erf(tiny)[0].item()
exact = torch.special.erf(x.double())[0].item()
print(half, "instead of", exact, "and", brain, "instead of", torch.special.erf(tiny.double())[0].item())
sys.exit(0 if abs(half - exact) > 2e-7 and brain == 0 else 1)
