"""PyTorch: softplus is its input above 20 in float64, too, and loses half of its digits."""

import sys

import torch

x = torch.tensor([20.5], dtype=torch.float64)
got, exact = torch.nn.functional.softplus(x), x + torch.log1p(torch.exp(-x))
print(got.item(), "instead of", exact.item())
sys.exit(0 if (got == x).all() and (exact - x).item() > 1e-9 else 1)
