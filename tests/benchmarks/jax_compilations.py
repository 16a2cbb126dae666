"""How often JAX compiles in a run of the whole spec, and whether anything is compiled twice.

Run `python tests/benchmarks/jax_compilations.py`.  In eager mode JAX compiles each primitive for each dtype and shapes
that it meets; a compilation of the same primitive for the same types is counted as a repetition (those that differ in
a static argument only, such as an axis, look alike here and are counted too).
"""

from __future__ import annotations

import logging
import sys
import tempfile
from collections import Counter

import jax
import pytest
from bench_suite import combinations


class Compilations(logging.Handler):
    """Counts what JAX logs of its compilations."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.seen: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message.startswith("Compiling "):
            self.seen[message.partition(". Argument mapping")[0]] += 1


def main() -> None:
    """Run the spec on JAX and print the counts."""
    jax.config.update("jax_log_compiles", True)
    counter = Compilations()
    logger = logging.getLogger("jax")
    logger.addHandler(counter)
    logger.propagate = False
    with tempfile.TemporaryDirectory() as folder:
        status = pytest.main(["--nnconform-adapter=jax", "-q", "-pno:cacheprovider", f"--nnconform-results={folder}"])
    total, distinct = sum(counter.seen.values()), len(counter.seen)
    print(f"{total} compilations of {distinct} primitives with their types, {total - distinct} repeated,", end=" ")
    print(f"for {combinations()} combinations of operation, attributes, dtype and shapes")
    sys.exit(int(status))


if __name__ == "__main__":
    main()
