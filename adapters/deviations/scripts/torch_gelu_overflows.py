"""PyTorch: gelu by erf gives inf for the largest float32, which are their own results."""

import sys

import torch

found = torch.nn.functional.gelu(torch.full([4], 3e38))
print(found)
sys.exit(0 if found.isinf().all() else 1)
