"""Timing records made by hand: plausible machines, with everything that can go wrong in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from page_fixtures import Data, footer, header, result, subject, write

SPEED = {
    "numpy eager": 1.0, "torch eager": 0.45, "torch compiled": 0.3, "jax eager": 0.9, "jax compiled": 0.28,
    "tensorflow eager": 0.8, "tensorflow compiled": 0.5, "tensorflow xla": 0.27,
}  # fmt: skip
"""How much of NumPy's time each takes for the work itself."""
CALL = {"numpy": 900.0, "torch": 2500.0, "jax": 6000.0, "tensorflow": 15000.0}
"""What one call costs before any work is done, in nanoseconds."""
COPY, MATRIX = 11.8, 92.0
OPERATIONS = ("linear", "relu", "leaky_relu", "sigmoid", "tanh", "softmax")
Case = tuple[str, Data, list[str]]


def work(family: str, series: str, x: float, x_name: str, operations: int, size: int, **more: Any) -> Data:
    return {
        "family": family, "series": series, "x": x, "x_name": x_name, "operands": "ordinary", "operations": operations,
        "bytes": size, "operations_formula": "2 * batch * inputs * units", "bytes_formula": "4 * (inputs + outputs)",
        "distribution": "uniform on (-2, 2)", "memory": size, "estimate": None, **more,
    }  # fmt: skip


def cases() -> Iterator[Case]:
    """The families of the spec, a few cases each."""
    for units in (8, 64):
        for series in ("loop", "vectorized"):
            yield (
                f"dense_{series}_{units}",
                work("loop and vectorized", series, units, "units", 128 * units, 512 * units),
                ["dense"],
            )
    for model, weights in (("784-16-16-10", 12960), ("64-25-15-1", 1990)):
        for batch in (1, 16, 256, 4096, 65536):
            cost = work("batch size", model, batch, "batch", 2 * weights * batch, 4 * (weights + 794 * batch))
            yield f"{model.replace('-', '_')}_{batch}", cost, ["dense", "sigmoid"]
    for operation in OPERATIONS:
        for count in (4096, 131072, 4194304):
            cost = work("activations", operation, count, "elements", 4 * count, 8 * count)
            yield f"{operation}_{count}", cost, [operation]
        cost = work("activations", operation, 131072, "elements", 4 * 131072, 8 * 131072, operands="special")
        yield f"{operation}_special", cost, [operation]
    for size in (64, 512, 1024):
        yield f"square_{size}", work("matrix products", "square", size, "size", 2 * size**3, 12 * size**2), ["matmul"]
    yield "face", work("face image", "one unit", 10**6, "inputs", 2 * 10**6, 8 * 10**6), ["dense"]
    whole = {
        "what": "one pass through a network of 175 billion parameters",
        "operations": 350 * 10**9,
        "bytes": 700 * 10**9,
    }
    cost = work("wide layer", "12,288 by 49,152", 1, "batch", 2 * 12288 * 49152, 4 * 12288 * 49152, estimate=whole)
    yield "wide_layer", cost, ["dense"]


def times(cost: Data, name: str) -> float:
    """Nanoseconds of one call of it."""
    busy = max(cost["operations"] / MATRIX / 0.6, cost["bytes"] / COPY / 0.8) * SPEED.get(name, 0.5) / 0.27
    slow = {"loop": 120, "special": 9}
    found = CALL.get(name.partition(" ")[0], 3000.0) + busy * slow.get(cost["series"], 1) * slow.get(
        cost["operands"], 1
    )
    return float(found)


