"""What surrounds a run: disks, folders, other runs, locales, names, and the user's own configuration."""

from __future__ import annotations

import ctypes
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes.faulty import NASTY
from shell import SIGMOID, Done, environment, pytest_in, records, results, run

from nnconform.adapters import registry
from nnconform.harness import options, recording
from nnconform.harness.options import Options
from nnconform.harness.recording import Recorder
from nnconform.harness.subject import Subject
from nnconform.reports.page import write_page
from nnconform.reports.records import read

FEW = ("--dtype=float32", f"{SIGMOID}::around_zero")


def limited(folder: Path, before: Callable[[], object], *arguments: str, **variables: str) -> Done:
    """`pytest ARGUMENTS` in a process that `before` has made poorer."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments], cwd=folder, timeout=120, check=False,
        env=environment() | variables, capture_output=True, preexec_fn=before,
    )  # fmt: skip
    return Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def made(folder: Path, label: str = "numpy") -> Recorder:
    config: Any = SimpleNamespace(invocation_params=SimpleNamespace(dir=folder, args=()))
    subject = Subject(label, label, "cpu", "eager")
    return Recorder(config, Options((subject,), None, "must", Path(), apart=False), [])


# ------------------------------------------------------------------- disks


@pytest.mark.parametrize("blocks", [1, 3, 8], ids=["the header", "a case", "the page"])
def test_a_full_disk_is_told_in_one_line_and_is_no_success(tmp_path: Path, blocks: int) -> None:
    def before() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (blocks * 500, blocks * 500))

    done = limited(tmp_path, before, "--adapter=fakes.good:Good", *FEW)
    assert "INTERNALERROR" not in done.out + done.err
    assert "Traceback" not in done.out + done.err
    assert "fakes.good.Good: 1 passed" in done.out
    assert done.status == 3, done.out + done.err
    told = [line for line in done.out.splitlines() if line.startswith(("records stopped: ", "no page: "))]
    assert len(told) == 1
    assert "File too large" in told[0] or "breaks off" in told[0] or "no nnconform record" in told[0]
    assert not list(tmp_path.rglob("*.part"))


def test_no_space_left_stops_the_records_and_nothing_else(tmp_path: Path) -> None:
    recorder = made(tmp_path)
    with Path("/dev/full").open("wb", buffering=0) as full:
        recorder.stream.close()
        recorder.stream = full
        recorder.note({"record": "result"})
        recorder.finish(0, 1, {})
    assert recorder.error == "records stopped: [Errno 28] No space left on device"
    assert [recorder.status(status) for status in (0, 1, 2)] == [3, 3, 2]


def test_records_that_stopped_are_told_beside_a_page_that_fails(tmp_path: Path) -> None:
    recorder = made(tmp_path)
    recorder.error = "records stopped: no space"
    recorder.missed("no page: no space")
    assert recorder.error == "records stopped: no space; no page: no space"
    recorder.finish(0, 0, {})


def test_an_old_page_stays_where_a_new_one_finds_no_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = made(tmp_path)
    recorder.finish(0, 0, {})
    page = tmp_path / "page.html"
    page.write_text("an old page", "utf-8")
    full, opened = Path("/dev/full"), Path.open

    def open_full(path: Path, *arguments: Any, **more: Any) -> Any:
        return opened(full if path.suffix == ".part" else path, *arguments, **more)

    monkeypatch.setattr(Path, "open", open_full)
    with pytest.raises(OSError, match="No space left"):
        write_page([recorder.path], page)
    assert page.read_text("utf-8") == "an old page"


@pytest.mark.parametrize("name", ["nnconform-results", "elsewhere/deep"])
def test_a_folder_that_takes_no_results_is_told_before_the_first_case(tmp_path: Path, name: str) -> None:
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o555)

    def before() -> None:
        for capability in range(4):  # with which root writes where it may not
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)

    try:
        done = limited(tmp_path, before, "--adapter=fakes.good:Good", f"--nnconform-results={name}", *FEW)
    finally:
        for folder in (tmp_path, *tmp_path.parents[:2]):
            folder.chmod(0o755)
    done.complains("cannot write results into", "Permission denied; say --nnconform-results=FOLDER")
    assert "passed" not in done.out


def test_a_read_only_folder_is_no_matter_where_results_go_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir(mode=0o555)
    (tmp_path / "there").mkdir()
    done = pytest_in(tmp_path / "here", "-p", "no:cacheprovider", "--adapter=fakes.good:Good", *FEW,
                     f"--nnconform-results={tmp_path / 'there'}")  # fmt: skip
    assert done.status == 0, done.out + done.err
    assert next(tmp_path.rglob("*.jsonl")).parent.name == "there"
    assert not [path for path in (tmp_path / "here").iterdir() if path.name != ".benchmarks"], "pytest-benchmark's own"


# -------------------------------------------------------------- other runs


def test_runs_that_begin_in_the_same_second_have_files_of_their_own(tmp_path: Path) -> None:
    recorders = [made(tmp_path) for _ in range(5)]
    assert len({recorder.path for recorder in recorders}) == 5
    for number, recorder in enumerate(recorders):
        recorder.note({"record": "result", "number": number})
        recorder.finish(0, 0, {})
    assert [len(recorder.path.read_text("utf-8").splitlines()) for recorder in recorders] == [3] * 5


def test_a_file_that_appears_between_looking_and_opening_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open
    raced: list[Path] = []

    def race(path: Path, mode: str = "r", *more: Any, **others: Any) -> Any:
        if mode == "xb" and not raced:
            raced.append(path)
            path.write_text("another run's", "utf-8")
        return opened(path, mode, *more, **others)

    monkeypatch.setattr(Path, "open", race)
    recorder = made(tmp_path)
    recorder.finish(0, 0, {})
    assert raced[0].read_text("utf-8") == "another run's"
    assert recorder.path != raced[0]


# ------------------------------------------------------------------- names


@pytest.mark.parametrize(
    "name",
    ["../../escape", "a/b", "a\\b", "CON", "x::y", "[z]", "tab\tnew\nline", NASTY, ".", "..", ".hidden", "n" * 300, ""],
    ids=ascii,
)
def test_no_name_leads_out_of_the_results_folder_or_breaks_an_id(tmp_path: Path, name: str) -> None:
    label = options.label(name) or "unnamed"
    assert not set(label) & set('/\\[]:"<>|?*\x00\n\t\x1b\u202e')
    recorder = made(tmp_path / "results", label)
    recorder.finish(0, 0, {})
    assert recorder.path.resolve().parent == (tmp_path / "results").resolve()
    (run_,) = read(recorder.path)
    assert run_.footer is not None


def test_a_registered_name_is_made_harmless_too(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("../../../etc/x y", "nnconform.adapters.numpy:NumPy", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda **_: EntryPoints([point]))
    (found,) = options.named_subjects("../../../etc/x y", "cpu", "eager")
    assert found.label == "__.._.._etc_x_y"


# ------------------------------------------------------ terminals and locales


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_messages_neither_steer_a_terminal_nor_stop_one_that_lacks_letters(tmp_path: Path, encoding: str) -> None:
    foreign = {
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": encoding,
        "TZ": "Asia/Kathmandu",
    }
    done = limited(tmp_path, lambda: None, "--adapter=fakes.faulty:SaysNasty", "-rA", *FEW, **foreign)
    assert done.status == 1, done.out + done.err
    assert "INTERNALERROR" not in done.out + done.err
    assert not set("\x1b\x07\u202e\ud800") & set(done.out.replace("\n", ""))
    assert r"ValueError at call: \x1b[2J\x07\u202eexe.gpj" in done.out
    assert records(tmp_path)[0]["started"].endswith("+00:00")
    page = next(tmp_path.rglob("*.html")).read_text("utf-8")
    assert "<script>alert" not in page


def test_ten_megabytes_of_message_are_a_few_kilobytes_of_record(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=fakes.faulty:SaysTooMuch", *FEW)
    assert done.status == 1, done.out[-2000:]
    assert len(done.out) < 20_000
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.jsonl")) < 40_000
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.html")) < 200_000


def test_hash_seeds_change_no_id_and_no_record(tmp_path: Path) -> None:
    found = []
    for seed in ("0", "1", "4294967295"):
        done = limited(tmp_path, lambda: None, "--adapter=numpy", "--dtype=float32", SIGMOID, PYTHONHASHSEED=seed)
        assert done.status == 0, done.out + done.err
        plain = [
            {name: value for name, value in line.items() if name != "elapsed_ns"} for line in records(tmp_path)[1:-1]
        ]
        found.append(json.dumps(plain))
    assert found[0] == found[1] == found[2]


# ---------------------------------------------------- the user's own settings

CONFTEST = """
import pytest

