"""Whether an adapter's functions take what they are given, and what is never asked because they do not."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from nnconform.adapters.homework import Adapted
from nnconform.harness.commands import signature
from nnconform.spec.catalogue import Operation

_WORKED = "the documents' worked examples ask layers with linear and with sigmoid"


def misfit(function: Callable[..., Any], entry: Operation) -> tuple[str, str] | None:
    """Why a function cannot be called as the catalogue says, with advice; None where it can."""
    called = f"it is called as {signature(entry)}, attributes by keyword"
    if not isinstance(function, Adapted):
        told = _unbound(function, [*entry.arguments, *(["layers"] if entry.layers else [])], _attributes(entry))
        return (told, called) if told else None
    if entry.layers or function.takes_all:
        return None
    extra, lacking = function.unasked(), function.lacking()
    if extra and lacking:
        other = ", or 'g', to be given a function" if "activation" in lacking else ""
        advice = f"call the parameter {lacking[0]!r}{other}: {called}"
        return f"takes {', '.join(extra)}, which nothing gives, and no {', '.join(lacking)}", advice
    given = {name: value for name, value in _attributes(entry).items() if name in function.taken}
    given |= {"g": None} if "g" in function.taken and "activation" in entry.attributes else {}
    told = _unbound(function.plain, entry.arguments, given)
    return (told, called) if told else None


def never_asked(operation: str, function: Callable[..., Any]) -> Iterator[str]:
    """What a plain function is not asked, for want of a parameter, or of a function to be given."""
    if not isinstance(function, Adapted):
        return
    for name in [] if function.unasked() else function.lacking():
        wanted = f": {_WORKED}; take `activation`, or a function as `g`" if name == "activation" else ""
        yield f"{operation}: takes no {name}, so that it is asked with {function.only(name)!r} alone{wanted}"
    if absent := function.absent():
        wanted = f": {_WORKED}" if "sigmoid" in absent else ""
        yield f"{operation}: the file has no {', '.join(absent)} to give it, so that such layers are not asked{wanted}"


def _attributes(entry: Operation) -> dict[str, Any]:
    return {} if entry.layers else dict(entry.attributes)


def _unbound(function: Callable[..., Any], positions: Any, attributes: dict[str, Any]) -> str:
    try:
        taken = inspect.signature(function, follow_wrapped=False)
    except (TypeError, ValueError):
        return ""  # built in: nothing can be known before it is called
    try:
        taken.bind(*positions, **attributes)
    except TypeError as error:
        return f"its signature {taken} does not fit: {error}"
    return ""
