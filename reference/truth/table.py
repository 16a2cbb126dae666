"""The one published table of what elementary functions may err.

Source: The OpenCL C Specification, version 3.0, section 'Relative Error as ULPs', full profile: tables for single,
double and half precision (the last is the extension cl_khr_fp16's).  'Correctly rounded' is written 0.5.  An ulp is
the spacing of the format at the exact result.  No figure here was fitted to what a framework does.  bfloat16 has no
table of its own: it reads that of half precision, in its own ulps.
"""

from __future__ import annotations

from fractions import Fraction

_BOTH = {
    "exp": Fraction(3), "expm1": Fraction(3), "log": Fraction(3), "log1p": Fraction(2), "erf": Fraction(16),
    "rsqrt": Fraction(2), "tanh": Fraction(5),
}  # fmt: skip
"""Functions of which the tables for single and double precision say the same."""

_HALF = {
    "exp": Fraction(2), "expm1": Fraction(2), "log": Fraction(2), "log1p": Fraction(2), "erf": Fraction(4),
    "rsqrt": Fraction(1), "tanh": Fraction(2), "sqrt": Fraction(1, 2), "divide": Fraction(1, 2),
}  # fmt: skip

ULPS: dict[str, dict[str, Fraction]] = {
    "float32": {**_BOTH, "sqrt": Fraction(3), "divide": Fraction(5, 2)},
    "float64": {**_BOTH, "sqrt": Fraction(1, 2), "divide": Fraction(1, 2)},
    "float16": _HALF,
    "bfloat16": _HALF,
}