def series(nanoseconds: float, random: Random, noise: float = 0.01, shared: Sequence[float] = (), **more: Any) -> Data:
    """Rounds around a time; what a round's neighbours do to it is shared."""
    rounds = [
        [number, nanoseconds * slow * random.lognormvariate(0, noise)]
        for number, slow in enumerate(shared or [1.0] * 40)
    ]
    found = sorted(time for _, time in rounds)
    middle, low, high = median(found), found[len(found) // 3], found[-len(found) // 3]
    return {
        "median_ns": middle, "low_ns": low, "high_ns": high, "rounds": rounds, "dropped": 1, "calls": max(1, int(1e6 / middle)),
        "cpu_ns": middle * 0.998, "kernel_ns": None, "stop": "interval", "half_width": (high - low) / 2 / middle,
        "contended": False, **more,
    }  # fmt: skip


def row(
    case: Case,
    label: str = "numpy",
    mode: str = "eager",
    *,
    seed: int = 0,
    shared: Sequence[float] = (),
    scale: float = 1.0,
    hot: Data | None = None,
    timing: Data | None = None,
    **more: Any,
) -> Data:
    """One timing row; `scale` makes it slower, `hot` and `timing` change what it says."""
    name, cost, operations = case
    random = Random(ascii(f"{name} {label} {mode} {seed}"))
    time = times(cost, f"{label} {mode}") * scale
    measured = series(time, random, shared=shared)
    cold = series(time * (1 + cost["bytes"] / 3e7 + 0.02), random, 0.02, shared) if cost["bytes"] < 3e7 else None
    told = {
        "hot": measured | (hot or {}), "cold": cold, "first_ns": int(time * 3 + 40_000),
        "compile_ns": None if mode == "eager" else 180_000_000, "threads": 1, "untrusted": "",
    }  # fmt: skip
    made = {
        "file": "spec/timing/" + cost["family"].replace(" ", "_") + ".toml", "adapter": label, "mode": mode,
        "kind": "timing", "systems": ["S31"], "operations": operations, "work": cost, "timing": told | (timing or {}),
        "ulps": Random(ascii(f"{name} {label} {mode}")).choice([0.0, 0.5, 0.51, 0.9, 1.7, 3.2]),
        "elapsed_ns": round(measured["median_ns"]),
    }  # fmt: skip
    return result(name, **made | more)


def around(places: Iterable[tuple[str, str]]) -> list[Data]:
    """What a timing run adds beside its rows."""
    found: list[Data] = []
    for label, mode in places:
        place = {"adapter": label, "device": "cpu", "mode": mode}
        for what, best, unit in (("copy", COPY, "GB/s"), ("matrix", MATRIX, "GFLOP/s")):
            value = best * (0.9 if label == "numpy" else 1.0)
            ends = {"value": value, "low": value * 0.99, "high": value * 1.01, "unit": unit}
            found.append({"record": "ceiling", **place, "dtype": "float32", "what": what, **ends})
        ends = {"ratio": 1.001, "low": 0.996, "high": 1.006, "rounds": 40}
        found.append({"record": "control", **place, "case": "spec/timing/matrix_products.toml::square_512", **ends})
    found.append({
        "record": "conditions", "threads": 1, "seed": 7, "clock_resolution_ns": 1.0, "load_before": [0.31, 0.4, 0.2],
        "load_after": [1.12, 0.6, 0.3], "sentinel_ns": 51_234.0, "dropped_rounds": 2, "governor": "performance",
    })  # fmt: skip
    return found


def beside(tool: str, *ratios: float, **more: Any) -> list[Data]:
    """Our median over another tool's, a case each."""
    place = {"record": "cross-check", "adapter": "torch", "device": "cpu", "mode": "eager", "tool": tool}
    return [
        {**place, "case": f"relu, {number}", "ratio": ratio, "low": ratio - 0.01, "high": ratio + 0.01, **more}
        for number, ratio in enumerate(ratios)
    ]


def against_itself(held: int, pairs: int = 200, **more: Any) -> Data:
    """Pairs of one case measured as two."""
    place = {"record": "cross-check", "adapter": "torch", "device": "cpu", "mode": "eager", "tool": "A against A"}
    return {**place, "pairs": pairs, "held": held, **more}


def with_more(path: Path, *lines: Data) -> Path:
    """A file with lines added to its end, as they are after a run."""
    with path.open("a", encoding="utf-8") as stream:
        stream.writelines(json.dumps(line) + "\n" for line in lines)
    return path


def rows(*places: str, only: int | None = None, seed: int = 0, **more: Any) -> list[Data]:
    """The rows of subjects such as `torch compiled`, interleaved: what slows a round slows it for all."""
    found = []
    for case in list(cases())[:only]:
        random = Random(f"{case[0]} {seed}")
        shared = [random.lognormvariate(0, 0.03) for _ in range(40)]
        found += [row(case, *place.split(), seed=seed, shared=shared, **more) for place in places]
    return found


def timed(path: Path, *places: str, results: Sequence[Data] | None = None, **more: Any) -> Path:
    """A complete timing run, of these rows or of every case."""
    found = rows(*places, **more) if results is None else list(results)
    named = [(place.split()[0], place.split()[1]) for place in places]
    subjects = [subject(label, mode=mode) for label, mode in named]
    return write(path, [header(*subjects, schema=2), *found, *around(named), footer(len(found))])
