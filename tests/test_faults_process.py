"""What ends or blocks a process costs one case, and says so: a crash, a hang, a copy, a lost device, little memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import faulty
from fakes.good import Good
from shell import FAKES, SIGMOID, pytest_in, results

from nnconform.harness import interviewers
from nnconform.harness.interviewers import Child, InProcess
from nnconform.harness.judge import judge
from nnconform.harness.subject import Subject, SubjectCrashed, SubjectError
from nnconform.spec.frozen import ROOT, FrozenFile, frozen_path

LIMIT_S = 1.5
TOOK_S = 30.0
"""So long may a loaded machine take over what takes a moment."""


def frozen(name: str, case: str) -> dict[str, Any]:
    path = frozen_path(ROOT / f"{name}.toml")
    return FrozenFile(path.read_text("utf-8")).line(case, "float32")


WRONG = frozen("activations/sigmoid", "around_zero")
"""A case that the fakes spoil."""
RIGHT = frozen("layers/dense", "coffee_vectorized")
"""One that they do not."""


def subject(name: str) -> Subject:
    return Subject(f"fakes.faulty:{name}", name, "cpu", "eager")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(FAKES.parent))


@pytest.fixture
def child(request: pytest.FixtureRequest) -> Iterator[Child]:
    """An adapter in a process of its own, by name."""
    made = Child(subject(request.param), LIMIT_S)
    made.wait()
    yield made
    made.close()


def in_child(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("child", [name], indirect=True)


def gone(pid: int) -> bool:
    """Whether a process has ended, within some time."""
    end = time.monotonic() + TOOK_S
    while time.monotonic() < end:
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text("utf-8").rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def spoilt(child: Child) -> SubjectCrashed:
    with pytest.raises(SubjectCrashed) as caught:
        child.ask(WRONG["ask"])
    return caught.value


def goes_on(child: Child) -> bool:
    return judge(RIGHT, child.ask(RIGHT["ask"])).outcome == "passed"


@in_child("Segfaults")
def test_a_segfault_costs_one_case(child: Child) -> None:
    found = spoilt(child)
    assert (str(found).partition(" (")[0], found.outcome) == ("its process ended with SIGSEGV", "crashed")
    assert goes_on(child)


@in_child("Hangs")
def test_a_hang_is_ended_with_all_that_it_started_and_costs_one_case(child: Child, tmp_path: Path) -> None:
    begun = time.monotonic()
    found = spoilt(child)
    assert LIMIT_S <= time.monotonic() - begun < TOOK_S
    assert (str(found), found.outcome) == ("no answer within 1.5 s: its process was ended", "timeout")
    pids = [int(pid) for pid in (tmp_path / "started").read_text("utf-8").split()]
    assert len(pids) == 2
    assert all(map(gone, pids))
    assert goes_on(child)


@pytest.mark.parametrize("child", ["DiesOfItsCopy", "DiesOfItsDaemon"], indirect=True)
def test_a_copy_that_outlives_a_dead_process_does_not_keep_the_pipe(child: Child) -> None:
    begun = time.monotonic()
    found = spoilt(child)
    assert (str(found), found.outcome) == ("its process ended with status 7", "crashed")
    assert time.monotonic() - begun < LIMIT_S
    assert goes_on(child)


@in_child("Forks")
def test_a_copy_does_not_answer(child: Child) -> None:
    for _ in range(3):
        assert judge(WRONG, child.ask(WRONG["ask"])).outcome == "passed"
        assert goes_on(child)


@in_child("Litters")
def test_what_a_process_leaves_behind_ends_with_it(child: Child, tmp_path: Path) -> None:
    assert judge(WRONG, child.ask(WRONG["ask"])).outcome == "passed"
    pid = int((tmp_path / "started").read_text("utf-8"))
    assert Path(f"/proc/{pid}").exists()
    child.close()
    assert gone(pid)


def test_a_copy_is_no_second_run(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, "--adapter=fakes.faulty:Forks", "--dtype=float32", f"{SIGMOID}::around_zero")
    assert done.status == 0, done.out + done.err
    assert done.out.count("1 passed") == 1 + done.out.count("fakes.faulty.Forks: 1 passed")
    (path,) = tmp_path.rglob("*.jsonl")
    assert path.read_text("utf-8").count("\n") == 3


@in_child("Sticky")
def test_a_lost_device_is_begun_anew(child: Child) -> None:
    found = spoilt(child)
    why = "after it nothing could be computed any more: RuntimeError: device-side assert triggered"
    assert (str(found), found.outcome) == (why, "crashed")
    assert goes_on(child)


def test_a_lost_device_is_no_fault_of_later_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faulty.Sticky, "lost", False)
    here = InProcess(subject("Sticky"))
    with pytest.raises(SubjectCrashed, match="after it nothing could be computed") as first:
        here.ask(WRONG["ask"])
    with pytest.raises(SubjectCrashed, match=r"not asked: .* --isolate begins anew") as later:
        here.ask(RIGHT["ask"])
    assert (first.value.outcome, later.value.outcome) == ("crashed", "error")
    monkeypatch.setattr(faulty.Sticky, "lost", False)
    assert judge(RIGHT, here.ask(RIGHT["ask"])).outcome == "passed", "it is asked again once it computes"


def test_too_little_memory_is_told_apart_from_a_wrong_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faulty.OutOfMemory, "released", 0)
    here = InProcess(subject("OutOfMemory"))
    verdict = judge(WRONG, here.ask(WRONG["ask"]))
    assert verdict.outcome == "out of memory"
    assert "MemoryError at call: Unable to allocate" in verdict.findings[0].line()
    assert faulty.OutOfMemory.released == 1
    assert judge(RIGHT, here.ask(RIGHT["ask"])).outcome == "passed"
    assert faulty.OutOfMemory.released == 1


def test_what_piles_up_may_be_let_go_before_a_case_and_never_within_one(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr(Good, "rest", lambda self: sent.append(self.sent))
    here = InProcess(Subject("fakes.good:Good", "good", "cpu", "eager"))
    after = []
    for _ in range(2):
        assert judge(RIGHT, here.ask(RIGHT["ask"])).outcome == "passed"
        after.append(here.adapter.counters()["arrays sent"])
    assert sent == [1, after[0]], "the first array shows that the framework computes at all"
    assert after[1] > after[0] > 1


def test_a_process_that_does_not_start_again_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = Child(subject("Starts"), LIMIT_S)
    child.wait()
    monkeypatch.setattr(interviewers, "_STARTS", 2)
    told = [spoilt(child) for _ in range(4)]
    child.close()
    assert [found.outcome for found in told] == ["crashed", "error", "error", "error"]
    assert "not asked: it did not start again: the adapter 'fakes.faulty:Starts' does not start" in str(told[2])
    assert str(told[3]) == "not asked: fakes.faulty:Starts did not start again"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import ctypes\nctypes.string_at(0)\n", "its process ended while loading: SIGSEGV"),
        ("import time\ntime.sleep(1000)\n", "is not loaded after 1 s: SIGKILL"),
    ],
    ids=["segfault", "hang"],
)
def test_a_framework_that_never_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str) -> None:
    (tmp_path / "bad.py").write_text(text, "utf-8")
    monkeypatch.setattr(interviewers, "_LIMIT_S", 1.0)
    child = Child(Subject("bad.py", "bad", "cpu", "eager"))
    with pytest.raises(SubjectError) as caught:
        child.wait()
    assert str(caught.value).startswith(f"bad.py: {words}")


def test_isolated_runs_end_and_tell_each_outcome(tmp_path: Path) -> None:
    names = ("Hangs", "SegfaultsInDouble", "OutOfMemory")
    asked = ",".join(f"fakes.faulty:{name}" for name in names)
    done = pytest_in(
        tmp_path, f"--adapter={asked}", "--case-timeout=1.5", "--dtype=float32,float64", f"{SIGMOID}::around_zero"
    )
    assert done.status == 1, done.out + done.err
    found = {(line["adapter"].rpartition(".")[2], line["dtype"]): line for line in results(tmp_path).values()}
    assert {key: line["outcome"] for key, line in found.items()} == {
        ("Hangs", "float32"): "timeout", ("Hangs", "float64"): "timeout",
        ("SegfaultsInDouble", "float32"): "passed", ("SegfaultsInDouble", "float64"): "crashed",
        ("OutOfMemory", "float32"): "out of memory", ("OutOfMemory", "float64"): "out of memory",
    }  # fmt: skip
    assert found["Hangs", "float32"]["rerun"].endswith(" --nnconform-isolate --nnconform-case-timeout=1.5")
    assert "--nnconform-isolate" not in found["OutOfMemory", "float32"]["rerun"]
    assert not [pid for pid in map(int, (tmp_path / "started").read_text("utf-8").split()) if not gone(pid)]


def test_one_adapter_is_isolated_where_it_is_asked_for(tmp_path: Path) -> None:
    case = f"{SIGMOID}::around_zero"
    done = pytest_in(tmp_path, "--adapter=fakes.faulty:SegfaultsInDouble", "--isolate", case)
    assert done.status == 1, done.out + done.err
    found = {line["dtype"]: line["outcome"] for line in results(tmp_path).values()}
    assert (found["float32"], found["float64"]) == ("passed", "crashed")
    done = pytest_in(tmp_path, "--adapter=fakes.faulty:Segfaults", "--isolate", "-n", "1", "--dtype=float32", case)
    assert {line["reason"].partition(" (")[0] for line in results(tmp_path).values()} == {
        "its process ended with SIGSEGV"
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--case-timeout=soon"], "--nnconform-case-timeout is a number from 0.1 to 86400, not 'soon'"),
        (["--case-timeout=0"], "--nnconform-case-timeout is a number from 0.1 to 86400, not '0'"),
        (["--case-timeout="], "--nnconform-case-timeout needs a value"),
        (["--timing", "--isolate"], "--isolate and --timing do not go together"),
        (["--timing", "--resume"], "--resume and --timing do not go together"),
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_what_is_asked_wrongly_is_told(tmp_path: Path, arguments: list[str], words: str) -> None:
    pytest_in(tmp_path, "--adapter=numpy", *arguments).complains(words)
