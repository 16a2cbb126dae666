"""What an exception tells of its cause: its type, its words, and which of the questions it came to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import prod

from nnconform.harness.diagnosis.problem import Problem
from nnconform.harness.questions import LAYOUTS
from nnconform.harness.transcript import Raised

WRITES = "as if it had to write into its inputs"
_TYPES = {
    "NameError": "as if a name were misspelt",
    "UnboundLocalError": "as if a variable were read before it is set",
    "ModuleNotFoundError": "as if a module were not installed",
    "RecursionError": "as if it called itself without end",
}
_MISSING = re.compile(r"has no attribute '(\w+)'|object has no attribute (\w+)")
_UNDONE = re.compile(
    r"not implemented|no registered|no kernel|could not find device for node|unsupported|not supported|does not support"
    r"|unhandled|no dispatch|not a supported",
    re.IGNORECASE,
)
_SPELT = {
    "float16": r"\bhalf\b|\bfloat16\b|\bDT_HALF\b|\bf16\b",
    "bfloat16": r"\bbfloat16\b|\bDT_BFLOAT16\b|\bbf16\b",
    "float32": r"\bfloat\b|\bfloat32\b|\bDT_FLOAT\b|\bf32\b|\bsingle\b",
    "float64": r"\bdouble\b|\bfloat64\b|\bDT_DOUBLE\b|\bf64\b",
}
_EMPTY = re.compile(
    r"\bempty\b|zero-size|\bat least one\b|no elements|zero elements|non-?zero size|\bnon-?empty\b|\b0 elements",
    re.IGNORECASE,
)
_MATRICES = re.compile(
    r"\b2-?\s?d\b|two-dimensional|\b2 dim|\brank (?:of )?(?:at least )?2\b|min_ndim=2|ndim[=><! ]+2"
    r"|\ba matrix\b|\bmatrices\b",
    re.IGNORECASE,
)
_READ_ONLY = re.compile(r"read-?\s?only|not writ(?:e)?able|WRITEABLE|immutable", re.IGNORECASE)
_GAPS = re.compile(r"contiguous|strided?s?\b", re.IGNORECASE)
_DEVICES = re.compile(r"on the same device|different devices|at least two devices|incompatible devices", re.IGNORECASE)
_INNER = re.compile(r"input operand 1 has a mismatch .*\(size (\d+) is different from (\d+)\)", re.IGNORECASE)
"""NumPy's words where the inner sizes of a product differ: the right side's, and the left's."""
_SIZES = re.compile(r"\b(\d+) ?x ?(\d+)\b|[\[(](\d+), ?(\d+)[\])]")
_UNWRITEABLE = frozenset(LAYOUTS) - {"strided"}
"""Questions whose inputs are read-only."""
_PRODUCTS = {"matmul": (0, 1), "dense": (0, 1), "dense_loop": (0, 1), "dense_column": (1, 0)}


def fitting(problem: Problem) -> list[str]:
    """What all exceptions of a case have for a cause; of several causes, none."""
    raised = {name: answer.raised for name, answer in problem.transcript.answers.items() if answer.raised}
    declined = {name for name, answer in problem.transcript.answers.items() if answer.unsupported}
    if problem.wrong_questions:
        return []
    if not raised:
        return ["as if it could do so only once"] if declined & {"others", "mutated", "again"} else []
    told = {cause(problem, question, each) for question, each in raised.items()}
    if len(told) == 1 and "" not in told:
        return list(told)
    return list(_by_question(frozenset(raised)))


def for_writing(problem: Problem) -> frozenset[str]:
    """The questions with inputs that cannot be written to, if these alone raise, and say that."""
    raised = {name: answer.raised for name, answer in problem.transcript.answers.items() if answer.raised}
    told = all(name in _UNWRITEABLE and _READ_ONLY.search(each.message) for name, each in raised.items())
    return frozenset(raised) if told else frozenset()


def cause(problem: Problem, question: str, raised: Raised) -> str:
    """The one that an exception's own words tell; '' where they do not."""
    if raised.out_of_memory:
        return "as if it needed more memory than there is"
    if raised.type in _TYPES:
        return _TYPES[raised.type]
    found = _MISSING.search(raised.message)
    if raised.type == "AttributeError" and found:
        return f"as if there had to be an attribute {found[1] or found[2]!r}"
    return next(_by_words(problem, question, raised.message), "")


def _by_words(problem: Problem, question: str, message: str) -> Iterator[str]:
    dtype, shapes = problem.frozen["dtype"], _shapes(problem, question)
    if _DEVICES.search(message):
        yield "as if its arrays lay on different devices"
    if _UNDONE.search(message) and re.search(_SPELT[dtype], message, re.IGNORECASE):
        yield f"as if there were no kernel for {dtype}"
    if question in _UNWRITEABLE and _READ_ONLY.search(message):
        yield WRITES
    if question in {"fortran", "strided"} and _GAPS.search(message):
        yield "as if inputs had to lie in one piece, row by row"
    if any(not prod(shape) for shape in shapes) and _EMPTY.search(message):
        yield "as if an array without elements were refused"
    if any(len(shape) == 1 for shape in shapes[:2]) and _MATRICES.search(message):
        yield "as if a 1-D input were refused"
    yield from _transposed(problem, message)


def _shapes(problem: Problem, question: str) -> list[tuple[int, ...]]:
    given = problem.arrays(question)
    return [values.shape for values in given.values()]


def _transposed(problem: Problem, message: str) -> Iterator[str]:
    """A message that names the operands' sizes, one of them the other way round."""
    pairs = {tuple(int(size) for size in found.groups() if size is not None) for found in _SIZES.finditer(message)}
    inner = {tuple(map(int, found.groups())) for found in _INNER.finditer(message)}
    for step in problem.steps:
        sides = _PRODUCTS.get(step["operation"])
        if sides is None:
            continue
        names = [step["inputs"][side] for side in sides]
        shapes = [problem.first[name].shape for name in names if name in problem.first]
        if len(shapes) == 2 and all(shapes):
            left, right = shapes
            if _uneven(right) and (pairs == _of_two(left, right[::-1]) or inner == {(right[1], left[-1])}):
                yield f"as if {names[1]!r} were transposed before the product"
            if _uneven(left) and (pairs == _of_two(left[::-1], right) or inner == {(right[0], left[0])}):
                yield f"as if {names[0]!r} were transposed before the product"


def _uneven(shape: tuple[int, ...]) -> bool:
    """Whether transposing it would show in its shape."""
    return len(shape) == 2 and shape[0] != shape[1]


def _of_two(*shapes: tuple[int, ...]) -> set[tuple[int, ...]]:
    """Those of them that are pairs of sizes, as a message would name them."""
    return {shape for shape in shapes if len(shape) == 2}


_REFUSED: Sequence[tuple[frozenset[str], str]] = (
    (frozenset({"strided"}), "as if arrays with gaps were refused"),
    (frozenset({"fortran"}), "as if column-major, read-only arrays were refused"),
    (frozenset({"fortran", "strided"}), "as if inputs had to lie in one piece, row by row"),
    (frozenset({"alone"}), "as if a batch of one were refused"),
)


def _by_question(questions: frozenset[str]) -> Iterator[str]:
    """What only some questions have, where all others are right."""
    for which, told in _REFUSED:
        if questions == which:
            yield told


def of_a_refusal(raised: Raised, problem: Problem) -> str:
    """An exception where a refusal was due, which is none of the framework's own."""
    told = cause(problem, "refused", raised)
    if told:
        return told
    return "as if the adapter refused, and not the framework" if raised.stage == "call" else ""
