"""So many threads, on stated CPUs: set before a framework is imported.  Nothing but the standard library here."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress


def environment(threads: int) -> Mapping[str, str]:
    """Variables that the usual thread pools read when they are loaded."""
    count = str(threads)
    named = (
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
    )
    single = "--xla_cpu_multi_thread_eigen=false" if threads == 1 else ""
    flags = " ".join(word for word in (os.environ.get("XLA_FLAGS", ""), single) if word)
    dynamic = {"OMP_DYNAMIC": "FALSE", "MKL_DYNAMIC": "FALSE"}
    return {**dict.fromkeys(named, count), **dynamic, **({"XLA_FLAGS": flags} if flags else {})}


def choose(threads: int) -> tuple[int, ...]:
    """The last of the CPUs that this process may use; none where the system has no affinity.  Raises ValueError."""
    if sys.platform != "linux":
        return ()
    allowed = sorted(os.sched_getaffinity(0))
    if threads > len(allowed):
        raise ValueError(f"{threads} threads cannot be pinned: this process may use {len(allowed)} CPUs")
    return tuple(allowed[-threads:])


def pin(cpus: tuple[int, ...]) -> str:
    """Keep this thread, and those it starts, on these CPUs.  Says what was done."""
    if sys.platform != "linux" or not cpus:
        return "not pinned: this system keeps no process on a CPU; thread counts are set by the environment alone"
    os.sched_setaffinity(0, cpus)
    return f"pinned to CPU {', '.join(map(str, cpus))}"


@contextmanager
def pinned(cpus: tuple[int, ...]) -> Iterator[None]:
    """Keep this thread on these CPUs for a while."""
    if sys.platform != "linux" or not cpus:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        with suppress(OSError):  # a CPU may have been taken away meanwhile
            os.sched_setaffinity(0, before)
