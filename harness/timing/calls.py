"""One case as a call without arguments, as cheap to repeat as the framework's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import Any

from nnconform.adapters.contract import Adapter, Unsupported

Call = Callable[[], Any]
Values = Mapping[str, Any]


def functions(adapter: Adapter, steps: Sequence[Mapping[str, Any]]) -> list[Callable[..., Any]]:
    """What the adapter calls for each step.  Raises Unsupported."""
    found = []
    for step in steps:
        function = adapter.function(step["operation"])
        if function is None:
            raise Unsupported(f"{adapter.name} has no {step['operation']}")
        found.append(function)
    return found


def bind(adapter: Adapter, ask: Mapping[str, Any], values: Values) -> Call:
    """The case's steps over these native inputs; the call gives its outputs, in their order."""
    steps = ask["steps"]
    made = functions(adapter, steps)
    if len(steps) == 1 and ask["outputs"] == [steps[0]["name"]]:
        return _bound(steps[0], made[0], values)

    def call() -> list[Any]:
        found = dict(values)
        for step, function in zip(steps, made, strict=True):
            found[step["name"]] = _bound(step, function, found)()
        return [found[name] for name in ask["outputs"]]

    return call


def listed(ask: Mapping[str, Any], result: Any) -> list[Any]:
    """A call's outputs as a list."""
    return result if len(ask["steps"]) > 1 or len(ask["outputs"]) > 1 else [result]


def repeater(adapter: Adapter, ask: Mapping[str, Any], call: Call) -> Callable[[int], None]:
    """Calls one after another, each waited for before the next where there is anything to wait for."""
    wait = adapter.synchronize
    if not adapter.waits():

        def run(count: int) -> None:
            for _ in repeat(None, count):
                call()

    elif len(ask["steps"]) > 1 or len(ask["outputs"]) > 1:

        def run(count: int) -> None:
            for _ in repeat(None, count):
                for value in call():
                    wait(value)

    else:

        def run(count: int) -> None:
            for _ in repeat(None, count):
                wait(call())

    return run


def _bound(step: Mapping[str, Any], function: Callable[..., Any], values: Values) -> Call:
    inputs = [values[name] for name in step["inputs"]]
    attributes = step["attributes"]
    if "activations" not in attributes:
        return _ready(function)(*inputs, **attributes)
    kinds = attributes["activations"]
    lead = len(inputs) - 2 * len(kinds)
    layers = list(zip(inputs[lead::2], inputs[lead + 1 :: 2], kinds, strict=True))
    return _ready(function)(*inputs[:lead], layers)


def _ready(function: Callable[..., Any]) -> Callable[..., Call]:
    """What binds arguments: the adapter's own way past what it does on each call, or the usual."""
    made: Callable[..., Call] = getattr(function, "ready", partial(partial, function))
    return made
