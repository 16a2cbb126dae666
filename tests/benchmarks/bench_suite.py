"""What the whole suite costs on each framework, beside importing it and beside its own calls.

Run `python tests/benchmarks/bench_suite.py [ADAPTER ...]`.  For each adapter: CPU seconds to import it, CPU seconds of
the whole run, seconds inside the adapter, what is left for the harness and pytest, what pytest alone takes for as many
items that do nothing, and for JAX the compilations beside the distinct combinations of operation, dtype and shapes that
were asked.  Goal: harness and pytest together take at most the sum of the imports over all four.  Bytecode is kept between
runs and one thread computes: threads that wait for each other on a busy machine would count as the adapter's.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench_harness import write_bare

from nnconform.spec.frozen import FrozenFile, frozen_path, shipped

PAIRS = 3


def main() -> None:
    """Measure and print."""
    adapters = sys.argv[1:] or ["numpy", "torch", "tensorflow", "jax"]
    print(f"{combinations()} combinations of operation, attributes, dtype and shapes")
    harness_total = imports_total = pytest_total = 0.0
    for adapter in adapters:
        imports = statistics.median(cpu(["-c", f"import nnconform.adapters.{adapter}"]) for _ in range(PAIRS))
        bare = statistics.median(cpu(["-m", "pytest", "-q", "--version"]) for _ in range(PAIRS))
        runs = [run(adapter) for _ in range(PAIRS)]
        items = runs[-1][2].pop("items")
        whole = statistics.median(seconds for seconds, _, _ in runs)
        inside = statistics.median(seconds for _, seconds, _ in runs)
        harness = max(whole - imports - bare - inside, 0.0)
        alone = statistics.median(pytest_alone(items) for _ in range(PAIRS)) - bare
        harness_total, imports_total = harness_total + harness, imports_total + imports
        pytest_total += alone
        print(f"{adapter}: import {imports:.2f} s, run {whole:.2f} s, in the adapter {inside:.2f} s,", end=" ")
        print(f"harness {harness:.2f} s, {alone:.2f} s of it pytest's for {items} items; {runs[-1][2]}")
    print(f"harness {harness_total:.2f} s, {pytest_total:.2f} s of it pytest's,", end=" ")
    print(f"beside imports {imports_total:.2f} s (medians of {PAIRS} runs, CPU)")


def pytest_alone(items: int) -> float:
    """CPU seconds of pytest over so many items that do nothing."""
    with tempfile.TemporaryDirectory() as folder:
        write_bare(Path(folder), -(-items // 100) * 100)
        options = ["-q", "-pno:cacheprovider", f"--rootdir={folder}", "-pbare_plugin"]
        return cpu(["-m", "pytest", *options, folder], folder) * items / (-(-items // 100) * 100)


def run(adapter: str) -> tuple[float, float, dict[str, int]]:
    """CPU seconds of a run, seconds inside the adapter, and the run's counters with the number of items."""
    with tempfile.TemporaryDirectory() as folder:
        options = [f"--nnconform-adapter={adapter}", f"--nnconform-results={folder}", "-q", "-pno:cacheprovider"]
        seconds = cpu(["-m", "pytest", *options])
        (records,) = Path(folder).glob("*.jsonl")
        footer = json.loads(records.read_text("utf-8").splitlines()[-1])
    counters = footer["counters"][adapter]
    return seconds, counters["ms in the adapter"] / 1000, {**counters, "items": footer["results"]}


def cpu(arguments: list[str], folder: str | None = None) -> float:
    """CPU seconds of one Python process."""
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
