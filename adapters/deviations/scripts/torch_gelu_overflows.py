"""PyTorch: gelu by erf gives inf for the largest float32 and bfloat16, which are their own results."""

import sys

import torch

found = [torch.nn.functional.gelu(torch.full([4], 3e38, dtype=dtype)) for dtype in (torch.float32, torch.bfloat16)]
print(found)
sys.exit(0 if all(x.isinf().all() for x in found) else 1)
