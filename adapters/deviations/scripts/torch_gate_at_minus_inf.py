"""PyTorch: silu, gelu, mish and hardswish are nan at -inf, where they tend to 0."""

import sys

import torch
from torch.nn import functional

found = []
for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
    lowest = torch.tensor([torch.finfo(dtype).min, -float("inf")], dtype=dtype)
    found += [f(lowest) for f in (functional.silu, functional.gelu, functional.mish, functional.hardswish)]
print(found)
sys.exit(0 if all(pair[0] == 0 and pair[1].isnan() for pair in found) else 1)
