"""The precision fingerprint of a case: its answers by role, handed to who can name the arithmetic.

A case of the trait `arithmetic` names its steps by their role, with a number after it where there are several:
`independent`, `same_sign`, `left_selected`, `right_selected`, `small` and `pair`.  Each is a product.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nnconform.harness.given import materialize
from nnconform.harness.transcript import Answer
from nnconform.reference.fingerprint.naming import Fingerprint, Products
from nnconform.reference.fingerprint.sums import Sums
from nnconform.spec.arrays import Array
from nnconform.spec.formats import FORMATS


def fingerprint(frozen: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    """What the answers say of the arithmetic, JSON-able."""
    dtype = frozen["dtype"]
    given = {name: materialize(data, dtype) for name, data in frozen["ask"]["inputs"].items()}
    roles: dict[str, list[Sums]] = {}
    for step in frozen["ask"]["steps"]:
        left, right = _matrices(step["operation"], *(given[name] for name in step["inputs"][:2]))
        got = answer.values.get(step["name"])
        if got is None or got.dtype != left.dtype or got.size != left.shape[0] * right.shape[1]:
            return Fingerprint("not told: an answer has another dtype or shape", own=False).data()
        made = Sums(left, right, got.reshape(left.shape[0], right.shape[1]), FORMATS[dtype].precision)
        roles.setdefault(step["name"].rstrip("0123456789").rstrip("_"), []).append(made)
    with np.errstate(all="ignore"):
        return Products(dtype, roles).fingerprint().data()


def _matrices(operation: str, a: Array, b: Array) -> tuple[Array, Array]:
    """The left and the right factor; vectors as a row and a column."""
    left, right = (b, a) if operation == "dense_column" else (a, b)
    return np.atleast_2d(left), right if right.ndim > 1 else right[:, None]
