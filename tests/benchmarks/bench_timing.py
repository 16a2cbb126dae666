"""Whether the timing can be trusted: beside two other tools, and against itself.

Run `python tests/benchmarks/bench_timing.py`.  It needs torch and pytest-benchmark, and prints three figures on ten
operations of torch, one thread, all processes kept on one CPU, one at a time:

1. medians beside those of torch.utils.benchmark (blocked_autorange) and of pytest-benchmark, taken in turns in the same
   run: the ratio of the medians over the passes, with its 95 % interval (goal: within 3 %);
2. the time until the 95 % interval's half-width is 1 %, beside blocked_autorange's, which is called again until the
   interval of all its blocks is as narrow (goal: half).  Beside it what blocked_autorange's blocks alone took up to the
   first at which that was so, its own choice of a block's size and its shortest run left out;
3. of 200 pairs of one case measured as two, how many have a 95 % interval that holds 1.0 (goal: 93 % and more).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from nnconform.harness.subject import Subject
from nnconform.harness.timing.conditions import Conditions
from nnconform.harness.timing.engine import measure
from nnconform.harness.timing.handle import Worker
from nnconform.harness.timing.model import Series, Settings
from nnconform.harness.timing.ratios import ratio
from nnconform.harness.timing.sentinel import Sentinel
from nnconform.harness.timing.threads import environment, pin
from nnconform.reports.statistics import interval

AIM, LIMIT_S = 0.01, 10.0
TOOLS = ("torch.utils.benchmark", "pytest-benchmark")
TEST = "def test_case(benchmark):\n    import bench_timing_call\n    benchmark(bench_timing_call.call)\n"
Ask = Mapping[str, Any]


def ask(operation: str, *shapes: list[int], **attributes: Any) -> dict[str, Any]:
    """A case of one operation over fresh numbers."""
    names = [f"input {number}" for number in range(len(shapes))]
    made = {name: {"generate": "normal", "name": name, "shape": shape, "scale": 0.25} for name, shape in zip(names, shapes, strict=True)}  # fmt: skip
    step = {"name": "result", "operation": operation, "inputs": names, "attributes": attributes}
    sample = {"result": {"rows": [0], "columns": None}}
    return {
        "kind": "timing",
        "dtype": "float32",
        "steps": [step],
        "outputs": ["result"],
        "inputs": made,
        "sample": sample,
    }


OPERATIONS: dict[str, dict[str, Any]] = {
    "relu, 64": ask("relu", [64]),
    "sigmoid, 10,000": ask("sigmoid", [10_000]),
    "tanh, 100,000": ask("tanh", [100_000]),
    "sigmoid, 1,000,000": ask("sigmoid", [1_000_000]),
    "leaky_relu, 100,000": ask("leaky_relu", [100_000], slope=0.01),
    "softmax, 1,000 x 100": ask("softmax", [1000, 100], axis=-1),
    "matmul, 64": ask("matmul", [64, 64], [64, 64]),
    "matmul, 256": ask("matmul", [256, 256], [256, 256]),
    "dense, 64 x 784 to 128": ask("dense", [64, 784], [784, 128], [1, 128], activation="sigmoid"),
    "784-16-16-10, batch 64": ask(
        "sequential", [64, 784], [784, 16], [1, 16], [16, 16], [1, 16], [16, 10], [1, 10],
        activations=["relu", "relu", "softmax"],
    ),
}  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passes", type=int, default=7)
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--into", type=Path, help="records of a timing run, to which the figures are added")
    parser.add_argument("--rival", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rival:
        serve(tuple(int(cpu) for cpu in options.rival.split(",") if cpu.isdigit()))
        return
    worker = Worker(Subject("torch", "torch", "cpu", "eager"), 1)
    sentinel, conditions = Sentinel(worker.cpus), Conditions(1, 0)
    print(f"torch {worker.description['versions']['torch']}, {worker.description['pinned']}")
    rival = Rival(worker.cpus)
    lines = beside(worker, rival, sentinel, options.passes)
    rival.close()
    lines += against_itself(worker, sentinel, options.pairs)
    worker.close()
    if options.into:
        with options.into.open("a", encoding="utf-8") as stream:
            stream.writelines(json.dumps(line) + "\n" for line in lines)
    print(json.dumps(conditions.record(sentinel)))


def timed(worker: Worker, case: Ask, sentinel: Sentinel, seed: int) -> tuple[Series, float]:
    """One case alone, and the seconds it took."""
    prepared = worker.prepare(case)
    assert prepared.slot is not None
    settings = Settings(seed=seed, interval=AIM, limit_s=LIMIT_S, cold=False)
    start = time.perf_counter()
    found = measure({0: (worker, prepared.slot)}, settings, sentinel=sentinel, steady_ns={0: prepared.steady_ns})[0]
    took = time.perf_counter() - start
    worker.release(prepared.slot)
    assert found.hot, found.failed
    return found.hot, took


def beside(worker: Worker, rival: Rival, sentinel: Sentinel, passes: int) -> list[dict[str, Any]]:
    """The first two figures; gives the first as lines for records."""
    print(
        "\nmedian, its ratio to torch.utils.benchmark's and to pytest-benchmark's; seconds to 1 %: ours, theirs, blocks"
    )
    shares, bare, near, lines = [], [], 0, list[dict[str, Any]]()
    for name, case in OPERATIONS.items():
        rows = []
        for number in range(passes):
            ours, took = timed(worker, case, sentinel, number)
            rows.append((ours.median_ns, took, rival.ask("torch", name), rival.ask("pytest-benchmark", name)))
        ratios = [
            interval([a / theirs["median_ns"] for a, _, *tools in rows for theirs in [tools[side]]]) for side in (0, 1)
        ]
        lines += [line(tool, name, found) for tool, found in zip(TOOLS, ratios, strict=True)]
        took, theirs, blocks = (
            median(values) for values in zip(*((t, a["seconds"], a["blocks_s"]) for _, t, a, _ in rows), strict=True)
        )
        shares.append(took / theirs)
        bare.append(took / blocks)
        near += all(abs(found[0] - 1) <= 0.03 for found in ratios)
        print(
            f"{name:24} {median(row[0] for row in rows) / 1000:10.2f} us", *(shown(found) for found in ratios), end="  "
        )
        print(f"{took:.2f} s, {theirs:.2f} s, {blocks:.2f} s", flush=True)
    print(f"medians within 3 % of both: {near} of {len(OPERATIONS)}")
    print(
        f"time to 1 % beside blocked_autorange's: {median(shares):.2f} (median; {min(shares):.2f} to {max(shares):.2f});",
        end=" ",
    )
    print(f"beside its blocks alone: {median(bare):.2f} ({min(bare):.2f} to {max(bare):.2f})")
    return lines


def line(tool: str, name: str, found: tuple[float, float, float]) -> dict[str, Any]:
    """Our median over another tool's, as records tell it."""
    place = {"adapter": "torch", "device": "cpu", "mode": "eager", "case": name}
    return {"record": "cross-check", **place, "tool": tool, "ratio": found[0], "low": found[1], "high": found[2]}


