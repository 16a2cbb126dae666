"""The main job: each adapter alone, then all in one run.

Nothing may fail, no listed deviation may be gone, and each that shows says what it looks like, or that nothing fits.
"""

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
    failing = [line for line in found if line.get("findings") or line["outcome"] in {"failed", "known deviation"}]
    looks = Counter(line.get("diagnosis", "SILENT") for line in failing)
    complete = lines[-1]["record"] == "footer" and lines[-1]["complete"]
    print(adapters, dict(counts), f"exit {status}", "complete" if complete else "INCOMPLETE", f"gone: {sorted(gone)}")
    for diagnosis, count in looks.most_common():
        print(f"  {count}: {diagnosis}")
    wanted = {"numpy", "torch", "tensorflow", "jax"} if adapters == "all" else {adapters}
    wrong += bool(status) or not complete or not wanted <= asked or bool(gone) or "SILENT" in looks
sys.exit(bool(wrong))
