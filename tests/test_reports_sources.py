"""An implementation's source comes with all that it needs, each piece before its use."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from nnconform.adapters.sources import source_of
from nnconform.reference.textbook import layers
from nnconform.reports.sources import apart, is_annotated, missing_names, read_source

FILE = '''
from __future__ import annotations
from math import exp as power, pi
import os.path
import numpy as np
import sys
from functools import cache
try:
    from nowhere import faster
except ImportError:
    faster = None

LEVEL: float = 2.0
TABLE = {"a": LEVEL, "b": pi}
UNUSED = 5
first, second = 1, 2


@cache
def helper(x: np.ndarray) -> float:
    return TABLE["a"] * x


def plain(x, axis):
    def inner(y):
        return helper(y) + second
    return [inner(item) + power(0) for item in np.ravel(x)]


def recursive(n):
    return n and recursive(n - 1)


def outside(x):
    return os.path.join(x)


def factory():
    def made(x):
        return helper(x)
    return made


class Adapter:
    def method(self, x):
        """Two

        paragraphs."""
        return helper(x)

    @staticmethod
    def fixed(x):
        return plain(x, 0)

    short = staticmethod(lambda x: helper(x))
'''


@pytest.fixture
def module(tmp_path: Path) -> Iterator[Any]:
    path = tmp_path / "made_up_module.py"
    path.write_text(FILE, "utf-8")
    spec = spec_from_file_location("made_up_module", path)
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    sys.modules["made_up_module"] = made
    spec.loader.exec_module(made)
    yield made
    del sys.modules["made_up_module"]


def run(function: Callable[..., Any], *inputs: Any) -> Any:
    """The source of a function executed by itself, and its last piece called."""
    text = source_of(function)
    source = read_source("it", text)
    assert missing_names(text) == []
    names: dict[str, Any] = {}
    exec(("from __future__ import annotations\n" if is_annotated(text) else "") + text, names)  # noqa: S102 - ours
    return names[source.name](*(["self"] if source.method else []), *inputs)


def test_a_function_comes_with_helpers_data_and_imports(module: Any) -> None:
    assert run(module.plain, [1.0, 2.0], 0) == module.plain([1.0, 2.0], 0)
    text = source_of(module.plain)
    assert "UNUSED" not in text
    assert text.index("LEVEL: float") < text.index("TABLE =") < text.index("@cache") < text.index("def plain")
    assert "from math import exp as power" in text


def test_methods_static_ones_lambdas_and_inner_functions(module: Any) -> None:
    assert run(module.Adapter.method, 3.0) == 6.0
    assert run(module.Adapter.fixed, [3.0]) == module.plain([3.0], 0)
    assert run(module.Adapter.short, 3.0) == 6.0
    assert run(module.factory(), 3.0) == 6.0


def test_a_function_may_call_itself(module: Any) -> None:
    assert run(module.recursive, 3) == 0


def test_a_package_is_imported_by_its_whole_name(module: Any) -> None:
    assert source_of(module.outside).startswith("import os.path\n")


def test_what_lies_in_other_files_of_the_same_package_comes_along() -> None:
    text = source_of(layers.dense)
    assert "def matmul" in text
    assert 'ACTIVATIONS = {"linear": linear' in text
    assert "nnconform" not in text


def test_what_no_file_holds_has_no_source() -> None:
    assert source_of(max) == ""
    assert source_of(eval("lambda x: x")) == ""  # noqa: S307 - ours


def test_two_meanings_of_one_name_are_parted() -> None:
    own = read_source("relu", "def relu(x):\n    return -x")
    other = read_source("dense", "def relu(x):\n    return x\n\ndef dense(x):\n    return relu(x)")
    parted = apart({"relu": own, "dense": other})
    assert parted["relu"].name == "asked_relu"
    assert parted["relu"].pieces == ("def asked_relu(x):\n    return -x",)
    assert parted["dense"] == other


def test_names_that_nothing_makes_are_missing() -> None:
    text = "import a.b\nfrom c import d as e\ndef f(g: H, *i, **j) -> K:\n    l = a, e, g, i, j\n    return l, m, len"
    assert missing_names(text) == ["m"]
