"""PyTorch: softsign is nan at the infinities, where it tends to -1 and 1."""

import sys

import torch

given = torch.tensor([-float("inf"), -3e4, 3e4, float("inf")])
kinds = torch.float64, torch.float32, torch.float16, torch.bfloat16
found = [torch.nn.functional.softsign(given.to(dtype)) for dtype in kinds]
print(found)
sys.exit(0 if all(x.isnan().tolist() == [True, False, False, True] for x in found) else 1)
