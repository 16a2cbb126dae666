"""An example as a case: the raw table that its TOML says, that TOML, and the frozen line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from nnconform.harness.generated.operations import Asked
from nnconform.reference.freeze import freeze
from nnconform.spec import SPEC_VERSION
from nnconform.spec.arrays import Array, dtype_of
from nnconform.spec.build import CaseBuilder
from nnconform.spec.formats import DEFAULT_DTYPES
from nnconform.spec.model import Case

REQUIREMENT = "Every answer lies within its bound of the exact result."
_DRAWN = "The example was drawn in {}."


def case_of(asked: Asked, dtype: str) -> Case:
    """The typed case, by the reader that reads files."""
    return CaseBuilder(raw(asked, dtype), file_of(asked.operation), 1).build()[0]


def frozen(asked: Asked, dtype: str) -> dict[str, Any]:
    """The frozen line.  Raises ValueError where no verdict would be certain."""
    line: dict[str, Any] = json.loads(json.dumps(freeze(case_of(asked, dtype), dtype), allow_nan=False))
    return line


def file_of(operation: str) -> str:
    """The catalogue's entry, which an example stands for in ids."""
    return f"spec/catalogue/{operation}.toml"


def name_of(operation: str) -> str:
    """What an operation's generated case is called."""
    return f"generated_{operation}"


def raw(asked: Asked, dtype: str) -> dict[str, Any]:
    """The table that a TOML reader would give."""
    return {
        "id": name_of(asked.operation),
        "kind": "example",
        "requirement": REQUIREMENT,
        "source": {"document": file_of(asked.operation), "heading": "formula"},
        "dtypes": [dtype],
        "left_out": {each: _DRAWN.format(dtype) for each in DEFAULT_DTYPES if each != dtype},
        "operation": asked.operation,
        "attributes": {name: _plain(value) for name, value in asked.attributes.items()},
        "inputs": {name: _table(array, dtype) for name, array in asked.inputs.items()},
    }


def toml(asked: Asked, dtype: str) -> str:
    """A spec file with this case, and no other."""
    lines = [f'nnconform = "{SPEC_VERSION}"', 'topic = "Generated"', "", "[[case]]"]
    for name, value in raw(asked, dtype).items():
        if name in {"inputs", "attributes", "left_out"}:
            lines += [f"{name}.{key} = {_text(each)}" for key, each in value.items()]
        else:
            lines.append(f"{name} = {_text(value)}")
    return "\n".join(lines) + "\n"


def _plain(value: Any) -> Any:
    return Decimal(repr(value)) if isinstance(value, float) else value


def _table(array: Array, dtype: str) -> Any:
    """Nested lists; an array without elements says its shape."""
    numbers = [_decimal(value, dtype) for value in array.ravel()]
    if not numbers:
        return {"values": [], "shape": list(array.shape)}
    nested = np.empty(len(numbers), object)
    nested[:] = numbers
    return nested.reshape(array.shape).tolist()


def _decimal(value: Any, dtype: str) -> Decimal:
    """The fewest digits that name a number of the dtype."""
    short = str(value)
    wide = float(value)
    same = np.asarray(float(short), np.float64).astype(dtype_of(dtype)) == value
    return Decimal(short if same or wide != wide else repr(wide))  # noqa: PLR0124 - what nan is


def _text(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return _digits(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_text(each)}" for name, each in value.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_text, value)) + "]"
    return str(value)


def _digits(value: Decimal) -> str:
    if value.is_nan():
        return "nan"
    if value.is_infinite():
        return "inf" if value > 0 else "-inf"
    text = str(value).lower()
    mantissa, _, exponent = text.partition("e")
    return text if "." in mantissa or exponent else f"{text}.0"
