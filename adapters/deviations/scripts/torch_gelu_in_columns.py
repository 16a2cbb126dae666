"""torch: gelu of column-major float32 arrays is five units in the last place off, of row-major ones right."""

import sys

import torch

x = torch.full((5, 7), 0.04973095)
exact, unit = torch.nn.functional.gelu(x.double()), 2.0**-29
rows, columns = (torch.nn.functional.gelu(given) for given in (x, x.t().contiguous().t()))
off = [float(((got.double() - exact) / unit).abs().max()) for got in (rows, columns)]
print("row-major and column-major, in units in the last place:", *off)
sys.exit(0 if off[1] > 4 * max(off[0], 1) else 1)