def shown(found: tuple[float, float, float]) -> str:
    """A ratio with its interval."""
    return "{:.3f} [{:.3f}, {:.3f}]".format(*found)


def against_itself(worker: Worker, sentinel: Sentinel, pairs: int) -> list[dict[str, Any]]:
    """The third figure; gives it as a line for records."""
    widths, missed, names = [], list[str](), list(OPERATIONS)
    for number in range(pairs):
        settings, name = Settings(seed=number, interval=AIM, limit_s=LIMIT_S, cold=False), names[number % len(names)]
        prepared = [worker.prepare(OPERATIONS[name]) for _ in "ab"]
        entries = {place: (worker, each.slot or 0) for place, each in enumerate(prepared)}
        steady = {place: each.steady_ns for place, each in enumerate(prepared)}
        found = measure(entries, settings, sentinel=sentinel, steady_ns=steady)
        assert found[0].hot
        assert found[1].hot
        between = ratio(found[0].hot, found[1].hot)
        assert between
        missed += [] if between[1] <= 1 <= between[2] else [f"{name}: {shown(between)}"]
        widths.append((between[2] - between[1]) / 2)
        for _, slot in entries.values():
            worker.release(slot)
    held = pairs - len(missed)
    print(f"\nA against A: {held} of {pairs} intervals hold 1.0 ({held / pairs:.1%}),", end=" ")
    print(f"half-width {median(widths):.2%} (median); the others:", *missed, sep="\n  ", flush=True)
    return [{"record": "cross-check", "adapter": "torch", "device": "cpu", "mode": "eager", "tool": "A against A",
             "pairs": pairs, "held": held}]  # fmt: skip


