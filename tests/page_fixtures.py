"""Records made by hand, for pages that no real run would give so soon."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from shell import run as python

Data = dict[str, Any]
HOSTILE = "<script>document.title='broken in'</script><img src=x onerror=\"document.title='broken in'\">"
BIDI = "abc\u202egpj.exe\u2066 \x1b[31mred\x07 \u200bhidden \ud800"

WITNESS: Data = {
    "question": "first", "output": "result", "index": [0, 2], "got": 0.25, "exact": 0.5, "bound": 1e-07,
    "off_by": 0.25, "ulps": 4194304.0, "inputs": {"x": -0.0},
}  # fmt: skip


SEEN: Data = {
    "question": "again", "output": "result", "index": [0, 2], "got": 0.25, "how": "asked again", "other": 0.2500001,
    "size": 3, "inputs": {"x": -1.5},
}  # fmt: skip


def subject(label: str = "numpy", device: str = "cpu", mode: str = "eager", **more: Any) -> Data:
    return {
        "adapter": label, "label": label, "device": device, "mode": mode, "devices": ["cpu"],
        "versions": {label: "1.2.3"}, "flags": {"threads": "2"}, "python": "3.11.7",
        "script": "import numpy as np", "array_source": "np.array({values}, dtype=np.{dtype})", **more,
    }  # fmt: skip


def header(*subjects: Data, **more: Any) -> Data:
    return {
        "record": "header", "schema": 1, "suite": "0.1.0", "spec": "0.1", "started": "2026-01-02T03:04:05+00:00",
        "arguments": ["--adapter=numpy"], "level": "must",
        "environment": {"python": "3.11.7", "machine": "x86_64", "processor": "A processor", "cores": 2},
        "subjects": list(subjects or (subject(),)), **more,
    }  # fmt: skip


def result(case: str = "worked", outcome: str = "passed", **more: Any) -> Data:
    """One answer; a failure gets findings and details."""
    made: Data = {
        "record": "result", "file": "spec/activations/sigmoid.toml", "case": case, "line": 3, "adapter": "numpy",
        "device": "cpu", "dtype": "float32", "mode": "eager", "kind": "example", "level": "must",
        "operations": ["sigmoid"], "systems": ["S1"], "outcome": outcome, "ulps": 1.5, "share": 0.25,
        "elapsed_ns": 1200, "witness": WITNESS,
    }  # fmt: skip
    if outcome not in {"passed", "unsupported"}:
        line = "value: 1 of 3 values: result[0][2] is 0.25, exact 0.5"
        made["findings"] = [
            {"facet": "value", "question": "first", "output": "result", "message": "1 of 3 values", "line": line,
             "witness": WITNESS}
        ]  # fmt: skip
        made |= DETAILS
    if outcome == "known deviation":
        made["deviation"] = "a known cause"
    made |= more
    made.setdefault("id", "{file}::{case}/{adapter}/{device}/{dtype}/{mode}".format(**made))
    return made


DETAILS: Data = {
    "requirement": "The logistic function is 1 / (1 + exp(-x)).",
    "source": {"document": "numpy-tensorflow-intro", "heading": "Sigmoid Function"},
    "erratum": "The document prints 0.6.",
    "steps": [{"name": "result", "operation": "sigmoid", "inputs": ["x"], "attributes": {}}],
    "terms": [{"step": "result", "operation": "sigmoid", "computes_in": "float32", "largest_bound": 1e-07}],
    "arrays": {
        "question": "first", "refused": {},
        "inputs": {"x": {"shape": [1, 3], "values": [["nan", "-inf", -0.0]]}},
        "exact": {"result": {"shape": [1, 3], "values": [["nan", 0.0, 0.5]]}},
    },
    "functions": {"sigmoid": "def sigmoid(x: Any) -> Any:\n    return x * 0 + np.float32(0.25)"},
    "rerun": "pytest spec/activations/sigmoid.toml::worked --nnconform-adapter=numpy",
}  # fmt: skip


def footer(results: int, **more: Any) -> Data:
    return {
        "record": "footer", "finished": "2026-01-02T03:04:06+00:00", "exit_status": 0, "complete": True,
        "collected": results, "results": results, "counters": {}, **more,
    }  # fmt: skip


def write(path: Path, lines: Iterable[Mapping[str, Any] | str]) -> Path:
    """A record file of these lines; text stands as it is."""
    told = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("".join(f"{line}\n" for line in told), "utf-8")
    return path


def run(path: Path, results: Sequence[Data], *subjects: Data) -> Path:
    """A complete record file."""
    return write(path, [header(*subjects), *results, footer(len(results))])


def many(
    path: Path, *, adapters: int = 12, cases: int = 20, operations: int = 17, fails: int = 0, dtypes: int = 2
) -> Path:
    """A large run: every `fails`-th answer fails, none if it is 0."""
    subjects = [subject(f"adapter{number}") for number in range(adapters)]
    results = [
        result(
            f"case_{case}", "failed" if fails and (case + number) % fails == 0 else "passed",
            adapter=f"adapter{number}", dtype=dtype, operations=[f"operation_{operation}"],
            systems=[f"S{1 + operation}"], file=f"spec/some/operation_{operation}.toml", ulps=case / 8,
            traits={"not repeatable": case} if case % 7 == 3 else {}, witnesses={"not repeatable": SEEN},
        )
        for number in range(adapters)
        for operation in range(operations)
        for case in range(cases)
        for dtype in ("float32", "float64")[:dtypes]
    ]  # fmt: skip
    return run(path, results, *subjects)


def ran(folder: Path, script: str) -> str:
    """What a script prints in an empty folder."""
    path = folder / "finding.py"
    path.write_text(script, "utf-8")
    done = python([str(path)], folder)
    assert done.status == 0, done.err + script
    return done.out


def hostile_run(path: Path, evil: str, *between: str) -> Path:
    """Records with a text in every field that takes one, and lines `between` the results and the footer."""
    finding = {"facet": evil, "question": evil, "output": evil, "message": evil, "line": evil, "witness": None}
    told: Data = {
        "id": evil, "file": evil, "kind": evil, "operations": [evil], "systems": [evil], "dtype": evil,
        "adapter": evil, "device": evil, "mode": evil, "reason": evil, "should_missed": evil, "deviation": evil,
        "traits": {evil: evil}, "requirement": evil, "source": {"document": evil, "heading": evil}, "erratum": evil,
        "case_digest": evil, "rerun": evil, "functions": {evil: evil}, "findings": [finding], "level": evil,
        "witness": WITNESS | {"output": evil, "inputs": {evil: 1.0}},
        "terms": [{"step": evil, "operation": evil, evil: evil}],
        "steps": [{"name": evil, "operation": evil, "inputs": [evil], "attributes": {evil: evil}}],
        "arrays": {"question": evil, "inputs": {evil: {"shape": [1], "generate": {evil: evil}, "then": evil}}},
    }  # fmt: skip
    outcomes = ("failed", "known deviation", "passed")
    return write(path, [
        header(
            subject(
                evil, evil, evil, versions={evil: evil}, flags={evil: evil}, script=evil, array_source=evil,
                sources={evil: evil},
            ),
            started=evil, suite=evil, spec=evil, arguments=[evil], level=evil, environment={"processor": evil},
        ),
        *(result(**told | {"outcome": outcome, "case": evil + outcome}) for outcome in outcomes),
        *between,
        footer(3, finished=evil),
    ])  # fmt: skip
