from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from shell import hide, results, run
from test_bad_input_spec import GOOD

from nnconform.harness import freezing
from nnconform.harness.cli import main
from nnconform.spec.frozen import frozen_path


def test_every_shipped_file_is_frozen_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["freeze", "--check"]) == 0, capsys.readouterr().out


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.toml").write_text(GOOD.replace("[1, 2]", f"[{ord(name)}]"), "utf-8")
    return tmp_path


def test_freeze_writes_each_file_once_and_check_tells_what_is_stale(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["freeze", "--check", str(folder)]) == 1
    assert not list(folder.glob("*.jsonl"))
    assert main(["freeze", str(folder)]) == 0
    assert main(["freeze", "--check", str(folder)]) == 0
    first = json.loads(frozen_path(folder / "a.toml").read_text("utf-8").splitlines()[1])
    assert first["ask"]["inputs"]["x"] == {"shape": [1], "bits": "42c20000"}
    (folder / "b.toml").write_text(GOOD, "utf-8")
    tampered = frozen_path(folder / "c.toml")
    tampered.write_text(tampered.read_text("utf-8").replace("42c60000", "42c60001"), "utf-8")
    capsys.readouterr()
    assert main(["freeze", "--check", str(folder)]) == 1
    out = capsys.readouterr().out
    assert [line.partition(":")[0].rpartition("/")[2] for line in out.splitlines()] == ["b.toml", "c.toml"]
    assert sorted(path.suffix for path in folder.iterdir()) == [".jsonl"] * 3 + [".toml"] * 3


def test_one_bad_file_keeps_no_other_from_being_frozen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "b.toml").write_text(GOOD.replace("sigmoid", "sigmiod"), "utf-8")
    assert main(["freeze", str(folder)]) == 4
    assert "b.toml:4: case 'one': unknown operation 'sigmiod'" in capsys.readouterr().err
    assert sorted(path.name for path in folder.glob("*.jsonl")) == ["a.jsonl", "c.jsonl"]


def test_without_flint_freezing_says_what_to_install_and_running_goes_on(folder: Path) -> None:
    hide("flint", folder)
    words = "python-flint, which is not installed: pip install 'nnconform[author]'"
    run(["-m", "nnconform.harness.cli", "freeze", "a.toml"], folder, folder).complains(words)
    run(["-m", "pytest", "--adapter=numpy", "a.toml"], folder, folder).complains(
        "a.toml:1: is not frozen, and freezing needs python-flint: pip install 'nnconform[author]'"
    )
    done = run(["-m", "pytest", "--adapter=numpy", "spec/activations/sigmoid.toml::around_zero"], folder, folder)
    assert done.status == 0, done.out + done.err


@pytest.mark.parametrize("verb", [["check"], ["list"], ["freeze"], ["freeze", "--check"]], ids=" ".join)
def test_a_folder_without_a_case_file_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: list[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "somebody-elses"\n', "utf-8")
    assert main([*verb, str(tmp_path)]) == 4
    told = "those are .toml files that begin with nnconform = ..."
    assert capsys.readouterr().err == f"nnconform: no case file in {tmp_path}: {told}\n"


DAMAGES: dict[str, Callable[[list[str]], list[str]]] = {
    "cut in the middle of a line": lambda lines: [lines[0], lines[1][:90]],
    "cut at a line": lambda lines: lines[:1],
    "another line": lambda lines: [lines[0], "3", "{}"],
    "changed places": lambda lines: [lines[0], lines[2], lines[1]],
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_frozen_file_costs_its_cases_a_line_each(folder: Path, name: str) -> None:
    assert main(["freeze", str(folder / "a.toml")]) == 0
    frozen = frozen_path(folder / "a.toml")
    frozen.write_text("\n".join(DAMAGES[name](frozen.read_text("utf-8").splitlines())) + "\n", "utf-8")
    done = run(["-m", "pytest", "--adapter=numpy", "--dtype=float32", "a.toml"], folder)
    assert done.status == 1, done.out + done.err
    told = f"{frozen}:2: is damaged: run nnconform freeze {folder / 'a.toml'}"
    assert told in done.out
    assert "Error" not in done.out
    (line,) = results(folder).values()
    assert (line["outcome"], line["reason"]) == ("error", told)
    run(["-m", "nnconform.harness.cli", "explain", "a.toml::one"], folder).complains("a.jsonl:2: is damaged: ")


def test_a_folder_in_a_frozen_files_place_is_one_line(folder: Path) -> None:
    frozen_path(folder / "b.toml").mkdir()
    done = run(["-m", "nnconform.harness.cli", "freeze", "."], folder)
    done.complains("nnconform: cannot write b.jsonl: Is a directory")
    assert not list(folder.glob(".*")), "a part is left behind"


def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(part: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert main(["freeze", str(folder / "a.toml")]) == 4
    assert capsys.readouterr().err == f"nnconform: cannot write {folder / 'a.jsonl'}: No space left on device\n"
    assert sorted(path.name for path in folder.iterdir()) == ["a.toml", "b.toml", "c.toml"]


def test_what_is_no_text_is_out_of_date(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frozen_path(folder / "a.toml").write_bytes(b"\xff\xfe")
    assert freezing.freeze_all([folder / "a.toml"], check=True) == [folder / "a.toml"]
    assert main(["freeze", str(folder / "a.toml")]) == 0
