"""What truth and comparison of a sweep cost beside the framework alone.

Run `python tests/benchmarks/bench_sweep.py`.  Every 16th of the 16,384 batches of float32 (or all, with --whole) goes
through each operation and adapter, in process, one thread of NumPy's: CPU seconds of the framework, of truth and
comparison, and their ratio, as they would be for all 2**32 values (goal: truth and comparison at most 30 s, of
sigmoid, tanh and exp 15).  Then all values of both 16-bit dtypes, beside the seconds that the imports take.
"""

from __future__ import annotations

import argparse
import resource
from time import process_time

from nnconform.harness.interviewers import InProcess
from nnconform.harness.options import named_subjects
from nnconform.harness.sweeps.sweep import Asked, Entry, Sweep
from nnconform.harness.sweeps.truths import truth
from nnconform.harness.sweeps.walk import walk
from nnconform.reference.sweep.functions import known
from nnconform.spec.catalogue import catalogue

GOALS = {"sigmoid": 15.0, "tanh": 15.0, "exp": 15.0}
USUAL = 30.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--adapter", default="numpy")
    parser.add_argument("--operations", default=",".join(known()))
    parser.add_argument("--whole", action="store_true")
    options = parser.parse_args()
    asked = []
    for subject in named_subjects(options.adapter, "cpu", "eager"):
        start = process_time()
        asked.append((subject.label, Asked(InProcess(subject))))
        print(f"{subject.label}: imported in {process_time() - start:.2f} s of CPU")
    operations = options.operations.split(",")
    print(
        f"\n{'float32, 2**32 values':20} {'framework':>12} {'truth and comparison':>22} {'goal':>6} {'total/framework':>16}"
    )
    for operation in operations:
        for label, each in asked:
            float32(operation, label, each, every=1 if options.whole else 16)
    sixteen_bits(operations, asked)
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB, frameworks included")


def float32(operation: str, label: str, each: Asked, *, every: int) -> None:
    """One line."""
    engine = truth(operation, catalogue()[operation].attributes, "float32")
    sweep = Sweep(engine, walk("float32", exhaustive=True)[::every])
    entry = Entry(each)
    sweep.run([entry])
    if entry.tally.ended:
        print(f"{operation + ' ' + label:20} {': '.join(entry.tally.ended)}")
        return
    alone, ours = entry.tally.cpu_ns * every / 1e9, sweep.truth_ns * every / 1e9
    goal = GOALS.get(operation, USUAL)
    print(
        f"{operation + ' ' + label:20} {alone:10.1f} s {ours:20.1f} s {goal:4.0f} s {(alone + ours) / alone:16.2f}",
        flush=True,
    )


def sixteen_bits(operations: list[str], asked: list[tuple[str, Asked]]) -> None:
    """All of both dtypes, as an ordinary run asks them: the truth once for all adapters."""
    start, alone = process_time(), 0
    for operation in operations:
        for dtype in ("float16", "bfloat16"):
            engine = truth(operation, catalogue()[operation].attributes, dtype)
            sweep = Sweep(engine, walk(dtype, exhaustive=False))
            entries = [Entry(each) for _, each in asked]
            sweep.run(entries)
            alone += sum(entry.tally.cpu_ns for entry in entries)
    print(
        f"\nboth 16-bit dtypes, {len(operations)} operations: {process_time() - start:.2f} s, frameworks {alone / 1e9:.2f} s"
    )


if __name__ == "__main__":
    main()