class Rival:
    """A process beside ours on the same CPU, in which the other tools run."""

    def __init__(self, cpus: tuple[int, ...]) -> None:
        command = [sys.executable, __file__, "--rival", ",".join(map(str, cpus)) or "anywhere"]
        env = {**os.environ, **environment(1)}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)

    def ask(self, tool: str, name: str) -> dict[str, float]:
        """The tool's median of an operation, and the seconds it took."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([tool, name]) + "\n")
        self.process.stdin.flush()
        found: dict[str, float] = json.loads(self.process.stdout.readline())
        return found

    def close(self) -> None:
        """End it."""
        self.process.communicate()


def serve(cpus: tuple[int, ...]) -> None:
    """The other tools, one question at a time; what they print goes to standard error."""
    pipe = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    pin(cpus)
    from nnconform.adapters.torch import Torch
    from nnconform.harness.timing.slot import Clocks, Slot

    adapter = Torch()
    for seed, line in enumerate(sys.stdin):
        tool, name = json.loads(line)
        call = Slot(adapter, OPERATIONS[name], Clocks(), seed).place.call  # its inputs lie elsewhere each time
        call()
        print(json.dumps(by_torch(call) if tool == "torch" else by_pytest(call)), file=pipe, flush=True)


def by_torch(call: Callable[[], Any]) -> dict[str, float]:
    """blocked_autorange, until the interval of its blocks is as narrow as ours."""
    from torch.utils.benchmark import Timer

    timer, blocks = Timer("call()", globals={"call": call}, num_threads=1), []
    start = time.perf_counter()
    while time.perf_counter() - start < LIMIT_S:
        found = timer.blocked_autorange()
        blocks += [(each, each * found.number_per_run) for each in found.times]
        if len(blocks) >= 5 and narrow([each for each, _ in blocks]):
            break
    took = time.perf_counter() - start
    times = [each for each, _ in blocks]
    enough = next((count for count in range(30, len(times)) if narrow(times[:count])), len(times))
    return {"median_ns": median(times) * 1e9, "seconds": took, "blocks_s": sum(whole for _, whole in blocks[:enough])}


def narrow(times: list[float]) -> bool:
    """Whether the interval of the median is narrow enough."""
    middle, low, high = interval(times)
    return (high - low) / 2 / middle <= AIM


def by_pytest(call: Callable[[], Any]) -> dict[str, float]:
    """pytest-benchmark, as it comes."""
    import pytest

    module: Any = type(sys)("bench_timing_call")
    module.call = call
    sys.modules["bench_timing_call"] = module
    with tempfile.TemporaryDirectory() as folder:
        file, results = Path(folder) / "test_case.py", Path(folder) / "results.json"
        file.write_text(TEST, "utf-8")
        start = time.perf_counter()
        pytest.main([str(file), "-q", "-pno:cacheprovider", f"--rootdir={folder}", f"--benchmark-json={results}"])
        took = time.perf_counter() - start
        sys.modules.pop("test_case", None)
        return {
            "median_ns": json.loads(results.read_text("utf-8"))["benchmarks"][0]["stats"]["median"] * 1e9,
            "seconds": took,
        }


if __name__ == "__main__":
    main()
