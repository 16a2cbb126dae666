from __future__ import annotations

from pathlib import Path

import pytest
from shell import FAKES, nnconform_in

from nnconform.harness.adapter_check import check_adapter
from nnconform.harness.cli import main

AMISS = {
    "fakes.amiss:Nameless": ("name", "no name of its own"),
    "fakes.amiss:Empty": ("operations", "none is there"),
    "fakes.amiss:Misspelt": ("sofmax", "is no operation (did you mean 'softmax'?)"),
    "fakes.amiss:PositionalAttribute": ("leaky_relu", "its signature (x: 'Any', alpha: 'float') -> 'Any' does not fit: "),
    "fakes.amiss:MissesArgument": ("matmul", "does not fit: too many positional arguments"),
    "fakes.amiss:LosesDtype": ("float32 [] on cpu", "comes back as float64"),
    "fakes.amiss:LosesScalars": ("float64 [] on cpu", "comes back as [1]"),
    "fakes.amiss:LosesValues": ("float64 [] on cpu", "comes back with other values"),
    "fakes.amiss:SpoilsArrays": ("float64 [] on cpu", "the NumPy array was changed on the way"),
    "fakes.amiss:GivesLists": ("float64 [] on cpu", "to_numpy gives float"),
    "fakes.amiss:LiesElsewhere": ("float64 [] on cpu", "device_of says 'CPU:0'"),
    "fakes.amiss:CannotWait": ("float64 [] on cpu", "raises RuntimeError: no such stream"),
    "fakes.amiss:NoSecondDevice": ("on fake:1", "raises RuntimeError: out of memory"),
    "fakes.amiss:NoDevices": ("devices", "gives []"),
    "fakes.amiss:OddVersions": ("versions", "gives {'odd': b'1.0'}"),
    "fakes.amiss:OddFlags": ("flags", "gives [('threads', '1')]"),
    "fakes.amiss:OddCounters": ("counters", "gives {'compilations': 'many'}"),
    "fakes.amiss:RaisingCounters": ("counters", "raises AttributeError: no compiler"),
    "fakes.amiss:OddSettings": ("settings", "gives {1: 'on'}"),
    "fakes.amiss:NumberForAName": ("name", "is 7"),
    "fakes.amiss:NoNameAtAll": ("name", "is ' '"),
    "fakes.amiss:PathForAName": ("name", "is 'my/adapter'"),
    "fakes.amiss:NameOfTwoLines": ("name", "is 'my\\nadapter'"),
    "fakes.amiss:ScriptOfLines": ("script", "is ('import good',)"),
    "fakes.amiss:ModeAlone": ("modes", "is 'eager'"),
    "fakes.amiss:OneDeviceOnly": ("on cpu", "raises TypeError: "),
    "fakes.amiss:ForgetsItsDevice": ("on cpu", "does not keep its device and mode"),
    "fakes.amiss:Exits": ("flags", "raises SystemExit: 0"),
    "fakes.amiss:ExitsAtOnce": ("on cpu", "raises SystemExit: 0"),
    "fakes.amiss:ExitsOnTheWay": ("float64 [] on cpu", "raises SystemExit: 0"),
    "fakes.odd:Exits": ("sigmoid", "crash: it raises SystemExit: done, which ends the process"),
    "fakes.amiss:Refuses": ("sigmoid", "crash: TypeError at call: not today"),
    "fakes.amiss:ForgetsBias": ("dense", "value: "),
    "fakes.odd:GivesList": ("sigmoid", "type: list instead of an array"),
    "fakes.odd:GivesNone": ("sigmoid", "type: None instead of an array"),
    "fakes.odd:WrongDtype": ("sigmoid", "dtype: float64 instead of float32"),
    "fakes.odd:WrongShape": ("sigmoid", "shape: "),
    "fakes.odd:Scalar": ("sigmoid", "value: 1 of 1 values"),
    "fakes.odd:ChangesInputs": ("sigmoid", "changes its inputs: input 'x' came back changed"),
    "fakes.modes:CannotCompile": ("dense in mode compiled", "crash: RuntimeError at call: no such target"),
    "fakes.two_devices:FallsBack": ("sigmoid", "device: the answer lay on cpu, not on fake:1"),
}  # fmt: skip


