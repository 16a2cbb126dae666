"""What compiled modes share: arguments that a compiler must know, and models that are made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial, wraps
from typing import Any

from nnconform.adapters.contract import Unsupported

Function = Callable[..., Any]


def arrays_only(function: Function, compiler: Callable[[Function], Function]) -> Function:
    """A function for a compiler that traces every argument it is given.

    Attributes and the activations of layers are plain values: they are bound before, one compilation for each set of
    them.  Layers are traced as pairs of weights and biases.
    """
    made: dict[str, Function] = {}

    def ready(*inputs: Any, **attributes: Any) -> Function:
        kinds = [[kind for _, _, kind in each] if isinstance(each, list) else None for each in inputs]
        key = repr((kinds, sorted(attributes.items())))

        def bound(*arrays: Any) -> Any:
            given = (
                each if names is None else [(*pair, name) for pair, name in zip(each, names, strict=True)]
                for each, names in zip(arrays, kinds, strict=True)
            )
            return function(*given, **attributes)

        if key not in made:
            made[key] = compiler(bound)
        return partial(
            made[key], *([layer[:2] for layer in each] if isinstance(each, list) else each for each in inputs)
        )

    @wraps(function)
    def call(*inputs: Any, **attributes: Any) -> Any:
        return ready(*inputs, **attributes)()

    call.ready = ready  # type: ignore[attr-defined]  # for who calls often with the same arguments
    return call


def made_once(make: Function) -> Function:
    """For the very objects that it was last made of, the same model: users make a model once and call it often."""
    parts: list[Any] = []
    model: Any = None

    @wraps(make)
    def again(*given: Any, **attributes: Any) -> Any:
        nonlocal model
        now = [*_leaves(given), *attributes.values()]
        if len(now) != len(parts) or any(new is not old for new, old in zip(now, parts, strict=True)):
            parts.clear()  # where making fails, nothing is kept
            model = make(*given, **attributes)
            parts[:] = now
        return model

    return again


def _leaves(given: Any) -> Iterator[Any]:
    for each in given:
        if isinstance(each, list | tuple):
            yield from _leaves(each)
        else:
            yield each


def nothing_to_compile(function: Function) -> Function:
    """For an operation that computes nothing with arrays."""

    @wraps(function)
    def call(*inputs: Any, **attributes: Any) -> Any:
        raise Unsupported(f"{function.__name__} is counted in Python: there is nothing to compile")

    return call