def pytest_addoption(parser):
    for name in ("--device", "--mode", "--resume", "--timing"):
        parser.addoption(name, action="store_true")
    parser.addoption("--adapter", default="theirs")

@pytest.fixture(autouse=True, scope="session")
def theirs(request):
    yield

@pytest.fixture(autouse=True)
def function_only(request):
    request.function
    yield

def pytest_collection_modifyitems(items):
    items.reverse()
    for item in items:
        item.add_marker(pytest.mark.filterwarnings("error"))

def pytest_runtest_setup(item):
    item.user_properties.append(("theirs", 1))
"""
TEST = """
def test_theirs(request):
    assert request.config.getoption("--device") is False
    assert request.config.getoption("--adapter") == "theirs"
"""


def test_a_users_own_conftest_and_options_come_first(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST, "utf-8")
    (tmp_path / "test_theirs.py").write_text(TEST, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers --strict-config -ra\n", "utf-8")
    done = pytest_in(tmp_path)
    assert done.status == 0, done.out + done.err
    for more in ([], ["-n", "1"]):
        long = ["--nnconform-adapter=numpy", "--nnconform-device=cpu", "--nnconform-mode=eager", *more]
        done = pytest_in(tmp_path, *long, "--dtype=float32", f"{SIGMOID}::around_zero", "test_theirs.py")
        assert done.status == 0, done.out + done.err
        assert "2 passed" in done.out
        assert len(results(tmp_path)) == 1


def test_a_conftest_that_fails_is_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("import nothing_of_that_name\n", "utf-8")
    done = run(["-m", "pytest", "--adapter=numpy", *FEW], tmp_path)
    assert done.status == 4
    assert "conftest" in done.err
    assert not list(tmp_path.rglob("*.jsonl"))


def test_the_limit_of_a_label_leaves_room_for_four(tmp_path: Path) -> None:
    config: Any = SimpleNamespace(invocation_params=SimpleNamespace(dir=tmp_path, args=()))
    subjects = tuple(Subject(name, options.label(name * 300), "cpu", "eager") for name in "abcd")
    recorder = Recorder(config, Options(subjects, None, "must", Path(), apart=True), [])
    recorder.finish(0, 0, {})
    assert recorder.path.is_file()
    assert recording.NOT_KEPT == 3
