"""Whose exception it is: a refusal counts only where the framework itself raised.

What decides is the frame that raised, not the type: a framework may refuse with `assert` or NotImplementedError, and
a lazy one when its answer is waited for or read.  An adapter's own `raise` is none, unless the adapter is itself what
is tested.  A few types tell of a fault wherever they come from: they are never how something is refused.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any

from nnconform.adapters.contract import Adapter, files_of
from nnconform.harness.transcript import Raised

_FAULTS = (NameError, ImportError, MemoryError, RecursionError)
"""A slip, a missing module, too little memory: whoever raises these has refused nothing."""
_CALLERS = frozenset({"nnconform.harness.interview", "nnconform.adapters.homework"})
"""Modules that call an operation's function themselves."""
_HOUSE = ("nnconform.adapters.", "nnconform.harness.")
_MESSAGE = 2000


def raised(error: Exception, stage: str, adapter: Adapter, functions: Iterable[Callable[..., Any]]) -> Raised:
    """What is kept of an exception.  `functions` are the operations' that were asked."""
    text = told(error)
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    short = _short_of_memory(error, adapter)
    return Raised(kind, text, stage, not short and _by_framework(error, stage, adapter, functions), short)


def _short_of_memory(error: Exception, adapter: Adapter) -> bool:
    try:
        return adapter.out_of_memory(error)
    except Exception:  # its own text raises
        return False


def line(error: BaseException) -> str:
    """An exception in one line: its type, and how its text begins."""
    text = told(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__


def told(error: BaseException) -> str:
    """An exception's text, whatever it is: never too long, and nothing that UTF-8 lacks."""
    try:
        text = str(error)
    except Exception as another:
        return f"(its own text raises {type(another).__name__})"
    return text[:_MESSAGE].encode("utf-8", "backslashreplace").decode()


def _by_framework(error: Exception, stage: str, adapter: Adapter, functions: Iterable[Callable[..., Any]]) -> bool:
    innermost = _innermost(error.__traceback__)
    if innermost is None or stage == "to native" or isinstance(error, _FAULTS):
        return False
    module = innermost.tb_frame.f_globals.get("__name__", "")
    if module in _CALLERS:  # compiled code raised, or the call did not fit a function's signature
        return stage == "call" and not (isinstance(error, TypeError) and any(map(_in_python, functions)))
    if module not in files_of(type(adapter)) and not module.startswith(_HOUSE):
        return True
    if isinstance(error, AttributeError):
        return False  # a slip; a framework that means it has frames of its own
    return adapter.owned or not _is_raise(innermost)


def _innermost(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace


def _in_python(function: Callable[..., Any]) -> bool:
    """Whether a call that fits has a frame of its own, so that one without did not fit."""
    plain = getattr(function, "plain", function)
    return inspect.isfunction(plain) or inspect.ismethod(plain)


def _is_raise(trace: TracebackType) -> bool:
    """Whether this frame itself executed a `raise` or an `assert`, and did not pass on what came from elsewhere."""
    code = trace.tb_frame.f_code
    at = next((item for item in dis.get_instructions(code) if item.offset == trace.tb_lasti), None)
    return at is not None and at.opname == "RAISE_VARARGS" and bool(at.arg)
