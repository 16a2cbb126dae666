"""Write the README's first two shell blocks as scripts: command1.sh runs the main job, command2.sh the tests."""

import re
import sys
from pathlib import Path

readme, target = Path(sys.argv[1]), Path(sys.argv[2])
blocks = re.findall(r"^```sh\n(.*?)^```", readme.read_text("utf-8"), re.MULTILINE | re.DOTALL)
for number, block in enumerate(blocks[:2], start=1):
    (target / f"command{number}.sh").write_text(block, "utf-8")
    print(f"command {number}: {block.strip()}")
if len(blocks) < 2:
    sys.exit("the README has no two commands")
