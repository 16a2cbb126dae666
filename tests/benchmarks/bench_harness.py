"""How much the harness costs beside pytest itself.

Run `python tests/benchmarks/bench_harness.py`.  It makes a folder of cases for the NumPy adapter and as many bare
custom items, runs both in turn, and prints medians of CPU time (user + system) and their ratios, start-up taken off.
Goals: a case with all its questions at most 2.5 times a bare item; collecting one at most 1.3 times.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

BARE_PLUGIN = """
import json
import pytest


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".json":
        return BareFile.from_parent(parent, path=file_path)


class BareFile(pytest.File):
    def collect(self):
        for name in json.loads(self.path.read_text()):
            yield BareItem.from_parent(self, name=name)


class BareItem(pytest.Item):
    def runtest(self):
        pass
"""
CASE = """
[[case]]
id = "case_{number}"
kind = "example"
requirement = "A benchmark's case."
source = {{ document = "nnconform", heading = "benchmark" }}
{body}
"""
BODIES = (
    'operation = "sigmoid"\ninputs.x = [-4, -2.5, -1, -0.125, 0, 0.125, 1, 2.5, {number}]',
    (
        'operation = "dense"\nattributes.activation = "sigmoid"\ninputs.x = [[200, {number}], [1, 2]]\n'
        "inputs.w = [[1, -3, 5], [-2, 4, -6]]\ninputs.b = [[-1, 1, 2]]"
    ),
    'operation = "matmul"\ninputs.a = [[1, {number}], [3, 4], [5, 6]]\ninputs.b = [[1, -3, 5], [-2, 4, -6]]',
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours, bare = Path(folder) / "ours", Path(folder) / "bare"
        write_ours(ours, options.items)
        write_bare(bare, options.items)
        for title, extra in (("run", ()), ("collect", ("--collect-only",))):
            measure(title, ours, bare, options.items, options.pairs, extra)


def measure(title: str, ours: Path, bare: Path, items: int, pairs: int, extra: Sequence[str]) -> None:
    """Paired runs of both; CPU milliseconds an item and their ratio."""
    rows = []
    for _ in range(pairs):
        a, a0 = cpu(ours, "--nnconform-adapter=numpy", *extra), cpu(ours / "one", "--nnconform-adapter=numpy", *extra)
        b, b0 = cpu(bare, "-pbare_plugin", *extra), cpu(bare / "one", "-pbare_plugin", *extra)
        rows.append(((a - a0) / items * 1000, (b - b0) / items * 1000))
    ours_ms, bare_ms = (statistics.median(row[side] for row in rows) for side in (0, 1))
    ratio = statistics.median(a / b for a, b in rows)
    print(f"{title}: nnconform {ours_ms:.3f} ms, bare {bare_ms:.3f} ms an item, ratio {ratio:.2f}", end=" ")
    print(f"(CPU, median of {pairs} pairs)")


def cpu(folder: Path, *arguments: str) -> float:
    """CPU seconds of one quiet pytest run over a folder."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    pytest = [sys.executable, "-m", "pytest", "-q", "-pno:cacheprovider", f"--rootdir={folder}"]
    command = [*pytest, str(folder), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def write_ours(folder: Path, items: int) -> None:
    """Frozen spec files of 100 items each, and one of a single case for the start-up."""
    from nnconform.harness.freezing import freeze_all

    folder.mkdir(parents=True)
    texts = [CASE.format(number=n, body=BODIES[n % 3].format(number=n % 50)) for n in range(items // 2)]  # two dtypes
    files = []
    for start in range(0, len(texts), 50):
        files.append(folder / f"topic_{start:05}.toml")
        files[-1].write_text('nnconform = "0.1"\ntopic = "benchmark"\n' + "".join(texts[start : start + 50]))
    freeze_all(files)
    (folder / "one").mkdir()
    single = folder / "one" / "single.toml"
    single.write_text('nnconform = "0.1"\ntopic = "benchmark"\n' + texts[0].replace("case_0", "single"))
    freeze_all([single])


def write_bare(folder: Path, items: int) -> None:
    """The same number of bare items."""
    (folder / "one").mkdir(parents=True)
    for place in (folder, folder / "one"):
        (place / "bare_plugin.py").write_text(BARE_PLUGIN)
    for start in range(0, items, 100):
        names = ", ".join(f'"case_{n}/numpy/cpu/float32/eager"' for n in range(start, start + 100))
        (folder / f"topic_{start:05}.json").write_text(f"[{names}]")
    (folder / "one" / "single.json").write_text('["single"]')


if __name__ == "__main__":
    main()
