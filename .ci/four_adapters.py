"""The main job: each adapter alone, then all in one run.  Nothing may fail, and no listed deviation may be gone."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

folder = Path(sys.argv[1])
folder.mkdir()
wrong = 0
for adapters in ("numpy", "torch", "tensorflow", "jax", "all"):
    results = folder / adapters
    command = ["pytest", "-q", f"--adapter={adapters}", f"--nnconform-results={results}"]
    status = subprocess.run(command, check=False).returncode
    (records,) = results.glob("*.jsonl")
    lines = [json.loads(line) for line in records.read_text("utf-8").splitlines()]
    found = [line for line in lines if line["record"] == "result"]
    counts = Counter((line["adapter"], line["outcome"]) for line in found)
    asked = {line["adapter"] for line in found}
    gone = {line["no_longer_deviates"] for line in found if "no_longer_deviates" in line}
    complete = lines[-1]["record"] == "footer" and lines[-1]["complete"]
    print(adapters, dict(counts), f"exit {status}", "complete" if complete else "INCOMPLETE", f"gone: {sorted(gone)}")
    wanted = {"numpy", "torch", "tensorflow", "jax"} if adapters == "all" else {adapters}
    wrong += bool(status) or not complete or not wanted <= asked or bool(gone)
sys.exit(bool(wrong))