@pytest.mark.parametrize("name", AMISS)
def test_what_is_amiss_is_found_with_advice(name: str) -> None:
    place, message = AMISS[name]
    _, findings = check_adapter(name)
    assert any(found.place == place and message in found.message for found in findings), findings
    assert all(found.advice for found in findings)
    assert len({found.place.split()[0] for found in findings}) <= 4


SOUND = [
    "numpy", "fakes.good:Good", "fakes.modes:Compiles", "fakes.modes:NoCompiler", "fakes.two_devices:TwoDevices", "fakes.odd:LacksSome", "fakes.amiss:WithDeviceAndMode",
]  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_nothing_is_amiss_in_a_sound_adapter(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["adapter", "check", name]) == 0, capsys.readouterr()
    out, err = capsys.readouterr()
    assert err == "nothing amiss\n"
    assert "sigmoid" in next(line for line in out.splitlines() if line.startswith("operations: "))


def test_the_name_in_ids_is_told_where_it_is_another(tmp_path: Path) -> None:
    text = "from nnconform.adapters.numpy import NumPy\n\n\nclass Mini(NumPy):\n    name = 'mini'\n"
    for file, told in (("nm.py", ["nm in ids and columns, from what --adapter is given"]), ("mini.py", [])):
        (tmp_path / file).write_text(text, "utf-8")
        notes, findings = check_adapter(str(tmp_path / file))
        assert (findings, [note for note in notes if "ids" in note]) == ([], told)
    unnamed = (
        "from nnconform.adapters import Adapter\n\n\nclass Mini(Adapter):\n    def relu(self, x):\n        return x\n"
    )
    (tmp_path / "nm2.py").write_text(unnamed, "utf-8")
    _, findings = check_adapter(str(tmp_path / "nm2.py"))
    assert "set `name`: it stands in records and reports" in [found.advice for found in findings]


def test_an_import_that_fails_is_a_finding(tmp_path: Path) -> None:
    done = nnconform_in(tmp_path, "adapter", "check", str(FAKES / "missing.py"))
    assert done.status == 1
    assert "needs frameworkthatisnowhere, which is not installed: pip install frameworkthatisnowhere" in done.out
    assert "mend this first" in done.out
    assert done.said == ["1 finding"]


def test_a_slip_in_a_file_of_plain_functions_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "def sigmiod(z):\n    return z\n\n\ndef helper(z):\n    return z\n"
    (tmp_path / "mine.py").write_text(text, "utf-8")
    assert main(["adapter", "check", str(tmp_path / "mine.py")]) == 1
    assert "it has sigmiod (did you mean 'sigmoid'?), helper (" in capsys.readouterr().out
    more = "import numpy as np\nfrom numpy import tan\n\ntanh = np.tanh\nsofmax = np.vectorize(helper)\n"
    (tmp_path / "more.py").write_text(f"{text}{more}", "utf-8")
    assert main(["adapter", "check", str(tmp_path / "more.py")]) == 1
    out = capsys.readouterr().out
    assert "sigmiod: is no operation (did you mean 'sigmoid'?)" in out
    assert "sofmax: is no operation (did you mean 'softmax'?)" in out
    assert "helper: " not in out
    assert "tan: " not in out
    assert "operations: tanh\n" in out


def test_what_ends_the_process_is_a_finding_and_no_silent_success(tmp_path: Path) -> None:
    text = "import sys\n\n\ndef dense(a_in, W, b):\n    sys.exit(0)\n"
    (tmp_path / "mine.py").write_text(text, "utf-8")
    done = nnconform_in(tmp_path, "adapter", "check", "mine.py")
    assert done.status == 1, done.out + done.err
    assert "dense: crash: it raises SystemExit: 0, which ends the process" in done.out
    assert done.said == ["2 findings"]  # as a layer and as a loop


NAMES = """
import numpy as np

def leaky_relu(z, alpha=0.01):
    return np.where(z > 0, z, z * np.asarray(alpha, z.dtype))

def elu(x, a=1):
    return x

def decision(p, t=0.5):
    return p

def dense(a_in, W, b, activation_fn):
    return activation_fn(a_in @ W + b)

def matmul(a):
    return a

def softmax(z):
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)

def my_softmax_v(z):
    return softmax(z)
"""


