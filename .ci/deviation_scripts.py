"""Run the script of every known deviation: it imports only its framework, and exits 0 while the deviation shows."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.specifiers import SpecifierSet

from nnconform.harness.deviations import FOLDER, load

failed = 0
for known in load():
    try:
        here = all(SpecifierSet(wanted).contains(version(name)) for name, wanted in known.versions.items())
    except PackageNotFoundError:
        here = any(name == "tensorflow" for name in known.versions)  # tensorflow-cpu gives the same import
    script = FOLDER / known.script
    lines = len(script.read_text("utf-8").strip().splitlines())
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    state = "shows" if done.returncode == 0 else "GONE or broken"
    print(f"{known.adapter}: {known.cause}: {state} ({lines} lines)")
    if (here and done.returncode) or lines > 15:
        print(done.stdout[-1000:], done.stderr[-1000:])
        failed += 1
print(f"{len(load())} known deviations in {Path(FOLDER).name}, {failed} unexpected")
sys.exit(bool(failed))
