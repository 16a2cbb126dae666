"""Failures that are no wrong numbers: each defect is called by its name, and what only resembles it is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from test_diagnosis import line_of

from nnconform.adapters.contract import Unsupported
from nnconform.adapters.numpy import NumPy
from nnconform.harness.diagnosis import NONE
from nnconform.harness.diagnosis.diagnose import diagnose
from nnconform.harness.interview import interview
from nnconform.harness.judge import judge

Array = Any
Call = Callable[..., Any]


def told(operation: str, call: Call, stem: str, case: str, dtype: str = "float64") -> str:
    """The diagnosis of the textbook with another operation, in one case that it must fail."""

    def method(self: NumPy, *given: Array, **attributes: Any) -> Any:
        with np.errstate(all="ignore"):
            return call(*given, **attributes)

    kind: type[NumPy] = type("Wrong", (NumPy,), {operation: method})
    line = line_of(stem, case, dtype)
    transcript = interview(kind(), line["ask"])
    verdict = judge(line, transcript)
    assert verdict.findings, f"{case} passes"
    return diagnose(line, transcript, verdict)


def otherwise(operation: str, wrong: Call) -> Call:
    """The textbook where it does not refuse."""

    def call(*given: Array, **attributes: Any) -> Any:
        try:
            return getattr(NumPy, operation)(*given, **attributes)
        except (ValueError, IndexError):  # NumPy's AxisError is both
            return wrong(*given, **attributes)

    return call


def resized(bias: Array, units: int) -> Array:
    return np.resize(bias, units)


def softmax(x: Array, axis: int) -> Array:
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


REFUSED: list[tuple[str, str, str, Call, str]] = [
    ("matmul", "matmul", "unequal_inner_sizes", lambda a, b: a[:, :2] @ b, "as if the inner sizes were cut to the smaller"),
    ("matmul", "matmul", "unequal_inner_sizes", lambda a, b: a.T @ b, "as if 'a' were transposed"),
    ("matmul", "matmul", "unequal_inner_sizes", lambda a, b: a.reshape(3, 2) @ b, "as if 'a' were given another shape, to fit"),
    ("matmul", "matmul", "unequal_inner_sizes", lambda a, b: a[:, :2] @ b + 0.01, NONE),
    ("matmul", "matmul", "inner_size_one_is_not_repeated", lambda a, b: np.repeat(a, 2, 1) @ b, "as if an inner size of 1 were repeated"),
    ("matmul", "matmul", "no_rows_of_another_width", lambda a, b: a[:, :2] @ b, "as if sizes were not checked where there is nothing to compute"),
    ("matmul", "matmul", "no_terms_by_two", lambda *_: np.zeros((3, 4)), "as if zeros were given where sizes do not fit"),
    ("dot", "dot", "unequal_lengths", lambda a, b: np.dot(a, b[1:]), NONE),
    ("dot", "dot", "length_one_is_not_repeated", lambda a, b: (a * b).sum(), "as if an inner size of 1 were repeated"),
    ("dense", "dense", "bias_for_fewer_units", lambda x, w, b, **_: x @ w + resized(b, 3), "as if the bias were repeated until it fits"),
    ("dense", "dense", "bias_for_fewer_units", lambda x, w, b, **_: x @ w + np.append(b, 0), "as if the bias were 0 where it ends"),
    ("dense", "dense", "bias_for_fewer_units", lambda x, w, b, **_: x @ w + np.append(b, b[-1]), "as if the bias' last number were repeated"),
    ("dense", "dense", "bias_for_fewer_units", lambda x, w, *_, **__: x @ w, "as if the bias were left out"),
    ("dense", "dense", "bias_for_fewer_units", lambda x, w, b, **_: x @ w + b[0], "as if all units had the first one's bias"),
    ("dense", "dense", "bias_for_fewer_units", lambda x, w, b, **_: x @ w + b[:, None], "as if the bias were broadcast along the batch"),
    ("dense", "dense", "bias_for_fewer_units", lambda x, w, b, **_: x @ w + 1.37 * b.max(), NONE),
    ("dense", "dense", "bias_row_for_more_units", lambda x, w, b, **_: x @ w + b[:, :3], "as if the bias were cut to the units"),
    ("dense", "dense", "bias_row_for_more_units", lambda x, w, b, **_: x @ w + b[:, 1:], "as if the bias' last numbers were taken"),
    ("softmax", "softmax", "refuses_an_absent_axis", lambda x, **_: softmax(x, -1), "as if the absent axis were the last one"),
    ("softmax", "softmax", "refuses_an_absent_axis", lambda x, **_: softmax(x[None], 1), "as if a 1-D input were a row"),
    ("softmax", "softmax", "refuses_an_absent_axis", lambda x, **_: softmax(x[:, None], 1), "as if a 1-D input were a column"),
    ("normalization", "normalization", "mean_of_another_length", lambda x, m, v: (x - m[1:]) / np.sqrt(v[1:]), "as if the last means and variances were taken"),
    ("normalization", "normalization", "mean_of_another_length", lambda x, m, v: (x - m[0]) / np.sqrt(v[0]), "as if all features had the first one's mean and variance"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "stem", "case", "wrong", "expected"), REFUSED)
def test_what_should_have_been_refused(operation: str, stem: str, case: str, wrong: Call, expected: str) -> None:
    found = told(operation, otherwise(operation, wrong), stem, case)
    assert found == expected or (expected != NONE and expected in found.split(", or ")), found


def raising(error: Exception, when: Callable[..., bool], operation: str) -> Call:
    def call(*given: Array, **attributes: Any) -> Any:
        if when(*given):
            raise error
        return getattr(NumPy, operation)(*given, **attributes)

    return call


def always(*given: Array) -> bool:
    return True


def gaps(x: Array) -> bool:
    return not (x.flags.c_contiguous or x.flags.f_contiguous)


def in_pieces(x: Array) -> bool:
    return not x.flags.c_contiguous


TWO = "expected a 2-D array, and got 1"
CRASHES: list[tuple[str, str, str, str, Call, str]] = [
    ("sigmoid", "sigmoid", "around_zero", "float64", raising(NameError("name 'nmupy' is not defined"), always, "sigmoid"), "as if a name were misspelt"),
    ("sigmoid", "sigmoid", "around_zero", "float64", raising(RecursionError(), always, "sigmoid"), "as if it called itself without end"),
    ("sigmoid", "sigmoid", "around_zero", "float64", raising(ImportError("nothing"), always, "sigmoid"), NONE),
    ("sigmoid", "sigmoid", "around_zero", "float64", raising(AttributeError("'list' object has no attribute 'exp'"), always, "sigmoid"), "as if there had to be an attribute 'exp'"),
    ("sigmoid", "sigmoid", "around_zero", "float16", raising(RuntimeError("\"sigmoid_cpu\" not implemented for 'Half'"), always, "sigmoid"), "as if there were no kernel for float16"),
    ("sigmoid", "sigmoid", "around_zero", "float32", raising(RuntimeError("\"sigmoid_cpu\" not implemented for 'Half'"), always, "sigmoid"), NONE),
    ("sigmoid", "sigmoid", "around_zero", "bfloat16", raising(TypeError("Could not find device for node with T=DT_BFLOAT16"), always, "sigmoid"), "as if there were no kernel for bfloat16"),
    ("sigmoid", "sigmoid", "around_zero", "float64", raising(ValueError(TWO), lambda x: x.ndim == 1, "sigmoid"), "as if a 1-D input were refused"),
    ("sigmoid", "sigmoid", "around_zero", "float64", raising(ValueError("cannot"), always, "sigmoid"), NONE),
    ("sigmoid", "sigmoid", "around_zero", "float64", raising(RuntimeError("Expected all tensors to be on the same device"), always, "sigmoid"), "as if its arrays lay on different devices"),
    ("exp", "exp", "empty", "float64", raising(ValueError("zero-size array"), lambda x: x.size == 0, "exp"), "as if an array without elements were refused"),
    ("exp", "exp", "rows_and_columns", "float64", raising(ValueError("array must be contiguous"), in_pieces, "exp"), "as if inputs had to lie in one piece, row by row"),
    ("exp", "exp", "rows_and_columns", "float64", raising(ValueError("cannot"), gaps, "exp"), "as if arrays with gaps were refused"),
    ("exp", "exp", "rows_and_columns", "float64", raising(ValueError("read-only buffer"), lambda x: not x.flags.writeable, "exp"), "as if it had to write into its inputs"),
    ("exp", "exp", "rows_and_columns", "float64", raising(ValueError("cannot"), lambda x: not x.flags.writeable, "exp"), "as if column-major, read-only arrays were refused"),
    ("matmul", "matmul", "uniform", "float32", lambda a, b: np.dot(a, b.T), "as if 'b' were transposed before the product"),
    ("matmul", "matmul", "uniform", "float32", lambda a, b: np.dot(a.T, b), "as if 'a' were transposed before the product"),
    ("matmul", "matmul", "uniform", "float32", lambda a, b: np.dot(a[:, 1:], b), NONE),
    ("matmul", "matmul", "uniform", "float32", lambda a, b: a @ b.T, "as if 'b' were transposed before the product"),
    ("matmul", "matmul", "uniform", "float32", lambda a, b: a.T @ b, "as if 'a' were transposed before the product"),
    ("matmul", "matmul", "uniform", "float32", lambda a, b: a[:, 1:] @ b, NONE),
    ("dense", "dense", "coffee_vectorized", "float64", lambda x, w, b, **_: x @ w.T + b, "as if 'w' were transposed before the product"),
    ("dense_loop", "dense_loop", "coffee_loop", "float64", lambda x, w, b, **_: x @ w.T + b, "as if 'w' were transposed before the product"),
    ("dense_loop", "dense_loop", "coffee_loop", "float64", lambda x, w, b, **_: np.dot(x, w.T) + b, "as if 'w' were transposed before the product"),
    ("dense_loop", "dense_loop", "coffee_loop", "float64", lambda x, w, b, **_: x[1:] @ w + b, NONE),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "stem", "case", "dtype", "wrong", "expected"), CRASHES)
def test_an_exception_tells_its_cause(
    operation: str, stem: str, case: str, dtype: str, wrong: Call, expected: str
) -> None:
    assert told(operation, wrong, stem, case, dtype) == expected


def test_what_is_declined_once_it_was_answered() -> None:
    asked = []

    def once(x: Array) -> Array:
        asked.append(x)
        if len(asked) > 1:
            raise Unsupported("no more")
        return NumPy.exp(x)

    assert told("exp", once, "exp", "rows_and_columns") == "as if it could do so only once"


def test_a_crash_beside_wrong_numbers_is_not_told_alone() -> None:
    def wrong(x: Array) -> Array:
        if gaps(x):
            raise ValueError("array must be contiguous")
        return np.exp(x) + x.dtype.type(0.25)

    assert told("exp", wrong, "exp", "rows_and_columns") == NONE


FORMS: list[tuple[str, str, str, str, Call, str]] = [
    ("exp", "exp", "rows_and_columns", "float32", lambda x: np.exp(x.astype(np.float64)), "as if it were computed in float64 and not converted back"),
    ("exp", "exp", "rows_and_columns", "float32", lambda x: np.exp(x).astype(np.float64), "as if the answer were converted to float64"),
    ("exp", "exp", "rows_and_columns", "float64", lambda x: np.exp(x).astype(np.float32), "as if the answer were rounded to float32"),
    ("exp", "exp", "rows_and_columns", "float32", lambda x: np.exp(x.astype(np.float64)) + 0.1, NONE),
    ("exp", "exp", "empty", "float32", lambda x: np.exp(x.astype(np.float64)), "as if the answer were float64 whatever is asked"),
    ("exp", "exp", "rows_and_columns", "float64", lambda x: np.exp(x).tolist(), "as if a list were given back"),
    ("dot", "dot", "past_many_blocks", "float64", lambda a, b: float(np.dot(a, b)), "as if Python's own number were given back"),
    ("decision", "decision", "past_many_blocks", "float32", lambda a, threshold, strict: a > threshold if strict else a >= threshold, "as if truth values were given back"),
    ("logsumexp", "logsumexp", "rows", "float64", lambda x, axis: np.expand_dims(NumPy.logsumexp(x, axis), axis), "as if the axis that is summed over were kept"),
    ("logsumexp", "logsumexp", "rows", "float64", lambda x, axis: np.expand_dims(NumPy.logsumexp(x, axis), axis) + 1, NONE),
    ("exp", "exp", "rows_and_columns", "float64", lambda x: np.exp(x)[None], "as if an axis of length 1 were put before the others"),
    ("exp", "exp", "rows_and_columns", "float64", lambda x: np.exp(x)[..., None], "as if an axis of length 1 were put after the others"),
    ("exp", "exp", "rows_and_columns", "float64", lambda x: np.exp(x).ravel(), "as if the result were flat"),
    ("exp", "exp", "rows_and_columns", "float64", lambda x: np.exp(x).T, "as if the result were transposed"),
    ("exp", "exp", "rows_and_columns", "float64", lambda x: np.exp(x)[::-1].T, NONE),
    ("exp", "exp", "empty", "float64", lambda x: np.zeros([size or 1 for size in x.shape]), "as if a batch without examples had one"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "stem", "case", "dtype", "wrong", "expected"), FORMS)
def test_an_answer_in_another_form(
    operation: str, stem: str, case: str, dtype: str, wrong: Call, expected: str
) -> None:
    assert told(operation, wrong, stem, case, dtype) == expected


def changing(change: Call, operation: str = "exp") -> Call:
    """Right answers, after which the input is something else."""

    def call(x: Array, **attributes: Any) -> Array:
        made = getattr(NumPy, operation)(x, **attributes)
        if x.flags.writeable:
            x[...] = change(x, made)
        return made

    return call


CHANGED: list[tuple[Call, str]] = [
    (lambda _, made: made, "as if the answer were written into its input"),
    (lambda *_: 0, "as if its input were set to 0 afterwards"),
    (lambda x, _: x - x.max(axis=-1, keepdims=True), "as if the maximum were taken off its input in place"),
    (lambda x, _: np.exp(x - x.max(axis=-1, keepdims=True)), "as if exponentials were taken in its input's own memory"),
    (lambda x, _: x - x.mean(axis=0), "as if the mean were taken off its input in place"),
    (lambda x, _: x.astype(ml_dtypes.bfloat16), "as if inputs were sent as bfloat16"),
    (lambda x, _: x.astype(np.float16), "as if inputs were sent as float16"),
    (lambda x, _: x.byteswap(), "as if the bytes of inputs were read in the other order"),
    (lambda x, _: x + 0.375, "as if it worked in its input's own memory"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), CHANGED)
def test_what_was_left_in_an_input(change: Call, expected: str) -> None:
    assert told("exp", changing(change), "exp", "rows_and_columns") == expected


def test_answers_that_do_not_follow_from_what_was_left() -> None:
    def wrong(x: Array, axis: int) -> Array:
        made = NumPy.softmax(x, axis) + 0.125
        if x.flags.writeable:
            x[...] = 0
        return made

    assert told("softmax", wrong, "softmax", "rows") == NONE


def in_place(x: Array, **_: Any) -> Array:
    x[x < 0] = 0
    return x


def maximum_taken_off(x: Array, axis: int) -> Array:
    x -= x.max(axis=axis, keepdims=True)
    powers: Array = np.exp(x)
    return powers / powers.sum(axis=axis, keepdims=True)


def in_place_and_wrong(x: Array, axis: int) -> Array:
    return maximum_taken_off(x, axis) + 0.125


def in_place_and_no_columns(x: Array, axis: int) -> Array:
    if x.flags.f_contiguous:
        raise ValueError("no columns")
    return maximum_taken_off(x, axis)


WRITTEN: list[tuple[str, str, Call, str]] = [
    ("relu", "rows_and_columns", in_place, "as if the answer were written into its input"),
    ("softmax", "rows", maximum_taken_off, "as if the maximum were taken off its input in place"),
    ("relu", "negative_subnormal_doubles", in_place, "as if it worked in its input's own memory"),
    ("softmax", "rows", in_place_and_wrong, NONE),
    ("softmax", "rows", in_place_and_no_columns, NONE),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "case", "wrong", "expected"), WRITTEN)
def test_what_writes_into_its_input_raises_where_that_is_read_only(
    operation: str, case: str, wrong: Call, expected: str
) -> None:
    assert told(operation, wrong, operation, case) == expected