def test_parameters_of_other_names_are_found(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(NAMES, "utf-8")
    notes, findings = check_adapter(str(tmp_path / "mine.py"))
    told = {found.place: (found.message, found.advice) for found in findings}
    assert told.keys() == {"leaky_relu", "elu", "decision", "dense", "dense_loop", "matmul"}
    assert told["leaky_relu"][0] == "takes alpha, which nothing gives, and no slope"
    assert told["leaky_relu"][1].startswith("call the parameter 'slope': it is called as leaky_relu(x, slope=0.25)")
    assert told["elu"][0] == "takes a, which nothing gives, and no alpha"
    assert told["decision"][0] == "takes t, which nothing gives, and no threshold, strict"
    assert told["dense"][0] == "takes activation_fn, which nothing gives, and no activation"
    assert "or 'g', to be given a function" in told["dense"][1]
    assert told["matmul"][0] == "its signature (a) does not fit: too many positional arguments"
    assert "softmax: takes no axis, so that it is asked with -1 alone" in notes


SIGMOID_LAYER = "def dense(a_in, W, b):\n    return 1 / (1 + np.exp(-(a_in @ W + b)))\n"
LAYER_WITHOUT_SIGMOID = "def dense(a_in, W, b, g):\n    return g(a_in @ W + b)\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SIGMOID_LAYER, "dense: takes no activation, so that it is asked with 'sigmoid' alone: the documents' worked"),
        (LAYER_WITHOUT_SIGMOID, "dense: the file has no relu, sigmoid, softmax, tanh to give it, so that such layers"),
    ],
)
def test_what_a_layer_is_never_asked_is_said(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "mine.py").write_text(f"import numpy as np\n\n\n{text}", "utf-8")
    notes, findings = check_adapter(str(tmp_path / "mine.py"))
    assert not findings
    (told,) = [note for note in notes if note.startswith("dense: ")]
    assert told.startswith(expected)
    assert "the documents' worked examples ask layers with linear and with sigmoid" in told


ADVICE = {
    "def relu(x):\n    x[x < 0] = 0\n    return x\n": "work on a copy, or use the call that does not write in place",
    "def sigmoid(x):\n    return 1 / (1 + np.exp(x))\n": "it looks as if the sign of its input were turned, or as if the sign of its input were lost",
    "def tanh(x):\n    return x / 3\n": "prints, or less exact: a run tells more",
    "def tanh(x):\n    return np.tanh(x).tolist()\n": "return a NumPy array",
    "def matmul(a, b):\n    return a @ b.T\n": "it looks as if the right side, being square, were transposed",
    "def tanh(x):\n    raise OSError\n": "what it lacks it may refuse: raise nnconform.adapters.Unsupported",
}


@pytest.mark.parametrize("text", ADVICE)
def test_advice_for_plain_functions_is_about_them(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.py").write_text(f"import numpy as np\n\n\n{text}", "utf-8")
    _, (found,) = check_adapter(str(tmp_path / "mine.py"))
    assert found.advice.endswith(ADVICE[text]), found


def test_a_helper_of_an_operation_that_is_there_is_no_slip(tmp_path: Path) -> None:
    text = "import numpy as np\n\n\ndef my_dense(a_in, W, b, g):\n    return g(a_in @ W + b)\n\n\n"
    (tmp_path / "mine.py").write_text(f"{text}def my_dense_v(x):\n    return x\n", "utf-8")
    assert check_adapter(str(tmp_path / "mine.py"))[1] == []
    (tmp_path / "other.py").write_text("def my_dense_v(x):\n    return x\n\n\ndef exp2(x):\n    return x\n", "utf-8")
    _, (found,) = check_adapter(str(tmp_path / "other.py"))
    assert "my_dense_v (did you mean 'my_dense'?)" in found.message


def test_a_mode_that_this_machine_lacks_is_a_note() -> None:
    notes, findings = check_adapter("fakes.modes:NoCompiler")
    assert "not available: mode compiled: it needs a compiler: install one" in notes
    assert not findings
