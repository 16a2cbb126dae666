"""Names that only differ in case, and pages that several runs write at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from shell import SIGMOID, pytest_in, results
from test_faults_files import made

PAGES = (
    "import sys\nfrom pathlib import Path\nfrom nnconform.reports.files import write_whole\n"
    "for number in range(200):\n    write_whole(Path('page.html'), f'{sys.argv[1]}\\n' * 20_000)\n"
)


def test_names_that_differ_in_case_have_files_of_their_own_where_the_disk_sees_no_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def blind(path: Path, mode: str = "r", *more: Any, **others: Any) -> Any:
        if mode == "xb" and path.name.casefold() in {each.name.casefold() for each in path.parent.iterdir()}:
            raise FileExistsError(path)
        return opened(path, mode, *more, **others)

    monkeypatch.setattr(Path, "open", blind)
    recorders = [made(tmp_path, label) for label in ("Mine", "mine", "MINE")]
    assert len({recorder.path.name.casefold() for recorder in recorders}) == 3
    for recorder in recorders:
        recorder.finish(0, 0, {})


def test_names_that_differ_in_case_are_two_columns(tmp_path: Path) -> None:
    for name in ("Mine", "mine"):
        (tmp_path / f"of_{name}").mkdir()
        (tmp_path / f"of_{name}" / f"{name}.py").write_text("def sigmoid(x):\n    return x\n", "utf-8")
    asked = "--adapter=of_Mine/Mine.py,of_mine/mine.py"
    assert pytest_in(tmp_path, asked, "--dtype=float32", f"{SIGMOID}::around_zero").status == 1
    assert [line["adapter"] for line in results(tmp_path).values()] == ["Mine", "mine"]


def test_pages_that_are_written_at_once_are_whole(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", PAGES, str(number)], cwd=tmp_path) for number in range(3)]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        if (tmp_path / "page.html").exists():
            lines = (tmp_path / "page.html").read_text("utf-8").split("\n")
            assert len(lines) == 20_001
            seen.add(tuple(sorted(set(lines[:-1]))))
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert seen <= {("0",), ("1",), ("2",)}
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
