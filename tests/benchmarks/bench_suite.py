"""What the whole suite costs on each framework, beside importing it and beside its own calls.

Run `python tests/benchmarks/bench_suite.py [ADAPTER ...] [-- OPTION ...]`, options of pytest that select a part of the
suite, such as `-- --dtype=float32 -m sigmoid`.  For each adapter alone, then for all of them in one command
as the README has it: CPU seconds of the whole run, and of its parts.  They are the import; what was spent inside the
adapter; the end of the process, where a framework takes down what it built; pytest's own time for as many items that do
nothing, in a process that has the framework loaded as well; and what is left, which is the harness.  For JAX the
compilations are printed beside the distinct combinations of operation, dtype and shapes that were asked.

Goal: the harness takes at most as long as the imports, summed over the adapters.  Bytecode is kept between runs and one
thread computes: threads that wait for each other on a busy machine would count as the adapter's.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench_harness import write_bare

from nnconform.spec.frozen import FrozenFile, frozen_path, shipped

PAIRS = 3
LONG_S = 60.0
"""A run that takes longer is measured once: its compilations drown the rest in any case."""
ENDING = """
import resource


def pytest_configure(config):
    config.add_cleanup(write)


def write():
    used = resource.getrusage(resource.RUSAGE_SELF)
    open("before-the-end", "w").write(str(used.ru_utime + used.ru_stime))
"""
"""A plugin that is loaded before all others, so that its cleanup comes last."""


SELECTED: list[str] = []
"""Options that every run is given."""


@dataclass
class Row:
    """CPU seconds."""

    imports: float
    whole: float
    inside: float
    ending: float
    pytest: float
    items: int
    counters: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def harness(self) -> float:
        """What is left."""
        return self.whole - self.imports - self.inside - self.ending - self.pytest

    def line(self, name: str) -> str:
        """All of it."""
        return (
            f"{name}: whole {self.whole:.2f} s, import {self.imports:.2f}, in the adapter {self.inside:.2f}, "
            f"its end {self.ending:.2f}, pytest {self.pytest:.2f}, harness {self.harness:.2f} for {self.items} items; "
            f"{self.counters}"
        )


def main() -> None:
    """Measure and print."""
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    adapters = sys.argv[1:end] or ["numpy", "torch", "tensorflow", "jax"]
    SELECTED.extend(sys.argv[end + 1 :])
    print(f"{combinations()} combinations of operation, attributes, dtype and shapes", flush=True)
    rows = []
    for adapter in adapters:
        imports = statistics.median(cpu(["-c", f"import nnconform.adapters.{adapter}"]) for _ in range(PAIRS))
        rows.append(measured(adapter, imports))
        print(rows[-1].line(adapter), flush=True)
    imports = sum(row.imports for row in rows)
    print(f"one by one: harness {sum(row.harness for row in rows):.2f} s beside imports {imports:.2f} s")
    if len(adapters) > 1:
        print(measured(",".join(adapters), imports, sum(row.ending for row in rows)).line("in one command"))


def measured(adapters: str, imports: float, ending: float | None = None) -> Row:
    """Medians of several runs; how several processes end is not seen from here."""
    runs = [run(adapters)]
    runs += [run(adapters) for _ in range(PAIRS - 1) if runs[0].whole < LONG_S]
    whole, inside, last = (
        statistics.median(getattr(each, name) for each in runs) for name in ("whole", "inside", "ending")
    )
    footer = runs[-1].footer
    alone = statistics.median(pytest_alone(adapters, footer["results"]) for _ in range(PAIRS))
    own = alone - imports if "," not in adapters else alone
    return Row(imports, whole, inside, last if ending is None else ending, own, footer["results"], footer["counters"])


def pytest_alone(adapter: str, items: int) -> float:
    """CPU seconds of pytest over so many items that do nothing, beside a framework (of several: beside none)."""
    whole = -(-items // 100) * 100
    with tempfile.TemporaryDirectory() as folder:
        write_bare(Path(folder), whole)
        if "," not in adapter:
            plugin = Path(folder) / "bare_plugin.py"
            plugin.write_text(f"import nnconform.adapters.{adapter}\n{plugin.read_text()}")
        options = ["-q", "-pno:cacheprovider", f"--rootdir={folder}", "-pbare_plugin"]
        return cpu(["-m", "pytest", *options, folder], folder) * items / whole


@dataclass(frozen=True)
class Ran:
    """CPU seconds of one run, and the footer of its records."""

    whole: float
    inside: float
    ending: float
    footer: dict[str, Any]


def run(adapters: str) -> Ran:
    """CPU seconds of a run, inside the adapters, and of the process's end; and the footer of its records."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "ending.py").write_text(ENDING)
        (Path(folder) / "pytest.ini").write_text("[pytest]\n")
        options = [f"--nnconform-adapter={adapters}", "--nnconform-results=.", "-q", "-pno:cacheprovider"]
        seconds = cpu(["-m", "pytest", "-pending", *options, *SELECTED], folder)
        before = float((Path(folder) / "before-the-end").read_text())
        (records,) = Path(folder).glob("*.jsonl")
        footer: dict[str, Any] = json.loads(records.read_text("utf-8").splitlines()[-1])
    inside = sum(counters["ms in the adapter"] for counters in footer["counters"].values()) / 1000
    return Ran(seconds, inside, seconds - before, footer)


def cpu(arguments: Sequence[str], folder: str | None = None) -> float:
    """CPU seconds of one Python process and of those that it started."""
    unwanted = {"PYTHONDONTWRITEBYTECODE"}
    own = {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "nnconform-bytecode"), "OMP_NUM_THREADS": "1"}
    environment = {name: value for name, value in os.environ.items() if name not in unwanted} | own
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], capture_output=True, check=False, env=environment, cwd=folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def combinations() -> int:
    """Distinct (operation, attributes, dtype, shapes), the first row alone and refused inputs included."""
    found: set[Any] = set()
    for path in shipped():
        frozen = FrozenFile(frozen_path(path).read_text("utf-8"))
        for case in frozen.cases:
            for dtype in case["dtypes"] if case["kind"] != "timing" else ():
                ask = frozen.line(case["id"], dtype)["ask"]
                for shapes in variants(ask):
                    for step in ask["steps"]:
                        inputs = tuple(shapes.get(name, name) for name in step["inputs"])
                        found.add((step["operation"], json.dumps(step["attributes"]), dtype, inputs))
    return len(found)


def variants(ask: dict[str, Any]) -> list[dict[str, tuple[int, ...]]]:
    """The shapes of the inputs: as given, the first row alone, and refused."""
    given = {name: tuple(data["shape"]) for name, data in ask["inputs"].items()}
    alone = {
        name: tuple(1 if number == axis else size for number, size in enumerate(given[name]))
        for name, axis in ask.get("alone", {}).items()
    }
    refused = {name: tuple(data["shape"]) for name, data in ask.get("refused", {}).items()}
    return [given, {**given, **alone}, {**given, **refused}, *at_lengths(ask, given)]


def at_lengths(ask: dict[str, Any], given: dict[str, tuple[int, ...]]) -> list[dict[str, tuple[int, ...]]]:
    """The shapes that a trait case asks beside its own."""
    lengths = ask.get("lengths", {"asked": (), "inputs": {}})
    return [
        {
            name: tuple(length if axis == lengths["inputs"].get(name) else size for axis, size in enumerate(shape))
            for name, shape in given.items()
        }
        for length in (*lengths["asked"], *([lengths["among"]] if lengths["asked"] else ()))
    ]


if __name__ == "__main__":
    main()
